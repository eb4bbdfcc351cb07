"""Events to runs: which lines belong to one invocation of a job, and what each invocation did to each date."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from backfill_tui.progress.counters import CounterBook, tick
from backfill_tui.progress.error_times import ErrorTimes
from backfill_tui.progress.trace import NOTHING_FUTILE, Futile, RunTrace, UnitDone
from backfill_tui.progress.turns import TurnTaking
from backfill_tui.sources.events import (
    ErrorSeen,
    Event,
    Mode,
    Outcome,
    ProgressPrinted,
    RunAnnounced,
    RunSummary,
    TracebackSurvived,
    Trouble,
    UnitFinished,
    UnitStarted,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


KEPT_WHOLE = 4
"""How many of the last runs keep all they did; of the older ones together, each date keeps one outcome."""

_serial = count()


class RunBook:
    """Folds the events of one log into its runs. Memory is bounded by dates, however often they are run again."""

    def __init__(self) -> None:
        self.serial = next(_serial)  # tells books apart, also after one is gone
        self._runs: list[RunTrace] = []
        self._counters = CounterBook()
        self._settled: dict[date, RunTrace] = {}  # which of the old runs has a date's outcome
        self._outside = RunTrace(0, None)  # trouble before the first run
        self.checkpoints: set[str] = set()  # the files that the log names
        self.error_lines = 0
        self.error_times = ErrorTimes()
        self.futile: Futile = NOTHING_FUTILE  # at its end
        self.turn_taking = TurnTaking()
        self.version = 0  # grows with every change
        self._met_at: datetime | None = None  # when the line of the event in hand came in
        self._take: Mapping[type, Callable[[Any], None]] = {
            UnitFinished: self._finished,
            UnitStarted: self._started,
            ProgressPrinted: self._progress,
            RunAnnounced: self._announced,
            RunSummary: self._summary,
            ErrorSeen: self._error,
            TracebackSurvived: self._survived,
        }

    @property
    def runs(self) -> list[RunTrace]:
        """The runs in the order of the log. Counters speak only where nothing better was recognised."""
        return self._runs or self._counters.runs()

    @property
    def troubled(self) -> list[RunTrace]:
        """The runs and, before them, what lies outside of any: where fatal errors are counted."""
        return [self._outside, *self.runs]

    def apply(self, event: Event, met_at: datetime | None = None) -> None:
        """Take the next event of the log.

        `met_at` is when its line came in, if that was seen. It tells how fast the work goes where lines have no
        times, and nothing else: when a date was done is known from its line alone.
        """
        self.version += 1
        self._met_at = met_at
        self._take[type(event)](event)

    def follow(self, before: "RunBook") -> None:
        """This log goes on where another was rotated away: the outcome at its head is of what was begun there."""
        first = self._runs[0] if self._runs else None
        begun = before.runs[-1].current if before.runs else None
        if first is None or first.orphan is None or begun is None:
            return
        end, first.orphan = first.orphan, None
        took = end.took_s if end.took_s is not None else _duration(begun, end.at)
        first.outcomes.setdefault(
            begun.day, UnitDone(end.outcome, end.at, end.offset, end.records, end.reason, took)
        )
        self.version += 1

    @property
    def _latest(self) -> RunTrace:
        return self._runs[-1] if self._runs else self._outside

    def _current(self, event: UnitStarted | UnitFinished | ProgressPrinted | RunSummary) -> RunTrace:
        """The run that an event of work belongs to; a new one where none is open (its header was rotated away)."""
        run = self._runs[-1] if self._runs else None
        if run is None or (run.complete and not _is_straggler(run, event)):
            headless = run is None
            run = self._open(event.offset, event.at)
            run.headless = headless
        run.active = True
        run.awaits_number = False
        run.open_traceback = run.survived_at = None
        _touch(run, event.at, event.dialects)
        return run

    def _open(self, offset: int, at: datetime | None) -> RunTrace:
        """Begin another run; of one that has grown old, forget what later runs did again."""
        if len(self._runs) >= KEPT_WHOLE:
            self._settle(self._runs[-KEPT_WHOLE])
        run = RunTrace(offset, at)
        self._runs.append(run)
        return run

    def _settle(self, old: RunTrace) -> None:
        """Of what old runs did to a date, keep the last."""
        if old.dry or not old.walks_range:
            return
        for day in old.outcomes:
            holder = self._settled.get(day)
            if holder is not None and holder is not old:
                holder.outcomes.pop(day, None)
            self._settled[day] = old
        if any(run.walks_range for run in self._runs[-KEPT_WHOLE + 1 :]):  # else its rate is still the phase's
            old.finishes = {}

    def _announced(self, event: RunAnnounced) -> None:
        if event.checkpoint:
            self.checkpoints.add(event.checkpoint)
        current = self._runs[-1] if self._runs else None
        if not event.opens:
            if current is None or current.complete or current.active:
                return  # details belong to a header; in the midst of the work they are somebody's chatter
        elif current is None or current.complete or current.active or self._said_before(current, event):
            if self._latest.survived_at == event.offset:  # what followed the traceback is already another run
                self._latest.survived_at = None
            current = self._open(event.offset, event.at)
        assert current is not None  # noqa: S101 - for the type checker: both branches above leave a run
        _touch(current, event.at, event.dialects)
        current.announced.add(event.line)
        _tell(current, event)

    @staticmethod
    def _said_before(run: RunTrace, event: RunAnnounced) -> bool:
        return not event.repeats and event.line in run.announced

    def _started(self, event: UnitStarted) -> None:
        if self._runs and self._starts_over(self._runs[-1], event):
            self._open(event.offset, event.at)
        run = self._current(event)
        run.mode = run.mode or event.mode
        if event.mode is Mode.DATES:
            run.mode = Mode.DATES
        if run.headless and run.latest is None and (event.number or 0) > 1 and event.mode is not Mode.DATES:
            run.begins_at = event.day
        run.current = run.latest = event
        run.begun.add(event.day)
        _count(run, event, event.day)
        if run.mode is not Mode.PARALLEL:  # whose dates begin in no order
            self.turn_taking.begun(event)

    @staticmethod
    def _starts_over(run: RunTrace, event: UnitStarted) -> bool:
        """The job counts from the beginning again: another run, though its header is not there."""
        before = run.current
        if run.complete or before is None or event.number is None or before.number is None:
            return False
        return event.number < before.number or (event.number == before.number and event.day != before.day)

    def _finished(self, event: UnitFinished) -> None:
        if self._runs and _counts_anew(self._runs[-1], event):
            self._open(event.offset, event.at)
        run = self._current(event)
        run.mode = run.mode or event.mode
        started = run.latest
        day = event.day or (started.day if started else None)
        if day is None:
            run.orphan = event if run.headless and not run.outcomes else None
            return
        _count(run, event, day)
        run.numbered = event if event.number else run.numbered
        duration = event.took_s
        if duration is None:
            duration = _duration(started if started and started.day == day else None, event.at)
        known = run.outcomes.get(day)
        if known and known.outcome is event.outcome is Outcome.FAILED:
            run.current = None if started and started.day == day else run.current
            return  # one failed day prints several lines
        if event.outcome is not Outcome.FAILED:
            self.futile = NOTHING_FUTILE
        run.outcomes[day] = UnitDone(event.outcome, event.at, event.offset, event.records, event.reason, duration)
        run.begun.discard(day)
        if (ended := event.at or self._met_at) is not None:
            run.finishes.pop(day, None)
            run.finishes[day] = ended
        if started and started.day == day:
            run.current = None
        if event.closes and event.of is not None and _at_its_end(run, event.number, event.of):
            self._close(run, event.at, by_count=True)

    def _progress(self, event: ProgressPrinted) -> None:
        if event.counts_only:
            self._counters.apply(event, self._met_at)
            return
        last = self._runs[-1] if self._runs else None
        if last and last.counts_only and last.counted and event.number < last.counted.number:
            last = self._open(event.offset, event.at)  # it counts from the beginning again
        if last is None or not last.complete:
            self._counted(event)

    def _counted(self, event: ProgressPrinted) -> None:
        """The count of a job that has more to tell, or whose count is all that there is."""
        run = self._current(event)
        before = run.counted
        if (at := event.at or self._met_at) is not None:
            tick(run, at, max(0, event.number - before.number) if before else min(1, event.number))
        run.counted = event
        run.units_total = run.units_total or event.of
        if event.closes and event.number == event.of and run.counts_only:
            self._close(run, event.at, by_count=True)

    def _summary(self, event: RunSummary) -> None:
        if self._runs and self._runs[-1].complete:
            return
        self._close(self._current(event), event.at)

    def _close(self, run: RunTrace, at: datetime | None, *, by_count: bool = False) -> None:
        run.complete = True
        run.closed_by_count = by_count
        self.futile = NOTHING_FUTILE
        run.summary_at = at
        run.current = None

    def _survived(self, event: TracebackSurvived) -> None:
        self._latest.survived_at = event.offset

    def _error(self, event: ErrorSeen) -> None:
        self.error_lines += event.counts
        self.error_times.add(event.at, event.counts)
        if event.trouble is Trouble.FATAL:
            self._latest.fatal_records += 1
            self._latest.fatal_at = self._latest.fatal_at or event.at
        elif event.trouble is Trouble.TRACEBACK:
            self.futile = self.futile.and_another(event.at)
            self._latest.open_traceback = event
            self._latest.survived_at = None


def _count(run: RunTrace, event: UnitStarted | UnitFinished, day: date) -> None:
    """What i/N on the line of a unit tells: how many there are, and of a job that walks every day its range."""
    run.units_total = run.units_total or event.of
    if event.consecutive and run.inferred_start is None and event.number and event.of:
        run.inferred_start, run.inferred_end = _range_of(day, event.number, event.of)


def _counts_anew(run: RunTrace, event: UnitFinished) -> bool:
    """The job was started again without saying so: it counts to another N, or a date it had done as an earlier i.

    Only of one that tells of no starts; those would have shown it.
    """
    last = run.numbered
    if run.complete or run.latest is not None or last is None or last.number is None or event.number is None:
        return False
    return event.of != last.of or (event.number < last.number and event.day in run.outcomes)


def _at_its_end(run: RunTrace, number: int | None, of: int) -> bool:
    """Whether N of N has come: with workers, where N may come before N - 1, all N."""
    return len(run.outcomes) >= of or (number == of and run.mode is not Mode.PARALLEL)


def _is_straggler(run: RunTrace, event: UnitStarted | UnitFinished | ProgressPrinted | RunSummary) -> bool:
    """A unit of a run that is closed already, because N of N came before it."""
    if not run.closed_by_count or not isinstance(event, UnitFinished) or event.day is None:
        return False
    known = run.outcomes.get(event.day)
    return event.of == run.units_total and (known is None or known.outcome is Outcome.FAILED)


def _range_of(day: date, number: int, of: int) -> tuple[date, date] | tuple[None, None]:
    """The range of a job that walks every day and says that this is day `number` of `of`."""
    try:
        return day - timedelta(days=number - 1), day + timedelta(days=of - number)
    except OverflowError:  # a number that no calendar has room for
        return None, None


def _touch(run: RunTrace, at: datetime | None, dialects: tuple[str, ...]) -> None:
    if at is not None:
        run.last_at = at
        run.first_at = run.first_at or at
    run.lines_of[dialects] += 1


def _tell(run: RunTrace, event: RunAnnounced) -> None:
    """Add what one line of the header says; a later line knows better than an earlier one."""
    run.start = event.start or run.start
    run.end = event.end or run.end
    run.units_total = run.units_total if event.units is None else event.units
    run.found = run.found if event.found is None else event.found
    run.workers = event.workers or run.workers
    run.mode = event.mode or run.mode
    run.game_dates = run.game_dates or event.game_dates
    run.awaits_number = event.number_follows or (run.awaits_number and event.units is None and event.found is None)
    run.fresh = run.fresh or event.fresh
    run.dry = run.dry or event.dry
    run.resumes_from = event.resumes_from or run.resumes_from


def _duration(started: UnitStarted | None, at: datetime | None) -> float | None:
    if at is None or started is None or started.at is None:
        return None
    return max(0.0, (at - started.at).total_seconds())
