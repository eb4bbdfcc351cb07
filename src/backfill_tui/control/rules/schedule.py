"""Alerts about the plan's times: not begun in time, forecast too late, and the deadline. Pure."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from backfill_tui.control.model import TO_BEGIN, UNDER_WAY, UNFINISHED, Alert, PhaseState, Severity
from backfill_tui.control.rules.sight import NightSight, PhaseSight
from backfill_tui.control.rules.wording import capital, percent
from backfill_tui.control.words import clock, span_words
from backfill_tui.progress.prospect import DeadlineProspect, Moments, PastForecast

_OFF_BY = 2.0
"""What a run's first forecasts say is left has been so many times what was left (benchmarks/alerts.py)."""


def not_begun(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """It should have begun by now, by the plan."""
    by = one.facts.phase.expect.start_by
    if by is None or night.now <= by or one.state not in TO_BEGIN or one.facts.run is not None:
        return
    over = span_words((night.now - by).total_seconds())
    yield Alert(
        id=f"start:{one.name}",
        severity=Severity.WARNING,
        phase=one.name,
        since=by,
        title=f"{one.name} has not begun",
        detail=f"The plan expects it to begin by {clock(by, night.now)}; that was {over} ago. {capital(one.why)}.",
        action=_how_to_start(one),
    )


def _how_to_start(one: PhaseSight) -> str:
    launch = f"backfill-tui launch {one.name}"
    if one.facts.phase.command is None:
        return "Start it where it is started from. What is seen of it: backfill-tui status"
    if one.state is PhaseState.READY:
        return f"Start it: {launch}"
    return f"See what it waits for: backfill-tui status. To start it all the same: {launch} --override REASON"


def late(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """Its forecast lies after what the plan expects, or that time has gone by."""
    line, prospect = one.timeline, one.prospect
    expected = line.expected_finish if line is not None else None
    if expected is None or one.state not in UNFINISHED:
        return
    too_late = expected + timedelta(seconds=night.limits.late_by_s)
    finish = max(prospect.finish.p50, night.now) if prospect is not None else night.now
    if finish <= too_late:
        return
    over = span_words((finish - expected).total_seconds())
    will = prospect is not None
    how = f"It is forecast to be done at {clock(finish, night.now)}" if will else "It is not done"
    yield Alert(
        id=f"late:{one.name}",
        severity=Severity.WARNING,
        phase=one.name,
        since=_foreseen(one.past, min(night.now, too_late), lambda then: then.p50 > too_late),
        title=f"{one.name} {'will be' if will else 'is'} late by {over}",
        detail=f"{how}, {over} after what the plan expects ({clock(expected, night.now)}).{_frozen(one)}",
        action="Tell who waits for it, or stop what is not needed. What it leads to: backfill-tui status",
    )


def _foreseen(past: Sequence[PastForecast], latest: datetime, is_bad: Callable[[Moments], bool]) -> datetime:
    """Since when forecasts have said it without a break; `latest` where no earlier one did."""
    since = latest
    for one in reversed(past):
        if not is_bad(one.finish):
            break
        since = min(since, one.at)
    return since


def _frozen(one: PhaseSight) -> str:
    return " It stands still: the forecast is of before that." if one.prospect and one.prospect.frozen else ""


def deadline(night: NightSight) -> Iterator[Alert]:
    """Hardly any future meets it, or it has gone by; not while a log is still being read, which may tell more."""
    due = night.deadline if all(one.facts.history_complete for one in night.phases) else None
    if due is None or due.probability is None or due.probability >= 1.0 - night.limits.deadline_risk:
        return
    missed = night.now > due.by
    past = next((one.past for one in night.phases if one.name == due.phase and not due.of_start), ())
    met_by = "begin" if due.of_start else "be done"
    yield Alert(
        id="deadline",
        severity=Severity.CRITICAL if _is_sure(night, due) and not _came(night, due) else Severity.WARNING,
        phase=due.phase,
        since=due.by if missed else _foreseen(past, night.now, lambda then: then.p10 > due.by),
        title="The deadline was missed" if missed else "The deadline will hardly be met",
        detail=f"{due.phase} was to {met_by} by {clock(due.by, night.now)}."
        if missed
        else f"{due.phase} is to {met_by} by {clock(due.by, night.now)}; the probability is {_likely(due)}.",
        action="Tell who waits for it; decide what can be left out or done later. "
        "What it waits for: backfill-tui status",
    )


def _came(night: NightSight, due: DeadlineProspect) -> bool:
    """Whether what it is about has happened, if late: there is nothing to be done about it any more."""
    state = next((one.state for one in night.phases if one.name == due.phase), PhaseState.UNKNOWN)
    return state not in UNFINISHED or (due.of_start and state in UNDER_WAY)


def _is_sure(night: NightSight, due: DeadlineProspect) -> bool:
    """Whether it is missed even if a forecast that nothing has been held against is off as far as such ones are."""
    if due.calibrated or due.moment is None:
        return True
    return due.moment.p10 - night.now > _OFF_BY * (due.by - night.now)


def _likely(due: DeadlineProspect) -> str:
    told = "below 1 %" if (due.probability or 0.0) < 0.01 else percent(due.probability or 0.0)
    return told if due.calibrated else f"{told} (not calibrated yet)"
