"""The boxes of a page: alerts, one date's evidence, a phase's details, throughput. Their words come from views."""

from datetime import date
from typing import ClassVar

from textual.binding import BindingType

from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.tui.actions import Scope, bindings
from backfill_tui.tui.widgets.painted import Written
from backfill_tui.views import alerts, evidence, facts, formats, gate, probes, sparkline
from backfill_tui.views.spans import Line, Tone, one, spread, wrap

_POINTS = 2  # that a chart takes


class Panel(Written):
    """A titled box."""

    def __init__(self, title: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes="panel")
        self._title = title

    def on_mount(self) -> None:
        """Set the title, which can only be made fit to show once there is an app."""
        self.entitle(self._title)


class Middle(Panel):
    """A panel of the dashboard's middle row, which has a share of the screen's height."""

    SHARE = 30  # percent of it

    @property
    def most(self) -> int:
        """Lines that it may take."""
        return max(1, self.app.size.height * self.SHARE // 100 - self.gutter.height)


class Alerts(Middle):
    """The alerts; not there at all while there are none."""

    def update(self, snapshot: Snapshot) -> None:
        """Show a snapshot's alerts and notes."""
        something = bool(snapshot.alerts or snapshot.notes)
        self.set_class(not something, "-gone")
        self.entitle("Alerts" if snapshot.alerts else "Notes")
        if something:
            self.write(lambda width: alerts.lines(snapshot, width, self.most))


class Why(Middle):
    """Why a phase has not started: its gate, a line a condition. Not there while no phase waits."""

    LEAST = 8  # cells of a title that still says which phase

    def update(self, snapshot: Snapshot, selected: str | None, *, keys: bool) -> None:
        """Show the gate of the selected phase, or of the next that waits; with the `keys` that would change it."""
        view = gate.asked_about(snapshot, selected)
        self.set_class(view is None, "-gone")
        if view is None:
            return
        asked = view

        def written(width: int) -> list[Line]:
            self.entitle(gate.title(asked, max(self.LEAST, width - 3)))
            return gate.why(snapshot, asked, width, self.most, keys=keys, selected=selected)

        self.write(written)


class Lights(Written):
    """The probes of the plan in one row; not there where it has none."""

    def update(self, snapshot: Snapshot) -> None:
        """Show how a snapshot's probes stand."""
        self.set_class(not snapshot.probes, "-gone")
        if snapshot.probes:
            self.write(lambda width: [probes.lights(snapshot.probes, snapshot.at, width)])


class Evidence(Panel):
    """What is known of the cursor's date."""

    def update(self, snapshot: Snapshot, view: PhaseView, day: date | None) -> None:
        """Show the evidence of a date."""
        if day is None:
            self.entitle("Date")
            sentence = "No dates of this phase are known yet." if view.dates is None else ""
            self.write(lambda width: [one(piece, Tone.DIM) for piece in wrap(sentence, width)])
            return
        in_log = evidence.has_place_in_log(view.account.units.get(day))
        self.entitle(evidence.title(day), "enter: in log" if in_log else "")
        found = evidence.facts(snapshot, view, day)
        if todo := evidence.advice(view, day):
            found.append(facts.Fact("to do", todo, Tone.STRONG))
        self.write(lambda width: facts.lines(found, width))


class Details(Panel, can_focus=True):
    """Process, checkpoint, logs and runs of a phase."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.DETAILS)]
    SCOPE = Scope.DETAILS

    def update(self, snapshot: Snapshot, view: PhaseView) -> None:
        """Show what is known of a phase."""
        self.entitle("Process and runs")
        self.write(lambda width: facts.about(snapshot, view, width))

    def action_down(self) -> None:
        """A line down."""
        self.scroll_relative(y=1, animate=False)

    def action_up(self) -> None:
        """A line up."""
        self.scroll_relative(y=-1, animate=False)

    def action_page_down(self) -> None:
        """A page down."""
        self.scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        """A page up."""
        self.scroll_page_up(animate=False)

    def action_first(self) -> None:
        """To the top."""
        self.scroll_home(animate=False)

    def action_last(self) -> None:
        """To the end."""
        self.scroll_end(animate=False)


class Throughput(Panel):
    """Dates an hour over time; not there while nothing was measured."""

    CHART_HEIGHT = 2

    def update(self, snapshot: Snapshot, view: PhaseView) -> None:
        """Show a phase's throughput."""
        points = view.throughput
        self.set_class(len(points) < _POINTS, "-gone")
        if len(points) < _POINTS:
            return
        highest = max(point.per_hour for point in points)
        self.entitle("Throughput", f"highest {formats.per_hour(highest)}")

        def written(width: int) -> list[Line]:
            rows = sparkline.chart(sparkline.resample(points, width), self.CHART_HEIGHT)
            axis = sparkline.time_axis(points, width, snapshot.at.tzinfo)
            return [*(spread(*one(row, Tone.BUSY)) for row in rows), one(axis, Tone.DIM)]

        self.write(written)
