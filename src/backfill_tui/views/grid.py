"""Rows of an answer as a small table: columns as wide as their content needs, numbers at the right."""

import re
from collections.abc import Sequence

from backfill_tui.checks.model import Value
from backfill_tui.views import formats, verdicts
from backfill_tui.views.spans import Line, Span, Tone, clip, one, plain, spread, width

_COLUMNS_MOST = 60  # more than any screen is wide enough for
_GAP = 2
_LEAST = 6  # cells below which a column says nothing any more
_TEXT_LEAST = 10  # cells down to which texts and titles are cut to make room for more columns; a date's
_TITLE_LINES = 3
_WORD = re.compile(r"(?<=[_ ])(?=[^_ ])")


def table(columns: Sequence[str], rows: Sequence[Sequence[Value]], room: int) -> list[Line]:
    """Titles and rows in `room` cells.

    Where they do not fit, titles are broken between their words and texts are cut, numbers never. Columns that do
    not fit even so are counted in a line of their own.
    """
    titles = [[plain(title)] for title in columns[:_COLUMNS_MOST]]
    cells = [[verdicts.cell(value) for value in row[: len(titles)]] for row in rows]
    right = [_is_numeric(rows, x) for x in range(len(titles))]
    values = _values(cells, len(titles))
    kept = [value if is_number else 0 for value, is_number in zip(values, right, strict=True)]
    needs = _needs(titles, values)
    if _total(needs) > room:
        titles = [_broken(title, value) for (title,), value in zip(titles, values, strict=True)]
        needs = _squeezed(_needs(titles, values), kept, room)
    widths = _fit(needs, kept, room)
    shown = titles[: len(widths)]
    high = max(map(len, shown), default=1)
    stacked = [[""] * (high - len(title)) + title for title in shown]  # titles stand on their columns
    lines = [_line(line, widths, right, Tone.DIM) for line in zip(*stacked, strict=True)]
    lines += [_line(row, widths, right, Tone.TEXT) for row in cells]
    if hidden := len(columns) - len(widths):
        lines.append(one(f"… and {formats.plural(hidden, 'more column', 'more columns')}", Tone.DIM))
    return lines


def wanted(columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> int:
    """Cells that a table takes where nothing of it is broken or cut."""
    titles = [[plain(title)] for title in columns[:_COLUMNS_MOST]]
    cells = [[verdicts.cell(value) for value in row] for row in rows]
    return _total(_needs(titles, _values(cells, len(titles))))


def _values(cells: Sequence[Sequence[str]], columns: int) -> list[int]:
    """Cells of the widest value of each column."""
    return [max(map(width, _column(cells, x)), default=0) for x in range(columns)]


def _needs(titles: Sequence[Sequence[str]], values: Sequence[int]) -> list[int]:
    """Cells that each column wants: for the widest of its values and of the lines of its title."""
    return [max(value, *map(width, title)) for title, value in zip(titles, values, strict=True)]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _broken(title: str, value: int) -> list[str]:
    """A title on up to three lines, which are as wide as its longest word, or as the values beneath."""
    words = _WORD.split(title)
    room = max(value, *map(width, words))
    lines: list[str] = [""]
    for word in words:
        if len(lines) == _TITLE_LINES or width(lines[-1] + word) <= room:
            lines[-1] += word
        else:
            lines.append(word)
    return lines


def _squeezed(needs: Sequence[int], kept: Sequence[int], room: int) -> list[int]:
    """The widest columns cut until all fit, none below what is to be kept of it, or to what says something."""
    cut = list(needs)
    for most in range(max(needs, default=0), _TEXT_LEAST - 1, -1):
        cut = [min(need, max(most, least)) for need, least in zip(needs, kept, strict=True)]
        if _total(cut) <= room:
            break
    return cut


def _column(cells: Sequence[Sequence[str]], x: int) -> list[str]:
    return [row[x] for row in cells if x < len(row)]


def _is_numeric(rows: Sequence[Sequence[Value]], x: int) -> bool:
    found = [row[x] for row in rows if x < len(row) and row[x] is not None]
    return bool(found) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in found)


def _fit(needs: Sequence[int], kept: Sequence[int], room: int) -> list[int]:
    """As many columns as fit from the left; the last of them is cut where that leaves enough of it."""
    widths: list[int] = []
    left = room
    for need, least in zip(needs, kept, strict=True):
        if need > left:
            if left >= max(least, _LEAST) or not widths:
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
