"""One growing log to scroll, search and filter, whatever its size: positions are kept, never its lines.

Reading needs no lock and may be done by several threads at once; what goes over the whole file goes in bounded
steps, for a worker thread. Nothing here follows a log for its events; that is `tail`.
"""

import os
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from backfill_tui.errors import SourceError
from backfill_tui.sources.display import clean
from backfill_tui.sources.files import inode_of, obstacle
from backfill_tui.sources.line_blocks import STEP, Place, backward, forward
from backfill_tui.sources.line_match import Matcher, TextMatcher, TroubleMatcher
from backfill_tui.sources.paged_file import Line, PagedFile

__all__ = ["Found", "Line", "LineFilter", "LogPager", "clean"]

BUDGET = 8 * STEP  # bytes that one call goes through at most, by default
MOST_MATCHES = 1_000_000  # lines that a filter keeps the numbers of: 8 MB


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a search. Neither a line nor a place to resume: there is no such line in that direction."""

    line: int | None = None
    resume: int | None = None  # the budget is used up: search on from this line


class LogPager:
    """Pages one log. Lines are numbered from 0.

    `generation` grows when the file is another one, or was cut short: numbers and offsets from before mean nothing
    then. The constructor does not touch the file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.generation = 0
        self.note = ""  # a sentence: why there is nothing to see, or nothing new
        self._lock = Lock()  # around what changes which file is shown and how far it is indexed
        self._file: PagedFile | None = None
        self._mark: tuple[int, ...] = ()

    # Whole file, step by step

    def refresh(self) -> None:
        """See whether the file has grown, was replaced or is gone. Costs one stat while nothing has happened."""
        with self._lock:
            self._refresh()

    def extend(self, budget: int = BUDGET) -> bool:
        """Index up to `budget` more bytes of what the file has now; True while there is more to index."""
        while True:
            with self._lock:  # let go between steps: who wants to see the end need not wait
                self._refresh()
                took = self._file.extend(min(STEP, budget)) if self._file else 0
            budget -= took
            if not took or budget <= 0:
                return not self.complete

    @property
    def complete(self) -> bool:
        """Whether the whole file, as it was at the last look, is indexed."""
        return self._file is None or self._file.complete

    @property
    def count(self) -> int:
        """How many lines are indexed: all of the file's once `complete`."""
        return self._file.index.count if self._file else 0

    @property
    def size(self) -> int:
        """Bytes of the file at the last look."""
        return self._file.size if self._file else 0

    # Pages

    def lines(self, first: int, count: int) -> tuple[Line, ...]:
        """Up to `count` lines from number `first` on; fewer, or none, where the index or the file ends."""
        file = self._file
        offset = file.index.offset_of(first) if file else None
        return file.after(offset, count) if file and offset is not None else ()

    def last(self, count: int) -> tuple[Line, ...]:
        """The last lines of the file, read from its end: at once, whatever its size and the state of the index."""
        self.refresh()
        return self._file.before(self._file.size, count) if self._file else ()

    def before(self, offset: int, count: int) -> tuple[Line, ...]:
        """Up to `count` lines that end before the line that begins at `offset`. Needs no index."""
        return self._file.before(min(offset, self._file.size), count) if self._file else ()

    def after(self, offset: int, count: int) -> tuple[Line, ...]:
        """Up to `count` lines from the one that begins at `offset` on. Needs no index."""
        return self._file.after(max(0, offset), count) if self._file else ()

    def line_at_offset(self, offset: int) -> int | None:
        """The number of the line that the byte at this offset is in; None where nothing is indexed yet."""
        return self._file.index.line_at(offset) if self._file else None

    # Search

    def search(self, text: str, start_line: int, direction: int = 1, budget: int = BUDGET) -> Found:
        """The first line with the text from `start_line` on, itself included; backward with a negative direction.

        Case matters when the text has a capital. Indexes the file as far as it needs to.
        """
        return self.find(TextMatcher(text), start_line, direction, budget)

    def search_trouble(self, start_line: int, direction: int = 1, budget: int = BUDGET) -> Found:
        """The same for lines that report trouble: level ERROR or CRITICAL, FATAL, the head of a traceback."""
        return self.find(TroubleMatcher(), start_line, direction, budget)

    def find(self, matcher: Matcher, start_line: int, direction: int = 1, budget: int = BUDGET) -> Found:
        """The same for lines of any kind."""
        while self.count <= start_line:
            if budget <= 0:
                return Found(resume=start_line)
            budget -= STEP
            if not self.extend(STEP):
                break
        if self._file is None:
            return Found()
        if direction < 0:
            return _find_backward(self._file, matcher, start_line, budget)
        return _find_forward(self._file, matcher, start_line, budget)

    def filter(self, text: str) -> "LineFilter":
        """All lines with the text, found step by step."""
        return LineFilter(self, TextMatcher(text))

    @property
    def file(self) -> PagedFile | None:
        """The file that is shown just now; it stays readable for whoever holds it."""
        return self._file

    def _refresh(self) -> None:
        try:
            seen = self.path.stat()
            mark = (seen.st_size, seen.st_mtime_ns, *inode_of(seen))
            self.note = ""
            if self._file is None or mark != self._mark:
                self._take(mark[2:])
                self._mark = mark
        except SourceError as error:
            self.note = error.what
        except (OSError, ValueError) as error:
            self.note = obstacle(error)

    def _take(self, inode: Sequence[int]) -> None:
        """Go on with the file that is open if it is still that one, else open the one at the path."""
        if self._file and self._file.inode == inode and self._file.grown():
            return
        before, self._file = self._file, PagedFile.open(self.path)
        self.generation += before is not None


class LineFilter:
    """The numbers of all lines that match, in order, as far as `advance` has gone; it goes on as the file grows.

    A last line is judged when it is whole. When the pager's file has become another one, it starts anew.
    """

    def __init__(self, pager: LogPager, matcher: Matcher) -> None:
        self._pager = pager
        self._matcher = matcher
        self._file: PagedFile | None = None
        self._place = Place()
        self._lines = array("Q")

    @property
    def lines(self) -> Sequence[int]:
        """The matching lines found so far. It grows; don't change it."""
        return self._lines

    @property
    def full(self) -> bool:
        """Whether there are more matches than are kept."""
        return len(self._lines) >= MOST_MATCHES

    def advance(self, budget: int = BUDGET) -> bool:
        """Go through up to `budget` more bytes; True while there are more to go through."""
        self._pager.refresh()
        file = self._pager.file
        if file is not self._file:
            self._file, self._place, self._lines = file, Place(), array("Q")
        if file is None:
            return False
        for block in forward(file.read, file.size, self._place):
            if block.open or self.full:
                return False
            for ordinal in self._matcher.ordinals(block):
                if not self._lines or self._lines[-1] != block.line + ordinal:
                    self._lines.append(block.line + ordinal)
            self._place = block.after
            budget -= len(block.body)
            if budget <= 0:
                return True
        return False


def _find_forward(file: PagedFile, matcher: Matcher, start_line: int, budget: int) -> Found:
    offset = file.index.offset_of(start_line)
    if offset is None:
        return Found()
    for block in forward(file.read, file.size, Place(offset, start_line)):
        for ordinal in matcher.ordinals(block):
            return Found(block.line + ordinal)
        budget -= len(block.body)
        if budget <= 0 and block.after.begins:
            return Found(resume=block.after.line)
    return Found()


def _find_backward(file: PagedFile, matcher: Matcher, start_line: int, budget: int) -> Found:
    end = file.index.offset_of(start_line + 1)
    for block in backward(file.read, file.index, file.index.scanned if end is None else end):
        found = -1
        for ordinal in matcher.ordinals(block):
            found = ordinal
        if found >= 0:
            return Found(block.line + found)
        budget -= len(block.body)
        if budget <= 0 and block.begins and block.line > 0:
            return Found(resume=block.line - 1)
    return Found()
