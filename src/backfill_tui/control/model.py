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

TO_BEGIN = NOT_BEGUN | {PhaseState.UNKNOWN}
"""It has not begun, as far as is known."""

UNFINISHED = TO_BEGIN | UNDER_WAY
"""It has work left, as far as is known."""

WORK_DONE = GOOD | {PhaseState.FINISHED, PhaseState.VALIDATING}
"""It has no work left; its verdict may be yet to come."""

Judged = tuple[PhaseState, str]
"""A state, and the sentence that explains it."""


class Severity(StrEnum):
    """How much an alert matters; the worst first."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """The place among severities: 0 is the worst."""
        return tuple(Severity).index(self)

    def worse_than(self, other: "Severity") -> bool:
        """Whether it is above another."""
        return self.rank < other.rank


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


def worst_first(alert: Alert) -> tuple[int, float]:
    """The place of an alert among others, to sort by: by severity, then the oldest first."""
    return alert.severity.rank, alert.since.timestamp()


@dataclass(frozen=True, slots=True)
class Writer:
    """One of the two writers of a conflict. `plan` is another plan's name; None: this one's.

    `alive` is None where it is not known. `pid` and `since` (aware) are of its process, `at_date` is the date that
    it works on. `stop` is the command that asks it to end; empty where nothing of it is known to run.
    """

    phase: str
    plan: str | None = None
    alive: bool | None = None
    pid: int | None = None
    since: datetime | None = None
    at_date: date | None = None
    stop: str = ""

    @property
    def name(self) -> str:
        """The phase's name; of another plan's with that: `weekly:fix`."""
        return self.phase if self.plan is None else f"{self.plan}:{self.phase}"


@dataclass(frozen=True, slots=True)
class LastWord:
    """Who comes last to the days that two writers have in common, by what is known now.

    `days`: to so many the first, to so many the second; `unknown`: of so many it can't be told, because of `why`, a
    clause. `so_far`: of the days that both have written, to so many each came last. The rest is written by neither.
    """

    days: tuple[int, int] = (0, 0)
    unknown: int = 0
    so_far: tuple[int, int] = (0, 0)
    why: str = ""

    @property
    def winner(self) -> int | None:
        """0 or 1: who comes last to all days that it is known of; None: neither does, or too little is known."""
        first, second = self.days
        if self.unknown or bool(first) == bool(second):
            return None
        return 0 if first else 1


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two phases, of this plan or one of another, that write the same table on days in common.

    `dates` and `days` are None where it is not known which days, if any. `live`: both write now; else one of them
    does and the other will, or, where it is `doubtful`, may: both are heard of, but of one or both it is not known
    whether its process lives. `since` (aware) is from when on both did. `restarters` are sentences on what would
    start one of them again by itself.
    """

    writers: tuple[Writer, Writer]
    table: str
    dates: tuple[date, date] | None
    days: int | None
    live: bool
    since: datetime | None = None
    last: LastWord = LastWord()
    restarters: tuple[str, ...] = ()
    doubtful: bool = False

    @property
    def phases(self) -> tuple[str, str]:
        """Their names; a phase of another plan is `plan:phase`."""
        return self.writers[0].name, self.writers[1].name


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
