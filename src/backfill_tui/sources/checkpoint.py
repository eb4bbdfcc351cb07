"""Checkpoints of jobs: a JSON file that somebody else replaces while we read it, and that may hold anything.

What can't be read of it is left out and said in a note; what it means beside a log is decided in `progress`.
"""

import json
import os
import re
from collections.abc import Iterable, Sized
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from backfill_tui.errors import SourceError
from backfill_tui.plan.ranges import MOST_DAYS
from backfill_tui.sources.checkpoint_fields import KEYS, CheckpointFields, Reading, as_date, kind
from backfill_tui.sources.files import obstacle, open_regular

_LARGEST = 64 * 1024 * 1024  # bytes; a checkpoint of a hundred years of days has one
_ASK_AGAIN = 3  # polls that read a torn file anew although it looks unchanged: it may have been completed meanwhile
_RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})_(?:to_)?(\d{4}-\d{2}-\d{2})")
_KEY = re.compile(rb'"(?:' + "|".join(sorted(KEYS)).encode() + rb')"\s*:')


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One reading of a checkpoint. Times are aware, dates within `start` … `end` where those are known."""

    path: Path
    job_name: str | None = None
    start: date | None = None
    end: date | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    last_successful_date: date | None = None
    done: frozenset[date] = frozenset()
    failed: frozenset[date] = frozenset()
    skipped: frozenset[date] = frozenset()
    out_of_range: tuple[date, ...] = ()  # listed by the job, but not of its range: they count nowhere
    reasons: dict[date, str] = field(default_factory=dict)  # of failed dates, in the job's words
    notes: tuple[str, ...] = ()  # sentences about what could not be taken as it stands

    @property
    def dates(self) -> tuple[date, date] | None:
        """The range, where it is known."""
        return (self.start, self.end) if self.start and self.end else None


@dataclass(frozen=True, slots=True)
class CheckpointState:
    """What is known of a checkpoint now: its last good reading, and what has been in the way since."""

    checkpoint: Checkpoint | None
    note: str  # a sentence; empty while the file is read without trouble
    modified_at: datetime | None  # aware, UTC: last writing of the file that was read
    current: bool  # False: the file is not what was read last, or is not there

    def age_s(self, now: datetime) -> float | None:
        """Seconds from the last writing of what was read until `now`."""
        return None if self.modified_at is None else max(0.0, (now - self.modified_at).total_seconds())


def looks_like_checkpoint(head: bytes, path: str | os.PathLike[str]) -> bool:
    """Whether a file that begins like this is a checkpoint, whole or torn, rather than a log."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    first, _, rest = text.partition(b"\n")
    if first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{"):
        return False  # one object a line: a log in JSON
    if Path(path).suffix.lower() == ".json":
        return True
    return text.startswith(b"{") and _KEY.search(text) is not None


def read_checkpoint(path: str | os.PathLike[str], *, timezone: ZoneInfo) -> Checkpoint:
    """Read a checkpoint; its naive times are in `timezone`.

    Raises SourceError with a sentence when there is none to read: missing, forbidden, torn, other JSON …
    """
    path = Path(path)
    fields, notes = _fields(path, timezone)
    start, end = _range(fields, path, notes)
    done, failed, skipped = (
        set(days) for days in (fields.successful_dates, fields.failed_dates, fields.skipped_dates)
    )
    outside = sorted(day for day in done | failed | skipped if not _within(day, start, end))
    if outside:
        notes.append(f"{_many(outside)} outside {start} … {end} and not counted, the first is {outside[0]}.")
    if both := (done & failed).difference(outside):
        notes.append(f"{_many(both)} listed as successful and as failed, taken as done: the first is {min(both)}.")
    last = fields.last_successful_date
    if last and not _within(last, start, end):
        notes.append(f"last_successful_date {last} lies outside {start} … {end}.")
    return Checkpoint(
        path=path,
        job_name=fields.job_name,
        start=start,
        end=end,
        created_at=fields.created_at,
        updated_at=fields.last_updated,
        last_successful_date=last,
        done=frozenset(done.difference(outside)),
        failed=frozenset(failed.difference(done, outside)),
        skipped=frozenset(skipped.difference(done, failed, outside)),
        out_of_range=tuple(outside),
        reasons={day: why for day, why in fields.failed_dates.items() if why and day not in done},
        notes=tuple(notes),
    )


def holes(checkpoint: Checkpoint, expected: Iterable[date] | None = None) -> tuple[date, ...]:
    """Dates before the last successful one without an outcome: a resume at that date + 1 skips them for ever.

    `expected` are the dates that carry work; without it every day of the range is taken for one, unless a slip of
    the pen makes that centuries.
    """
    last = checkpoint.last_successful_date
    if last is None:
        return ()
    seen = checkpoint.done | checkpoint.failed | checkpoint.skipped
    start = checkpoint.start or min(seen, default=last)
    beyond = min(last, checkpoint.end + timedelta(days=1)) if checkpoint.end and last > checkpoint.end else last
    if expected is None:
        if (beyond - start).days >= MOST_DAYS:
            return ()
        expected = (start + timedelta(days=n) for n in range((beyond - start).days))
    return tuple(sorted({day for day in expected if start <= day < beyond and day not in seen}))


class CheckpointWatch:
    """Keeps the last good reading of a checkpoint while the file is replaced, torn or gone."""

    def __init__(self, path: str | os.PathLike[str], *, timezone: ZoneInfo) -> None:
        self.path = Path(path)
        self._timezone = timezone
        self._mark: tuple[int, ...] | None = None
        self._again = 0
        self._state = CheckpointState(None, "Not looked at yet.", None, current=False)

    def poll(self) -> CheckpointState:
        """Look at the file; read it only if it has changed. Never raises for what lies there."""
        try:
            seen = self.path.stat()
        except (OSError, ValueError) as error:
            self._mark = None
            return self._keep(obstacle(error))
        mark = (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns)
        if mark == self._mark and not self._again:
            return self._state
        self._again = _ASK_AGAIN if mark != self._mark else self._again - 1
        self._mark = mark
        try:
            checkpoint = read_checkpoint(self.path, timezone=self._timezone)
        except SourceError as error:
            return self._keep(error.what)
        self._again = 0
        written = datetime.fromtimestamp(seen.st_mtime, UTC)
        self._state = CheckpointState(checkpoint, " ".join(checkpoint.notes), written, current=True)
        return self._state

    def _keep(self, why: str) -> CheckpointState:
        kept = self._state.checkpoint
        note = f"{why} What is shown was read before." if kept else why
        self._state = CheckpointState(kept, note, self._state.modified_at, current=False)
        return self._state


def _fields(path: Path, timezone: ZoneInfo) -> tuple[CheckpointFields, list[str]]:
    """What the file holds, field by field, with a note on each that could not be read."""
    body = _whole(path)
    if not body.strip():
        raise SourceError("The checkpoint is empty; its job may be writing it just now.", where=path)
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SourceError(
            "It is not whole JSON: torn while being written, or not a checkpoint.", where=path
        ) from error
    if not isinstance(raw, dict):
        raise SourceError(f"It is JSON, but no checkpoint: {kind(raw)} where an object was expected.", where=path)
    if not KEYS & raw.keys():
        raise SourceError("It is JSON, but no checkpoint: none of its keys is one of a checkpoint's.", where=path)
    reading = Reading(timezone)
    try:
        return CheckpointFields.model_validate(raw, context=reading), reading.notes
    except ValidationError as error:  # pragma: no cover - every field takes whatever comes
        raise SourceError(f"It can't be read as a checkpoint: {error.errors()[0]['msg']}.", where=path) from error


def _range(fields: CheckpointFields, path: Path, notes: list[str]) -> tuple[date | None, date | None]:
    """The range as the job says, else as its file is called; unknown when the two ends contradict each other."""
    named = _RANGE.search(path.name)
    start = fields.start_date or (as_date(named[1]) if named else None)
    end = fields.end_date or (as_date(named[2]) if named else None)
    if start and end and start > end:
        notes.append(f"start_date {start} is after end_date {end}: its range is not known.")
        return None, None
    if start and end and (end - start).days >= MOST_DAYS:
        notes.append(f"{start} … {end} is longer than any backfill: its range is not known.")
        return None, None
    return start, end


def _within(day: date, start: date | None, end: date | None) -> bool:
    return (start is None or start <= day) and (end is None or day <= end)


def _many(days: Sized) -> str:
    return "1 date is" if len(days) == 1 else f"{len(days):,} dates are"


def _whole(path: Path) -> bytes:
    descriptor, seen = open_regular(path)
    with os.fdopen(descriptor, "rb") as file:
        if seen.st_size > _LARGEST:
            raise SourceError(f"It has {seen.st_size:,} bytes: larger than any checkpoint.", where=path)
        try:
            return file.read(_LARGEST)
        except OSError as error:
            raise SourceError(obstacle(error), where=path) from error
