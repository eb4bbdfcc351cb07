"""The plan's expectation against the forecast: ahead, on track, delayed."""

from datetime import datetime, timedelta

from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import Timeline

TOLERANCE = timedelta(minutes=15)
SHARE = 0.05
"""On track is within a quarter of an hour or a twentieth of what was expected, whichever is more (CONTRACT)."""


def timeline(facts: PhaseFacts) -> Timeline | None:
    """None where the plan expects nothing of this phase."""
    expect = facts.phase.expect
    started = _started(facts)
    expected = expect.finish_by
    if expected is None and expect.duration_s is not None and started is not None:
        expected = started + timedelta(seconds=expect.duration_s)
    if expected is None:
        return None
    finish = _finish(facts)
    if finish is None:
        return Timeline(expected, None, None)
    delta = finish - expected
    length = (
        timedelta(seconds=expect.duration_s) if expect.duration_s else expected - started if started else TOLERANCE
    )
    allowed = max(TOLERANCE, length * SHARE)
    assessment = "on_track" if abs(delta) <= allowed else "delayed" if delta > timedelta(0) else "ahead"
    return Timeline(expected, delta.total_seconds(), assessment)


def _started(facts: PhaseFacts) -> datetime | None:
    run = facts.run
    return run.started_at if run and run.started_at else facts.process.started_at


def _finish(facts: PhaseFacts) -> datetime | None:
    """When it ended, if it is complete; else when it is forecast to."""
    run = facts.run
    if facts.account.claims_complete and run is not None and run.ended_at is not None:
        return run.ended_at
    return facts.forecast.finish_p50 if facts.forecast else None
