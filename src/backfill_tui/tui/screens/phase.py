"""The page of a phase: its calendar, the cursor's evidence, process and runs, throughput, and its log."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.progress.account import UnitState
from backfill_tui.tui.actions import Scope, bindings
from backfill_tui.tui.log_reader import Opener
from backfill_tui.tui.screens.log_page import LogPage
from backfill_tui.tui.screens.phase_shown import PhaseShown
from backfill_tui.tui.widgets.calendar import Calendar
from backfill_tui.tui.widgets.log_pane import LogPane
from backfill_tui.tui.widgets.painted import Lines
from backfill_tui.tui.widgets.panels import Details, Evidence, Throughput
from backfill_tui.views import calendar, formats, header
from backfill_tui.views.marks import SUSPECT, marks_of
from backfill_tui.views.spans import line_text

_ORDER = (
    UnitState.DONE,
    UnitState.EMPTY,
    UnitState.SKIPPED,
    SUSPECT,
    UnitState.FAILED,
    UnitState.MISSING,
    UnitState.RUNNING,
    UnitState.PENDING,
)


class PhasePage(LogPage, PhaseShown):
    """One phase. In a narrow terminal the lower half shows what belongs to the focused panel."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.PHASE)]
    SCOPE: ClassVar[Scope] = Scope.PHASE
    AUTO_FOCUS = "Calendar"

    def __init__(self, phase: str, opener: Opener, *, read_only: bool = False, acts: bool = False) -> None:
        super().__init__(opener, read_only=read_only, acts=acts)
        self.phase = phase

    @property
    def chosen(self) -> str | None:
        """The phase that the page shows."""
        return self.phase

    def compose_body(self) -> ComposeResult:
        """Calendar and log at the left, words at the right."""
        with Horizontal(id="body"):
            with Vertical(id="left"):
                dates = Calendar(id="calendar")
                dates.add_class("panel")
                yield dates
                yield LogPane(self.opener, id="log")
            with Vertical(id="right"):
                yield Evidence(id="evidence")
                yield Throughput(id="throughput")
                yield Details(id="details")

    def turn_to(self, phase: str) -> None:
        """Show another phase on this page."""
        if phase == self.phase:
            return
        self.phase = phase
        if self.ready:
            self.query_one(Calendar).forget()
            if self.snapshot is not None:
                self.apply(self.snapshot)

    def render_view(self, snapshot: Snapshot, view: PhaseView) -> None:
        """Show the phase in every widget of the page."""
        dates = self.query_one(Calendar)
        dates.show(view)
        self._entitle(dates, view)
        self.query_one(Evidence).update(snapshot, view, dates.cursor)
        self.query_one(Details).update(snapshot, view)
        self.query_one(Throughput).update(snapshot, view)
        self.log_pane().show_phase(view)

    def _entitle(self, dates: Calendar, view: PhaseView) -> None:
        games = view.calendar is not None
        present = set(marks_of(view.account.units, view.suspects).values())
        legend = calendar.legend([s for s in _ORDER if s in present], games=games)
        title = f"Dates {formats.date_range(view.dates)}" if view.dates else "Dates"
        dates.entitle(title, line_text(legend))

    def render_header(self, snapshot: Snapshot, room: int) -> None:
        """Write the header."""
        if (view := self.view) is not None:
            self.query_one("#header", Lines).show([header.phase(snapshot, view, room)])

    @on(Calendar.Moved)
    def tell_of(self, event: Calendar.Moved) -> None:
        """Show the evidence of the cursor's date."""
        if self.snapshot is not None and (view := self.view) is not None:
            self.query_one(Evidence).update(self.snapshot, view, event.day)

    @on(Calendar.Chosen)
    def show_in_log(self, event: Calendar.Chosen) -> None:
        """Go to the date's line in the log."""
        view = self.view
        unit = view.account.units.get(event.day) if view else None
        if unit is None or unit.offset is None:
            self.notify(f"No line of the log tells of {event.day}.", severity="warning", markup=False, timeout=4)
            return
        self.log_pane().go_to(unit.log or 0, unit.offset)
        self._turn_focus(self.log_pane().lines)

    # A narrow terminal

    def _targets(self) -> list[Widget]:
        return [self.query_one(Calendar), self.log_pane().lines, self.query_one(Details)]

    def _turn_focus(self, target: Widget) -> None:
        """Focus a panel; where there is one column, let it be seen first."""
        self.set_class(target is self.log_pane().lines, "-log")
        self.set_class(isinstance(target, Details), "-details")
        self.call_after_refresh(target.focus)

    def _cycle(self, by: int) -> None:
        targets = self._targets()
        at = targets.index(self.focused) if self.focused in targets else -by
        self._turn_focus(targets[(at + by) % len(targets)])

    def action_focus_next(self) -> None:
        """Go to the next panel."""
        self._cycle(1)

    def action_focus_previous(self) -> None:
        """Go to the panel before."""
        self._cycle(-1)

    def log_in_sight(self) -> LogPane:
        """The log; where there is one column, in the place of what is shown there now."""
        pane = self.log_pane()
        if self.has_class("-narrow") and not self.has_class("-log"):
            self.set_class(True, "-log")
            self.set_class(False, "-details")
            self.call_after_refresh(pane.take_focus)
        return pane

    def action_back(self) -> None:
        """From the log back to the calendar, its filter first; then back to the dashboard."""
        if self.log_pane().let_go():
            return
        if self.focused is not None and self.focused is not self.query_one(Calendar):
            self._turn_focus(self.query_one(Calendar))
            return
        self.dismiss()
