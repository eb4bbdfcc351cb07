"""Throughput over time as a small chart of block characters. Slices without a measure stay blank: unknown is not 0."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from backfill_tui.engine.snapshot import RatePoint
from backfill_tui.views import formats

_BLOCKS = " ▁▂▃▄▅▆▇█"


def resample(points: Sequence[RatePoint], width: int) -> tuple[float | None, ...]:
    """The mean rate (units an hour) in each of `width` equal stretches from the first point to the last."""
    if not points or width < 1:
        return ()
    first, last = points[0].at, points[-1].at
    span = (last - first).total_seconds()
    sums = [0.0] * width
    counts = [0] * width
    for point in points:
        share = (point.at - first).total_seconds() / span if span > 0 else 0.0
        index = min(width - 1, int(share * width))
        sums[index] += point.per_hour
        counts[index] += 1
    return tuple(s / n if n else None for s, n in zip(sums, counts, strict=True))


def chart(values: Sequence[float | None], height: int) -> list[str]:
    """`height` lines of block characters, top first. The highest value fills the height; a value of 0 is a base line."""
    known = [v for v in values if v is not None]
    top = max(known, default=0.0)
    lines = []
    for row in reversed(range(height)):
        lines.append("".join(_block(value, top, row, height) for value in values))
    return lines


def _block(value: float | None, top: float, row: int, height: int) -> str:
    if value is None:
        return " "
    eighths = round(value / top * height * 8) if top > 0 else 0
    level = min(8, max(0, eighths - row * 8))
    return _BLOCKS[max(1, level)] if row == 0 else _BLOCKS[level]


def time_axis(points: Sequence[RatePoint], width: int, zone: tzinfo | None) -> str:
    """First and last hour under the ends of the chart, `width` cells."""
    if not points:
        return ""
    first, last = _hour(points[0].at, zone), _hour(points[-1].at, zone)
    gap = width - len(first) - len(last)
    return first + " " * gap + last if gap > 0 and first != last else first[:width]


def _hour(at: datetime, zone: tzinfo | None) -> str:
    return formats.clock(at, zone)
