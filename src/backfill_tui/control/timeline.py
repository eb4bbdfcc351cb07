"""The plan's expectation against what is forecast and what came: ahead, on track, delayed. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import UNFINISHED, WORK_DONE, PhaseState, Timeline
from backfill_tui.progress.prospect import PastForecast, Prospect

TOLERANCE = timedelta(minutes=15)
SHARE = 0.05
"""On track is within a quarter of an hour or a twentieth of what was expected, whichever is more (CONTRACT)."""

AN_HOUR = timedelta(hours=1)
_TOO_LONG_AGO = timedelta(hours=2)


def timeline(
    facts: PhaseFacts,
    state: PhaseState,
    prospect: Prospect | None,
    past: Sequence[PastForecast],
    now: datetime,
) -> Timeline | None:
    """None where the plan expects nothing of this phase and nothing has changed. Times are UTC."""
    now = now.astimezone(UTC)
    expected = _expected(facts)
    finish = _finish(facts, state, prospect, expected, now)
    changed_s = None if state not in UNFINISHED else _changed_s(prospect, past, now)
    start = _in_utc(facts.phase.expect.start_by)
    if expected is None:
        return None if start is None and changed_s is None else Timeline(None, None, None, start, changed_s)
    if finish is None:
        return Timeline(expected, None, None, start, changed_s)
    delta = finish - expected
    allowed = max(TOLERANCE, _length(facts, expected) * SHARE)
    assessment = "on_track" if abs(delta) <= allowed else "delayed" if delta > timedelta(0) else "ahead"
    return Timeline(expected, delta.total_seconds(), assessment, start, changed_s)


def _expected(facts: PhaseFacts) -> datetime | None:
    """When the plan expects it to be done: by the clock, else so long after it began or was to begin."""
    expect = facts.phase.expect
    if expect.finish_by is not None or expect.duration_s is None:
        return _in_utc(expect.finish_by)
    begun = _in_utc(_started(facts) or expect.start_by)
    return None if begun is None else begun + timedelta(seconds=expect.duration_s)


def _in_utc(at: datetime | None) -> datetime | None:
    """Between two times of one zone Python reckons by its clock, which is set at night."""
    return None if at is None else at.astimezone(UTC)


def _length(facts: PhaseFacts, expected: datetime) -> timedelta:
    """How long it was to take."""
    if facts.phase.expect.duration_s:
        return timedelta(seconds=facts.phase.expect.duration_s)
    started = _in_utc(_started(facts) or facts.phase.expect.start_by)
    return TOLERANCE if started is None else expected - started


def _started(facts: PhaseFacts) -> datetime | None:
    run = facts.run
    return run.started_at if run and run.started_at else facts.process.started_at


def _finish(
    facts: PhaseFacts, state: PhaseState, prospect: Prospect | None, expected: datetime | None, now: datetime
) -> datetime | None:
    """When it ended, if it did; else when it is forecast to, which is not in the past.

    What should have ended and has not is late by what has gone by since, whatever is forecast.
    """
    if state in UNFINISHED:
        if prospect is not None:
            return max(prospect.finish.p50, now)
        return now if expected is not None and now > expected else None
    run = facts.run
    if facts.account.claims_complete and run is not None and run.ended_at is not None:
        return run.ended_at
    attempt = facts.attempt or facts.ran
    return attempt.ended_at if attempt is not None and state in WORK_DONE else None


def _changed_s(prospect: Prospect | None, past: Sequence[PastForecast], now: datetime) -> float | None:
    """How much later its finish is forecast than an hour ago."""
    then = [one for one in past if now - _TOO_LONG_AGO <= one.at <= now - AN_HOUR]
    if prospect is None or not then:
        return None
    return (prospect.finish.p50 - then[-1].finish.p50).total_seconds()
