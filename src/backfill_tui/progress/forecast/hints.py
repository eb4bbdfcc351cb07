"""What is said of a date before it is worked: whether it has work, and how much against the usual."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import chain

from backfill_tui.progress.forecast.situation import Situation
from backfill_tui.progress.forecast.worked import Took, Worked

_MOSTLY = 0.8
"""Sizes are used where so many of the dates with work have one."""


class Hints:
    """A calendar's word, else that of earlier runs."""

    def __init__(self, situation: Situation) -> None:
        self._calendar = situation.calendar
        earlier = list(chain.from_iterable(run.took for run in situation.history))
        self._outcomes = {one.day: one.heavy for one in earlier if one.day is not None}
        self._sizes, self.of_times = _sizes(situation.calendar, situation.history)
        """`of_times`: the sizes are the times that earlier runs took, so those can't tell what a size costs."""

    def said(self, day: date | None) -> bool | None:
        """Whether the date has work; None where nothing says so."""
        if day is None:
            return None
        if self._calendar is not None:
            return self._calendar.get(day, 0.0) > 0
        return self._outcomes.get(day)

    def size(self, day: date | None) -> float:
        """How much work a date with work has, 1 being usual; where that is not known it is."""
        return 1.0 if day is None else self._sizes.get(day, 1.0)


def _sizes(calendar: Mapping[date, float] | None, history: Sequence[Worked]) -> tuple[dict[date, float], bool]:
    """The size of each date, and whether it is but the time that earlier runs took."""
    weights = {day: weight for day, weight in (calendar or {}).items() if weight > 0}
    if len(set(weights.values())) > 1:
        return _usual_is_one([weights]), False
    heavies = [[one for one in run.took if one.heavy and one.day is not None] for run in history]
    told = [_told(run, by_size=True) for run in heavies if _have_sizes(run)]
    if told:
        return _usual_is_one(told), False
    return _usual_is_one([_told(run, by_size=False) for run in heavies]), True


def _have_sizes(took: Sequence[Took]) -> bool:
    return bool(took) and sum(one.size is not None for one in took) >= _MOSTLY * len(took)


def _told(took: Iterable[Took], *, by_size: bool) -> dict[date, float]:
    found = {}
    for one in took:
        amount = one.size if by_size else one.seconds
        if one.day is not None and amount is not None and amount > 0:
            found[one.day] = amount
    return found


def _usual_is_one(tellings: Sequence[Mapping[date, float]]) -> dict[date, float]:
    """The mean of what several tell of each date, each held against its own mean; outliers are drawn in."""
    sums: dict[date, tuple[float, int]] = {}
    for told in tellings:
        usual = sum(told.values()) / len(told) if told else 1.0
        for day, amount in told.items():
            total, count = sums.get(day, (0.0, 0))
            sums[day] = total + min(amount / usual, 4.0), count + 1
    return {day: total / count for day, (total, count) in sums.items()}
