"""Reading a log for the screen: blocking calls in small portions, made in a thread, never on the event loop."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backfill_tui.sources.pager import Found, Line, LineFilter, LogPager

_PORTION = 32 * 1024 * 1024  # bytes that one look goes through at most, for each thing it is asked
TAIL_LINES = 500  # shown of a file whose lines are not counted yet

Opener = Callable[[Path], LogPager]


@dataclass(frozen=True, slots=True)
class ToOffset:
    """Go to the line that holds a byte offset."""

    offset: int


@dataclass(frozen=True, slots=True)
class ToMatch:
    """Go to the next line with a text after, or before, a line."""

    line: int
    forward: bool
    text: str


@dataclass(frozen=True, slots=True)
class ToTrouble:
    """Go to the next line that reports an error after, or before, a line."""

    line: int
    forward: bool


Jump = ToOffset | ToMatch | ToTrouble


@dataclass(frozen=True, slots=True)
class Want:
    """What the screen would like to know next."""

    first: int = 0  # the first row it shows: a line, or with a filter a match
    count: int = 0
    last: bool = False  # the last rows instead, which by then may lie far behind those that are known
    filter: str = ""  # the text of the lines that are to be listed; empty: no filter
    jump: Jump | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the file found. `busy`: there is more to do, look again at once."""

    count: int = 0
    complete: bool = False  # all lines are counted
    generation: int = 0
    note: str = ""  # a sentence: why there is nothing to see, or nothing new
    first: int = 0
    lines: tuple[Line, ...] = ()  # rows from `first` on; the last ones of the file until all are counted
    filter: str = ""
    matches: Sequence[int] = field(default=(), compare=False)  # line numbers; may have grown since
    found: int = 0  # how many matches there were
    full: bool = False  # there may be more matches than these first ones
    jump: Jump | None = None  # the jump that is settled
    target: int | None = None  # where to; None: nowhere
    busy: bool = False


class LogReader:
    """One file's reading for one widget. Not for two threads at a time."""

    def __init__(self, path: Path, opener: Opener) -> None:
        self._path = path
        self._opener = opener
        self._pager: LogPager | None = None
        self._text = ""
        self._filter: LineFilter | None = None
        self._jump: Jump | None = None
        self._from = 0

    def look(self, want: Want) -> Look:
        """Read a portion on and answer."""
        if self._pager is None:
            self._pager = self._opener(self._path)
        pager = self._pager
        if pager.extend(_PORTION):
            tail = pager.last(TAIL_LINES)
            return Look(pager.count, False, pager.generation, pager.note, 0, tail, want.filter, busy=True)
        filtering = self._go_through(pager, want.filter)
        matches = self._filter.lines if self._filter else ()
        found = len(matches)
        settled, target = self._settle(pager, want.jump) if want.jump else (True, None)
        first = max(0, (found if want.filter else pager.count) - want.count) if want.last else want.first
        return Look(
            count=pager.count,
            complete=True,
            generation=pager.generation,
            note=pager.note,
            first=first,
            lines=self._rows(pager, want, first, matches),
            filter=want.filter,
            matches=matches,
            found=found,
            full=self._filter is not None and self._filter.full,
            jump=want.jump if settled else None,
            target=target,
            busy=filtering or not settled,
        )

    @staticmethod
    def _rows(pager: LogPager, want: Want, first: int, matches: Sequence[int]) -> tuple[Line, ...]:
        if not want.filter:
            return pager.lines(first, want.count)
        numbers = matches[first : first + want.count]
        return tuple(line for number in numbers for line in pager.lines(number, 1))

    def _go_through(self, pager: LogPager, text: str) -> bool:
        """Filter a portion on; whether there is more to go through."""
        if text != self._text:
            self._text, self._filter = text, pager.filter(text) if text else None
        return self._filter.advance(_PORTION) if self._filter else False

    def _settle(self, pager: LogPager, jump: Jump) -> tuple[bool, int | None]:
        """Whether it is known where a jump leads, and where; a long search is done in portions."""
        if isinstance(jump, ToOffset):
            return True, pager.line_at_offset(jump.offset)
        step = 1 if jump.forward else -1
        if jump is not self._jump:
            self._jump, self._from = jump, jump.line + step
        found = self._search(pager, jump, step) if 0 <= self._from < pager.count else Found()
        if found.resume is not None:
            self._from = found.resume
            return False, None
        return True, found.line

    def _search(self, pager: LogPager, jump: ToMatch | ToTrouble, step: int) -> Found:
        if isinstance(jump, ToMatch):
            return pager.search(jump.text, self._from, step, _PORTION)
        return pager.search_trouble(self._from, step, _PORTION)
