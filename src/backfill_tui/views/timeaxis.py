"""Time from left to right in cells: an axis with ticks, and rows of what was, what is forecast and what is due.

Charts draw on it; it knows no phase. Moments are aware, labels are in the axis' own zone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import groupby, pairwise

from backfill_tui.progress.prospect import Moments
from backfill_tui.views import formats
from backfill_tui.views.spans import Line, Span, Tone

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_STEPS = (
    *(10, 30),
    *(_MINUTE * n for n in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * n for n in (1, 2, 3, 4, 6, 12)),
    *(_DAY * n for n in (1, 2, 7, 14, 28, 91, 364)),
)
"""Seconds between two ticks. Those below a day divide one, so that every day has its ticks at the same times."""

_LEAST_S = 60.0  # an axis is never shorter
_LEAST_APART = 6  # cells from tick to tick: a date, and a blank


@dataclass(frozen=True, slots=True)
class Axis:
    """`width` cells (at least 1) from `start` to `end`, which is later."""

    start: datetime
    end: datetime
    width: int
    zone: tzinfo

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end.timestamp() - self.start.timestamp()

    def cell(self, at: datetime) -> int | None:
        """The cell in which a moment lies; None outside of the axis. The end belongs to the last cell."""
        index = self._index(at)
        return index if 0 <= index < self.width else None

    def cells(self, first: datetime, last: datetime) -> range:
        """All cells that a stretch of time touches, its ends included; none where it lies outside."""
        begin, end = self._index(first), self._index(last)
        return range(max(0, begin), min(self.width - 1, end) + 1) if begin <= end else range(0)

    def _index(self, at: datetime) -> int:
        # Stamps, since the difference of two local times of one zone is off by an hour where clocks were changed.
        index = int((at.timestamp() - self.start.timestamp()) / self.seconds * self.width // 1)
        return self.width - 1 if at == self.end else index


def fit(moments: Iterable[datetime], width: int, zone: tzinfo) -> Axis | None:
    """An axis on which all moments lie; None for none, or without a cell.

    Its ends are round times, so that it stays where it is while the moments move a little.
    """
    stamps = [at.timestamp() for at in moments]
    if not stamps or width < 1:
        return None
    first, last = min(stamps), max(min(stamps) + _LEAST_S, *stamps)
    apart = next((step for step in _STEPS if (last - first) / step * _LEAST_APART <= width), _STEPS[-1])
    grain = max((step for step in _STEPS if step <= apart / 2), default=_STEPS[0])
    offset = (datetime.fromtimestamp(first, zone).utcoffset() or timedelta(0)).total_seconds()
    start = (first + offset) // grain * grain - offset
    end = -(-(last + offset) // grain) * grain - offset
    return Axis(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC), width, zone)


# Ticks


@dataclass(frozen=True, slots=True)
class Tick:
    """A round local time, its cell, and how it is called: `22h`, `20:30`, at midnight the date."""

    at: datetime
    cell: int
    text: str


def ticks(axis: Axis) -> tuple[Tick, ...]:
    """As many round times as have room for their labels, which begin in their cells with a blank between them."""
    for step in _STEPS:
        if axis.seconds / step * _LEAST_APART > axis.width:
            continue
        placed = [(at, cell) for at in _round_times(axis, step) if (cell := axis.cell(at)) is not None]
        if found := _named(placed, step, axis.width):
            return found
    return ()


def labels(axis: Axis) -> Line:
    """The line of ticks, as wide as the axis."""
    text = ""
    for tick in ticks(axis):
        text = text.ljust(tick.cell) + tick.text
    return (Span(text.ljust(axis.width), Tone.DIM),)


def _round_times(axis: Axis, step: int) -> Iterator[datetime]:
    """Times of the local clock that are multiples of `step`, in order."""
    clock, last = (at.astimezone(axis.zone).replace(tzinfo=None) for at in (axis.start, axis.end))
    every = timedelta(seconds=step)
    clock -= (clock - datetime.combine(date.min, time())) % every  # weeks from Monday on
    while clock <= last:
        at = clock.replace(tzinfo=axis.zone).astimezone(UTC).astimezone(axis.zone)
        if at.replace(tzinfo=None) == clock:  # else the clocks were put forward past it
            yield at
        clock += every


def _named(placed: Sequence[tuple[datetime, int]], step: int, room: int) -> tuple[Tick, ...]:
    """The ticks with their labels, but for one that the edge would cut; none at all if two would touch."""
    edges = [*(cell for _, cell in placed), room + 1][1:]
    named = []
    for (at, cell), edge in zip(placed, edges, strict=True):
        text = _label(at, step, edge - 1 - cell)
        if cell + len(text) <= room:
            named.append(Tick(at, cell, text))
    if any(tick.cell + len(tick.text) >= after.cell for tick, after in pairwise(named)):
        return ()
    return tuple(named)


def _label(at: datetime, step: int, room: int) -> str:
    day = f"{at.day} {formats.month(at)}"
    if step >= _DAY:
        return day
    if at.time() == time():
        return day if len(day) <= room else formats.weekday(at)
    if step >= _HOUR:
        return f"{at:%H}h"
    return f"{at:%H:%M}" if step >= _MINUTE else f"{at:%H:%M:%S}"


# Rows


@dataclass(frozen=True, slots=True)
class Layer:
    """A stretch of time in one glyph; with no `last`, the one cell of a moment."""

    first: datetime
    last: datetime | None
    glyph: str
    tone: Tone


def actual(first: datetime, last: datetime, tone: Tone = Tone.GOOD) -> Layer:
    """What has happened."""
    return Layer(first, last, "█", tone)


def forecast(now: datetime, start: datetime, finish: Moments, tone: Tone = Tone.BUSY) -> tuple[Layer, ...]:
    """What is to come from `start` on: as good as sure up to p10, shaded to p90, and last the median.

    Nothing is to come before now: of a range that now has reached there is the rest, if any.
    """
    if finish.p90 < now:
        return ()
    return (
        Layer(start, finish.p10, "▒", tone),
        Layer(max(now, finish.p10), finish.p90, "░", tone),
        Layer(max(now, finish.p50), None, "●", tone),
    )


def planned(at: datetime, tone: Tone = Tone.DIM) -> Layer:
    """When the plan expects it."""
    return Layer(at, None, "◆", tone)


def now_line(at: datetime) -> Layer:
    """This moment."""
    return Layer(at, None, "┊", Tone.DIM)


def deadline_line(at: datetime) -> Layer:
    """When all must be done."""
    return Layer(at, None, "┊", Tone.BAD)


def row(axis: Axis, layers: Iterable[Layer]) -> Line:
    """One line as wide as the axis; later layers cover earlier ones. What lies outside of the axis is not there."""
    painted = [(" ", Tone.FAINT)] * axis.width
    for layer in layers:
        for cell in axis.cells(layer.first, layer.last or layer.first):
            painted[cell] = (layer.glyph, layer.tone)
    return _merged(painted)


def written(row: Line, cell: int, text: str, tone: Tone = Tone.DIM) -> Line:
    """A row with words (one cell a character) over it from a cell on; as it is, where they would touch anything."""
    painted = [(glyph, span.tone) for span in row for glyph in span.text]
    around = painted[max(0, cell - 1) : cell + len(text) + 1]
    if cell + len(text) > len(painted) or any(glyph != " " for glyph, _ in around):
        return row
    painted[cell : cell + len(text)] = [(char, tone) for char in text]
    return _merged(painted)


@dataclass(frozen=True, slots=True)
class Pin:
    """A moment named under the rows: its glyph stands in its cell, its words (one cell a character) beside it."""

    at: datetime
    glyph: str
    text: str
    tone: Tone = Tone.DIM
    left: bool = False  # the words go before the glyph, where there is room
    short: str = ""  # instead of the words, where those have none


def pins(axis: Axis, wanted: Sequence[Pin]) -> Line:
    """The line of pins, as wide as the axis. The first choose first; words without room are left out."""
    painted = [(" ", Tone.FAINT)] * axis.width
    free = [True] * axis.width
    for pin in wanted:
        cell = axis.cell(pin.at)
        if cell is None or not free[cell]:
            continue
        painted[cell], free[cell] = (pin.glyph, pin.tone), False
        for x, char in _beside(pin, cell, free):
            painted[x], free[x] = (char, pin.tone), False
    return _merged(painted)


def _beside(pin: Pin, cell: int, free: Sequence[bool]) -> Iterable[tuple[int, str]]:
    """A pin's words and their cells, a blank away from its glyph and from other words."""
    for text in (pin.text, pin.short):
        before, after = cell - 1 - len(text), cell + 2
        for begin in (before, after) if pin.left else (after, before):
            around = range(max(0, begin - 1), min(len(free), begin + len(text) + 1))
            if begin >= 0 and begin + len(text) <= len(free) and all(free[x] for x in around if x != cell):
                return enumerate(text, start=begin)
    return ()


def _merged(painted: Sequence[tuple[str, Tone]]) -> Line:
    """Neighbours of one tone as one span."""
    groups = groupby(painted, key=lambda glyph: glyph[1])
    return tuple(Span("".join(glyph for glyph, _ in group), tone) for tone, group in groups)
