"""What a log says, as typed events in the order of its lines. Dialects make them, `progress` folds them.

Every event has `at`, the moment its line was stamped with (aware, UTC; the last stamp before it where it has none
of its own; None where there was none yet), `offset`, where its line begins in its file, and `dialects`, the names
of those whose pattern it matched. They are named tuples, since a gigabyte of log makes a million of them.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    """How a unit ended, in a job's own words; `done` with no records is `empty`."""

    DONE = "done"
    EMPTY = "empty"
    SKIPPED = "skipped"
    FAILED = "failed"


class Mode(StrEnum):
    """How a run walks its dates: one by one, with workers, or a list of dates given by hand (a retry)."""

    SEQUENTIAL = "sequential"
    PARALLEL = "parallel"
    DATES = "dates"


class RunAnnounced(NamedTuple):
    """A line of the header of a run. Several announce one run; each tells a part of what is known of it."""

    at: datetime | None
    offset: int
    dialects: tuple[str, ...] = ()
    line: str = ""  # which pattern it was: one that a run prints once, seen again, begins another run
    opens: bool = True  # False: tells of a run that is already announced
    repeats: bool = False  # a run may print it more than once
    start: date | None = None
    end: date | None = None
    units: int | None = None  # how many units this run will process
    found: int | None = None  # how many dates of the range carry work (game dates)
    workers: int | None = None
    mode: Mode | None = None
    game_dates: bool = False  # walks only the dates that carry work, not every day
    number_follows: bool = False  # how many dates of the range that are, a later line will tell
    fresh: bool = False  # discards what was done before
    dry: bool = False  # looks only: its outcomes mean nothing
    resumes_from: date | None = None
    checkpoint: str | None = None


class UnitStarted(NamedTuple):
    """A unit began; `number` of `of` as the job counts them. `consecutive`: the job walks every day."""

    at: datetime | None
    offset: int
    dialects: tuple[str, ...]
    day: date
    number: int | None = None
    of: int | None = None
    mode: Mode | None = None
    consecutive: bool = False


class UnitFinished(NamedTuple):
    """A unit ended. Without a day it is the one in progress.

    `number` of `of` as the job counts them; `took_s` as the job measured it, in seconds. `closes`: this job
    prints no summary, so that N of N is its end.
    """

    at: datetime | None
    offset: int
    dialects: tuple[str, ...]
    outcome: Outcome
    day: date | None = None
    records: int | None = None
    reason: str = ""
    mode: Mode | None = None
    number: int | None = None
    of: int | None = None
    took_s: float | None = None
    consecutive: bool = False
    closes: bool = False


class ProgressPrinted(NamedTuple):
    """The job's own count, `number` of `of`; with `counts_only` it is all that this log tells (bars).

    `closes`: this job prints no summary, so that N of N is its end.
    """

    at: datetime | None
    offset: int
    dialects: tuple[str, ...]
    number: int
    of: int
    counts_only: bool = False
    closes: bool = False


class RunSummary(NamedTuple):
    """The job printed its summary: it calls itself complete."""

    at: datetime | None
    offset: int
    dialects: tuple[str, ...]


class Trouble(StrEnum):
    """What kind of error a line reports."""

    ERROR = "error"  # a record of level ERROR
    FATAL = "fatal"  # a record of level CRITICAL, or with FATAL
    TRACEBACK = "traceback"  # a Python traceback begins; whether it was the end is not known yet


class ErrorSeen(NamedTuple):
    """A line of level ERROR or above, or the head of a traceback."""

    at: datetime | None
    offset: int
    trouble: Trouble
    uncaught: bool = False  # a traceback that no ERROR record announced
    counts: bool = True  # whether it is a line of level ERROR or above


class TracebackSurvived(NamedTuple):
    """The log went on after a traceback: it was not the end of its run."""

    at: datetime | None
    offset: int


Event = RunAnnounced | UnitStarted | UnitFinished | ProgressPrinted | RunSummary | ErrorSeen | TracebackSurvived
