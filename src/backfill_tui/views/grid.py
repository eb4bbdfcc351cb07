"""Rows of an answer as a small table: columns as wide as their content needs, numbers at the right."""

from collections.abc import Sequence

from backfill_tui.checks.model import Value
from backfill_tui.views import formats, verdicts
from backfill_tui.views.spans import Line, Span, Tone, clip, one, plain, spread, width

_COLUMNS_MOST = 60  # more than any screen is wide enough for
_GAP = 2
_LEAST = 6  # cells below which a column says nothing any more


def table(columns: Sequence[str], rows: Sequence[Sequence[Value]], room: int) -> list[Line]:
    """Titles and rows in `room` cells. Columns that do not fit are counted in a line of their own."""
    titles = [plain(title) for title in columns[:_COLUMNS_MOST]]
    cells = [[verdicts.cell(value) for value in row[: len(titles)]] for row in rows]
    needs = [max(width(text) for text in (title, *_column(cells, x))) for x, title in enumerate(titles)]
    widths = _fit(needs, room)
    right = [_is_numeric(rows, x) for x in range(len(widths))]
    lines = [_line(titles, widths, right, Tone.DIM)]
    lines += [_line(row, widths, right, Tone.TEXT) for row in cells]
    if hidden := len(columns) - len(widths):
        lines.append(one(f"… and {formats.plural(hidden, 'more column', 'more columns')}", Tone.DIM))
    return lines


def _column(cells: Sequence[Sequence[str]], x: int) -> list[str]:
    return [row[x] for row in cells if x < len(row)]


def _is_numeric(rows: Sequence[Sequence[Value]], x: int) -> bool:
    found = [row[x] for row in rows if x < len(row) and row[x] is not None]
    return bool(found) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in found)


def _fit(needs: Sequence[int], room: int) -> list[int]:
    """As many columns as fit from the left; the last of them is cut where that leaves enough of it."""
    widths: list[int] = []
    left = room
    for need in needs:
        if need > left:
            if left >= _LEAST or not widths:
                widths.append(max(1, left))
            break
        widths.append(need)
        left -= need + _GAP
    return widths


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool], tone: Tone) -> Line:
    spans: list[Span] = []
    for x, (text, room) in enumerate(zip(cells, widths, strict=False)):
        shown = clip(one(text, Tone.DIM if text == "NULL" else tone), room)
        pad = Span(" " * (room - sum(width(span.text) for span in shown)))
        spans += [Span(" " * _GAP if x else ""), *((pad, *shown) if right[x] else (*shown, pad))]
    return spread(tuple(spans))
