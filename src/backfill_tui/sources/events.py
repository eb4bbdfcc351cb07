"""What a log says, as typed events in the order of its lines. Dialects make them, `progress` folds them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Outcome(StrEnum):
    """How a unit ended, in a job's own words; `done` with no records becomes `empty`."""

    DONE = "done"
    EMPTY = "empty"
    SKIPPED = "skipped"
    FAILED = "failed"


class Mode(StrEnum):
    """How a run walks its dates: one by one, with workers, or a list of dates given by hand (a retry)."""

    SEQUENTIAL = "sequential"
    PARALLEL = "parallel"
    DATES = "dates"


@dataclass(frozen=True, slots=True)
class RunAnnounced:
    """A line of the header of a run. Several announce one run; each tells a part of what is known of it."""

    at: datetime | None
    offset: int
    opens: bool = True  # False: tells of a run that is already announced, or about to be
    once: bool = False  # a line that a run prints at most once: seen again, another run has begun
    start: date | None = None
    end: date | None = None
    units: int | None = None  # how many units this run will process
    found: int | None = None  # how many dates of the range carry work (game dates)
    workers: int | None = None
    mode: Mode | None = None
    fresh: bool = False  # discards what was done before
    resumes_from: date | None = None
    checkpoint: str | None = None
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class UnitStarted:
    """A unit began; `index` of `of` as the job counts them."""

    at: datetime | None
    offset: int
    day: date
    index: int | None = None
    of: int | None = None


@dataclass(frozen=True, slots=True)
class UnitFinished:
    """A unit ended. Without a date it is the one in progress."""

    at: datetime | None
    offset: int
    outcome: Outcome
    day: date | None = None
    records: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProgressPrinted:
    """The job's own count, `index` of `of`; with `counts_only` it is all that this log tells (bars)."""

    at: datetime | None
    offset: int
    index: int
    of: int
    counts_only: bool = False


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The job printed its summary: it calls itself complete."""

    at: datetime | None
    offset: int


class Trouble(StrEnum):
    """What kind of error a line reports."""

    ERROR = "error"  # a record of level ERROR
    FATAL = "fatal"  # a record of level CRITICAL, or with FATAL
    TRACEBACK = "traceback"  # a Python traceback begins; whether it was the end is not known yet


@dataclass(frozen=True, slots=True)
class ErrorSeen:
    """A line of level ERROR or above, or the head of a traceback."""

    at: datetime | None
    offset: int
    trouble: Trouble
    uncaught: bool = False  # a traceback that is not part of an ERROR record


@dataclass(frozen=True, slots=True)
class TracebackSurvived:
    """The log went on after a traceback: it was not the end of the run."""

    offset: int


@dataclass(frozen=True, slots=True)
class DialectChosen:
    """`auto` has settled on a dialect for the run in progress, with its reason."""

    offset: int
    name: str
    reason: str


Event = (
    RunAnnounced
    | UnitStarted
    | UnitFinished
    | ProgressPrinted
    | RunSummary
    | ErrorSeen
    | TracebackSurvived
    | DialectChosen
)
