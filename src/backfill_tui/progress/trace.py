"""What one run of a job has shown of itself so far, as its log tells it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from backfill_tui.sources.events import ErrorSeen, Mode, Outcome, ProgressPrinted, UnitFinished, UnitStarted

GOOD = frozenset({Outcome.DONE, Outcome.EMPTY})
"""The outcomes after which a job's resume goes on behind a date."""


@dataclass(frozen=True, slots=True)
class Futile:
    """Tracebacks in a row with no date done in between: how many, when the first was and the last (aware)."""

    tracebacks: int = 0
    since: datetime | None = None
    last: datetime | None = None

    def and_another(self, at: datetime | None) -> "Futile":
        """One more. Those of one moment are one error with its causes."""
        if self.tracebacks and at is not None and at == self.last:
            return self
        return Futile(self.tracebacks + 1, self.since or at, at)


NOTHING_FUTILE = Futile()


@dataclass(slots=True)
class UnitDone:
    """The last outcome of a date within one run."""

    outcome: Outcome
    at: datetime | None
    offset: int
    records: int | None
    reason: str
    duration_s: float | None  # from its start, or in a sequential run from the end of the unit before


@dataclass(slots=True)
class RunTrace:
    """What one run has shown of itself so far. It grows with every event; `progress.reconcile` reads it."""

    offset: int
    first_at: datetime | None
    start: date | None = None
    end: date | None = None
    units_total: int | None = None
    found: int | None = None
    workers: int | None = None
    mode: Mode | None = None
    game_dates: bool = False
    awaits_number: bool = False  # it has told its range, and not yet how many of its dates are due
    fresh: bool = False
    dry: bool = False
    resumes_from: date | None = None
    inferred_start: date | None = None  # from i/N of a job that walks every day
    inferred_end: date | None = None
    outcomes: dict[date, UnitDone] = field(default_factory=dict)
    finishes: dict[date, datetime] = field(default_factory=dict)  # the last of each date, in the order of the log
    ticks: list[datetime] = field(default_factory=list)  # the same, of what is known by its count alone
    current: UnitStarted | None = None
    latest: UnitStarted | None = None  # the last that began; an outcome without a date is its own
    numbered: UnitFinished | None = None  # the last end of a unit that told its i/N
    begun: set[date] = field(default_factory=set)  # started, and no outcome yet
    counted: ProgressPrinted | None = None
    summary_at: datetime | None = None
    complete: bool = False
    last_at: datetime | None = None
    lines_of: Counter[tuple[str, ...]] = field(default_factory=Counter)  # matched lines by the dialects they fit
    announced: set[str] = field(default_factory=set)
    active: bool = False  # it has done something; a further announcement is another run's
    fatal_records: int = 0
    fatal_at: datetime | None = None  # of the first of them
    open_traceback: ErrorSeen | None = None  # the last one, while no work has followed it
    survived_at: int | None = None  # the offset of the first record after it
    is_counter: bool = False  # a bar, or N/M lines
    closed_by_count: bool = False  # complete because it reached N of N, not by a summary
    headless: bool = False  # its log begins in the midst of it: what came before was rotated away
    begins_at: date | None = None  # of a headless run that counts its dates: the first that this log tells of
    orphan: UnitFinished | None = None  # of a headless run: an outcome at its head, begun in the log before

    @property
    def counts_only(self) -> bool:
        """Whether it is known by its count alone: it has told how many, and of no date."""
        if self.is_counter:
            return True
        counted = self.counted is not None and self.counted.number > 0
        return counted and not self.outcomes and self.latest is None

    @property
    def frontier(self) -> date | None:
        """The last successful date: behind it a resume goes on."""
        return max((day for day, unit in self.outcomes.items() if unit.outcome in GOOD), default=None)

    @property
    def todo_start(self) -> date | None:
        """The first date that this run set out to process, where it is known."""
        return self.resumes_from or self.inferred_start or self.start

    @property
    def todo_end(self) -> date | None:
        """The last date that this run set out to process, where it is known."""
        return self.end or self.inferred_end

    @property
    def walks_range(self) -> bool:
        """Whether it walks a range, rather than a list of dates given by hand."""
        return self.mode is not Mode.DATES

    def died_of_a_traceback(self, *, killed: bool) -> bool:
        """Whether its last traceback was its end: nothing followed, or only what other threads still printed.

        One that the job caught and logged counts only if the run is known to have ended right there.
        """
        traceback = self.open_traceback
        if traceback is None:
            return False
        if self.survived_at is not None:
            return killed and traceback.uncaught
        return killed or traceback.uncaught
