"""What a suite is run on: a phase's range, the accounts its progress is read from, the calendar. Values only."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from backfill_tui.plan.ranges import Dates, every_day
from backfill_tui.plan.resolved import JudgingCommand
from backfill_tui.progress.account import Account


@dataclass(frozen=True, eq=False)
class WorkCalendar:
    """Which dates carry work, as far as is known.

    `span` is what was asked for, or the first and the last row of a file, which is then the `source`: of dates
    outside nothing is known; None, it tells of all dates. Where `weights` is None nothing is known at all, and
    `problem` says why, as a clause.
    """

    weights: Mapping[date, float] | None
    span: Dates | None = None
    problem: str = ""
    source: str = ""
    _digests: dict[Dates, str] = field(default_factory=dict)

    def knows(self, day: date) -> bool:
        """Whether it tells of that day."""
        return self.weights is not None and (self.span is None or self.span[0] <= day <= self.span[1])

    def has_work(self, day: date) -> bool:
        """Whether that day carries work; False for one that it does not know."""
        return self.weights is not None and self.knows(day) and self.weights.get(day, 0) > 0

    def digest(self, dates: Dates) -> str:
        """A digest of the dates with work in a range, and of how much of the range it tells of if not of all."""
        if dates not in self._digests:
            days = sorted(day for day in self.weights or () if dates[0] <= day <= dates[1] and self.has_work(day))
            if self.span is not None and not (self.knows(dates[0]) and self.knows(dates[1])):
                days = [*days, *self.span]
            text = ",".join(day.isoformat() for day in days)
            self._digests[dates] = hashlib.sha256(text.encode()).hexdigest()[:16]
        return self._digests[dates]


@dataclass(frozen=True, slots=True)
class Subject:
    """One phase as a suite looks at it.

    `dates` is the range that is bound, both ends included; `listed` the single dates where a file lists them.
    `accounts` are those whose progress counts, by the name of their phase. `place` tells apart what is judged
    besides: the warehouse, the logs and checkpoints. `argv_of` fills in a judging command; `retry_of` gives the
    command that does dates again, if the plan has one.
    """

    phase: str
    plan: str = ""
    dates: Dates | None = None
    listed: tuple[date, ...] | None = None
    accounts: Mapping[str, Account] = field(default_factory=dict)
    calendar: WorkCalendar | None = None
    place: tuple[str, ...] = ()
    argv_of: Callable[[JudgingCommand], tuple[str, ...]] = lambda command: command.run
    retry_of: Callable[[tuple[date, ...]], tuple[str, ...] | None] = lambda _: None

    @property
    def days(self) -> tuple[date, ...]:
        """Every date that it is about: those listed, else all of the range."""
        if self.listed is not None:
            return self.listed
        return tuple(every_day(*self.dates)) if self.dates is not None else ()
