"""The calendar of a phase: one cell a date, weeks as columns, weekdays as rows; a season is a block.

Places are a matter of the range and the room only, never of states: nothing moves while a job runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from backfill_tui.progress.account import UnitState
from backfill_tui.views import formats
from backfill_tui.views.marks import SUSPECT, Mark
from backfill_tui.views.spans import Line, Span, Tone, spread

WEEK = 7
SEASON_STARTS = 7  # July: the NBA's year turns between the finals and the summer league
_SUMMER = (7, 8, 9)  # the months of a season without games, drawn narrower where room is short
_ONE_BLOCK = 54  # weeks that one block may span before the range is cut into seasons
_LABEL = 2  # cells left of the grid for the weekday's letter
_ROWS = WEEK + 1  # of a block: its months, its weekdays

GLYPHS: Mapping[Mark | None, tuple[str, Tone]] = {
    UnitState.DONE: ("■", Tone.GOOD),
    UnitState.EMPTY: ("·", Tone.QUIET),
    UnitState.SKIPPED: ("▪", Tone.DIM),
    SUSPECT: ("?", Tone.WARN),
    UnitState.FAILED: ("✗", Tone.BAD),
    UnitState.MISSING: ("!", Tone.WARN),
    UnitState.RUNNING: ("◆", Tone.BUSY),
    UnitState.PENDING: ("□", Tone.FAINT),
    None: (" ", Tone.FAINT),  # nothing is expected on that date
}

_WORDS: Mapping[Mark, str] = {
    UnitState.DONE: "done",
    UnitState.EMPTY: "no games",
    UnitState.SKIPPED: "skipped",
    SUSPECT: "suspect",
    UnitState.FAILED: "failed",
    UnitState.MISSING: "missing",
    UnitState.RUNNING: "running",
    UnitState.PENDING: "pending",
}


@dataclass(frozen=True, slots=True)
class Block:
    """A season, or a whole short range (without a title): its first Monday, and the column of each of its weeks."""

    title: str
    monday: date
    first: date
    last: date
    columns: tuple[int, ...]

    def column(self, day: date) -> int:
        """The column of a date of this block."""
        return self.columns[(day - self.monday).days // WEEK]


@dataclass(frozen=True, slots=True)
class Grid:
    """Where every date of a range stands: blocks from top to bottom, with an empty line between two."""

    first: date
    last: date
    blocks: tuple[Block, ...]
    width: int

    @property
    def height(self) -> int:
        """Lines in all."""
        return len(self.blocks) * (_ROWS + 1) - 1

    def block_of(self, day: date) -> int:
        """The index of the block that holds a date of the range."""
        return next(i for i, block in enumerate(self.blocks) if day <= block.last)

    def place(self, day: date) -> tuple[int, int]:
        """Column and line of a date of the range."""
        index = self.block_of(day)
        return self.blocks[index].column(day), index * (_ROWS + 1) + 1 + day.weekday()

    def locate(self, y: int) -> tuple[Block, int] | None:
        """The block at line `y` and the line within it; None between two blocks."""
        index, row = divmod(y, _ROWS + 1)
        return (self.blocks[index], row) if 0 <= index < len(self.blocks) and row < _ROWS else None

    def clamp(self, day: date) -> date:
        """The date of the range that is nearest to `day`."""
        return min(max(day, self.first), self.last)


def layout(dates: tuple[date, date], width: int) -> Grid:
    """The places of a range's dates in `width` cells: two cells a week, one in summer or throughout if need be.

    A range of up to about a year is one block. A grid may be wider than `width` in very narrow terminals.
    """
    first, last = dates
    spans = _seasons(first, last)
    blocks: tuple[Block, ...] = ()
    for pitch, summer in ((2, 2), (2, 1), (1, 1)):
        blocks = tuple(_block(start, a, b, len(spans) > 1, pitch, summer) for start, a, b in spans)
        if max(b.columns[-1] for b in blocks) < width:
            break
    return Grid(first, last, blocks, max(b.columns[-1] for b in blocks) + 1)


def _seasons(first: date, last: date) -> list[tuple[date, date, date]]:
    """The blocks of a range: where each begins on paper, its first and its last date."""
    weeks = ((last - _monday(first)).days + WEEK) // WEEK
    if weeks <= _ONE_BLOCK:
        return [(first, first, last)]
    spans = []
    year = first.year if first.month >= SEASON_STARTS else first.year - 1
    while (start := date(year, SEASON_STARTS, 1)) <= last:
        end = date(year + 1, SEASON_STARTS, 1) - timedelta(days=1)
        spans.append((start, max(first, start), min(last, end)))
        year += 1
    return spans


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _block(start: date, first: date, last: date, season: bool, pitch: int, summer: int) -> Block:
    monday = _monday(start)
    weeks = (last - monday).days // WEEK + 1
    columns, x = [], _LABEL
    for week in range(weeks):
        columns.append(x)
        sunday = monday + timedelta(days=week * WEEK + 6)
        x += summer if sunday.month in _SUMMER and season else pitch
    title = f"{start.year}-{(start.year + 1) % 100:02d}" if season else ""
    return Block(title, monday, first, last, tuple(columns))


def block_line(block: Block, row: int, marks: Mapping[date, Mark]) -> Line:
    """Line `row` of a block: 0 has title and months, 1…7 a weekday each, Monday first."""
    return _months(block) if row == 0 else _weekday(block, row - 1, marks)


def _months(block: Block) -> Line:
    """The title at the left, then each month's name over the week in which it begins, where there is room.

    Of a first month that has hardly begun to stand there the name makes room for that of the next.
    """
    sundays = [block.monday + timedelta(days=week * WEEK + 6) for week in range(len(block.columns))]
    names = [(x, formats.month(day)) for x, day in zip(block.columns, sundays, strict=True) if day.day <= WEEK]
    opening = (block.columns[0], formats.month(block.first))
    if not names or opening[0] + len(opening[1]) < names[0][0]:
        names.insert(0, opening)
    text = f"{block.title} " if block.title else ""
    for x, name in names:
        if x >= len(text):
            text = text.ljust(x) + name + " "
    title = len(block.title)
    return spread(Span(text[:title], Tone.STRONG), Span(text[title:].rstrip(), Tone.DIM))


def _weekday(block: Block, weekday: int, marks: Mapping[date, Mark]) -> Line:
    spans = [Span("MTWTFSS"[weekday].ljust(_LABEL), Tone.DIM)]
    x = _LABEL
    for week, column in enumerate(block.columns):
        day = block.monday + timedelta(days=week * WEEK + weekday)
        glyph, tone = GLYPHS[marks.get(day) if block.first <= day <= block.last else None]
        _append(spans, " " * (column - x), tone)
        _append(spans, glyph, tone)
        x = column + 1
    return tuple(spans)


def _append(spans: list[Span], text: str, tone: Tone) -> None:
    """Add text to a line, to its last span where tone allows: blanks take any tone."""
    last = spans[-1]
    if last.tone is tone or text.isspace():
        spans[-1] = Span(last.text + text, last.tone)
    elif text:
        spans.append(Span(text, tone))


def legend(marks: Sequence[Mark], *, games: bool) -> Line:
    """What the glyphs mean, for the marks given; an empty date has `no games` only where games are known of."""
    parts: list[Span] = []
    for mark in marks:
        glyph, tone = GLYPHS[mark]
        word = "empty" if mark is UnitState.EMPTY and not games else _WORDS[mark]
        parts += [Span(f"  {glyph}" if parts else glyph, tone), Span(f" {word}", Tone.DIM)]
    return spread(*parts)


def step(grid: Grid, day: date, *, days: int = 0, weeks: int = 0) -> date:
    """The date reached from `day` by the cursor; it stays inside the range."""
    return grid.clamp(day + timedelta(days=days, weeks=weeks))
