"""The first and the last time in a block of lines, without a look at every line of it."""

from collections.abc import Iterator
from datetime import datetime
from heapq import merge
from itertools import islice

from backfill_tui.sources.dialects.reading import LONGEST
from backfill_tui.sources.line_text import behind_bar, text_of_line
from backfill_tui.sources.records import RecordReader

STAMPED_WITHIN = 256
"""In how many bytes of a line its time is looked for: behind names of a container and a host, or behind a bar."""

MOST_OBJECTS = 4
MOST_COLOURED = 100
"""In how many JSON objects and coloured lines of a block a time is looked for, before it is taken to have none."""

_LEADS = (
    (b"\n20", None),
    (b"\n[20", None),
    (b"\r20", None),
    (b'\n{"', MOST_OBJECTS),
    (b"\n\x1b[", MOST_COLOURED),
)
"""How lines begin that are likely to have a time, and how many of them are tried."""


class StampReader:
    """Finds the times of lines, as `records` understands them."""

    def __init__(self, records: RecordReader) -> None:
        self._records = records

    def first(self, body: bytes) -> datetime | None:
        """The first time in a block of complete lines."""
        return next((at for place in _places(body) if (at := self.of_line(body, place)) is not None), None)

    def last(self, body: bytes) -> datetime | None:
        """The last time in a block of complete lines: a traceback, a bar, bare prints may follow it."""
        return next((at for place in _places_back(body) if (at := self.of_line(body, place)) is not None), None)

    def of_line(self, body: bytes, at: int) -> datetime | None:
        """The time of the line that begins at a place."""
        if body[at : at + 1] == b"\0":  # the hole that a truncation left
            at = len(body) - len(body[at:].lstrip(b"\0"))
        if body[at : at + 1] != b"{":
            line = body[at : at + STAMPED_WITHIN].split(b"\n", 1)[0]
            return self._records.read(text_of_line(line[behind_bar(line) :]))[0]
        end = body.find(b"\n", at, at + LONGEST)
        if end < 0:
            return None
        opened = self._records.read_object((None, None, text_of_line(body[at:end])))
        return opened[0][0] if opened else None


def _places(body: bytes) -> Iterator[int]:
    """Where the first line begins, then those that are likely to have a time. Each place is looked for once."""
    yield 0
    yield from merge(*(islice(_behind(body, lead), most) for lead, most in _LEADS))


def _places_back(body: bytes) -> Iterator[int]:
    """The same from the end: the last line, those likely to have a time, the first line."""
    end = len(body) - (2 if body.endswith(b"\r\n") else 1)
    newline = body.rfind(b"\n", 0, end)
    yield max(newline, body.rfind(b"\r", newline + 1, end)) + 1
    yield from merge(*(islice(_behind_back(body, lead, end), most) for lead, most in _LEADS), reverse=True)
    yield 0


def _behind(body: bytes, lead: bytes) -> Iterator[int]:
    at = body.find(lead)
    while at >= 0:
        yield at + 1
        at = body.find(lead, at + 1)


def _behind_back(body: bytes, lead: bytes, end: int) -> Iterator[int]:
    at = body.rfind(lead, 0, end)
    while at >= 0:
        yield at + 1
        at = body.rfind(lead, 0, at)
