"""The boxes of the forecast page: what is said of the finish, how its forecast has gone, what a date costs."""

from backfill_tui.control.model import UNDER_WAY
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.tui.widgets.panels import Panel
from backfill_tui.views import facts, forecast, forecast_costs, forecast_fan


class Finish(Panel):
    """When it will be done, in sentences."""

    def update(self, snapshot: Snapshot, view: PhaseView) -> None:
        """Show what is forecast of a phase."""
        self.entitle("When")
        said = forecast.facts(snapshot, view)
        self.write(lambda width: facts.lines(said, width))


class Fan(Panel):
    """The ranges of the finish as they were forecast, one below the other; as many as there is room for."""

    def update(self, snapshot: Snapshot, view: PhaseView) -> None:
        """Show how the forecast of a phase has gone."""
        self.set_class(forecast_fan.fits(snapshot, view), "-few")
        self.entitle("How the forecast has gone", forecast_fan.legend(snapshot, view))
        self.write(lambda width: forecast_fan.lines(snapshot, view, width, self.scrollable_content_region.height))


class Costs(Panel):
    """What a date costs by its class. Not there where no run can tell of it any more, or yet."""

    def update(self, view: PhaseView) -> None:
        """Show the costs of a phase's dates."""
        self.set_class(not view.costs and view.state not in UNDER_WAY, "-gone")
        self.entitle("Cost of a date")
        self.write(lambda width: forecast_costs.lines(view, width))
