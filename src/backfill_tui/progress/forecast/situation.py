"""What a forecast is made from: what the run has done and has left, and what other runs and a calendar tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from backfill_tui.progress.forecast.worked import InFlight, Worked


@dataclass(frozen=True, slots=True)
class Situation:
    """One open run at one moment.

    `ahead` are the dates not begun, in the order of their turn; None for one that is not known by name. `before`
    are earlier runs of the same job over the same range (what was resumed), `history` those of other nights, oldest
    first. `calendar` has the work due on a date; one that is not in it has none. `replays_s` is how long the run
    still goes over dates that were done before it, where it only replays them.
    """

    run: Worked
    ahead: Sequence[date | None]
    before: Sequence[Worked] = ()
    history: Sequence[Worked] = ()
    calendar: Mapping[date, float] | None = field(default=None)
    replays_s: float = 0.0

    def aged(self, seconds: float) -> "Situation":
        """The same with the dates in flight so much older."""
        in_flight = tuple(InFlight(one.day, one.age_s + seconds) for one in self.run.in_flight)
        return replace(self, run=replace(self.run, in_flight=in_flight))

    @property
    def basis(self) -> str:
        """What tells which dates have work: calendar, history, or learned from this run alone."""
        if self.calendar is not None:
            return "calendar"
        return "history" if any(run.took for run in self.history) else "learned"
