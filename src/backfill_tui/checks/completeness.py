"""Completeness: which dates that should have rows have none. Pure.

Which dates should is told by the calendar. Without one it is unknown as soon as a date has no row, for nobody knows
whether anything was due that day. Dates that the job left out on purpose are not asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from backfill_tui.checks.bounds import bound_text, hold, phrase
from backfill_tui.checks.metrics import NO_ROWS, Asked, unanswered
from backfill_tui.checks.model import Check, Reason, Status
from backfill_tui.checks.subject import Subject
from backfill_tui.plan.resolved import Bound, Completeness
from backfill_tui.progress.account import UnitState

MISSING, COVERAGE = "missing_dates", "coverage"
_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Limit:
    name: str
    bound: Bound
    unit: str | None


def completeness_checks(wanted: Completeness, subject: Subject, asked: Asked) -> Iterator[Check]:
    """One check a limit: the number of dates without a row, the share (in percent) of those with rows."""
    for limit in _limits(wanted):
        blank = Check(
            limit.name,
            "completeness",
            wanted.severity,
            Status.UNKNOWN,
            bound=bound_text(limit.bound),
            unit=limit.unit,
        )
        yield _check(blank, limit, subject, asked)


def _limits(wanted: Completeness) -> Iterator[_Limit]:
    if wanted.missing_at_most is not None:
        yield _Limit(MISSING, Bound(at_most=float(wanted.missing_at_most)), None)
    if wanted.coverage_at_least is not None:
        yield _Limit(COVERAGE, Bound(at_least=round(100.0 * wanted.coverage_at_least, 9)), "%")


def _check(blank: Check, limit: _Limit, subject: Subject, asked: Asked) -> Check:
    if asked.error is not None:
        return unanswered(blank, asked.error)
    if not asked.rows:
        return replace(blank, reason=Reason.NO_ROWS, detail=NO_ROWS)
    expected = expected_days(subject)
    if not expected:
        return replace(
            blank,
            reason=Reason.NO_CALENDAR,
            detail="the calendar has no date with work in this range",
            todo="Compare the phase's dates with the calendar's.",
        )
    lacking = tuple(day for day in expected if day not in asked.days)
    share = 100.0 * (len(expected) - len(lacking)) / len(expected)
    value = len(lacking) if limit.name == MISSING else share
    found = replace(blank, value=value, dates=lacking, command=subject.retry_of(lacking) or () if lacking else ())
    words = f"{phrase(value, limit.bound, unit=limit.unit)} of {len(expected):,} dates"
    if lacking and subject.calendar is None:
        return replace(
            found,
            reason=Reason.NO_CALENDAR,
            detail=f"{words}: {_names(lacking)}; without a calendar nobody knows whether they should have rows",
            todo="Give the plan a calendar.",
        )
    status = hold(value, limit.bound).status
    detail = f"{words}: {_names(lacking)}" if lacking else words
    todo = None if status is Status.PASS else "Run the dates without a row again."
    return replace(found, status=status, detail=detail, todo=todo)


def expected_days(subject: Subject) -> tuple[date, ...]:
    """The dates that should have rows, in order: with work by the calendar, and not skipped on purpose."""
    skipped = {
        day
        for account in subject.accounts.values()
        for day, unit in account.units.items()
        if unit.state is UnitState.SKIPPED
    }
    days = [day for day in subject.days if day not in skipped]
    if subject.calendar is None:
        return tuple(days)
    return tuple(day for day in days if subject.calendar.get(day, 0) > 0)


def _names(days: tuple[date, ...]) -> str:
    rest = f" and {len(days) - _NAMED:,} more" if len(days) > _NAMED else ""
    return ", ".join(day.isoformat() for day in days[:_NAMED]) + rest
