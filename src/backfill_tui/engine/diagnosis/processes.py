"""Whether processes can be seen: everybody's, and those that a plan names."""

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import psutil

from backfill_tui.engine.diagnosis.finding import Finding, Level
from backfill_tui.plan.patterns import linear_pattern
from backfill_tui.plan.resolved import Phase
from backfill_tui.sources.presence import Presence
from backfill_tui.sources.process import ProcessSeen, ProcessTable, ProcessWatch

AREA = "processes"

_OF_ROOT = Path("/proc/1/cmdline")  # everybody may read it, unless /proc hides what is other users'


def process_findings(phases: Sequence[Phase], now: datetime) -> Iterator[Finding]:
    """What this user sees of processes, then each process of the plan that can't be seen or stopped from here."""
    yield _of_others()
    table = ProcessTable()
    for phase in phases:
        if phase.process is not None:
            yield from _of_phase(phase, _seen(phase, table, now))


def _of_others() -> Finding:
    try:
        _OF_ROOT.read_bytes()
    except PermissionError:
        hidden = True
    except FileNotFoundError:  # there is always a process 1
        hidden = True
    except OSError as error:
        return Finding(
            AREA, Level.UNKNOWN, f"/proc can't be read ({error.strerror}).", "See whether it is mounted."
        )
    else:
        hidden = False
    if hidden:
        return Finding(
            AREA,
            Level.WARN,
            "Other users' processes are hidden from this user (/proc is mounted with hidepid).",
            "Look as the user whose jobs they are, or be put in the group that the mount's `gid=` names.",
        )
    if os.geteuid() == 0:
        return Finding(AREA, Level.OK, "All users' processes and what they have open can be seen.")
    return Finding(
        AREA,
        Level.OK,
        "All users' processes can be seen. What other users' have open can't: name their logs yourself.",
    )


def _seen(phase: Phase, table: ProcessTable, now: datetime) -> ProcessSeen:
    meant = phase.process
    assert meant is not None  # noqa: S101 - asked only of phases that name a process
    match = linear_pattern(meant.match) if meant.match else None
    return ProcessWatch(table, pid=meant.pid, match=match).look(now)


def _of_phase(phase: Phase, seen: ProcessSeen) -> Iterator[Finding]:
    if seen.presence is Presence.DENIED:
        yield Finding(
            AREA, Level.WARN, f"{phase.name}: {seen.note}", "Look as the user whose process it is, or as root."
        )
    elif seen.presence is Presence.REFUSED:
        yield Finding(AREA, Level.WARN, f"{phase.name}: {seen.note}", "Correct the phase's `process`.")
    elif seen.alive and seen.identity is not None and not _may_be_signalled(seen.identity.pid):
        yield Finding(
            AREA,
            Level.WARN,
            f"{phase.name}: process {seen.identity.pid} is {seen.user or 'another user'}'s: it can be watched, "
            "not stopped.",
            "To stop it, do so as that user or as root.",
        )


def _may_be_signalled(pid: int) -> bool:
    """Whether this user may send it a signal, by kill(2): as root, or as the same user."""
    mine = os.geteuid()
    try:
        theirs = psutil.Process(pid).uids()
    except psutil.Error:
        return True  # it has just ended
    return mine in {0, theirs.real, theirs.saved}
