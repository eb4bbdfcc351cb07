"""A log's bytes to events. Any split of the bytes gives the same events; memory does not grow with them."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from functools import cache

from backfill_tui.sources.dialects.lookout import TRACEBACK, Lookout, Sighting
from backfill_tui.sources.dialects.model import Dialect, Pattern
from backfill_tui.sources.dialects.reading import HEAD, LineReader, Seen
from backfill_tui.sources.dialects.stamps import StampReader
from backfill_tui.sources.dialects.witness import Told, Witness
from backfill_tui.sources.events import ErrorSeen, Event, Trouble
from backfill_tui.sources.line_text import behind_bar, text_of_line
from backfill_tui.sources.lines import Block, LineSplitter, after_line, line_around, line_ends
from backfill_tui.sources.records import ERROR_LEVELS, FATAL_LEVELS, RecordReader, is_head
from backfill_tui.sources.repeated_hour import RepeatedHour
from backfill_tui.sources.tracebacks import TracebackWatch


class LogParser:
    """Reads one log. Feed it bytes in order; it returns the events of the lines that are complete.

    Naive stamps are in `timezone`. With `until`, it stops before the first line that is stamped later. A `witness`
    is told how each line was read.
    """

    def __init__(
        self,
        dialects: Iterable[Dialect],
        timezone: tzinfo = UTC,
        until: datetime | None = None,
        witness: Witness | None = None,
    ) -> None:
        self._lookout, self._fallback = _lookouts(tuple(dialects))
        self._splitter = LineSplitter()
        self._records = RecordReader(timezone)
        self._reader = LineReader(self._records)
        self._stamps = StampReader(self._records)
        self._hour = RepeatedHour(timezone)
        self._witness = witness
        self._until = until
        self._traceback = TracebackWatch()
        self._specific = False  # a dialect that is no fallback has shown
        self._generation = 0
        self._read = 0
        self._at: datetime | None = None
        self.lines = 0
        self.recognized_lines = 0
        self.first_line_at: datetime | None = None
        self.last_line_at: datetime | None = None
        self.stopped = False

    def feed(self, body: bytes, offset: int, generation: int = 0) -> list[Event]:
        """Take the next bytes, which lie at `offset` of their file; return the events of the lines they complete.

        `generation` is another number when the file was rotated or truncated. A line may go on across that, unless
        what follows plainly begins a record of its own.
        """
        blocks: list[Block] = []
        if generation != self._generation:
            self._generation = generation
            if self._splitter.held and self._begins_a_record(body):
                blocks += self._splitter.flush()
        blocks += self._splitter.feed(body, offset)
        return self._events(blocks)

    def finish(self) -> list[Event]:
        """The file is final: take the unfinished last line for a line."""
        return self._events(self._splitter.flush())

    def _events(self, blocks: Iterable[Block]) -> list[Event]:
        events: list[Event] = []
        for block in blocks:
            self._block(block, events)
        return events

    def _begins_a_record(self, body: bytes) -> bool:
        return self._records.begins(text_of_line(body[:HEAD].split(b"\n", 1)[0]))

    def _block(self, block: Block, events: list[Event]) -> None:
        if self.stopped:
            return
        body = self._until_cut(block.body)
        if not body:
            return
        if self._read == 0:
            body = body.removeprefix(b"\xef\xbb\xbf")
        before = self.lines
        self.lines += line_ends(body)
        if self.first_line_at is None:
            self.first_line_at = self._stamps.first(body)
        events += self._traceback.continue_into(body, block.offset, self._read, self._records)
        self._sight(body, block.offset, events, bars=b"\r" in body)
        self._note_last_time(body)
        self._read += len(body)
        if self._witness is not None:
            self._witness.block(body, block.offset, before)

    def _sight(self, body: bytes, base: int, events: list[Event], *, bars: bool) -> None:
        """Take in the lines worth a look; once a dialect has shown, without those of the fallbacks."""
        if self._fallback is not None:
            for sighting in _sightings(self._fallback, body, bars=bars):
                self._line(body, base, sighting, events)
                if self._specific:
                    self._fallback = None
                    rest = after_line(body, sighting[1])
                    self._read += rest
                    self._sight(body[rest:], base + rest, events, bars=bars)
                    self._read -= rest
                    return
            return
        for sighting in _sightings(self._lookout, body, bars=bars):
            self._line(body, base, sighting, events)

    def _line(self, body: bytes, base: int, sighting: Sighting, events: list[Event]) -> None:
        start, end, patterns, trouble = sighting
        if body[start] == 0:  # the hole that a truncation left
            start = end - len(body[start:end].lstrip(b"\0"))
        seen = self._reader.read(body, start, end, stamped=self._at is not None)
        if seen.record[0] is not None:
            self._at = self._hour.settled(seen.record[0])
        if self._traceback.covers(self._read + start):
            patterns = ()  # source text that a traceback quotes
        told = self._told(seen, patterns, base + start, events)
        if self._witness is not None:
            self._witness.sighted(base + start, seen, patterns, told)
        if trouble:
            self._trouble(body, base, start, end, seen, events)

    def _told(self, seen: Seen, patterns: Iterable[Pattern], offset: int, events: list[Event]) -> Told | None:
        """The first pattern that a line matches, and what it found; its event is added to the others."""
        _, _, message = seen.record
        for pattern in patterns:
            found = pattern.found_in(message, seen.line, seen.fields)
            if found is None:
                continue
            if pattern.counts_only and self._lookout.mentions(message):
                continue  # a dialect's words behind a prefix that is not known: better no count than a wrong one
            try:
                events.append(pattern.make(self._at, offset, found))
            except ValueError:
                continue
            self.recognized_lines += 1
            self._specific = self._specific or not pattern.counts_only
            return pattern, found
        return None

    def _trouble(self, body: bytes, base: int, start: int, end: int, seen: Seen, events: list[Event]) -> None:
        offset = base + start
        _, level, message = seen.record
        is_error = level in ERROR_LEVELS
        if level in FATAL_LEVELS or _FATAL.search(message):
            events.append(ErrorSeen(self._at, offset, Trouble.FATAL, counts=is_error))
        elif is_error:
            events.append(ErrorSeen(self._at, offset, Trouble.ERROR))
        if is_error:
            self._traceback.error_record_ends(self._read + after_line(body, end))
        if seen.fields is None and 0 <= message.find(TRACEBACK) <= _TRACEBACK_WITHIN:
            uncaught = self._traceback.begins(self._read + start)
            events.append(ErrorSeen(self._at, offset, Trouble.TRACEBACK, uncaught=uncaught, counts=False))
            prefixed = self.first_line_at is not None or is_head(seen.record)
            after = after_line(body, end)
            events += self._traceback.continue_into(body, base, self._read, self._records, after, prefixed=prefixed)

    def _note_last_time(self, body: bytes) -> None:
        last = self._stamps.last(body) if self.first_line_at is not None else None
        if last is not None:
            self.last_line_at = self._hour.told(last)

    def _until_cut(self, body: bytes) -> bytes:
        """The block up to the first line that is stamped later than `until`."""
        until = self._until
        if until is None:
            return body
        last = self._stamps.last(body)
        if last is None or (self._hour.told(last) <= until and not self._hour.may_be_later(last)):
            return body
        hour = self._hour.copy()
        bars = b"\r" in body
        at = 0
        while at < len(body):
            start, end = line_around(body, at, bars=bars)
            stamp = self._stamps.of_line(body, start)
            if stamp is not None and hour.settled(stamp) > until:
                self.stopped = True
                return body[:start]
            at = after_line(body, end)
        return body


_FATAL = re.compile(r"\bFATAL\b")
_TRACEBACK_WITHIN = 24  # characters: "  + Exception Group Traceback", "^CTraceback"


def _sightings(lookout: Lookout, body: bytes, *, bars: bool) -> Iterable[Sighting]:
    """The lines worth a look. A line that was printed behind a progress bar is one of its own."""
    sightings = lookout.sightings(body, bars=bars)
    return (piece for sighting in sightings for piece in _without_bar(body, sighting)) if bars else sightings


def _without_bar(body: bytes, sighting: Sighting) -> Iterable[Sighting]:
    start, end, patterns, trouble = sighting
    cut = start + behind_bar(body[start : min(end, start + HEAD)])
    return [(start, cut, patterns, False), (cut, end, patterns, trouble)] if cut > start else [sighting]


@cache
def _lookouts(dialects: tuple[Dialect, ...]) -> tuple[Lookout, Lookout | None]:
    """The lookout of the dialects, and the one that has the fallbacks too, if there are any. Worked out once."""
    specific = _merged(dialect for dialect in dialects if not dialect.fallback)
    fallback = _merged(dialect for dialect in dialects if dialect.fallback)
    return Lookout(specific), Lookout((*specific, *fallback)) if fallback else None


def _merged(dialects: Iterable[Dialect]) -> tuple[Pattern, ...]:
    """The patterns of all dialects, each pattern once, with the names of all the dialects that have it."""
    merged: dict[tuple[object, ...], Pattern] = {}
    for dialect in dialects:
        for pattern in dialect.patterns:
            key = (pattern.kind, pattern.text, tuple(sorted(pattern.facts.items())))
            twin = merged.get(key)
            merged[key] = pattern if twin is None else twin.shared_with(pattern.dialects)
    return tuple(merged.values())
