"""Of two writers of one table, who comes last to each day: the one whose rows are there in the end. Pure.

What has been written is read from their accounts; what has not is reckoned from where they are and how fast they
go.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import NOT_BEGUN, LastWord, PhaseState
from backfill_tui.plan.ranges import every_day
from backfill_tui.plan.resolved import Phase
from backfill_tui.progress.account import UnitState

_WRITTEN = frozenset({UnitState.DONE, UnitState.EMPTY})
"""Outcomes after which the day's rows are this writer's, if there are any: jobs replace a whole day."""

_AHEAD = frozenset({UnitState.RUNNING, UnitState.PENDING})


@dataclass(frozen=True, slots=True)
class Course:
    """One writer's way over its days: when it wrote those behind it, and the order of those before it.

    Times are aware. `pace` is how long a day takes; None: not known. `later`: it begins once the other is done.
    """

    behind: Mapping[date, datetime | None]
    ahead: Sequence[date]
    pace: timedelta | None = None
    later: bool = False


def course_of(facts: PhaseFacts, state: PhaseState) -> Course | None:
    """The way of a phase; None where its days are not known by name, or what became of them is still being read."""
    if not facts.history_complete:
        return None
    if state in NOT_BEGUN:
        days = _planned(facts.phase)
        return None if days is None else Course({}, days, later=True)
    units = facts.account.units
    if not units:
        return None
    pace = timedelta(hours=1 / facts.rate_per_hour) if facts.rate_per_hour else None
    return Course(
        behind={day: unit.at for day, unit in units.items() if unit.state in _WRITTEN},
        ahead=sorted(day for day, unit in units.items() if unit.state in _AHEAD),
        pace=pace,
    )


def last_word(one: Course, other: Course, common: tuple[date, date], now: datetime) -> LastWord:
    """Who comes last to each day in common, if both go on as they do now."""
    mine, theirs = _Clock(one, now), _Clock(other, now)
    days, so_far, unknown = [0, 0], [0, 0], 0
    for day in every_day(*common):
        last = _last_to(day, mine, theirs)
        if last == _NOBODY:
            continue
        if last is None:
            unknown += 1
            continue
        days[last] += 1
        so_far[last] += day in one.behind and day in other.behind
    why = "how fast they go is not known yet" if unknown else ""
    return LastWord((days[0], days[1]), unknown, (so_far[0], so_far[1]), why)


_NOBODY = -1


class _Clock:
    """When a writer has written, or will write, a day."""

    def __init__(self, course: Course, now: datetime) -> None:
        self.course = course
        self._now = now
        self._place = {day: place for place, day in enumerate(course.ahead, start=1)}

    def writes(self, day: date) -> bool:
        """Whether it has written it, or will."""
        return day in self._place or day in self.course.behind

    def is_ahead(self, day: date) -> bool:
        """Whether it will."""
        return day in self._place

    def at(self, day: date) -> datetime | None:
        """When; None where that is not known."""
        if day not in self._place:
            return self.course.behind.get(day)
        pace = self.course.pace
        return None if pace is None else self._now + self._place[day] * pace


def _last_to(day: date, one: _Clock, other: _Clock) -> int | None:
    """0 or 1; None where that can't be told; _NOBODY where neither writes it."""
    if not (one.writes(day) and other.writes(day)):
        return 0 if one.writes(day) else 1 if other.writes(day) else _NOBODY
    if one.is_ahead(day) != other.is_ahead(day):
        return 0 if one.is_ahead(day) else 1
    if one.is_ahead(day) and one.course.later != other.course.later:
        return 0 if one.course.later else 1
    mine, theirs = one.at(day), other.at(day)
    if mine is None or theirs is None or mine == theirs:
        return None
    return 0 if mine > theirs else 1


def _planned(phase: Phase) -> Sequence[date] | None:
    if phase.listed_dates is not None:
        return phase.listed_dates
    return None if phase.dates is None else tuple(every_day(*phase.dates))
