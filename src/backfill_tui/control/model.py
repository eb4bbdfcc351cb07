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


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a gate: ok, not ok, or unknown (None)."""

    name: str
    ok: bool | None
    detail: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The plan's expectation against the forecast."""

    expected_finish: datetime | None
    delta_s: float | None
    assessment: str | None  # ahead | on_track | delayed
