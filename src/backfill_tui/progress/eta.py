"""When will it be done: from an account, its runs, and what is known beforehand, to quantiles of the finish.

The reckoning is in `progress.forecast`, which is imported on use.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from backfill_tui.progress.account import Account
from backfill_tui.progress.calibration import UNCALIBRATED, Calibration
from backfill_tui.progress.sequence import PlacedRun

if TYPE_CHECKING:
    from backfill_tui.progress.forecast.simulate import Futures
    from backfill_tui.progress.forecast.worked import Worked


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


@dataclass(frozen=True, slots=True)
class History:
    """What runs of other nights took for their dates, oldest first."""

    runs: "tuple[Worked, ...]" = ()


def learn_history(runs: Sequence[PlacedRun]) -> History:
    """Study the runs of earlier logs."""
    from backfill_tui.progress.forecast.read_runs import history_of

    return History(history_of(runs))


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """The futures of an open run, as of when it was last heard of (aware)."""

    heard_at: datetime
    futures: "Futures"
    basis: str
    progress: float  # the share of its time that lies behind it, as far as is known; 0…1
    calibration: Calibration = UNCALIBRATED

    def remaining_s(self, now: datetime) -> list[float]:
        """Seconds from `now` to the end in each future, ascending.

        A future in which a date should have ended by now is put off: it ends right now, and all else later.
        """
        silent = (now - self.heard_at).total_seconds()
        late = (silent - self.futures.first_s).clip(0.0)
        found: list[float] = sorted((self.futures.ends_s + late - silent).clip(0.0).tolist())
        return found

    def at(self, now: datetime) -> Forecast:
        """The forecast at a moment."""
        left = self.remaining_s(now)
        said = quantile(left, 0.1), quantile(left, 0.5), quantile(left, 0.9)
        p10, p50, p90 = self.calibration.widened(*said, self.progress)
        return Forecast(
            finish_p10=now + timedelta(seconds=p10),
            finish_p50=now + timedelta(seconds=p50),
            finish_p90=now + timedelta(seconds=p90),
            remaining_p10_s=p10,
            remaining_p50_s=p50,
            remaining_p90_s=p90,
            basis=self.basis,
            calibrated=self.calibration.speaks_at(self.progress),
        )


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
    from backfill_tui.progress.forecast.fit import fit
    from backfill_tui.progress.forecast.read_runs import situation_of
    from backfill_tui.progress.forecast.simulate import simulate

    situation = situation_of(account, runs, calendar=calendar, history=history.runs if history else ())
    if situation is None or situation.run.last_at is None:
        return None
    learned = fit(situation)
    if learned is None:
        return None
    return Outlook(
        heard_at=situation.run.last_at,
        futures=simulate(situation, learned),
        basis=situation.basis,
        progress=learned.progress,
        calibration=calibration,
    )


def quantile(ascending: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies, linear between them; 0 of none."""
    if not ascending:
        return 0.0
    place = share * (len(ascending) - 1)
    low = int(place)
    high = min(low + 1, len(ascending) - 1)
    return ascending[low] + (ascending[high] - ascending[low]) * (place - low)


def share_below(ascending: Sequence[float], value: float) -> float:
    """The share of the values that do not exceed one: a probability, if they are futures."""
    return bisect_right(ascending, value) / len(ascending) if ascending else 0.0
