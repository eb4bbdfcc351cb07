"""When will it be done: from an account, its runs, and what is known beforehand, to quantiles of the finish.

The reckoning is in `progress.forecast`, which is imported on use.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from backfill_tui.progress.account import Account
from backfill_tui.progress.calibration import UNCALIBRATED, Calibration, Made, calibrate_by_itself
from backfill_tui.progress.prospect import ClassCost, PaceSeen
from backfill_tui.progress.sequence import PlacedRun

if TYPE_CHECKING:
    from backfill_tui.progress.forecast.luck import Array
    from backfill_tui.progress.forecast.outlook import FutureRun
    from backfill_tui.progress.forecast.worked import Worked

LONGEST = 0.999
"""One silence in a thousand lasts longer: from there on it is no ordinary one."""


FURTHEST_S = 10 * 365 * 86_400.0
"""No forecast reaches further than ten years: by then nobody waits, and no calendar ends before that."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Quantiles of the finish. Times are aware, remaining times in seconds."""

    finish_p10: datetime
    finish_p50: datetime
    finish_p90: datetime
    remaining_p10_s: float
    remaining_p50_s: float
    remaining_p90_s: float
    basis: str  # calendar | history | learned
    calibrated: bool = False
    frozen: bool = False  # made before a stall; it does not move until the job does

    def moved(self, by: timedelta) -> "Forecast":
        """The same by another clock, which is that far ahead."""
        return replace(
            self,
            finish_p10=self.finish_p10 + by,
            finish_p50=self.finish_p50 + by,
            finish_p90=self.finish_p90 + by,
        )


@dataclass(frozen=True, slots=True)
class History:
    """What runs of other nights took for their dates, oldest first."""

    runs: "tuple[Worked, ...]" = ()

    @property
    def days(self) -> list[date]:
        """The dates of the latest run, in their order."""
        return sorted(one.day for one in self.runs[-1].took if one.day is not None) if self.runs else []


NO_HISTORY = History()


def learn_history(runs: Sequence[PlacedRun]) -> History:
    """Study the runs of earlier logs."""
    from backfill_tui.progress.forecast.read_runs import history_of

    return History(history_of(runs))


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """The futures of an open run, to be asked again and again as time goes by."""

    future: "FutureRun"
    calibration: Calibration = UNCALIBRATED

    @property
    def progress(self) -> float:
        """The share of the work that lies behind, 0…1, as far as is known."""
        return self.future.progress

    def costs(self) -> tuple[ClassCost, ...]:
        """What a date of each class costs now."""
        return self.future.costs()

    def longest_s(self, share: float = LONGEST) -> float:
        """For how many seconds nothing may be heard of the run, in that share of the cases, and all is well."""
        return self.future.longest_s(share)

    def pace(self) -> PaceSeen | None:
        """How fast dates come of late against earlier ones of their class; None while there are too few."""
        return self.future.pace()

    def futures_s(self, now: datetime) -> "Array":
        """Seconds from a moment to the end in each future, as far apart as the calibration asks for."""
        return self.future.stretched_s(now, self.calibration.factor_at(self.progress)).clip(max=FURTHEST_S)

    def at(self, now: datetime) -> Forecast:
        """The forecast at a moment."""
        widened = self.calibration.widened(*self._simulated(now), self.progress)
        p10, p50, p90 = (min(left, FURTHEST_S) for left in widened)
        return Forecast(
            finish_p10=now + timedelta(seconds=p10),
            finish_p50=now + timedelta(seconds=p50),
            finish_p90=now + timedelta(seconds=p90),
            remaining_p10_s=p10,
            remaining_p50_s=p50,
            remaining_p90_s=p90,
            basis=self.future.basis,
            calibrated=self.calibration.speaks_at(self.progress),
        )

    def made(self, run: str, now: datetime) -> Made:
        """The forecast at a moment as it is kept, to be held against what then happens."""
        p10, p50, p90 = self._simulated(now)
        low, _, high = self.calibration.widened(p10, p50, p90, self.progress)
        return Made(run, now, self.progress, p10, p50, p90, min(low, FURTHEST_S), min(high, FURTHEST_S))

    def looking_back(self) -> "Outlook":
        """The same, calibrated by this run alone: for a night that has no earlier ones to be judged by.

        Takes the time of five forecasts; the answer changes slowly, so its `calibration` is worth keeping a while.
        """
        return replace(self, calibration=calibrate_by_itself(self.future.backtest()))

    def _simulated(self, now: datetime) -> tuple[float, float, float]:
        left = sorted(self.future.remaining_s(now).clip(max=FURTHEST_S).tolist())
        return quantile(left, 0.1), quantile(left, 0.5), quantile(left, 0.9)


def forecast(
    account: Account,
    runs: Sequence[PlacedRun],
    *,
    now: datetime,
    calendar: Mapping[date, float] | None = None,
    history: History | None = None,
    calibration: Calibration = UNCALIBRATED,
) -> Forecast | None:
    """The forecast of an open run at `now`; None while nothing is open, nothing is left, or too little was seen."""
    ahead = outlook(account, runs, calendar=calendar, history=history, calibration=calibration)
    return ahead.at(now) if ahead else None


def outlook(
    account: Account,
    runs: Sequence[PlacedRun],
    *,
    calendar: Mapping[date, float] | None = None,
    history: History | None = None,
    calibration: Calibration = UNCALIBRATED,
) -> Outlook | None:
    """The futures of an open run; None while nothing is open, nothing is left, or too little was seen.

    It changes only when what was seen does; as time goes by ask it for its forecast `at` another moment.
    """
    from backfill_tui.progress.forecast.read_runs import situation_of

    situation = situation_of(account, runs, calendar=calendar, history=history.runs if history else ())
    if situation is None or situation.run.last_at is None:
        return None
    from backfill_tui.progress.forecast.fit import fit
    from backfill_tui.progress.forecast.outlook import FutureRun

    learned = fit(situation)
    return Outlook(FutureRun(situation, learned, situation.run.last_at), calibration) if learned else None


def unstarted(
    days: Sequence[date], *, calendar: Mapping[date, float] | None = None, history: History
) -> "Array | None":
    """Futures of the seconds that a phase takes that has not begun, with as many workers as it had last.

    `days` are those that it will work. None where its earlier runs tell too little.
    """
    from backfill_tui.progress.forecast.unstarted import unstarted as simulated

    workers = history.runs[-1].workers if history.runs else 1
    found = simulated(list(days), workers=workers, calendar=calendar, history=history.runs)
    return None if found is None else found.clip(max=FURTHEST_S)


def planned(duration_s: float, phase: str, *, elapsed_s: float = 0.0) -> "Array":
    """Futures of the seconds that are left of a phase of which only a plan tells how long it takes."""
    from backfill_tui.progress.forecast import night

    return night.planned(min(duration_s, FURTHEST_S), phase, elapsed_s)


def later(futures: "Array", seconds: float) -> "Array":
    """The same futures so many seconds on; what should have ended by then ends now."""
    return (futures - seconds).clip(min=0.0)


def quantile(ascending: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies, linear between them; 0 of none."""
    if not ascending:
        return 0.0
    place = share * (len(ascending) - 1)
    low = int(place)
    high = min(low + 1, len(ascending) - 1)
    return ascending[low] + (ascending[high] - ascending[low]) * (place - low)
