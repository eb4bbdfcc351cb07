"""One account per date: what log, checkpoint and calendar say together of every expected unit.

The types are here; `progress.reconcile` makes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from backfill_tui.progress.error_times import ErrorMinute
from backfill_tui.progress.trace import NOTHING_FUTILE, Futile
from backfill_tui.progress.turns import Turns
from backfill_tui.sources.events import Mode


class UnitState(StrEnum):
    """The state of one date. Exactly one holds. Order: from the best to the one a person must see first."""

    DONE = "done"  # processed, with records
    EMPTY = "empty"  # processed, 0 records: nothing was due that day
    SKIPPED = "skipped"  # left out by the job on purpose (bootstrap period)
    PENDING = "pending"  # not reached yet
    RUNNING = "running"  # started, no outcome yet
    FAILED = "failed"  # the job says so
    MISSING = "missing"  # passed over by a run that is gone or calls itself complete


class RunEnd(StrEnum):
    """How a run ended, as far as is known."""

    COMPLETED = "completed"  # printed its summary
    KILLED = "killed"  # another run followed, or its process is gone, without a summary
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Run:
    """One invocation of a job, as its log tells it. Times are aware; `None` is not known."""

    started_at: datetime | None
    ended_at: datetime | None
    ended: RunEnd
    dates: tuple[date, date] | None
    units_total: int | None
    workers: int | None
    mode: Mode
    fresh: bool
    resumes_from: date | None
    dialect: str
    dialect_reason: str
    offset: int  # of its first line in its log


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one source says of one date."""

    source: str  # log | checkpoint | calendar
    says: str  # an outcome in plain words
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Unit:
    """One expected date with its state and where that comes from."""

    day: date
    state: UnitState
    at: datetime | None = None  # when the deciding evidence was written
    records: int | None = None
    duration_s: float | None = None  # of its last processing, where both ends are known
    offset: int | None = None  # of the deciding line in its log
    log: int | None = None  # which of the account's logs that offset is in
    run: int | None = None  # which run decided, as an index into the account's runs
    why: str = ""  # for missing and failed: the reason as a clause
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many units are in each state. `None`: cannot be known (not zero)."""

    total: int | None = None
    done: int | None = 0
    empty: int | None = 0
    skipped: int | None = 0
    failed: int | None = 0
    running: int | None = 0
    pending: int | None = 0
    missing: int | None = 0

    @property
    def accounted(self) -> int:
        """How many units have an outcome: done, empty, skipped or failed."""
        return sum(n or 0 for n in (self.done, self.empty, self.skipped, self.failed))

    @property
    def all_accounted(self) -> bool:
        """Whether it is known how many units there are, and each has an outcome."""
        return self.total is not None and not (self.pending or self.running or self.missing)

    @property
    def fraction(self) -> float | None:
        """Accounted units over all, 0…1; `None` while the total is not known."""
        return min(1.0, self.accounted / self.total) if self.total else None

    @property
    def success_rate(self) -> float | None:
        """(done + empty) / (done + empty + failed) in percent; `None` before the first of them."""
        good = (self.done or 0) + (self.empty or 0)
        judged = good + (self.failed or 0)
        return 100.0 * good / judged if judged else None


NOTHING_KNOWN = Counts(None, None, None, None, None, None, None, None)
"""Of a step without dates, or of which nothing was seen."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A date of which log and checkpoint tell different outcomes, though the checkpoint is not merely older."""

    day: date
    log: str | None
    checkpoint: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """The whole truth that is known of one phase's dates at one moment."""

    dates: tuple[date, date] | None = None
    units: Mapping[date, Unit] = field(default_factory=dict)  # every expected date that is known by name
    counts: Counts = NOTHING_KNOWN
    runs: tuple[Run, ...] = ()
    lead: Run | None = None  # whose word counts for the whole range
    claims_complete: bool = False
    complete: bool = False
    records: int | None = None
    fatal_errors: int = 0
    fatal_at: datetime | None = None  # of the first of them
    error_lines: int = 0
    error_minutes: tuple[ErrorMinute, ...] = ()  # the last of them, oldest first
    futile: Futile = NOTHING_FUTILE  # at the end of its newest log
    current_date: date | None = None
    first_line_at: datetime | None = None
    last_line_at: datetime | None = None
    disagreements: tuple[Disagreement, ...] = ()
    turns: Turns | None = None  # of two jobs that print into one log
    notes: tuple[str, ...] = ()  # sentences about what could not be known

    def of_state(self, state: UnitState) -> list[date]:
        """The dates in a state, in order."""
        return sorted(d for d, u in self.units.items() if u.state is state)
