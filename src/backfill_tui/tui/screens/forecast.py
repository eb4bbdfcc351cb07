"""The forecast page of a phase: when it will be done, how that forecast has gone, costs of dates, throughput."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll

from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.tui.actions import Scope, bindings
from backfill_tui.tui.screens.phase_shown import PhaseShown
from backfill_tui.tui.widgets.forecast_panels import Costs, Fan, Finish
from backfill_tui.tui.widgets.painted import Lines
from backfill_tui.tui.widgets.panels import Throughput
from backfill_tui.views import forecast


class ForecastPage(PhaseShown):
    """One phase's forecast. All of it scrolls where the terminal is too low for it."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.FORECAST)]
    SCOPE: ClassVar[Scope] = Scope.FORECAST

    def __init__(self, phase: str) -> None:
        super().__init__()
        self.phase = phase

    def compose_body(self) -> ComposeResult:
        """What is said, the chart, and what both rest on."""
        with VerticalScroll(id="forecast", can_focus=False):
            yield Finish(id="finish")
            yield Fan(id="fan")
            with Horizontal(id="grounds"):
                yield Costs(id="costs")
                yield Throughput(id="pace")

    def scopes(self) -> tuple[Scope, ...]:
        """There is one panel to look at: no keys to go from one to the next."""
        return (self.SCOPE,)

    def turn_to(self, phase: str) -> None:
        """Show another phase's forecast, from its beginning."""
        if phase == self.phase:
            return
        self.phase = phase
        if self.ready and self.snapshot is not None:
            self._body.scroll_home(animate=False)
            self.apply(self.snapshot)

    def render_view(self, snapshot: Snapshot, view: PhaseView) -> None:
        """Show the phase in every widget of the page."""
        self.query_one(Finish).update(snapshot, view)
        self.query_one(Fan).update(snapshot, view)
        self.query_one(Costs).update(view)
        self.query_one(Throughput).update(snapshot, view)

    def render_header(self, snapshot: Snapshot, room: int) -> None:
        """Write the header."""
        if (view := self.view) is not None:
            self.query_one("#header", Lines).show([forecast.heading(snapshot, view, room)])

    # Keys

    @property
    def _body(self) -> VerticalScroll:
        return self.query_one("#forecast", VerticalScroll)

    def _step(self, by: int) -> None:
        """Turn to a phase further on in the plan, or back, round its ends."""
        names = [view.name for view in self.snapshot.phases] if self.snapshot else []
        if self.phase in names:
            self.turn_to(names[(names.index(self.phase) + by) % len(names)])

    def action_next_phase(self) -> None:
        """The next phase of the plan."""
        self._step(1)

    def action_previous_phase(self) -> None:
        """The phase before."""
        self._step(-1)

    def action_down(self) -> None:
        """A line down."""
        self._body.scroll_relative(y=1, animate=False)

    def action_up(self) -> None:
        """A line up."""
        self._body.scroll_relative(y=-1, animate=False)

    def action_page_down(self) -> None:
        """A page down."""
        self._body.scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        """A page up."""
        self._body.scroll_page_up(animate=False)

    def action_first(self) -> None:
        """To the top."""
        self._body.scroll_home(animate=False)

    def action_last(self) -> None:
        """To the end."""
        self._body.scroll_end(animate=False)

    def action_back(self) -> None:
        """Back to where it was opened."""
        self.dismiss()
