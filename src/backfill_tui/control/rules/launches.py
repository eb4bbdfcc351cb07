"""Alerts about what was done from here: launches that became nothing, time-outs, stops not heeded. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from backfill_tui.control.attempt import Stage
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import NOT_BEGUN, Alert, Severity
from backfill_tui.control.rules.sight import NightSight, PhaseSight
from backfill_tui.control.words import span_words


def of_its_launches(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """What must be said of one phase's launches and stops at this moment."""
    yield from _not_started(one.facts)
    yield from _over_time(one.facts, night.now)
    yield from _not_heeded(one.facts, night.now)
    if one.state in NOT_BEGUN:
        yield from _not_runnable(one.facts, night.now)


def _not_started(facts: PhaseFacts) -> Iterator[Alert]:
    attempt, name = facts.attempt, facts.phase.name
    if attempt is None or attempt.stage not in {Stage.INTENDED, Stage.NOT_STARTED} or facts.process.alive:
        return
    failed = attempt.stage is Stage.NOT_STARTED
    note = f" {attempt.note.strip()}" if attempt.note else ""
    again = f"backfill-tui launch {name}"
    yield Alert(
        id=f"not_started:{name}:{attempt.number}",
        severity=Severity.CRITICAL if failed else Severity.WARNING,
        phase=name,
        since=(attempt.ended_at if failed else None) or attempt.intended_at,
        title=f"{name} could not be started" if failed else f"{name} was not started",
        detail=f"Attempt {attempt.number} never became a process.{note}"
        if failed
        else f"Attempt {attempt.number} was asked for by {attempt.person}, and never became a process.{note}",
        action=f"Mend that, then: {again}" if failed else f"If it is still wanted: {again}",
    )


def _over_time(facts: PhaseFacts, now: datetime) -> Iterator[Alert]:
    over_s, phase = facts.over_time_s(now), facts.phase
    if over_s is None or phase.timeout_s is None:
        return
    stops = phase.on_timeout == "stop"
    will = "The plan says that it is stopped then; `run` does." if stops else "The plan lets it go on."
    yield Alert(
        id=f"over_time:{phase.name}",
        severity=Severity.WARNING,
        phase=phase.name,
        since=now - timedelta(seconds=over_s),
        title=f"{phase.name} has passed its time-out",
        detail=f"It has run for more than {span_words(phase.timeout_s)}. {will}",
        action=f"Look at its log; to end it: backfill-tui stop {phase.name}",
    )


def _not_heeded(facts: PhaseFacts, now: datetime) -> Iterator[Alert]:
    stop, phase = facts.stop, facts.phase
    if stop is None or not facts.unheeded(now):
        return
    killed = stop.killed_at is not None
    after = "SIGKILL too: the kernel holds it" if killed else f"SIGTERM for {span_words(phase.grace_s)}"
    yield Alert(
        id=f"not_heeded:{phase.name}",
        severity=Severity.WARNING,
        phase=phase.name,
        since=stop.at + timedelta(seconds=phase.grace_s),
        title=f"{phase.name} was asked to end, and has not",
        detail=f"It has outlived {after}. It may go on writing.",
        action="Wait for its disk or network to answer."
        if killed
        else f"To end it with SIGKILL, which it can't ignore: backfill-tui stop {phase.name}",
    )


def _not_runnable(facts: PhaseFacts, now: datetime) -> Iterator[Alert]:
    """A phase that is to start by itself, and could not: that is better said before its time has come."""
    name = facts.phase.name
    wrong = next((condition for condition in facts.runnable if condition.ok is False), None)
    if facts.phase.start != "auto" or wrong is None:
        return
    yield Alert(
        id=f"not_runnable:{name}",
        severity=Severity.WARNING,
        phase=name,
        since=now,
        title=f"{name} could not be started",
        detail=f"It is to start by itself, but {wrong.name}: {wrong.detail.rstrip('.')}.",
        action="Mend that before its turn comes. What is to be run: backfill-tui run --dry-run",
    )


def ledger(night: NightSight) -> Iterator[Alert]:
    """What was done is not known, and nothing can be recorded."""
    if not night.ledger_note:
        return
    yield Alert(
        id="ledger",
        severity=Severity.WARNING,
        phase=None,
        since=night.now,
        title="The ledger can't be used",
        detail=night.ledger_note,
        action="Until that is mended, launches, verdicts and acceptances are not known, and nothing is started.",
    )
