"""A file in pieces of whole lines, from a place onward or backward: how searching goes over a gigabyte.

Only a line longer than a piece comes in parts, which overlap so that a text at a seam is found too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backfill_tui.sources.line_index import LineIndex, Read

STEP = 1024 * 1024  # bytes of a piece
_OVERLAP = 256


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file and the line it is in. `begins`: the line begins just there."""

    offset: int = 0
    line: int = 0
    begins: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines, or a part of a long one. `after` is where to go on, in the direction that was taken."""

    line: int  # number of its first line
    body: bytes
    begins: bool  # False: its first line began before it
    after: Place
    open: bool = False  # its last line may go on: it has no newline yet


def forward(read: Read, size: int, place: Place) -> Iterator[Block]:
    """The pieces from a place to the end of the file."""
    while place.offset < size:
        body = read(place.offset, min(STEP, size - place.offset))
        if not body:
            return  # the file was cut short just now
        whole = body.rfind(b"\n") + 1
        end = place.offset + len(body)
        if whole:
            after = Place(place.offset + whole, place.line + body.count(b"\n"))
            yield Block(place.line, body[:whole], place.begins, after)
        elif end >= size:
            yield Block(place.line, body, place.begins, Place(end, place.line, begins=False), open=True)
            return
        else:
            after = Place(end - _OVERLAP, place.line, begins=False)
            yield Block(place.line, body, place.begins, after)
        place = after


def backward(read: Read, index: LineIndex, end: int) -> Iterator[Block]:
    """The pieces from an indexed offset, the beginning of a line or the end, back to the beginning of the file."""
    while end > 0:
        begin = max(0, end - STEP)
        body = read(begin, end - begin)
        newline = body.find(b"\n") + 1 if begin else 0
        begins = begin == 0 or 0 < newline < len(body)
        if begins:
            begin, body = begin + newline, body[newline:]
        line = index.line_at(begin)
        if line is None or not body:
            return  # the file was cut short just now
        end = begin if begins else begin + _OVERLAP
        yield Block(line, body, begins, Place(end, line, begins))
