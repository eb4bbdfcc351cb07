"""Completeness: which dates that should have rows have none. Pure.

Which dates should is told by the calendar, or by the file that lists the phase's dates. Of the others nobody knows
whether anything was due: then it passes only if it would whatever is due on them. Dates that the job left out on
purpose are not asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from backfill_tui.checks.bounds import bound_text, hold, phrase
from backfill_tui.checks.metrics import Asked, unanswered, unseen
from backfill_tui.checks.model import Check, Reason, Status
from backfill_tui.checks.subject import Subject
from backfill_tui.plan.resolved import Bound, Completeness, Suite
from backfill_tui.progress.account import UnitState

MISSING, COVERAGE = "missing_dates", "coverage"
AGAIN = "Run the dates without a row again."
_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Limit:
    name: str
    bound: Bound
    unit: str | None


@dataclass(frozen=True, slots=True)
class Expected:
    """The dates that should have rows, in order, and those of which nobody knows whether they should."""

    due: tuple[date, ...]
    doubtful: tuple[date, ...]


def completeness_checks(suite: Suite, wanted: Completeness, subject: Subject, asked: Asked) -> Iterator[Check]:
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
        if asked.error is not None:
            yield unanswered(blank, asked.error, suite.table)
        elif not asked.rows:
            yield unseen(blank, suite)
        else:
            yield _check(blank, limit, subject, asked)


def expected(subject: Subject) -> Expected:
    """Which dates should have rows: with work by the calendar, or listed; and not skipped on purpose."""
    skipped = {
        day
        for account in subject.accounts.values()
        for day, unit in account.units.items()
        if unit.state is UnitState.SKIPPED
    }
    days = [day for day in subject.days if day not in skipped]
    calendar = subject.calendar
    if calendar is None or calendar.weights is None:
        return Expected(tuple(days), ()) if subject.listed is not None else Expected((), tuple(days))
    return Expected(
        tuple(day for day in days if calendar.has_work(day)),
        tuple(day for day in days if not calendar.knows(day)),
    )


def _limits(wanted: Completeness) -> Iterator[_Limit]:
    if wanted.missing_at_most is not None:
        yield _Limit(MISSING, Bound(at_most=float(wanted.missing_at_most)), None)
    if wanted.coverage_at_least is not None:
        yield _Limit(COVERAGE, Bound(at_least=round(100.0 * wanted.coverage_at_least, 9)), "%")


def _check(blank: Check, limit: _Limit, subject: Subject, asked: Asked) -> Check:
    days = expected(subject)
    asked_for = sorted((*days.due, *days.doubtful))
    if not asked_for:
        detail = "the calendar has no date with work in this range"
        todo = "Compare the phase's dates with the calendar's."
        return replace(blank, reason=Reason.NO_CALENDAR, detail=detail, todo=todo)
    lacking = tuple(day for day in asked_for if day not in asked.days)
    value = _value(limit, lacking, len(asked_for))
    status = hold(value, limit.bound).status
    found = replace(
        blank,
        value=value,
        dates=lacking,
        command=subject.retry_of(lacking) or () if lacking else (),
        detail=_words(limit, value, lacking, len(asked_for)),
    )
    doubtful = set(lacking).intersection(days.doubtful)
    surely = _value(limit, tuple(day for day in lacking if day not in doubtful), len(asked_for))
    if doubtful and not (status is Status.PASS and limit.name == MISSING):
        if limit.name == MISSING and hold(surely, limit.bound).status is Status.FAIL:
            return replace(found, status=Status.FAIL, todo=AGAIN)
        return _doubted(found, subject, tuple(sorted(doubtful)))
    return replace(found, status=status, todo=None if status is Status.PASS else AGAIN)


def _value(limit: _Limit, lacking: tuple[date, ...], of: int) -> float:
    return len(lacking) if limit.name == MISSING else 100.0 * (of - len(lacking)) / of


def _words(limit: _Limit, value: float, lacking: tuple[date, ...], of: int) -> str:
    dates = "1 date" if of == 1 else f"{of:,} dates"
    words = f"{phrase(value, limit.bound, unit=limit.unit)} of {dates}"
    return f"{words}: {_names(lacking)}" if lacking else words


def _doubted(found: Check, subject: Subject, doubtful: tuple[date, ...]) -> Check:
    """Unknown: whether anything was due on these dates is not known."""
    calendar = subject.calendar
    if calendar is None:
        why, todo = "without a calendar nobody knows whether they should have rows", "Give the plan a calendar."
    elif calendar.weights is None:
        why, todo = calendar.problem or "the calendar is not known yet", "Mend the calendar's query."
    else:
        why = f"the calendar was not asked about {_names(doubtful)}"
        todo = "Give the phase `dates` in the plan, so that the calendar is asked for them."
    return replace(
        found, status=Status.UNKNOWN, reason=Reason.NO_CALENDAR, detail=f"{found.detail}; {why}", todo=todo
    )


def _names(days: tuple[date, ...]) -> str:
    rest = f" and {len(days) - _NAMED:,} more" if len(days) > _NAMED else ""
    return ", ".join(day.isoformat() for day in days[:_NAMED]) + rest
