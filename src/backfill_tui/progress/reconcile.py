"""Log, checkpoint and calendar to one account: exactly one state per date, and the reason for it.

Per date the latest evidence wins. An older checkpoint is stale, not in disagreement; a real disagreement is listed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from backfill_tui.progress.account import (
    NOTHING_KNOWN,
    Account,
    Counts,
    Disagreement,
    Evidence,
    RunEnd,
    Unit,
    UnitState,
)
from backfill_tui.progress.expectation import Expectation, expect
from backfill_tui.progress.runs import RunBook
from backfill_tui.progress.sequence import PlacedRun, as_run, leading, place_runs
from backfill_tui.progress.trace import UnitDone
from backfill_tui.progress.unreached import Unreached
from backfill_tui.sources.events import Outcome

if TYPE_CHECKING:
    from backfill_tui.sources.checkpoint import Checkpoint

_STATE = {
    Outcome.DONE: UnitState.DONE,
    Outcome.EMPTY: UnitState.EMPTY,
    Outcome.SKIPPED: UnitState.SKIPPED,
    Outcome.FAILED: UnitState.FAILED,
}


@dataclass(frozen=True, slots=True)
class LogEvidence:
    """One log as it has been read so far. Times are aware."""

    book: RunBook
    first_line_at: datetime | None = None
    last_line_at: datetime | None = None


def reconcile(
    logs: Sequence[LogEvidence],
    *,
    checkpoint: "Checkpoint | None" = None,
    calendar: Mapping[date, float] | None = None,
    planned: Sequence[date] | None = None,
    gone: bool = False,
    whole: bool = True,
) -> Account:
    """The account of one phase.

    `planned` are the dates due by the plan, None where only the sources can tell; `calendar` the work due a date;
    `gone` that the process is known not to be there any more; `whole` that the logs have been read from their
    beginnings: before that no date is called missing.
    """
    runs = place_runs([log.book for log in logs], gone=gone)
    notes: list[str] = []
    if checkpoint is not None and _discarded(checkpoint, runs):
        notes.append("The checkpoint is older than the run that started fresh; it is left out.")
        checkpoint = None
    fallback = (checkpoint.start, checkpoint.end) if checkpoint and checkpoint.start and checkpoint.end else None
    expectation = expect(runs, planned=planned, calendar=calendar, fallback=fallback)
    weighing = _Weighing(runs, checkpoint)
    unreached = Unreached(runs, checkpoint_known=checkpoint is not None, whole=whole)
    units = _units(expectation, weighing, runs, unreached)
    outside = _outside(expectation, weighing)
    if outside:
        notes.append(f"{outside} dates outside the expected range have outcomes; they are not counted.")
    counts = _counts(expectation, units, runs)
    lead = leading(runs)
    claims = lead is not None and lead.completed
    if lead is not None and planned is not None and not _speaks_of_dates(lead):
        if (counted := lead.trace.counted) is not None and lead.trace.counts_only:
            notes.append(f"Its log counts {counted.number:,} of {counted.of:,}, but not which dates these are.")
        claims = False  # a count, or a list of dates given by hand, says nothing of the plan's other dates
    return Account(
        dates=expectation.span,
        units=units,
        counts=counts,
        runs=tuple(as_run(run) for run in runs),
        lead=as_run(lead) if lead else None,
        claims_complete=claims,
        complete=claims and _all_accounted(counts),
        records=_records(units),
        fatal_errors=_fatal_errors(logs, runs),
        error_lines=sum(log.book.error_lines for log in logs),
        current_date=_current_date(units, runs),
        first_line_at=min((log.first_line_at for log in logs if log.first_line_at), default=None),
        last_line_at=max((log.last_line_at for log in logs if log.last_line_at), default=None),
        disagreements=tuple(weighing.disagreements),
        notes=tuple(notes),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """An outcome of a date and where it was found."""

    unit: UnitDone
    run: int
    placed: PlacedRun


class _Weighing:
    """Per date: the latest outcome in the logs, and what the checkpoint adds or says against it."""

    def __init__(self, runs: Sequence[PlacedRun], checkpoint: "Checkpoint | None") -> None:
        self._checkpoint = checkpoint
        self.found: dict[date, _Found] = {}
        self.walked: dict[date, Outcome] = {}  # by runs over the range: only those keep the checkpoint
        self.disagreements: list[Disagreement] = []
        for i, placed in enumerate(runs):
            if placed.counts:
                self._take(i, placed)
        self.overruled = {day for day, found in self.found.items() if self._overruled(day, found)}
        self.disagreements.sort(key=lambda disagreement: disagreement.day)

    def days(self) -> set[date]:
        """Every date that has an outcome somewhere."""
        in_checkpoint = self._checkpoint
        listed = in_checkpoint.done | in_checkpoint.failed | in_checkpoint.skipped if in_checkpoint else frozenset()
        return {*self.found, *listed}

    def unit(self, day: date) -> Unit | None:
        """The date with its outcome; None where no source has one."""
        found = self.found.get(day)
        listed = self.listed(day)
        updated = self._checkpoint.updated_at if self._checkpoint else None
        if found is None or day in self.overruled:
            if listed is None:
                return None
            return Unit(day, _STATE[listed], at=updated, evidence=self.evidence(found, listed))
        done = found.unit
        return Unit(
            day,
            _STATE[done.outcome],
            at=done.at,
            records=done.records,
            duration_s=done.duration_s,
            offset=done.offset,
            log=found.placed.log,
            run=found.run,
            why=done.reason,
            evidence=self.evidence(found, listed),
        )

    def listed(self, day: date) -> Outcome | None:
        """What the checkpoint says of a date."""
        checkpoint = self._checkpoint
        if checkpoint is None:
            return None
        if day in checkpoint.done:
            return Outcome.DONE
        if day in checkpoint.failed:
            return Outcome.FAILED
        return Outcome.SKIPPED if day in checkpoint.skipped else None

    def _take(self, index: int, placed: PlacedRun) -> None:
        for day, unit in placed.trace.outcomes.items():
            before = self.found.get(day)
            if before is None or before.placed.log == placed.log or _not_before(unit.at, before.unit.at):
                self.found[day] = _Found(unit, index, placed)
            if placed.trace.walks_range:
                self.walked[day] = unit.outcome

    def _overruled(self, day: date, found: _Found) -> bool:
        """Whether the checkpoint's other outcome is the later one. Lists the disagreement, if it is one."""
        listed = self.listed(day)
        checkpoint = self._checkpoint
        if listed is None or checkpoint is None or _same(found.unit.outcome, listed):
            return False
        at, updated = found.unit.at, checkpoint.updated_at
        if at is not None and updated is not None and at > updated:
            return False  # the checkpoint is merely older
        walked = self.walked.get(day)
        if not found.placed.trace.walks_range and walked is not None and _same(walked, listed):
            return False  # repaired by a list of dates, which writes no checkpoint
        self.disagreements.append(Disagreement(day, found.unit.outcome.value, listed.value))
        return at is not None and updated is not None

    def evidence(self, found: _Found | None, listed: Outcome | None) -> tuple[Evidence, ...]:
        evidence = []
        if found is not None:
            evidence.append(Evidence("log", found.unit.outcome.value, found.unit.at))
        if self._checkpoint is not None:
            says = listed.value if listed else "no outcome"
            evidence.append(Evidence("checkpoint", says, self._checkpoint.updated_at))
        return tuple(evidence)


def _same(logged: Outcome, listed: Outcome) -> bool:
    """A checkpoint does not tell done from empty."""
    return listed is (Outcome.DONE if logged is Outcome.EMPTY else logged)


def _not_before(at: datetime | None, before: datetime | None) -> bool:
    return at is None or before is None or at >= before


def _discarded(checkpoint: "Checkpoint", runs: Sequence[PlacedRun]) -> bool:
    starts = [run.trace.first_at for run in runs if run.counts and run.trace.fresh and run.trace.walks_range]
    latest = starts[-1] if starts else None
    return latest is not None and checkpoint.updated_at is not None and checkpoint.updated_at < latest


def _units(
    expectation: Expectation,
    weighing: _Weighing,
    runs: Sequence[PlacedRun],
    unreached: Unreached,
) -> dict[date, Unit]:
    """The dates that are known by name, in order, each with its state."""
    days = expectation.days if expectation.days is not None else _known_days(weighing, runs)
    in_progress = {
        run.trace.current.day: i for i, run in enumerate(runs) if run.trace.current and _in_progress(run)
    }
    units: dict[date, Unit] = {}
    for day in sorted(days):
        unit = weighing.unit(day)
        if day in in_progress and not _ended_since(unit, runs[in_progress[day]]):
            unit = _running(day, in_progress[day], runs)
        elif unit is None:
            state, why = unreached.state(day)
            unit = Unit(day, state, why=why, evidence=weighing.evidence(None, None))
        units[day] = unit
    return units


def _running(day: date, run: int, runs: Sequence[PlacedRun]) -> Unit:
    started = runs[run].trace.current
    at, offset = (started.at, started.offset) if started else (None, None)
    return Unit(day, UnitState.RUNNING, at, offset=offset, log=runs[run].log, run=run)


def _ended_since(unit: Unit | None, run: PlacedRun) -> bool:
    """Whether an outcome from elsewhere is later than the start that the log still has open."""
    started = run.trace.current
    if unit is None or unit.at is None or started is None or started.at is None or unit.offset is not None:
        return False
    return unit.at > started.at


def _known_days(weighing: _Weighing, runs: Sequence[PlacedRun]) -> set[date]:
    return weighing.days() | {run.trace.current.day for run in runs if _in_progress(run) and run.trace.current}


def _in_progress(run: PlacedRun) -> bool:
    return run.ended is RunEnd.OPEN and run.trace.current is not None and run.counts


def _outside(expectation: Expectation, weighing: _Weighing) -> int:
    return len(weighing.days() - expectation.days) if expectation.days is not None else 0


def _counts(expectation: Expectation, units: Mapping[date, Unit], runs: Sequence[PlacedRun]) -> Counts:
    lead = leading(runs)
    if lead is not None and lead.trace.counts_only and expectation.days is None:
        return _counted_only(lead)
    if expectation.total is None and not units:
        return NOTHING_KNOWN
    tally = Counter(unit.state for unit in units.values())
    named = expectation.days is not None
    total = expectation.total
    reached = sum(tally[state] for state in UnitState if state is not UnitState.PENDING)
    left = None if total is None else max(0, total - reached)
    return Counts(
        total=total,
        done=tally[UnitState.DONE],
        empty=tally[UnitState.EMPTY] if runs or not reached else None,  # a checkpoint does not tell
        skipped=tally[UnitState.SKIPPED],
        failed=tally[UnitState.FAILED],
        running=tally[UnitState.RUNNING],
        pending=left,
        missing=tally[UnitState.MISSING] if named else None,
    )


def _speaks_of_dates(run: PlacedRun) -> bool:
    return run.trace.walks_range and not run.trace.counts_only


def _counted_only(run: PlacedRun) -> Counts:
    """Bars and N/M lines: how many, but not which, nor how they went."""
    counted = run.trace.counted
    if counted is None:
        return Counts(total=run.trace.units_total)
    return Counts(total=counted.of, done=counted.number, pending=counted.of - counted.number, missing=None)


def _all_accounted(counts: Counts) -> bool:
    return counts.total is not None and not (counts.pending or counts.running or counts.missing)


def _records(units: Mapping[date, Unit]) -> int | None:
    known = [unit.records for unit in units.values() if unit.records is not None]
    return sum(known) if known else None


def _current_date(units: Mapping[date, Unit], runs: Sequence[PlacedRun]) -> date | None:
    """The date in progress, if it is one that is due."""
    days = [run.trace.current.day for run in runs if _in_progress(run) and run.trace.current]
    going = [day for day in days if day in units and units[day].state is UnitState.RUNNING]
    return going[-1] if going else None


def _fatal_errors(logs: Sequence[LogEvidence], runs: Sequence[PlacedRun]) -> int:
    """Records of level CRITICAL or with FATAL, and tracebacks after which the run ended."""
    ended = {id(run.trace): run.ended for run in runs}
    return sum(
        trace.fatal_records + trace.died_of_a_traceback(killed=ended.get(id(trace)) is RunEnd.KILLED)
        for log in logs
        for trace in log.book.troubled
    )
