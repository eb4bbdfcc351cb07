"""When will it be done: one function, `forecast`, from what is left and what was seen to finish quantiles."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from backfill_tui.progress.account import Account, RunEnd, UnitState
from backfill_tui.progress.cost import Costs, learn
from backfill_tui.progress.pace import HEAVY, LEAST_UNITS, completions
from backfill_tui.progress.sequence import PlacedRun, leading

_Z80 = 1.2816
"""The 90 % quantile of the normal distribution: between minus and plus this lie 80 %."""

_DRIFT = 0.05
"""How much a night's speed changes for reasons that no earlier date shows, as a share of what remains."""


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
    """What earlier runs taught: which dates had work, and what a date cost."""

    heavy: Mapping[date, bool] = field(default_factory=dict)
    costs: Costs = field(default_factory=lambda: Costs(None, None))


def learn_history(runs: Sequence[PlacedRun]) -> History:
    """Study the runs of earlier logs."""
    heavy = {day: unit.outcome in HEAVY for run in runs for day, unit in run.trace.outcomes.items()}
    lead = leading(runs)
    return History(heavy, learn(completions(runs), (lead.trace.workers or 1) if lead else 1))


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is left of an open run, without a clock: seconds of work, their variance, and the unit in progress."""

    mean_s: float
    variance: float
    basis: str
    unit_since: datetime | None  # when the unit in progress began
    unit_s: float  # what such a unit usually takes

    def at(self, now: datetime) -> Forecast:
        """The forecast at a moment. Of the unit in progress at most the half is taken to be behind it."""
        spent = 0.0
        if self.unit_since is not None:
            spent = min(max(0.0, (now - self.unit_since).total_seconds()), self.unit_s / 2)
        mean = max(0.0, self.mean_s - spent)
        spread = math.hypot(math.sqrt(self.variance) / mean, _DRIFT) if mean > 0 else 0.0
        low, high = mean * math.exp(-_Z80 * spread), mean * math.exp(_Z80 * spread)
        p10, p50, p90 = (now + timedelta(seconds=seconds) for seconds in (low, mean, high))
        return Forecast(p10, p50, p90, low, mean, high, self.basis)


def forecast(
    account: Account,
    runs: Sequence[PlacedRun],
    *,
    now: datetime,
    calendar: Mapping[date, float] | None = None,
    history: History | None = None,
) -> Forecast | None:
    """The forecast of an open run at `now`; None while nothing is open, nothing is left, or too little was seen."""
    ahead = outlook(account, runs, calendar=calendar, history=history)
    return ahead.at(now) if ahead else None


def outlook(
    account: Account,
    runs: Sequence[PlacedRun],
    *,
    calendar: Mapping[date, float] | None = None,
    history: History | None = None,
) -> Outlook | None:
    """What is left of an open run; None while nothing is open, nothing is left, or too little was seen.

    The remaining time is the sum of the costs of what is left; its spread comes from the spread of those costs,
    from not knowing which dates have work, and from drift. It is not calibrated.
    """
    lead = leading(runs)
    if lead is None or lead.ended is not RunEnd.OPEN:
        return None
    done = completions(runs)
    costs = learn(done, lead.trace.workers or 1)
    if len(done) < LEAST_UNITS or costs == Costs(None, None):
        return None
    chances, basis = _chances(account, calendar, history)
    if not chances:
        return None
    heavies = sum(chances)
    unit = account.units.get(account.current_date) if account.current_date else None
    return Outlook(
        mean_s=sum(costs.mean(p) for p in chances),
        variance=sum(costs.variance(p) for p in chances) + costs.uncertainty(heavies, len(chances) - heavies),
        basis=basis,
        unit_since=unit.at if unit else None,
        unit_s=costs.mean(1.0),
    )


def _chances(
    account: Account, calendar: Mapping[date, float] | None, history: History | None
) -> tuple[list[float], str]:
    """For each unit that is left, the chance that it has work; and what that rests on."""
    left = [day for day, unit in account.units.items() if unit.state in {UnitState.PENDING, UnitState.RUNNING}]
    unnamed = max(0, (account.counts.pending or 0) + (account.counts.running or 0) - len(left))
    seen = {
        day: unit.state is not UnitState.EMPTY
        for day, unit in account.units.items()
        if unit.state in {UnitState.DONE, UnitState.EMPTY, UnitState.FAILED}
    }
    shares = _Shares({**(history.heavy if history else {}), **seen})
    if calendar is not None:
        return [1.0 if calendar.get(day, 0) > 0 else 0.0 for day in left] + [1.0] * unnamed, "calendar"
    known = history.heavy if history else {}
    chances = [float(known[day]) if day in known else shares.of(day) for day in left]
    return chances + [shares.overall] * unnamed, "history" if history and history.heavy else "learned"


class _Shares:
    """How often a date has work: by the month of the year where it was seen, else in all."""

    def __init__(self, seen: Mapping[date, bool]) -> None:
        months: dict[int, list[bool]] = defaultdict(list)
        for day, heavy in seen.items():
            months[day.month].append(heavy)
        self.overall = sum(seen.values()) / len(seen) if seen else 1.0
        self._months = {month: (sum(days) + 2 * self.overall) / (len(days) + 2) for month, days in months.items()}

    def of(self, day: date) -> float:
        """The share of dates like this one that had work, 0…1."""
        return self._months.get(day.month, self.overall)
