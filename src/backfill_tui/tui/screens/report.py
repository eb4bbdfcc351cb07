"""The report page: the status report as it is pasted into a chat, to read, to copy, to write to a file."""

from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.errors import BackfillError, in_words
from backfill_tui.tui.actions import Scope, bindings
from backfill_tui.tui.reporter import Reporter
from backfill_tui.tui.screens.page import Page
from backfill_tui.tui.telling import tell
from backfill_tui.tui.widgets.painted import Lines
from backfill_tui.tui.widgets.panels import Details
from backfill_tui.views import report_page


class ReportPage(Page):
    """A report of one moment: it stays as it is until it is asked for anew, so that it can be read."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.REPORT)]
    SCOPE: ClassVar[Scope] = Scope.REPORT
    AUTO_FOCUS = "Details"

    def __init__(self, reporter: Reporter) -> None:
        super().__init__()
        self.reporter = reporter
        self._of: Snapshot | None = None  # what the text is a report of
        self._text = ""
        self._asked = False
        self._failed = False  # to make the newest that was asked for

    def compose_body(self) -> ComposeResult:
        """One panel with all of it."""
        yield Details("Report", id="report")

    @property
    def _as_of(self) -> datetime | None:
        return self._of.at if self._of is not None else None

    def scopes(self) -> tuple[Scope, ...]:
        """There is one panel to look at: no keys to go from one to the next."""
        return (self.SCOPE,)

    # What is shown

    def render_snapshot(self, snapshot: Snapshot) -> None:  # noqa: ARG002 - it is a report of another moment
        """The report stays; the first snapshot has it made."""
        if not self._asked:
            self.action_renew()

    def render_header(self, snapshot: Snapshot, room: int) -> None:  # noqa: ARG002 - it fits everywhere
        """Write the header."""
        self.query_one("#header", Lines).show(
            [report_page.heading(snapshot.plan, self._as_of, snapshot.at, failed=self._failed)]
        )

    async def _make(self, snapshot: Snapshot) -> None:
        try:
            text = await self.reporter.text(snapshot)
        except Exception as error:  # noqa: BLE001 - a template of the user's own may do anything; the page stays
            self._now(failed=True, remark=in_words(error))
            return
        self._of, self._text = snapshot, text
        if self.ready:
            self.query_one(Details).write(lambda width: report_page.lines(text, width))
            self.refresh_header()

    def _now(self, *, failed: bool, remark: str) -> None:
        self._failed = failed
        self.remark(remark)
        self.refresh_header()

    # Keys

    def action_renew(self) -> None:
        """Make the report of the newest snapshot."""
        if self.snapshot is not None:
            self._asked = True
            self._now(failed=False, remark="")
            self.run_worker(self._make(self.snapshot), exclusive=True, group="report", exit_on_error=False)

    def action_write(self) -> None:
        """Write what is shown to a file."""
        if self._of is not None:
            self.run_worker(self._save(self._of, self._text), group="save", exit_on_error=False)

    async def _save(self, snapshot: Snapshot, text: str) -> None:
        try:
            path = await self.reporter.save(snapshot, text)
        except BackfillError as error:
            tell(self.app, in_words(error), "error")
            return
        tell(self.app, f"The report is in {path}.")

    def action_copy(self) -> None:
        """Hand what is shown to the terminal's clipboard."""
        if self._text:
            self.app.copy_to_clipboard(self._text)
            tell(
                self.app,
                "The report was handed to the terminal's clipboard. If it is not there, w writes it to a file.",
            )

    def action_back(self) -> None:
        """Back to where it was opened."""
        self.dismiss()
