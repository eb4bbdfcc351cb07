"""What a suite is run on: a phase's range, the accounts its progress is read from, the calendar. Values only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from backfill_tui.plan.resolved import JudgingCommand
from backfill_tui.progress.account import Account


@dataclass(frozen=True, slots=True)
class Subject:
    """One phase as a suite looks at it.

    `dates` is the range that is bound, both ends included; `listed` the single dates where a file lists them.
    `accounts` are those whose progress counts, by the name of their phase. `calendar` is the work due a date.
    `argv_of` fills in a judging command; `retry_of` gives the command that does dates again, if the plan has one.
    """

    phase: str
    plan: str = ""
    dates: tuple[date, date] | None = None
    listed: tuple[date, ...] | None = None
    accounts: Mapping[str, Account] = field(default_factory=dict)
    calendar: Mapping[date, float] | None = None
    argv_of: Callable[[JudgingCommand], tuple[str, ...]] = lambda command: command.run
    retry_of: Callable[[tuple[date, ...]], tuple[str, ...] | None] = lambda _: None

    @property
    def days(self) -> tuple[date, ...]:
        """Every date that it is about: those listed, else all of the range."""
        if self.listed is not None:
            return self.listed
        if self.dates is None:
            return ()
        first, last = self.dates
        return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
