"""Alerts about what a log says went wrong: fatal errors, one error over and over, ever more error lines. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import UNDER_WAY, Alert, Severity
from backfill_tui.control.rules.sight import NightSight, PhaseSight
from backfill_tui.control.rules.wording import end_of_log, in_log

_WINDOW = timedelta(minutes=10)
_LOOKS_BACK = timedelta(hours=6)
_TIMES = 3.0
"""Error lines increase where there are so many times as many in ten minutes as in earlier ones."""

_FATAL = r"\b(critical|fatal|traceback)\b"
_ERRORS = r"\b(error|critical|fatal)\b"


def fatal(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """A record that is fatal by its level, or a traceback that was the end of its run."""
    errors = one.facts.account.fatal_errors
    if not errors:
        return
    yield Alert(
        id=f"fatal:{one.name}",
        severity=Severity.CRITICAL,
        phase=one.name,
        since=one.facts.account.fatal_at or night.now,
        title=f"{one.name} logged {errors} fatal error{'s' if errors > 1 else ''}",
        detail="A CRITICAL or FATAL record, or a traceback after which the run ended.",
        action=f"Read it where it stands in its log{in_log(one, _FATAL)}",
    )


def loop(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """One traceback after the other, and no date done in between."""
    futile = one.facts.account.futile
    if futile.tracebacks < night.limits.tracebacks or one.state not in UNDER_WAY:
        return
    stop = f" To end it: backfill-tui stop {one.name}" if one.facts.alive else ""
    yield Alert(
        id=f"loop:{one.name}",
        severity=Severity.CRITICAL,
        phase=one.name,
        since=futile.since or night.now,
        title=f"{one.name} fails over and over",
        detail=f"Its log has {futile.tracebacks:,} tracebacks in a row, and no date was done in between.",
        action=f"Read the last one{end_of_log(one)}.{stop}",
    )


def increasing(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """Many more error lines in the last ten minutes than before, by the log's own clock.

    The shorter a log has gone on before them, the less it tells of what is usual, and the more it takes.
    """
    account, now = one.facts.account, _log_now(one.facts, night.now)
    if one.state not in UNDER_WAY or now is None or account.first_line_at is None:
        return
    start = (now - _WINDOW).replace(second=0, microsecond=0)
    before = start - max(account.first_line_at, now - _LOOKS_BACK)
    late = [minute for minute in account.error_minutes if start <= minute.at]
    recent = sum(minute.lines for minute in late)
    if before <= timedelta(0) or recent < night.limits.error_lines:
        return
    earlier = sum(minute.lines for minute in account.error_minutes if now - _LOOKS_BACK < minute.at < start)
    unseen = max(0.0, 1.0 - before / _WINDOW) * night.limits.error_lines / 2
    usual = (earlier + unseen) / (before / _WINDOW)
    if recent < _TIMES * usual:
        return
    known = earlier / (before / _WINDOW)
    than = f"{known:.0f} in ten minutes before that" if known >= 1 else "hardly any before that"
    yield Alert(
        id=f"errors:{one.name}",
        severity=Severity.WARNING,
        phase=one.name,
        since=min(night.now, late[0].at + (night.now - now)),
        title=f"{one.name} logs more and more errors",
        detail=f"{recent:,} error lines in the last ten minutes, {than}.",
        action=f"Read them in its log{in_log(one, _ERRORS, last=20)}",
    )


def _log_now(facts: PhaseFacts, now: datetime) -> datetime | None:
    """What time it is by the log, whose clock or zone may be off; None where it tells no times."""
    last, grown = facts.account.last_line_at, facts.log_grown_at(now)
    return None if last is None or grown is None else last + (now - grown)
