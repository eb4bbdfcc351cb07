"""The rules of alerts: each looks at the night and says what is wrong, since when, and what to do. Pure.

One module a subject. `since` is when its evidence began, the same at every look; where the evidence has no time, it
is the time of the look, and whoever keeps the alerts remembers the first.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from backfill_tui.control.model import Alert, Severity, worst_first
from backfill_tui.control.rules import (
    checkpoints,
    clocks,
    conflicts,
    disks,
    empty,
    errors,
    inputs,
    launches,
    memory,
    pace,
    runs,
    schedule,
    silence,
    surroundings,
    twice,
)
from backfill_tui.control.rules.asking import asked
from backfill_tui.control.rules.quiet import remarks
from backfill_tui.control.rules.sight import NightSight, PhaseSight

__all__ = ["find_alerts", "remarks"]

OfPhase = Callable[[PhaseSight, NightSight], Iterator[Alert]]
OfNight = Callable[[NightSight], Iterator[Alert]]


OF_THE_NIGHT: tuple[OfNight, ...] = (
    conflicts.of_two_writers,
    schedule.deadline,
    disks.filling,
    surroundings.probes,
    surroundings.notifiers,
    launches.ledger,
)

OF_A_PHASE: tuple[OfPhase, ...] = (
    silence.stalled,
    launches.of_its_launches,
    inputs.dirty,
    memory.growing,
    twice.running,
)
"""They hold while the beginning of a log is still being read, too."""

OF_ITS_HISTORY: tuple[OfPhase, ...] = (
    runs.of_its_run,
    errors.fatal,
    errors.loop,
    errors.increasing,
    checkpoints.disagreement,
    checkpoints.holes,
    checkpoints.stale,
    empty.unexpectedly,
    twice.printing,
    schedule.not_begun,
    schedule.late,
    pace.slower,
    clocks.skewed,
)
"""What only a log that was read whole can tell."""


def find_alerts(night: NightSight) -> tuple[Alert, ...]:
    """The alerts of this moment, worst first, then oldest first; one of each id.

    What a person has accepted is still told, but no longer alarms. A rule that breaks is an alert itself.
    None stands since a time to come, whatever a log's clock says.
    """
    found = [alert for rule in OF_THE_NIGHT for alert in asked(rule, night.now, night)]
    for one in night.phases:
        found += _of_phase(one, night)
    once = {alert.id: replace(alert, since=min(alert.since, night.now)) for alert in reversed(found)}
    return tuple(sorted(once.values(), key=worst_first))


def _of_phase(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    for rule in OF_A_PHASE:
        yield from asked(rule, night.now, one, night)
    if not one.facts.history_complete:
        return
    accepted = one.facts.accepted(night.now) is not None
    for rule in OF_ITS_HISTORY:
        for alert in asked(rule, night.now, one, night):
            softer = accepted and alert.phase == one.name
            yield replace(alert, severity=Severity.INFO) if softer else alert
