"""Throughput over time as a small chart of block characters. Unknown is blank, not 0."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime, tzinfo
from itertools import pairwise

from backfill_tui.progress.pace import Slice
from backfill_tui.views import formats

_BLOCKS = " ▁▂▃▄▅▆▇█"


def resample(points: Sequence[Slice], width: int) -> tuple[float | None, ...]:
    """The mean rate (units an hour) in each of `width` equal stretches of the points' time.

    A point holds for one slice, the shortest distance between two; a stretch in no slice is None.
    """
    if not points or width < 1:
        return ()
    starts = [point.at.timestamp() for point in points]
    slice_s = min((b - a for a, b in pairwise(starts) if b > a), default=1.0)
    stretch = (starts[-1] + slice_s - starts[0]) / width
    values: list[float | None] = []
    for column in range(width):
        begin = starts[0] + column * stretch
        first = bisect_right(starts, begin - slice_s)
        last = max(bisect_left(starts, begin + stretch), first)
        within = [points[i].per_hour for i in range(first, last)]
        values.append(sum(within) / len(within) if within else None)
    return tuple(values)


def chart(values: Sequence[float | None], height: int) -> list[str]:
    """`height` lines of block characters, top first. The highest value fills the height; 0 is a base line."""
    known = [v for v in values if v is not None]
    top = max(known, default=0.0)
    return ["".join(_block(value, top, row, height) for value in values) for row in reversed(range(height))]


def _block(value: float | None, top: float, row: int, height: int) -> str:
    if value is None:
        return " "
    eighths = round(value / top * height * 8) if top > 0 else 0
    level = min(8, max(0, eighths - row * 8))
    return _BLOCKS[max(1, level)] if row == 0 else _BLOCKS[level]


def time_axis(points: Sequence[Slice], width: int, zone: tzinfo | None) -> str:
    """First and last hour under the ends of the chart, `width` cells."""
    if not points:
        return ""
    first, last = _hour(points[0].at, zone), _hour(points[-1].at, zone)
    gap = width - len(first) - len(last)
    return first + " " * gap + last if gap > 0 and first != last else first[:width]


def _hour(at: datetime, zone: tzinfo | None) -> str:
    return formats.clock(at, zone)
