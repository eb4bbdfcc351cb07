"""The dashboard: all phases, the alerts, and the log of the selected phase."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import ItemGrid
from textual.events import Resize

from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.tui.actions import Scope, bindings
from backfill_tui.tui.log_reader import Opener
from backfill_tui.tui.screens.log_page import LogPage
from backfill_tui.tui.widgets.log_pane import LogPane
from backfill_tui.tui.widgets.painted import Lines, Written
from backfill_tui.tui.widgets.panels import Alerts, Lights, Why
from backfill_tui.tui.widgets.path_panel import PathPanel
from backfill_tui.tui.widgets.phase_table import PhaseTable
from backfill_tui.views import header, rows, verdicts
from backfill_tui.views.spans import Line, Tone, one, wrap

_TWO_COLUMNS = 72  # cells from which gate and alerts stand side by side
_TWO_ROWS = 20  # lines from which there is room for both
_THREE_COLUMNS, _THREE_HIGH = 116, 28  # cells and lines from which the critical path stands beside them
_PATH_COLUMNS, _PATH_HIGH = 60, 34  # and from which it has a row of its own, where that is too narrow
_LOG_LEAST = 4  # lines of the log's panel that are left to it
_LOOKING = ("Looking at logs, checkpoints and processes …",)
_NOTHING = (
    "Nothing to watch yet.",
    "No running backfill was found, and no phases are planned.",
    "Start a job with --start-date and --end-date, or give its files: backfill-tui watch --log FILE.",
    "To see a whole night: backfill-tui demo.",
)


class Dashboard(LogPage):
    """All phases at a glance. The panels of the middle row are there only while they have something to say."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.DASHBOARD)]
    SCOPE: ClassVar[Scope] = Scope.DASHBOARD
    AUTO_FOCUS = "PhaseTable"

    def __init__(self, opener: Opener, *, read_only: bool = False, acts: bool = False) -> None:
        super().__init__(opener, read_only=read_only, acts=acts)
        self.selected: str | None = None

    @property
    def chosen(self) -> str | None:
        """The selected phase."""
        return self.selected

    def turn_to(self, phase: str) -> None:
        """Select a phase by its number."""
        self.select(phase)

    def compose_body(self) -> ComposeResult:
        """Lights, table, middle row, log; or the sentence that there is nothing."""
        yield Lights(id="lights", classes="-gone")
        table = PhaseTable(id="phases")
        table.add_class("panel")
        yield table
        yield Written(id="instead")
        with ItemGrid(id="middle"):
            yield PathPanel(id="path")
            yield Why(id="why")
            yield Alerts(id="alerts")
        yield LogPane(self.opener, id="log")

    def on_mount(self) -> None:
        """Until there is something to show, say so."""
        self._say_instead(_LOOKING)

    def render_snapshot(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        names = [view.name for view in snapshot.phases]
        if self.selected not in names:
            self.selected = names[0] if names else None
        self._say_instead(() if names else (*_NOTHING, *snapshot.notes))
        self.query_one(PhaseTable).show(snapshot, self.selected)
        self.query_one(PathPanel).update(snapshot)
        self.query_one(Alerts).update(snapshot)
        self.query_one(Lights).update(snapshot)
        self._follow_selection(snapshot)
        self._arrange()

    def render_header(self, snapshot: Snapshot, room: int) -> None:
        """Write the header."""
        stale = self.stale.total_seconds() if self.stale else None
        self.query_one("#header", Lines).show(
            [header.dashboard(snapshot, room, stale_s=stale, read_only=self.read_only)]
        )

    def select(self, name: str) -> None:
        """Select a phase."""
        self.selected = name
        if self.snapshot is not None and self.ready:
            self.query_one(PhaseTable).select(name)
            self._follow_selection(self.snapshot)
            self.call_after_refresh(self._fit)

    def _say_instead(self, sentences: tuple[str, ...]) -> None:
        """Show sentences in place of everything; none brings it back."""
        instead = self.query_one("#instead", Written)
        table = self.query_one(PhaseTable)
        instead.set_class(not sentences, "-gone")
        for widget in (table, self.query_one("#middle"), self.log_pane()):
            widget.set_class(bool(sentences), "-gone")
        if sentences:
            instead.write(lambda width: _sentences(sentences, width))
        elif self.focused is None:
            self.call_after_refresh(table.focus)

    def _follow_selection(self, snapshot: Snapshot) -> None:
        """The log and the table's lower edge tell of the selected phase."""
        table = self.query_one(PhaseTable)
        view = next((v for v in snapshot.phases if v.name == self.selected), None)
        told = (*rows.standing(view), verdicts.clause(view, snapshot.at)) if view else ()
        table.entitle("Phases", " · ".join(clause for clause in told if clause))
        self.query_one(Why).update(snapshot, self.selected, keys=self.acts)
        if view is not None:
            self.log_pane().show_phase(view)

    def on_resize(self, event: Resize) -> None:
        """The middle row has what the terminal has room for."""
        self._arrange()
        super().on_resize(event)

    def _arrange(self) -> None:
        """What the middle row has room for.

        Gate and alerts stand side by side; where that is too narrow or too low, only the alerts, if there are any.
        The critical path is beside them or above them; a terminal of 80 x 24 has more need of the log.
        """
        if not self.ready:
            return
        path, *others = self.query_one(PathPanel), self.query_one(Why), self.query_one(Alerts)
        there = sum(not widget.has_class("-gone") for widget in others)
        width, height = self.size
        cramped = width < _TWO_COLUMNS or height < _TWO_ROWS
        self.set_class(cramped and there > 1, "-cramped")
        self.set_class(there > 1 and not cramped, "-two")
        beside = width >= _THREE_COLUMNS and height >= _THREE_HIGH
        above = not beside and width >= _PATH_COLUMNS and height >= _PATH_HIGH
        charted = not path.has_class("-gone")
        self.set_class(not beside and not above, "-no-path")
        self.set_class(charted and beside and there > 0, "-beside")
        self.set_class(charted and above, "-above")
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Leave the log a few lines, however many phases and alerts there are: phases scroll, the page does not."""
        table, log = self.query_one(PhaseTable), self.log_pane()
        others = (child for child in self.children if child.display and child not in (table, log))
        table.fit(self.size.height - sum(child.outer_size.height for child in others) - _LOG_LEAST)

    def action_back(self) -> None:
        """Let go of the log's filter, then of the log."""
        if not self.log_pane().let_go():
            self.query_one(PhaseTable).focus()

    @on(PhaseTable.Selected)
    def follow_table(self, event: PhaseTable.Selected) -> None:
        """Another row was selected."""
        self.select(event.name)


def _sentences(sentences: tuple[str, ...], width: int) -> list[Line]:
    """The first one stands out; each begins on a line of its own."""
    head, *rest = (wrap(sentence, width) for sentence in sentences)
    text = [one(line, Tone.STRONG) for line in head]
    for lines in rest:
        text += [one(""), *(one(line, Tone.DIM) for line in lines)]
    return text
