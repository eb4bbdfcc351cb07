"""Reading a log for the screen: blocking calls in small portions, made in a thread, never on the event loop."""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from backfill_tui.views.logline import is_error

_INDEX_BYTES = 32_000_000  # read for the index in one look
_SCAN_LINES = 40_000  # searched in one look
_CHUNK_LINES = 2_000  # fetched at a time while searching
TAIL_LINES = 500  # shown of a file whose lines are not counted yet


class Pages(Protocol):
    """The lines of one file, by number from 0. Every call may block. Lines come free of control characters."""

    @property
    def count(self) -> int:
        """How many lines are known so far."""

    @property
    def complete(self) -> bool:
        """Whether the count had reached the end of the file when it was last extended."""

    @property
    def generation(self) -> int:
        """Grows when the file was replaced or cut: line numbers from before mean nothing any more."""

    def extend(self, budget: int) -> None:
        """Count on, reading at most `budget` bytes. Raises SourceError when the file can't be read."""

    def lines(self, first: int, count: int) -> Sequence[str]:
        """Lines by number; fewer where there are no more."""

    def last(self, count: int) -> Sequence[str]:
        """The last lines of the file, whatever is known of the rest."""

    def line_at_offset(self, offset: int) -> int:
        """The number of the line that holds a byte offset."""

    def close(self) -> None:
        """Let go of the file."""


Opener = Callable[[Path], Pages]


def open_pages(path: Path) -> Pages:
    """The pages of a real file."""
    return MemoryPages(path.read_text(encoding="utf-8", errors="replace").splitlines())


@dataclass(frozen=True, slots=True)
class ToOffset:
    """Go to the line that holds a byte offset."""

    offset: int


@dataclass(frozen=True, slots=True)
class ToMatch:
    """Go to the next line with a text after, or before, a line. Case does not matter."""

    line: int
    forward: bool
    needle: str

    def fits(self, text: str) -> bool:
        """Whether a line is such a line."""
        return self.needle.casefold() in text.casefold()


@dataclass(frozen=True, slots=True)
class ToError:
    """Go to the next line that reports an error after, or before, a line."""

    line: int
    forward: bool

    def fits(self, text: str) -> bool:
        """Whether a line is such a line."""
        return is_error(text)


Jump = ToOffset | ToMatch | ToError


@dataclass(frozen=True, slots=True)
class Want:
    """What the screen would like to know next."""

    first: int = 0  # the first line it shows
    count: int = 0
    filter: str = ""  # the text of the lines that are to be listed; empty: no filter
    jump: Jump | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the file found. `busy`: there is more to do, look again at once."""

    count: int = 0
    complete: bool = False
    generation: int = 0
    tail: tuple[str, ...] = ()
    first: int = 0
    lines: tuple[str, ...] = ()
    filter: str = ""
    matches: Sequence[int] = ()
    jump: Jump | None = None  # the jump that is settled; where to is `target`, None: nowhere
    target: int | None = None
    busy: bool = False


@dataclass(slots=True)
class LogReader:
    """One file's reading for one widget. Not for two threads at a time."""

    path: Path
    opener: Opener
    _pages: Pages | None = None
    _needle: str = ""
    _matches: "array[int]" = field(default_factory=lambda: array("Q"))
    _scanned: int = 0
    _generation: int = -1
    _jump: ToMatch | ToError | None = None
    _jump_at: int = 0

    def look(self, want: Want) -> Look:
        """Read a portion on and answer. Raises SourceError when the file can't be read."""
        if self._pages is None:
            self._pages = self.opener(self.path)
        pages = self._pages
        pages.extend(_INDEX_BYTES)
        if pages.generation != self._generation or want.filter != self._needle:
            self._start_filter(want.filter, pages.generation)
        if not pages.complete:
            return Look(
                count=pages.count,
                generation=pages.generation,
                tail=tuple(pages.last(TAIL_LINES)),
                filter=self._needle,
                busy=True,
            )
        filtering = self._scan(pages)
        settled, target = self._settle(pages, want.jump) if want.jump else (True, None)
        return Look(
            count=pages.count,
            complete=True,
            generation=pages.generation,
            first=want.first,
            lines=tuple(self._window(pages, want)),
            filter=self._needle,
            matches=self._matches,
            jump=want.jump if settled else None,
            target=target,
            busy=filtering or not settled,
        )

    def close(self) -> None:
        """Let go of the file."""
        if self._pages is not None:
            self._pages.close()
            self._pages = None

    def _window(self, pages: Pages, want: Want) -> Sequence[str]:
        if not want.filter:
            return pages.lines(want.first, want.count)
        return [
            line
            for number in self._matches[want.first : want.first + want.count]
            for line in pages.lines(number, 1)
        ]

    # Filter

    def _start_filter(self, needle: str, generation: int) -> None:
        self._needle, self._generation = needle, generation
        self._matches, self._scanned = array("Q"), 0

    def _scan(self, pages: Pages) -> bool:
        """Search on for the filter's text; whether there is more to search."""
        if not self._needle:
            return False
        stop = min(pages.count, self._scanned + _SCAN_LINES)
        needle = self._needle.casefold()
        while self._scanned < stop:
            chunk = pages.lines(self._scanned, min(_CHUNK_LINES, stop - self._scanned))
            if not chunk:
                break
            self._matches.extend(self._scanned + i for i, line in enumerate(chunk) if needle in line.casefold())
            self._scanned += len(chunk)
        return self._scanned < pages.count

    # Jumps

    def _settle(self, pages: Pages, jump: Jump) -> tuple[bool, int | None]:
        """Whether it is known where a jump leads, and where; a long search is done in portions."""
        match jump:
            case ToOffset(offset):
                return True, pages.line_at_offset(offset)
            case ToMatch() | ToError():
                return self._seek(pages, jump)

    def _seek(self, pages: Pages, jump: ToMatch | ToError) -> tuple[bool, int | None]:
        if jump != self._jump:
            self._jump, self._jump_at = jump, jump.line + (1 if jump.forward else 0)
        for _ in range(_SCAN_LINES // _CHUNK_LINES):
            if jump.forward:
                first, count = self._jump_at, min(_CHUNK_LINES, pages.count - self._jump_at)
            else:
                first = max(0, self._jump_at - _CHUNK_LINES)
                count = self._jump_at - first
            chunk = pages.lines(first, count) if count > 0 else ()
            if not chunk:
                return True, None
            hits = [first + i for i, line in enumerate(chunk) if jump.fits(line)]
            if hits:
                return True, hits[0 if jump.forward else -1]
            self._jump_at = first + len(chunk) if jump.forward else first
        return False, None


@dataclass(slots=True)
class MemoryPages:
    """Lines in memory, for tests and for showing a page without files. An offset is a line's number times ten."""

    text: list[str]
    generation: int = 0
    complete: bool = True

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self.text)

    def extend(self, budget: int) -> None:
        """All is known already."""

    def lines(self, first: int, count: int) -> Sequence[str]:
        """Lines by number."""
        return self.text[first : first + count]

    def last(self, count: int) -> Sequence[str]:
        """The last lines."""
        return self.text[-count:]

    def line_at_offset(self, offset: int) -> int:
        """Ten bytes a line."""
        return min(offset // 10, max(0, len(self.text) - 1))

    def close(self) -> None:
        """Nothing to let go of."""
