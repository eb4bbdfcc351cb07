"""The quality of a phase's data: its dates against those that should have some. Its checks are its suites' own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from backfill_tui.checks.model import Check, Status
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.plan.ranges import every_day
from backfill_tui.progress.account import UnitState
from backfill_tui.views.report_sections import CoverageReport, QualityReport

_COMPLETENESS = "completeness"
_OPEN = frozenset({UnitState.PENDING, UnitState.RUNNING})


def quality_of(snapshot: Snapshot) -> tuple[QualityReport, ...]:
    """Of every phase that has dates, or suites that judge what it wrote; in the plan's order."""
    return tuple(QualityReport(view.name, _coverage(snapshot, view)) for view in snapshot.phases if _has_data(view))


def _has_data(view: PhaseView) -> bool:
    return view.dates is not None or any(not suite.is_input for suite in view.suites)


@dataclass(frozen=True, slots=True)
class _Due:
    """The dates that should have data; why they are not known, as a clause."""

    days: tuple[date, ...] | None
    why: str = ""


def _coverage(snapshot: Snapshot, view: PhaseView) -> CoverageReport:
    """By the table where its dates were asked for, and that still counts; else by what log and checkpoint say."""
    due = _due(snapshot, view)
    asked = _asked(view)
    if asked is not None:
        return _by_table(due, asked)
    if due.days is None:
        return CoverageReport(None, None, None, (), None, due.why)
    units = view.account.units
    if not units:
        return CoverageReport(len(due.days), None, None, (), None, "nothing is known of its dates yet")
    states = [(day, units[day].state if day in units else UnitState.PENDING) for day in due.days]
    return CoverageReport(
        due=len(due.days),
        covered=sum(state is UnitState.DONE for _, state in states),
        basis="log",
        lacking=tuple(day for day, state in states if state is not UnitState.DONE and state not in _OPEN),
        to_come=sum(state in _OPEN for _, state in states),
    )


def _asked(view: PhaseView) -> Check | None:
    """The newest answer to which dates have no row, if it still counts."""
    found = [
        (suite.result.at, check)
        for suite in view.suites
        if suite.result is not None and not suite.is_input and not suite.stale
        for check in suite.result.checks
        if check.kind == _COMPLETENESS and check.value is not None and check.status is not Status.UNKNOWN
    ]
    return max(found, key=lambda one: one[0])[1] if found else None


def _by_table(due: _Due, asked: Check) -> CoverageReport:
    lacking = asked.dates
    if due.days is None or not set(lacking) <= set(due.days):
        return CoverageReport(None, None, "table", lacking, None, asked.detail)
    return CoverageReport(len(due.days), len(due.days) - len(lacking), "table", lacking, 0)


def _due(snapshot: Snapshot, view: PhaseView) -> _Due:
    """The dates with work; not those that the job left out on purpose."""
    phase = snapshot.seen.phases.get(view.name)
    skipped = {day for day, unit in view.account.units.items() if unit.state is UnitState.SKIPPED}
    if phase is not None and phase.listed_dates is not None:
        return _Due(tuple(day for day in phase.listed_dates if day not in skipped))
    if view.dates is None:
        return _Due(None, "its dates are not known")
    days = [day for day in every_day(*view.dates) if day not in skipped]
    calendar = snapshot.seen.calendar
    if calendar is None or calendar.weights is None:
        return _of_weights(view, days, calendar.problem if calendar else "the plan has no calendar")
    if unknown := [day for day in days if not calendar.knows(day)]:
        return _Due(None, f"the calendar tells nothing of {len(unknown):,} of its dates")
    return _Due(tuple(day for day in days if calendar.has_work(day)))


def _of_weights(view: PhaseView, days: Iterable[date], why: str) -> _Due:
    if view.calendar is None:
        return _Due(None, why or "the calendar is not known yet")
    weights = view.calendar
    return _Due(tuple(day for day in days if weights.get(day, 0) > 0))
