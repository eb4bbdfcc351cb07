"""The history page: every action in the ledger, newest first, with the whole of the selected one."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Mount
from textual.widgets import Input

from backfill_tui.control.offer import Entry
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.errors import in_words
from backfill_tui.tui.actions import Scope, bindings
from backfill_tui.tui.operator import Operator
from backfill_tui.tui.screens.page import Page
from backfill_tui.tui.widgets.field import FilterField
from backfill_tui.tui.widgets.history_table import HistoryTable
from backfill_tui.tui.widgets.painted import Lines
from backfill_tui.tui.widgets.panels import Details
from backfill_tui.views import history, offers
from backfill_tui.views.spans import plain

_EVERY_S = 5.0  # between two looks into the ledger


class HistoryPage(Page):
    """Asks for the history when it opens and every few seconds; shows it, filtered by a text where one is given."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.HISTORY)]
    SCOPE: ClassVar[Scope] = Scope.HISTORY
    AUTO_FOCUS = "HistoryTable"

    def __init__(self, operator: Operator) -> None:
        super().__init__()
        self.operator = operator
        self._entries: tuple[Entry, ...] | None = None  # None: not read yet
        self._problem = ""
        self._filter = ""

    def compose_body(self) -> ComposeResult:
        """The table, the selected action, the field."""
        table = HistoryTable(id="actions")
        table.add_class("panel")
        yield table
        yield Details("Action", id="action")
        yield FilterField()

    @on(Mount)
    def begin(self) -> None:
        """Ask at once, then every few seconds."""
        self.query_one(HistoryTable).entitle("History")
        self.reload()
        self.set_interval(_EVERY_S, self.reload)

    def reload(self) -> None:
        """Read the ledger again, in the background."""
        self.run_worker(self._read(), exclusive=True, group="history", exit_on_error=False)

    async def _read(self) -> None:
        try:
            self._entries, self._problem = await self.operator.history(), ""
        except Exception as error:  # noqa: BLE001 - whatever ails the ledger, the page stays and says so
            self._problem = in_words(error)
        if self.ready and self.snapshot is not None:
            self._show(self.snapshot)

    # What is shown

    def render_snapshot(self, snapshot: Snapshot) -> None:
        """The times are told as of the snapshot; only the first one is needed to show anything."""
        if self.query_one(HistoryTable).pristine:
            self._show(snapshot)

    def render_header(self, snapshot: Snapshot, room: int) -> None:  # noqa: ARG002 - it fits everywhere
        """Write the header."""
        shown, total = len(self._shown()), len(self._entries or ())
        self.query_one("#header", Lines).show([history.heading(snapshot.plan, shown, total, self._filter)])

    def _shown(self) -> list[Entry]:
        return [entry for entry in self._entries or () if history.matches(entry, self._filter)]

    def _show(self, snapshot: Snapshot) -> None:
        self.query_one(HistoryTable).show(self._shown(), snapshot.at, self._instead())
        self._show_action()
        self.refresh_header()

    def _instead(self) -> str:
        if self._problem:
            return self._problem
        if self._entries is None:
            return offers.LOOKING
        return f"No action has “{plain(self._filter)}” in it." if self._entries else history.EMPTY

    @on(HistoryTable.Selected)
    def _show_action(self) -> None:
        """The whole of the selected action."""
        entry, snapshot = self.query_one(HistoryTable).selected, self.snapshot
        panel = self.query_one("#action", Details)
        panel.set_class(entry is None, "-gone")
        if entry is None or snapshot is None:
            return
        panel.entitle(f"{entry.action} {entry.phase}")
        panel.write(lambda width: history.detail(entry, snapshot.at, width))

    # Filter

    def action_filter(self) -> None:
        """Open the field."""
        field = self.query_one("#filter", Input)
        field.display = True
        field.value = self._filter
        field.focus()

    @on(Input.Changed)
    def _filter_live(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.display:
            self._set_filter(event.value)

    @on(Input.Submitted)
    def _keep_filter(self, event: Input.Submitted) -> None:
        event.stop()
        self._close_field()

    def _close_field(self) -> None:
        self.query_one("#filter", Input).display = False
        self.query_one(HistoryTable).focus()

    def _set_filter(self, text: str) -> None:
        self._filter = text
        if self.snapshot is not None:
            self._show(self.snapshot)

    # Keys

    @on(HistoryTable.Opened)
    def open_action(self) -> None:
        """Go to the whole of the action."""
        self.query_one("#action", Details).focus()

    def action_back(self) -> None:
        """From the action to the table; from there let go of the filter; then back."""
        if self.query_one("#filter", Input).display:
            self._set_filter("")
            self._close_field()
        elif self.focused is self.query_one("#action"):
            self.query_one(HistoryTable).focus()
        elif self._filter:
            self._set_filter("")
        else:
            self.dismiss()
