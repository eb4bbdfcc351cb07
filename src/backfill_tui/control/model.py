"""The values that control makes: phase states, gate conditions, conflicts and alerts."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class PhaseState(StrEnum):
    """The states of a phase (CONTRACT: words)."""

    UNKNOWN = "unknown"
    WAITING = "waiting"
    BLOCKED = "blocked"
    READY = "ready"
    LAUNCHING = "launching"
    RUNNING = "running"
    STALLED = "stalled"
    FINISHED = "finished"
    VALIDATING = "validating"
    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"
    STOPPED = "stopped"


GOOD = frozenset({PhaseState.PASSED, PhaseState.WARNED})
"""What an upstream must be for its downstream to go on."""

UNDER_WAY = frozenset({PhaseState.LAUNCHING, PhaseState.RUNNING, PhaseState.STALLED})
"""Somebody is at it, or is not known not to be."""

NOT_BEGUN = frozenset({PhaseState.WAITING, PhaseState.BLOCKED, PhaseState.READY})
"""It has its gate before it."""

Judged = tuple[PhaseState, str]
"""A state, and the sentence that explains it."""


class Severity(StrEnum):
    """How much an alert matters."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Alert:
    """A sentence with a time and a consequence."""

    id: str
    severity: Severity
    phase: str | None
    since: datetime
    title: str
    detail: str
    action: str
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two phases that write the same table on days in common."""

    phases: tuple[str, str]
    table: str
    dates: tuple[date, date]
    days: int
    live: bool


class ConditionKind(StrEnum):
    """What a condition of a gate is about."""

    UPSTREAM = "upstream"  # a phase that comes before
    INPUT = "input"  # a suite of what it reads
    WRITER = "writer"  # others that write its table
    LIVE_RUN = "live_run"  # the phase itself, at work
    FOLDER = "folder"
    COMMAND = "command"
    LOG = "log"
    LEDGER = "ledger"
    START = "start"  # who starts it
    OTHER = "other"  # of a version that did not tell


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a gate: ok, not ok, or unknown (None).

    `about` is the phase of an upstream, the suite of an input, the table of writers; empty for all others.
    """

    name: str
    ok: bool | None
    detail: str
    kind: ConditionKind = ConditionKind.OTHER
    about: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The plan's expectation against the forecast, or against what happened.

    `delta_s` is how much later than expected it ends, in seconds; `changed_s` how much later it is forecast than an
    hour ago, None where there was no forecast then.
    """

    expected_finish: datetime | None
    delta_s: float | None
    assessment: str | None  # ahead | on_track | delayed
    expected_start: datetime | None = None
    changed_s: float | None = None
