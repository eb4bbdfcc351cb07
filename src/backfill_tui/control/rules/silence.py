"""The alert about a job that stands still: silent for longer than its dates take, while its process lives. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from backfill_tui.control.model import Alert, PhaseState, Severity
from backfill_tui.control.rules.sight import NightSight, PhaseSight
from backfill_tui.control.rules.wording import capital, end_of_log
from backfill_tui.control.words import span_words

_IDLE = timedelta(minutes=10)
_IDLE_PERCENT = 0.5  # of one core: what a waiting interpreter uses


def stalled(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """Critical where it lives and is silent beyond what nearly all dates of its class take; else a warning.

    Nothing where its date in flight may well take that long, or its checkpoint is being written.
    """
    if one.state is not PhaseState.STALLED:
        return
    facts = one.facts
    silent_s = facts.silent_s(night.now) or 0.0
    held = facts.process.stopped
    usual_s = one.silence_s
    limit_s = night.limits.stall_after_s if usual_s is None else max(night.limits.stall_after_s, usual_s)
    if not held and (silent_s <= limit_s or _checkpoint_grows(one, night.now, limit_s)):
        return
    sure = bool(facts.alive) and usual_s is not None and silent_s > limit_s
    yield Alert(
        id=f"stalled:{one.name}",
        severity=Severity.CRITICAL if sure else Severity.WARNING,
        phase=one.name,
        since=night.now - timedelta(seconds=silent_s),
        title=f"{one.name} stands still",
        detail=_detail(one, night.now),
        action=_action(one),
    )


def idle(one: PhaseSight, now: datetime) -> bool:
    """Whether it has used no processor for ten minutes."""
    measured = [sample for sample in one.samples if sample.cpu_percent is not None]
    last = [sample for sample in measured if now - sample.at < _IDLE]
    long_enough = bool(measured) and now - measured[0].at >= _IDLE
    return long_enough and bool(last) and all((sample.cpu_percent or 0.0) < _IDLE_PERCENT for sample in last)


def _checkpoint_grows(one: PhaseSight, now: datetime, limit_s: float) -> bool:
    written = one.checkpoint.modified_at if one.checkpoint else None
    return bool(one.facts.alive) and written is not None and (now - written).total_seconds() <= limit_s


def _detail(one: PhaseSight, now: datetime) -> str:
    told = [f"{capital(one.why)}."]
    if one.silence_s is not None and not one.facts.process.stopped:
        told.append(f"Of its dates 999 in 1,000 are heard of within {span_words(max(1.0, one.silence_s))}.")
    if idle(one, now):
        told.append("It has used no processor for 10 min, too, which makes it surer.")
    return " ".join(told)


def _action(one: PhaseSight) -> str:
    identity = one.facts.process.identity
    if one.facts.process.stopped and identity is not None:
        return f"To let it go on: kill -CONT {identity.pid}"
    look = f"Look at its process and at the end of its log{end_of_log(one)}"
    return f"{look}. To end it: backfill-tui stop {one.name}" if one.facts.alive else f"{look}."
