"""One file that is being paged: its lines as they are shown, from any place, without reading what lies between."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from backfill_tui.sources.display import clean, last_state, without_escapes
from backfill_tui.sources.files import Inode
from backfill_tui.sources.followed import FollowedFile
from backfill_tui.sources.line_index import LineIndex
from backfill_tui.sources.line_match import is_trouble

CUT = 4096  # bytes of a line that are shown
_NEAR = 64 * 1024  # bytes that are read to find lines, more with every step that finds none
_FAR = 1024 * 1024

_Span = tuple[int, int]  # where a line begins and where it ends, without its newline


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is shown: safe for any terminal."""

    offset: int
    text: str
    number: int | None  # from 0; None as long as the index has not come so far
    trouble: bool  # reports an error
    cut: bool  # there is more of it


class PagedFile:
    """An open file with its line index. It may be read by several threads while one extends it."""

    def __init__(self, file: FollowedFile) -> None:
        self._file = file
        self.read = file.read_at
        self.index = LineIndex(file.read_at)
        self.size = file.size

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a file to page it. Raises SourceError with a sentence."""
        return cls(FollowedFile.open(path))

    @property
    def inode(self) -> Inode:
        """Which file it is."""
        return self._file.inode

    @property
    def complete(self) -> bool:
        """Whether it is indexed to the end that is known."""
        return self.index.scanned >= self.size

    def grown(self) -> bool:
        """Take notice of its size; False if it is no longer what was indexed."""
        self.size = self._file.size
        return self.size >= self.index.scanned and self._file.intact()

    def extend(self, limit: int) -> int:
        """Index up to `limit` bytes more; how many it were."""
        body = self._file.read(max(0, min(limit, self.size - self.index.scanned)))
        if body:
            self.index.add(body)
            self._file.advance(body)
        return len(body)

    def after(self, offset: int, count: int) -> tuple[Line, ...]:
        """Up to `count` lines from the one that begins at `offset` on."""
        return self._shown(self._spans_after(offset, count))

    def before(self, offset: int, count: int) -> tuple[Line, ...]:
        """Up to `count` lines that end before `offset`, which is the beginning of a line or the end."""
        return self._shown(self._spans_before(offset, count)[::-1])

    def _spans_after(self, offset: int, count: int) -> list[_Span]:
        spans: list[_Span] = []
        start, at, near = offset, offset, _NEAR
        while len(spans) < count and at < self.size:
            body = self.read(at, min(near, self.size - at))
            if not body:
                break
            newline = body.find(b"\n")
            while newline >= 0 and len(spans) < count:
                spans.append((start, at + newline))
                start = at + newline + 1
                newline = body.find(b"\n", newline + 1)
            at += len(body)
            near = min(_FAR, near * 2)
        if len(spans) < count and start < self.size:
            spans.append((start, self.size))
        return spans

    def _spans_before(self, offset: int, count: int) -> list[_Span]:
        """The last one first."""
        spans: list[_Span] = []
        if offset <= 0:
            return spans
        end = offset - 1 if self.read(offset - 1, 1) == b"\n" else offset
        at, near = end, _NEAR
        while len(spans) < count and at > 0:
            begin = max(0, at - near)
            body = self.read(begin, at - begin)
            newline = body.rfind(b"\n")
            while newline >= 0 and len(spans) < count:
                spans.append((begin + newline + 1, end))
                end = begin + newline
                newline = body.rfind(b"\n", 0, newline)
            at = begin
            near = min(_FAR, near * 2)
        if len(spans) < count:
            spans.append((0, end))
        return spans

    def _shown(self, spans: list[_Span]) -> tuple[Line, ...]:
        first = self.index.line_at(spans[0][0]) if spans else None
        return tuple(
            self._line(start, end, None if first is None else first + n) for n, (start, end) in enumerate(spans)
        )

    def _line(self, start: int, end: int, number: int | None) -> Line:
        head = self.read(start, min(CUT, end - start))
        shown, cut = last_state(head), end - start > CUT
        if cut and b"\r" in (tail := self.read(end - CUT, CUT)):
            shown = last_state(tail)
        text = clean(shown)
        if cut:
            text = text.rstrip("\ufffd") + "…"
        return Line(start, text, number, is_trouble(without_escapes(head)), cut)
