"""An alert about a log whose times can't be of the zone that they are taken for. Pure.

Naive times are read in the phase's `log_timezone`. Where that is another zone than the job's, durations, forecasts
and verdicts' freshness are off by hours, and nothing else would say so.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import Alert, Severity
from backfill_tui.control.rules.sight import NightSight, PhaseSight
from backfill_tui.control.words import span_words

_QUARTER_S = 900.0  # zones lie whole quarters of an hour apart
_LEEWAY_S = 120.0


def skewed(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """A line can't have been written after its file was, nor a run have begun before its process."""
    facts, now = one.facts, night.now
    ahead = _ahead_s(facts, now, night.limits.clock_skew_s)
    off = ahead if ahead is not None else _behind_s(facts, now)
    if off is None:
        return
    where = "ahead of" if ahead is not None else "behind"
    yield Alert(
        id=f"clock:{one.name}",
        severity=Severity.WARNING,
        phase=one.name,
        since=facts.begun_at or now,
        title=f"{one.name}: its log's times lie {span_words(off)} {where} the clock",
        detail=f"They are read as {facts.phase.log_timezone.key}. What compares them with the clock is off by as"
        " much: when it began and ended, how fresh verdicts are, which dates are suspect.",
        action="Give the phase the `log_timezone` that its job prints in.",
    )


def _ahead_s(facts: PhaseFacts, now: datetime, leeway_s: float) -> float | None:
    grown, last = facts.log_grown_at(now), facts.account.last_line_at
    if grown is None or last is None:
        return None
    ahead = (last - grown).total_seconds()
    return ahead if ahead > leeway_s else None


def _behind_s(facts: PhaseFacts, now: datetime) -> float | None:
    """Whole quarters of an hour between the start of its run by its log and by its process."""
    ours, began, grown = facts.launched(now), facts.last_run_at, facts.log_grown_at(now)
    started = ours.started_at if ours is not None else facts.process.started_at
    if started is None or began is None or grown is None:
        return None
    if grown < started + timedelta(seconds=1):
        return None  # it has printed nothing yet: the run is an earlier one
    told = (started - began).total_seconds()
    behind = round(told / _QUARTER_S) * _QUARTER_S
    if behind <= 0 or abs(told - behind) >= _LEEWAY_S:
        return None
    return behind if ours is not None or _last_line_agrees(facts, grown, behind) else None


def _last_line_agrees(facts: PhaseFacts, grown: datetime, behind_s: float) -> bool:
    """Whether its last line is as old, for the file that it was just written to.

    The run may be an earlier one, where a process was only found: then its last line is older by something else.
    """
    last = facts.account.last_line_at
    return last is not None and abs((grown - last).total_seconds() - behind_s) < _LEEWAY_S
