"""What a date costs, by its class, as a small table."""

from collections.abc import Sequence

from backfill_tui.engine.snapshot import PhaseView
from backfill_tui.progress.prospect import ClassCost
from backfill_tui.views import formats
from backfill_tui.views.spans import Line, Span, Tone, one, plain, shorten, spread, width, wrap

NOTHING = "Not known: it takes a few dates of this run, or an earlier run."

_TITLES = ("dates", "seen", "left", "p10", "p50", "p90")
_GAP = 2
_NAME_MOST = 24
_MIDDLE = 4  # the column of the median


def lines(view: PhaseView, room: int) -> list[Line]:
    """A title and a line a class, in `room` cells: dates of this run, dates expected to come, time a date."""
    if not view.costs:
        return [one(piece, Tone.DIM) for piece in wrap(NOTHING, room)]
    rows = [_cells(cost) for cost in view.costs]
    widths = [max(map(width, column)) for column in zip(_TITLES, *rows, strict=True)]
    kept = _fitting(widths, room)
    return [_line(_TITLES, widths, kept, title=True), *(_line(row, widths, kept) for row in rows)]


def _cells(cost: ClassCost) -> tuple[str, ...]:
    quantiles = (formats.precise(seconds) for seconds in (cost.p10_s, cost.p50_s, cost.p90_s))
    seen, left = formats.count(cost.seen), formats.count(round(cost.left))
    return (shorten(plain(cost.name), _NAME_MOST), seen, left, *quantiles)


def _fitting(widths: Sequence[int], room: int) -> set[int]:
    """The columns that fit; those of the range's ends go first, then what was seen, then what is left."""
    kept = set(range(len(widths)))
    for leaving in (3, 5, 1, 2):
        if sum(widths[x] + _GAP for x in kept) - _GAP <= room:
            break
        kept.discard(leaving)
    return kept


def _line(cells: Sequence[str], widths: Sequence[int], kept: set[int], *, title: bool = False) -> Line:
    spans = []
    for x in sorted(kept):
        text, wide = cells[x], widths[x]
        blank = " " * (wide - width(text))
        shown = f"{' ' * _GAP}{blank}{text}" if x else f"{text}{blank}"
        tone = Tone.DIM if title else Tone.STRONG if x == _MIDDLE else Tone.TEXT
        spans.append(Span(shown, tone))
    return spread(*spans)
