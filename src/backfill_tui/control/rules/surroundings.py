"""Alerts about what surrounds a night: probes that are not well, people who can't be told. Pure."""

from collections.abc import Iterator
from datetime import datetime

from backfill_tui.control.model import Alert, Severity
from backfill_tui.control.notices import alert_id_of
from backfill_tui.control.probes import ProbeSeen
from backfill_tui.control.rules.sight import NightSight
from backfill_tui.control.words import span_words

_UNKNOWN_TIMES = 3
"""A probe that could not tell so often in a row is told of; once is a hiccup."""


def probes(night: NightSight) -> Iterator[Alert]:
    """One that is not well, that could not tell again and again, or that was never answered.

    An answer that nobody renewed says nothing.
    """
    for probe in night.probes:
        asked = f"every {span_words(probe.every_s)}"
        if probe.unanswered(night.now):
            yield _unanswered(probe, asked, night.now)
            continue
        unsure = probe.ok is None and probe.times >= _UNKNOWN_TIMES
        if probe.at is None or probe.stale(night.now) or not (probe.ok is False or unsure):
            continue
        yield Alert(
            id=f"probe:{probe.name}",
            severity=Severity.WARNING,
            phase=None,
            since=probe.since or probe.at,
            title=f"Probe {probe.name} {'could not tell' if unsure else 'is not well'}",
            detail=f"Asked {asked}; the last time: {probe.detail.rstrip('.')}.",
            action=_by_hand(probe),
        )


def _unanswered(probe: ProbeSeen, asked: str, now: datetime) -> Alert:
    since = probe.awaited_since or now
    return Alert(
        id=f"probe:{probe.name}",
        severity=Severity.WARNING,
        phase=None,
        since=since,
        title=f"Probe {probe.name} was never answered",
        detail=f"To be asked {asked}, it has told nothing in {span_words((now - since).total_seconds())}.",
        action=_by_hand(probe),
    )


def _by_hand(probe: ProbeSeen) -> str:
    return f"Ask by hand: {probe.by_hand}" if probe.by_hand else f"Look at what the plan's probe {probe.name} asks."


def notifiers(night: NightSight) -> Iterator[Alert]:
    """An address of the plan that messages don't get through to. It is not told of that itself."""
    for one in night.notifiers:
        times = "once" if one.failures == 1 else f"{one.failures} times in a row"
        yield Alert(
            id=alert_id_of(one.label),
            severity=Severity.WARNING,
            phase=None,
            since=one.since,
            title=f"{one.label} gets no messages",
            detail=f"Sending to it failed {times}: {one.why}. Nobody is told there.",
            action="Mend that address in the plan, then try it: backfill-tui notify test",
        )
