"""Alerts about what a log says went wrong: fatal errors, one error over and over, ever more error lines. Pure."""

from collections.abc import Iterator
from datetime import timedelta

from backfill_tui.control.model import UNDER_WAY, Alert, Severity
from backfill_tui.control.rules.sight import NightSight, PhaseSight, Sample
from backfill_tui.control.rules.wording import end_of_log

_WINDOW = timedelta(minutes=10)
_TIMES = 3.0
"""Error lines increase where there are so many times as many in ten minutes as in earlier ones."""


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
        action=f"Read the error in its log{end_of_log(one)}",
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
    """Many more error lines in the last ten minutes than in any ten before."""
    counted = [sample for sample in one.samples if sample.error_lines is not None]
    start = max((i for i, sample in enumerate(counted) if counted[-1].at - sample.at >= _WINDOW), default=0)
    watched = counted[start].at - counted[0].at if counted else timedelta(0)
    if one.state not in UNDER_WAY or watched < _WINDOW:
        return
    recent, usual = _errors(counted[start:]), _errors(counted[: start + 1]) / (watched / _WINDOW)
    if recent < night.limits.error_lines or recent < _TIMES * usual:
        return
    earlier = f"{usual:.0f} in ten minutes before that" if usual >= 1 else "hardly any before that"
    yield Alert(
        id=f"errors:{one.name}",
        severity=Severity.WARNING,
        phase=one.name,
        since=night.now,
        title=f"{one.name} logs more and more errors",
        detail=f"{recent:,} error lines in the last ten minutes, {earlier}.",
        action=f"Read them in its log{end_of_log(one)}",
    )


def _errors(samples: list[Sample]) -> int:
    return (samples[-1].error_lines or 0) - (samples[0].error_lines or 0)
