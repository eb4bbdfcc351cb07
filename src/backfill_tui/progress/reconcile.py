"""Log, checkpoint and calendar to one account: exactly one state per date, and the reason for it.

Per date the latest evidence wins. An older checkpoint is stale, not in disagreement; a real disagreement is listed.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from backfill_tui.progress.account import (
    NOTHING_KNOWN,
    Account,
    Counts,
    RunEnd,
    Unit,
    UnitState,
)
from backfill_tui.progress.error_times import in_order
from backfill_tui.progress.expectation import Expectation, expect
from backfill_tui.progress.runs import RunBook
from backfill_tui.progress.sequence import PlacedRun, as_run, leading, place_runs
from backfill_tui.progress.trace import NOTHING_FUTILE, Futile
from backfill_tui.progress.turns import Turns
from backfill_tui.progress.unreached import Unreached
from backfill_tui.progress.weighing import Weighing

if TYPE_CHECKING:
    from backfill_tui.sources.checkpoint import Checkpoint


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
    discarded = checkpoint is not None and _discarded(checkpoint, runs)
    checkpoint = None if discarded else checkpoint
    fallback = (checkpoint.start, checkpoint.end) if checkpoint and checkpoint.start and checkpoint.end else None
    expectation = expect(runs, planned=planned, calendar=calendar, fallback=fallback)
    weighing = Weighing(runs, checkpoint)
    unreached = Unreached(runs, checkpoint_known=checkpoint is not None, whole=whole)
    units = _units(expectation, weighing, runs, unreached)
    counts = _counts(expectation, units, runs)
    lead = leading(runs)
    # a count, or a list of dates given by hand, says nothing of a plan's other dates
    silent = lead is not None and planned is not None and not _speaks_of_dates(lead)
    claims = lead is not None and lead.completed and not silent
    outside = _outside(expectation, weighing)
    turns = next((taken for log in reversed(logs) if (taken := log.book.turn_taking.turns) is not None), None)
    return Account(
        dates=expectation.span,
        units=units,
        counts=counts,
        runs=tuple(as_run(run) for run in runs),
        lead=as_run(lead) if lead else None,
        claims_complete=claims,
        complete=claims and counts.all_accounted,
        records=_records(units),
        fatal_errors=len(fatal := _fatal(logs, runs)),
        fatal_at=min((at for at in fatal if at is not None), default=None),
        error_lines=sum(log.book.error_lines for log in logs),
        error_minutes=in_order(log.book.error_times for log in logs),
        futile=_futile(logs),
        current_date=_current_date(units, runs),
        first_line_at=min((log.first_line_at for log in logs if log.first_line_at), default=None),
        last_line_at=max((log.last_line_at for log in logs if log.last_line_at), default=None),
        disagreements=tuple(weighing.disagreements),
        turns=turns,
        notes=(
            *_notes(runs, discarded=discarded, outside=outside, silent=silent, whole=whole),
            *([_told(turns)] if turns is not None else []),
        ),
    )


def _notes(runs: Sequence[PlacedRun], *, discarded: bool, outside: int, silent: bool, whole: bool) -> Iterator[str]:
    """What a person should know of how the account was made."""
    if runs and runs[-1].trace.dry:
        yield "Its last run was a dry run: what it says it did was not done."
    if discarded:
        yield "The checkpoint is older than the run that started fresh; it is left out."
    if outside:
        yield (
            "1 date outside the expected range has an outcome; it is not counted."
            if outside == 1
            else f"{outside:,} dates outside the expected range have outcomes; they are not counted."
        )
    lead = leading(runs)
    if lead is None:
        return
    if silent and lead.trace.counts_only and (counted := lead.trace.counted):
        yield f"Its log counts {counted.number:,} of {counted.of:,}, but not which dates these are."
    if whole and len(runs) == 1 and (begins_at := lead.trace.begins_at):
        yield f"Its log begins in the midst of its run, at {begins_at}: what came before is not in it."


def _told(turns: Turns) -> str:
    return (
        f"Two jobs print into one log by turns ({' and '.join(turns.places)}): which of them did a date, and "
        "whether it came to an end, can't be told for certain."
    )


def _discarded(checkpoint: "Checkpoint", runs: Sequence[PlacedRun]) -> bool:
    starts = [run.trace.first_at for run in runs if run.counts and run.trace.fresh and run.trace.walks_range]
    latest = starts[-1] if starts else None
    return latest is not None and checkpoint.updated_at is not None and checkpoint.updated_at < latest


def _units(
    expectation: Expectation,
    weighing: Weighing,
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


def _known_days(weighing: Weighing, runs: Sequence[PlacedRun]) -> set[date]:
    return weighing.days() | {run.trace.current.day for run in runs if _in_progress(run) and run.trace.current}


def _in_progress(run: PlacedRun) -> bool:
    return run.ended is RunEnd.OPEN and run.trace.current is not None and run.counts


def _outside(expectation: Expectation, weighing: Weighing) -> int:
    return len(weighing.days() - expectation.days) if expectation.days is not None else 0


def _counts(expectation: Expectation, units: Mapping[date, Unit], runs: Sequence[PlacedRun]) -> Counts:
    lead = leading(runs)
    tally = Counter(unit.state for unit in units.values())
    if lead is not None and lead.trace.counts_only and _counts_what_is_due(lead, expectation, tally):
        return _counted_only(lead)
    if expectation.total is None and not units:
        return NOTHING_KNOWN
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


def _counts_what_is_due(run: PlacedRun, expectation: Expectation, tally: Mapping[UnitState, int]) -> bool:
    """Whether a count is all that is known of the dates due: of no others, by their number, nor of any by name."""
    if expectation.days is None:
        return True
    counted = run.trace.counted
    unknown = tally[UnitState.PENDING] + tally[UnitState.MISSING] == expectation.total
    return unknown and counted is not None and counted.of == expectation.total


def _speaks_of_dates(run: PlacedRun) -> bool:
    return run.trace.walks_range and not run.trace.counts_only


def _counted_only(run: PlacedRun) -> Counts:
    """Bars and N/M lines: how many, but not which, nor how they went."""
    counted = run.trace.counted
    if counted is None:
        return Counts(total=run.trace.units_total)
    return Counts(total=counted.of, done=counted.number, pending=counted.of - counted.number, missing=None)


def _records(units: Mapping[date, Unit]) -> int | None:
    known = [unit.records for unit in units.values() if unit.records is not None]
    return sum(known) if known else None


def _current_date(units: Mapping[date, Unit], runs: Sequence[PlacedRun]) -> date | None:
    """The date in progress, if it is one that is due."""
    days = [run.trace.current.day for run in runs if _in_progress(run) and run.trace.current]
    going = [day for day in days if day in units and units[day].state is UnitState.RUNNING]
    return going[-1] if going else None


def _futile(logs: Sequence[LogEvidence]) -> Futile:
    """Of the log that was written last."""
    told = [(log.last_line_at, i) for i, log in enumerate(logs) if log.last_line_at is not None]
    return logs[max(told)[1]].book.futile if told else NOTHING_FUTILE


def _fatal(logs: Sequence[LogEvidence], runs: Sequence[PlacedRun]) -> list[datetime | None]:
    """When each fatal error was, as far as is known.

    That is records of level CRITICAL or with FATAL (of each the first of its run), and tracebacks after which the
    run ended.
    """
    ended = {id(run.trace): run.ended for run in runs}
    found: list[datetime | None] = []
    for trace in (trace for log in logs for trace in log.book.troubled):
        found += [trace.fatal_at] * trace.fatal_records
        if trace.died_of_a_traceback(killed=ended.get(id(trace)) is RunEnd.KILLED):
            found.append(trace.open_traceback.at if trace.open_traceback else None)
    return found
