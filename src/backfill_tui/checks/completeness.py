"""Completeness: which dates that should have rows have none. Pure.

Which dates should is told by the calendar, or by the file that lists the phase's dates. Of the others nobody knows
whether anything was due: then it passes only if it would whatever is due on them. Dates that the job left out on
purpose are not asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from backfill_tui.checks.bounds import bound_text, hold, limits_text, phrase
from backfill_tui.checks.metrics import Asked
from backfill_tui.checks.model import Check, Reason, Status
from backfill_tui.checks.subject import Subject
from backfill_tui.checks.unknown import unanswered, unseen
from backfill_tui.plan.ranges import Dates
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
            yield unseen(blank, suite, limits_text(limit.bound, limit.unit))
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
    due = tuple(day for day in days.due if day not in asked.days)
    worst, best = _extremes(limit, days, asked.days)
    passes = hold(worst, limit.bound).status is Status.PASS
    value = _value(limit, len(lacking), len(asked_for))
    found = replace(
        blank,
        value=value,
        dates=lacking,
        command=subject.retry_of(due) or () if due else (),  # nobody should fill what may not be due
        detail=_words(limit, value, lacking, len(asked_for), despite=passes),
    )
    if passes:
        return replace(found, status=Status.PASS)
    if hold(best, limit.bound).status is Status.FAIL:
        return replace(found, status=Status.FAIL, todo=AGAIN)
    lacking_in_doubt = tuple(day for day in days.doubtful if day not in asked.days)
    return _doubted(found, subject, lacking_in_doubt or days.doubtful)


def _value(limit: _Limit, lacking: int, of: int) -> float:
    if limit.name == MISSING:
        return lacking
    return 100.0 * (of - lacking) / of if of else 100.0


def _extremes(limit: _Limit, days: Expected, seen: frozenset[date]) -> tuple[float, float]:
    """The value if just those doubtful dates are due that have no row, and if just those are that have one."""
    due = sum(day not in seen for day in days.due)
    doubtful = sum(day not in seen for day in days.doubtful)
    worst = _value(limit, due + doubtful, len(days.due) + doubtful)
    best = _value(limit, due, len(days.due) + len(days.doubtful) - doubtful)
    return worst, best


def _words(limit: _Limit, value: float, lacking: tuple[date, ...], of: int, *, despite: bool) -> str:
    words = f"{phrase(value, limit.bound, unit=limit.unit)} of {_dates(of)}"
    if not lacking:
        return words
    if not despite:
        return f"{words}: {_names(lacking)}"
    have = "has" if len(lacking) == 1 else "have"
    return f"{words}; passes although {_dates(len(lacking))} {have} no row: {_names(lacking)}"


def _dates(count: int) -> str:
    return "1 date" if count == 1 else f"{count:,} dates"


def _doubted(found: Check, subject: Subject, doubtful: tuple[date, ...]) -> Check:
    """Unknown: whether anything was due on these dates is not known."""
    calendar = subject.calendar
    if calendar is None:
        why, todo = "without a calendar nobody knows whether they should have rows", "Give the plan a calendar."
    elif calendar.weights is None:
        why, todo = calendar.problem or "the calendar is not known yet", "Mend the calendar's query."
    elif calendar.source and calendar.span:
        why, todo = _beyond(calendar.source, calendar.span, doubtful)
    else:
        why = f"the calendar was not asked about {_names(doubtful)}"
        todo = "Give the phase `dates` in the plan, so that the calendar is asked for them."
    return replace(
        found, status=Status.UNKNOWN, reason=Reason.NO_CALENDAR, detail=f"{found.detail}; {why}", todo=todo
    )


def _beyond(source: str, span: Dates, doubtful: tuple[date, ...]) -> tuple[str, str]:
    """What a calendar file does not tell, and how it would: dates after its last row, else before its first."""
    after = tuple(day for day in doubtful if day > span[1])
    if after:
        why, far, how = f"{source} ends on {span[1]}", after[-1], "Continue it to"
    else:
        why, far, how = f"{source} begins on {span[0]}", doubtful[0], "Let it begin on"
    return (
        f"{why} and tells nothing of {_names(after or doubtful)}",
        f"{how} {far}; where nothing is due, a row `{far},0` says so.",
    )


def _names(days: tuple[date, ...]) -> str:
    rest = f" and {len(days) - _NAMED:,} more" if len(days) > _NAMED else ""
    return ", ".join(day.isoformat() for day in days[:_NAMED]) + rest
