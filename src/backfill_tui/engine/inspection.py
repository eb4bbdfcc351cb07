"""Files given by hand to accounts: which is a log, which a checkpoint, which belong together. Touches no ledger."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from io import BufferedReader
from pathlib import Path
from zoneinfo import ZoneInfo

from backfill_tui.engine.logs import SAMPLE, LogReading, read_log, read_open_log
from backfill_tui.errors import SourceError
from backfill_tui.plan.ranges import every_day
from backfill_tui.progress.account import NOTHING_KNOWN, Account, Counts, RunEnd, UnitState
from backfill_tui.progress.eta import Forecast, History, forecast, learn_history
from backfill_tui.progress.pace import completions, rate_per_hour
from backfill_tui.progress.reconcile import reconcile
from backfill_tui.progress.sequence import place_runs
from backfill_tui.sources.checkpoint import Checkpoint, holes, looks_like_checkpoint, read_checkpoint
from backfill_tui.sources.dialects.explainer import Explainer
from backfill_tui.sources.dialects.explanation import Explanation
from backfill_tui.sources.dialects.model import Dialect

_NO_OUTCOME = frozenset({UnitState.PENDING, UnitState.RUNNING, UnitState.MISSING})

STALLED_AFTER = timedelta(minutes=30)
"""Silence after which a forecast is not carried forward any more."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that tells nothing, with the reason as a sentence."""

    path: Path
    error: str
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class LogInspected:
    """A log and what it says, with an explanation where one was asked for.

    `rate_per_hour` and `eta` are of an open run only.
    """

    path: Path
    dialect: str | None
    lines: int
    unrecognized_lines: int
    account: Account
    rate_per_hour: float | None
    eta: Forecast | None
    notes: tuple[str, ...] = ()
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class CheckpointInspected:
    """A checkpoint and what it says. `basis` of the holes: every_day (assumed) or log."""

    path: Path
    checkpoint: Checkpoint
    counts: Counts
    holes: tuple[date, ...] | None
    basis: str | None
    notes: tuple[str, ...] = ()


Inspected = Unreadable | LogInspected | CheckpointInspected


@dataclass(frozen=True, slots=True)
class Question:
    """How files are to be read: naive times are in `timezone`, nothing later than `as_of` is used.

    `explain`: it is also to be said of each log how its lines were read.
    """

    dialects: Sequence[Dialect]
    timezone: ZoneInfo
    as_of: datetime | None = None
    history: Sequence[Path] = ()
    explain: bool = False


@dataclass(frozen=True, slots=True)
class _Log:
    path: Path
    reading: LogReading
    account: Account  # by the log alone
    explanation: Explanation | None = None


def inspect_files(paths: Sequence[Path], question: Question) -> list[Inspected]:
    """What each file says, in the order given. A file that can't be read is an answer, not an error."""
    read = [_read(path, question) for path in paths]
    checkpoints = [item for item in read if isinstance(item, Checkpoint)]
    lessons = _lessons(question, paths)
    pairs = {id(item): _paired(item, checkpoints, question) for item in read if isinstance(item, _Log)}
    inspected: list[Inspected] = []
    for item in read:
        if isinstance(item, _Log):
            inspected.append(_inspect_log(item, pairs[id(item)], lessons, question))
        elif isinstance(item, Checkpoint):
            log = next((other for other in read if isinstance(other, _Log) and pairs[id(other)] is item), None)
            inspected.append(_inspect_checkpoint(item, log, question))
        else:
            inspected.append(item)
    return inspected


def _read(path: Path, question: Question) -> _Log | Checkpoint | Unreadable:
    try:
        if why := _endless(path):
            return Unreadable(path, why)
        explainer = Explainer(question.dialects, question.timezone) if question.explain else None
        with BufferedReader(path.open("rb", buffering=0), SAMPLE) as file:
            head = file.peek()
            if looks_like_checkpoint(head, path):
                return read_checkpoint(path, timezone=question.timezone)
            reading = read_open_log(file, path, question.dialects, question.timezone, question.as_of, explainer)
    except SourceError as error:
        return Unreadable(path, error.what)
    except OSError as error:
        return Unreadable(path, f"It can't be read: {error.strerror}.")
    if not head:
        return Unreadable(path, "It is empty: it tells nothing yet.")
    account = reconcile([reading.evidence])
    explanation = explainer.explanation() if explainer else None
    if not (reading.parser.stopped or account.runs or account.error_lines or account.fatal_errors):
        return Unreadable(
            path,
            "It is not the log of a backfill in a known dialect: "
            f"none of its {reading.parser.lines:,} lines was recognised. Describe its format in a dialects.yaml"
            f"{'.' if explanation else '; --explain shows what its lines have in common.'}",
            explanation,
        )
    return _Log(path, reading, account, explanation)


def _endless(path: Path) -> str:
    """Why there is no end to what may be read, a sentence. A pipe that a shell opened for us (`<(…)`) has one."""
    if path.is_fifo() and not str(path).startswith(("/dev/", "/proc/")):
        return "It is a pipe: there is no end to what may come through it."
    if path.is_char_device() and not path.samefile(os.devnull):
        return "It is a device: there is no end to what may come out of it."
    return ""


@dataclass(frozen=True, slots=True)
class _Lessons:
    """What the logs of earlier runs teach, and sentences about those that teach nothing."""

    history: History | None = None
    notes: tuple[str, ...] = ()


def _lessons(question: Question, paths: Sequence[Path]) -> _Lessons:
    """What is to be learned from; a log that can't be read raises, since it was asked for by name."""
    if not question.history:
        return _Lessons()
    asked = {path.resolve() for path in paths}
    books, notes = [], []
    for path in question.history:
        if path.resolve() in asked:
            notes.append(f"{path} is looked at itself: of its own run it teaches nothing beforehand.")
            continue
        if why := _endless(path):
            raise SourceError(why, where=path)
        book = read_log(path, question.dialects, question.timezone, question.as_of).book
        books.append(book)
        if not book.runs:
            notes.append(f"{path} teaches nothing of earlier runs: none is in it.")
    return _Lessons(learn_history(place_runs(books, gone=True)), tuple(notes))


def _paired(log: _Log, checkpoints: Iterable[Checkpoint], question: Question) -> Checkpoint | None:
    """The checkpoint that the log names, else one of equal dates."""
    named = {Path(name).name for name in log.reading.book.checkpoints}
    usable = [one for one in checkpoints if not _too_late(one, question)]
    for one in usable:
        if one.path.name in named:
            return one
    dates = log.account.dates
    return next((one for one in usable if dates is not None and (one.start, one.end) == dates), None)


def _too_late(checkpoint: Checkpoint, question: Question) -> bool:
    """What a checkpoint said before its last change is not known."""
    as_of, updated = question.as_of, checkpoint.updated_at
    return as_of is not None and updated is not None and updated > as_of


def _inspect_log(log: _Log, checkpoint: Checkpoint | None, lessons: _Lessons, question: Question) -> LogInspected:
    reading = log.reading
    account = reconcile([reading.evidence], checkpoint=checkpoint) if checkpoint else log.account
    runs = place_runs([reading.book], gone=False)
    is_open = bool(account.runs) and account.runs[-1].ended is RunEnd.OPEN
    last = account.last_line_at
    now = question.as_of or last
    stalled = bool(now and last and now - last > STALLED_AFTER)
    eta = (
        forecast(account, runs, now=min(now, last + STALLED_AFTER) if last else now, history=lessons.history)
        if is_open and now
        else None
    )
    return LogInspected(
        path=log.path,
        dialect=account.runs[-1].dialect if account.runs else None,
        lines=reading.parser.lines,
        unrecognized_lines=reading.parser.lines - reading.parser.recognized_lines,
        account=account,
        rate_per_hour=rate_per_hour(completions(runs)) if is_open else None,
        eta=replace(eta, frozen=True) if eta and stalled else eta,
        notes=(*account.notes, *_of_the_time_asked_for(log, question), *lessons.notes),
        explanation=log.explanation,
    )


def _of_the_time_asked_for(log: _Log, question: Question) -> Iterator[str]:
    if question.as_of is None or log.account.last_line_at is not None:
        return
    if log.reading.parser.stopped:
        yield "Its first line is later than the time asked for: nothing of it counts."
    else:
        yield "Its lines have no times: what came after the time asked for can't be told, and all of it counts."


def _inspect_checkpoint(checkpoint: Checkpoint, log: _Log | None, question: Question) -> CheckpointInspected:
    notes = checkpoint.notes
    if _too_late(checkpoint, question):
        notes = (*notes, "It was updated after the time asked for; what it said before that is not known.")
        empty = Checkpoint(path=checkpoint.path, start=checkpoint.start, end=checkpoint.end)
        counts = replace(NOTHING_KNOWN, total=_days(checkpoint))
        return CheckpointInspected(checkpoint.path, empty, counts, None, None, notes)
    expected, basis = _expected(log)
    found = holes(checkpoint, expected)
    return CheckpointInspected(checkpoint.path, checkpoint, _counts(checkpoint, found, basis), found, basis, notes)


def _expected(log: _Log | None) -> tuple[list[date] | None, str]:
    """The dates that can be holes: those that the paired log knows of, and has no outcome for either."""
    if log is None:
        return None, "every_day"
    account = log.account
    begun = {day for trace in log.reading.book.runs for day in trace.begun}
    due = {day for day, unit in account.units.items() if unit.state in _NO_OUTCOME} | begun
    return sorted(due), "log"


def _counts(checkpoint: Checkpoint, found: Sequence[date], basis: str) -> Counts:
    done, failed, skipped = len(checkpoint.done), len(checkpoint.failed), len(checkpoint.skipped)
    total = _days(checkpoint)
    listed = checkpoint.done | checkpoint.failed | checkpoint.skipped
    last = checkpoint.last_successful_date
    left = None
    if checkpoint.start and checkpoint.end:
        days = every_day(checkpoint.start, checkpoint.end)
        left = sum(day not in listed and (last is None or day > last) for day in days)
    return Counts(
        total=total,
        done=done,
        empty=None,
        skipped=skipped,
        failed=failed,
        running=None,
        pending=left,
        missing=len(found) if basis == "log" else None,
    )


def _days(checkpoint: Checkpoint) -> int | None:
    return (checkpoint.end - checkpoint.start).days + 1 if checkpoint.start and checkpoint.end else None
