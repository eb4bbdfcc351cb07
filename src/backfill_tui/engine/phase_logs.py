"""The logs of one phase as they are read: whole in the end, the newest part first where that takes long.

What they say is weighed elsewhere.
"""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from operator import itemgetter
from pathlib import Path

from backfill_tui.engine.logs import SAMPLE, LogReading
from backfill_tui.engine.snapshot import LogSeen
from backfill_tui.plan.resolved import Phase
from backfill_tui.progress.reconcile import LogEvidence
from backfill_tui.sources.dialects.load import choose
from backfill_tui.sources.dialects.model import Dialect
from backfill_tui.sources.file_kind import no_text
from backfill_tui.sources.logset import LogSet
from backfill_tui.sources.tail import Chunk, Tail

ENDS = tuple(1 << 20 + 2 * i for i in range(2, 5))
"""Of a log that can't be read in one look, the end is read first: 4 MiB, or more if nothing of the job is in it."""

END_S = 0.1
"""How long that may take."""


class PhaseLogs:
    """Follows the logs of one phase. Not thread-safe: one caller at a time."""

    def __init__(self, phase: Phase, dialects: Iterable[Dialect]) -> None:
        self._timezone = phase.log_timezone
        self._dialects = choose(phase.dialect, tuple(dialects))
        self._logs = LogSet(phase.logs)
        self._readings: dict[int, LogReading] = {}
        self._no_text: dict[int, str] = {}  # why a log is not read, as a sentence
        self._generations: dict[int, int] = {}
        self._whole: set[int] = set()  # logs that were once read to their ends
        self._endings: dict[int, LogReading] = {}

    def add(self, paths: Iterable[Path]) -> None:
        """Follow further files from the next reading on."""
        self._logs.add(paths)

    def read(self, within_s: float, now: datetime) -> None:
        """Read on, for about `within_s` seconds at most. What a log gained since its end was read came `now`."""
        deadline = time.monotonic() + within_s
        while True:
            for index, chunk in self._logs.poll():
                self._take(index, chunk, now)
            if self._logs.at_end or time.monotonic() > deadline:
                return

    @property
    def at_end(self) -> bool:
        """Whether everything that was there at the last reading has been read."""
        return self._logs.at_end

    @property
    def history_complete(self) -> bool:
        """Whether the last evidence was that of whole logs: none is still being read from its beginning."""
        return not self._endings

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about globs that match nothing and files left out."""
        return self._logs.notes

    def age_s(self, now: datetime) -> float | None:
        """Seconds since any of them was written; None while there is none."""
        return min((_age(tail, now) for tail in self._logs.tails if tail.status.exists), default=None)

    def evidence(self) -> list[LogEvidence]:
        """Each log's evidence; of one whose beginning is still being read, what its end says."""
        evidence = []
        for index, tail in enumerate(self._logs.tails):
            reading = self._readings.get(index)
            if tail.at_end:
                self._whole.add(index)
                self._endings.pop(index, None)
            if reading is None or index in self._no_text:
                reading = self._new_reading()
            elif index not in self._whole:
                reading = self._endings.get(index) or self._endings.setdefault(index, self._ending(tail))
            evidence.append(reading.evidence)
        _join(evidence)
        return evidence

    def seen(self) -> tuple[LogSeen, ...]:
        """Each log as it is told of: how large, how far read, what ails it."""
        return tuple(self._log_seen(index, tail) for index, tail in enumerate(self._logs.tails))

    def close(self) -> None:
        """Let go of all files."""
        self._logs.close()

    def _take(self, index: int, chunk: Chunk, now: datetime) -> None:
        """Read on in a log. Whether it is text is asked of every file that comes to lie at its path."""
        if self._generations.get(index) != chunk.generation:
            self._generations[index] = chunk.generation
            self._no_text.pop(index, None)
            if why := no_text(chunk.body[:SAMPLE]):
                self._no_text[index] = why
        if index not in self._no_text:
            reading = self._readings.setdefault(index, self._new_reading())
            met_at = now if index in self._whole else None
            reading.feed(chunk.body, chunk.offset, chunk.generation, met_at=met_at)

    def _new_reading(self) -> LogReading:
        return LogReading(self._dialects, self._timezone)

    def _ending(self, tail: Tail) -> LogReading:
        """The end of a log, read by itself: enough of it to meet the job, as far as time allows."""
        until = time.monotonic() + END_S
        specific = [dialect for dialect in self._dialects if not dialect.fallback]
        reading = LogReading(specific or self._dialects, self._timezone)
        for size in ENDS:
            ending = tail.read_end(size)
            if ending is None:
                break
            first = ending.body.find(b"\n") + 1 if ending.offset else 0
            reading = LogReading(specific or self._dialects, self._timezone)
            reading.feed(ending.body[first:], ending.offset + first)
            if reading.book.runs or time.monotonic() > until:
                break
        return reading

    def _log_seen(self, index: int, tail: Tail) -> LogSeen:
        status = tail.status
        note = status.note
        note = self._no_text.get(index, note)
        reading = self._readings.get(index)
        if not note and reading and tail.at_end and reading.parser.lines and not reading.book.runs:
            lines = f"None of its {reading.parser.lines:,} lines was recognised as a backfill's"
            note = f"{lines}; see `inspect --explain`."
        return LogSeen(
            str(status.path),
            status.size,
            None if tail.at_end and status.exists else tail.fraction,
            status.modified_at,
            note,
        )


def _join(evidence: Sequence[LogEvidence]) -> None:
    """Rotated logs are one log: what ends at the head of one may have begun at the end of the one before it."""
    dated = [(one.first_line_at, i, one.book) for i, one in enumerate(evidence) if one.first_line_at is not None]
    for (_, _, before), (_, _, book) in pairwise(sorted(dated, key=itemgetter(0, 1))):
        book.follow(before)


def _age(tail: Tail, now: datetime) -> float:
    written = tail.status.modified_at
    return max(0.0, (now - written).total_seconds()) if written else float("inf")
