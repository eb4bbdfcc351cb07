"""A log as it is read: bytes through a dialect's parser into a book of runs."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Protocol

from backfill_tui.errors import SourceError
from backfill_tui.progress.reconcile import LogEvidence
from backfill_tui.progress.runs import RunBook
from backfill_tui.sources.dialects.model import Dialect
from backfill_tui.sources.dialects.parser import LogParser
from backfill_tui.sources.dialects.witness import Witness
from backfill_tui.sources.file_kind import no_text

PIECE = 1 << 17
"""Bytes looked at in one go: each is passed over four times, so it should stay in the processor's cache."""

SAMPLE = 64 * 1024
"""How much of the beginning decides whether a file is text."""


class ByteStream(Protocol):
    """An open file, as far as it is read from here."""

    def read(self, size: int, /) -> bytes | None:
        """Up to so many bytes, none at its end."""
        ...


class LogReading:
    """One log, read so far. Grows with every `feed`."""

    def __init__(
        self,
        dialects: Iterable[Dialect],
        timezone: tzinfo,
        until: datetime | None = None,
        witness: Witness | None = None,
    ) -> None:
        self.parser = LogParser(dialects, timezone, until, witness)
        self.book = RunBook()

    def feed(self, body: bytes, offset: int, generation: int = 0, *, met_at: datetime | None = None) -> None:
        """Take the next bytes of the file; `met_at` is when they came in, if that was seen."""
        for start in range(0, len(body), PIECE):
            for event in self.parser.feed(body[start : start + PIECE], offset + start, generation):
                self.book.apply(event, met_at)

    @property
    def evidence(self) -> LogEvidence:
        """What is known by now."""
        return LogEvidence(self.book, self.parser.first_line_at, self.parser.last_line_at)


def read_log(
    path: Path,
    dialects: Iterable[Dialect],
    timezone: tzinfo,
    until: datetime | None = None,
    witness: Witness | None = None,
) -> LogReading:
    """Read a whole file once, as it stands; SourceError if it is not a text file that can be read."""
    try:
        with path.open("rb", buffering=0) as file:
            return read_open_log(file, path, dialects, timezone, until, witness)
    except OSError as error:
        raise SourceError(f"It can't be read: {error.strerror}.", where=path) from error


def read_open_log(
    file: ByteStream,
    path: Path,
    dialects: Iterable[Dialect],
    timezone: tzinfo,
    until: datetime | None = None,
    witness: Witness | None = None,
) -> LogReading:
    """The same, of a file that is open, to its end: a pipe's bytes come once. OSError if the medium fails."""
    reading = LogReading(dialects, timezone, until, witness)
    offset = 0
    while piece := file.read(PIECE):
        if offset == 0 and (why := no_text(piece[:SAMPLE])):
            raise SourceError(why, where=path)
        reading.feed(piece, offset)
        offset += len(piece)
        if reading.parser.stopped:
            break
    return reading
