"""A check as the cells of its row: what each column says, how wide it is, and what gives way where it is narrow."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backfill_tui.checks.model import Check, Status
from backfill_tui.engine.snapshot import Point, SuiteView
from backfill_tui.views import formats, sparkline, verdicts
from backfill_tui.views.spans import Line, Span, Tone, clip, line_width, one, plain, shorten, spread, width

INDENT = 2  # cells before the glyph
_GAP = 2
NAME_MOST = 32
_NUMBER_MOST = 24
UNIT_MOST = 8
_BOUND_MOST = 24
_NOTE_MOST = 24
_TREND_MOST = 16
_POINTS = 2  # that a trend takes

# What gives way where it is narrow, in this order, down to so many cells.
_GIVES_WAY = (
    ("trend", 8),
    ("name", 20),
    ("note", 12),
    ("trend", 0),
    ("bound", 9),
    ("note", 4),
    ("name", 10),
    ("bound", 0),
    ("note", 0),
    ("unit", 2),
    ("number", 8),
)


@dataclass(frozen=True, slots=True)
class Cells:
    """A check's words by column, before anything is cut."""

    mark: Span
    name: str
    number: str
    unit: str
    bound: str
    note: str
    trend: Sequence[Point]


def cells_of(suite: SuiteView, check: Check) -> Cells:
    """A check's words; its trend is the suite's."""
    value, bound = verdicts.value_and_bound(check)
    unit = plain(check.unit or "")
    bare = value.removesuffix(unit).rstrip() if unit and value != unit else value
    return Cells(
        mark=verdicts.mark(check),
        name=plain(check.name),
        number=bare,
        unit=value[len(bare) :],
        bound=bound,
        note=_note(check),
        trend=suite.trends.get(check.name, ()),
    )


def _note(check: Check) -> str:
    """The severity where it is not `error`, why it is unknown, and how many groups a breakdown has."""
    parts: list[str] = [] if check.severity == "error" else [check.severity]
    if check.status is Status.UNKNOWN:
        parts.append(verdicts.REASONS[check.reason] if check.reason else "unknown")
    if check.parts:
        parts.append(formats.plural(len(check.parts), "group"))
    return ", ".join(parts)


def widths_of(cells: Sequence[Cells], room: int) -> Mapping[str, int]:
    """Cells of each column: what the widest content needs, less where the room is short."""

    def widest(words: Iterable[str], most: int) -> int:
        return min(most, max((width(word) for word in words), default=0))

    widths = {
        "name": widest((c.name for c in cells), NAME_MOST),
        "number": widest((c.number for c in cells), _NUMBER_MOST),
        "unit": widest((c.unit for c in cells), UNIT_MOST),
        "bound": widest((c.bound for c in cells), _BOUND_MOST),
        "note": widest((c.note for c in cells), _NOTE_MOST),
        "trend": min(_TREND_MOST, max((len(c.trend) for c in cells if len(c.trend) >= _POINTS), default=0)),
    }
    for column, least in _GIVES_WAY:
        over = _total(widths) - room
        if over > 0:
            widths[column] = min(widths[column], max(least, widths[column] - over))
    return widths


def _total(widths: Mapping[str, int]) -> int:
    """Cells of a whole row; a column that is left out has no gap either, and a unit stands close to its number."""
    gaps = 1 + sum(widths[column] > 0 for column in ("bound", "note", "trend"))
    return INDENT + 2 + sum(widths.values()) + gaps * _GAP


def row(cells: Cells, widths: Mapping[str, int]) -> Line:
    """A row in columns of the widths given: numbers end together and units begin together."""
    parts: list[Span | Line | str] = [
        " " * INDENT,
        cells.mark,
        " ",
        _padded(Span(shorten(cells.name, widths["name"])), widths["name"]),
    ]
    tone = cells.mark.tone if cells.mark.tone in {Tone.BAD, Tone.WARN} else Tone.STRONG
    shown = shorten(cells.number, widths["number"])
    parts += [" " * (_GAP + widths["number"] - width(shown)), Span(shown, tone)]
    parts.append(_padded(Span(shorten(cells.unit, widths["unit"]), tone), widths["unit"]))
    for text, column in ((cells.bound, "bound"), (cells.note, "note")):
        if room := widths[column]:
            shown_text = clip(one(text, Tone.DIM), room)
            parts += [" " * _GAP, shown_text, " " * (room - line_width(shown_text))]
    if widths["trend"]:
        parts += [" " * _GAP, Span(trend(cells.trend, widths["trend"]), Tone.BUSY)]
    return spread(*parts)


def _padded(span: Span, room: int) -> Line:
    return (span, Span(" " * max(0, room - width(span.text))))


def trend(points: Sequence[Point], cells: int) -> str:
    """The newest values as one line of blocks, 0 at its foot, the newest at the right; one value is no trend."""
    if len(points) < _POINTS:
        return ""
    return sparkline.chart(levels(points[-cells:]), 1)[0].replace("█", "▇").rjust(cells)  # no row touches another


def levels(points: Sequence[Point]) -> list[float | None]:
    """Values to be drawn: above 0, or above the lowest where some are below 0. One that is no number is unknown."""
    foot = min((point.value for point in points if math.isfinite(point.value)), default=0.0)
    return [point.value - min(0.0, foot) if math.isfinite(point.value) else None for point in points]
