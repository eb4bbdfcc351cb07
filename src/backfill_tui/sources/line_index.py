"""Where the lines of a growing file begin, in memory that depends on its size only by 8 bytes for every 64 KiB.

Not positions of lines are kept but how many lines end before each block: counting newlines is as fast as reading.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable

BLOCK = 64 * 1024

Read = Callable[[int, int], bytes]
"""Bytes from an offset, at most so many."""


class LineIndex:
    """The line index of one file, extended by one thread while others may ask."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._before = array("Q", [0])  # newlines before each whole block
        self._scanned = 0
        self._newlines = 0
        self._open = False  # whether the last byte scanned belongs to a line without its newline

    @property
    def scanned(self) -> int:
        """How many bytes are indexed."""
        return self._scanned

    @property
    def count(self) -> int:
        """How many lines are indexed, one without its newline included."""
        return self._newlines + self._open

    def add(self, body: bytes) -> None:
        """Index the bytes that follow what is indexed."""
        begin = 0
        while begin < len(body):
            end = min(len(body), begin + BLOCK - self._scanned % BLOCK)
            newlines = self._newlines + body.count(b"\n", begin, end)
            if (self._scanned + end - begin) % BLOCK == 0:
                self._before.append(newlines)
            self._newlines = newlines
            self._scanned += end - begin
            begin = end
        if body:
            self._open = not body.endswith(b"\n")

    def line_at(self, offset: int) -> int | None:
        """The number, from 0, of the line that the byte at this offset is in; None where nothing is indexed yet."""
        if not 0 <= offset <= self._scanned:
            return None
        block = offset // BLOCK
        return self._before[block] + self._read(block * BLOCK, offset - block * BLOCK).count(b"\n")

    def offset_of(self, line: int) -> int | None:
        """Where a line begins; None if it is not indexed (yet). The line after the last one begins at the end."""
        if line <= 0:
            return 0 if line == 0 else None
        if line > self._newlines:
            return None
        block = bisect_left(self._before, line) - 1
        body = self._read(block * BLOCK, BLOCK)
        at = -1
        for _ in range(line - self._before[block]):
            at = body.find(b"\n", at + 1)
            if at < 0:
                return None  # the file was cut short just now
        return block * BLOCK + at + 1
