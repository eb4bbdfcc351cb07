"""The progress bar as a map of the dates: each cell is a slice of the range and shows the worst state in it."""

from collections.abc import Mapping
from datetime import date

from backfill_tui.progress.account import Unit, UnitState
from backfill_tui.views.spans import Line, Span, Tone

# From calm to what a person must see first. The three calm ones do not outrank one another: most of a slice wins.
_CALM = (UnitState.DONE, UnitState.EMPTY, UnitState.SKIPPED)
_URGENT = (UnitState.PENDING, UnitState.RUNNING, UnitState.FAILED, UnitState.MISSING)

Cells = tuple[UnitState | None, ...]

# `None` is a slice in which nothing is expected.
_LOOK: Mapping[UnitState | None, tuple[str, Tone]] = {
    UnitState.DONE: ("█", Tone.GOOD),
    UnitState.EMPTY: ("▄", Tone.QUIET),
    UnitState.SKIPPED: ("▂", Tone.DIM),
    UnitState.PENDING: ("░", Tone.FAINT),
    UnitState.RUNNING: ("▓", Tone.BUSY),
    UnitState.FAILED: ("✗", Tone.BAD_BADGE),
    UnitState.MISSING: ("!", Tone.WARN_BADGE),
    None: ("▁", Tone.FAINT),
}


def date_map(dates: tuple[date, date], units: Mapping[date, Unit], width: int) -> Cells:
    """One state for each of `width` slices of the range, first date to the left.

    A slice with any missing, failed, running or pending date shows the worst of these; otherwise what most of its
    dates are (done where equal). A slice without an expected date is `None`. With more cells than dates, neighbours
    show the same date. `width` < 1 gives no cells.
    """
    days = (dates[1] - dates[0]).days + 1
    if width < 1 or days < 1:
        return ()
    tallies: list[dict[UnitState, int]] = [{} for _ in range(min(width, days))]
    slices = len(tallies)
    first = dates[0].toordinal()
    for day, unit in units.items():
        index = day.toordinal() - first
        if 0 <= index < days:
            tally = tallies[((index + 1) * slices - 1) // days]
            tally[unit.state] = tally.get(unit.state, 0) + 1
    states = [_worst(tally) for tally in tallies]
    return tuple(states[i * slices // width] for i in range(width))


def _worst(tally: Mapping[UnitState, int]) -> UnitState | None:
    for state in reversed(_URGENT):
        if state in tally:
            return state
    return max(_CALM, key=lambda state: tally.get(state, 0)) if tally else None


def bar(cells: Cells) -> Line:
    """The cells as a line; neighbours of one tone are one span."""
    spans: list[Span] = []
    for state in cells:
        glyph, tone = _LOOK[state]
        if spans and spans[-1].tone is tone:
            spans[-1] = Span(spans[-1].text + glyph, tone)
        else:
            spans.append(Span(glyph, tone))
    return tuple(spans)
