"""The progress bar as a map of the dates: each cell is a slice of the range and shows the worst state in it.

Where a log tells how many units are done and of no date which, it is a plain bar, which looks like no map.
"""

from collections.abc import Mapping
from datetime import date

from backfill_tui.control.suspects import NONE_SUSPECT, Suspects
from backfill_tui.progress.account import Account, Unit, UnitState
from backfill_tui.views.marks import SUSPECT, Mark, mark_of
from backfill_tui.views.spans import Line, Span, Tone

# From calm to what a person must see first. The three calm ones do not outrank one another: most of a slice wins.
_CALM: tuple[Mark, ...] = (UnitState.DONE, UnitState.EMPTY, UnitState.SKIPPED)
_URGENT: tuple[Mark, ...] = (
    UnitState.PENDING,
    UnitState.RUNNING,
    SUSPECT,
    UnitState.FAILED,
    UnitState.MISSING,
)

_NO_OUTCOME = frozenset({UnitState.PENDING, UnitState.RUNNING, UnitState.MISSING})

Cells = tuple[Mark | None, ...]

# `None` is a slice in which nothing is expected.
_LOOK: Mapping[Mark | None, tuple[str, Tone]] = {
    UnitState.DONE: ("█", Tone.GOOD),
    UnitState.EMPTY: ("▄", Tone.QUIET),
    UnitState.SKIPPED: ("▂", Tone.DIM),
    UnitState.PENDING: ("░", Tone.FAINT),
    UnitState.RUNNING: ("▓", Tone.BUSY),
    SUSPECT: ("?", Tone.WARN_BADGE),
    UnitState.FAILED: ("✗", Tone.BAD_BADGE),
    UnitState.MISSING: ("!", Tone.WARN_BADGE),
    None: ("▁", Tone.FAINT),
}


def date_map(
    dates: tuple[date, date], units: Mapping[date, Unit], width: int, suspects: Suspects = NONE_SUSPECT
) -> Cells:
    """One mark for each of `width` slices of the range, first date to the left.

    A slice with any missing, failed, suspect, running or pending date shows the worst of these; otherwise what most
    of its dates are (done where equal). A slice without an expected date is `None`. With more cells than dates,
    neighbours show the same date. `width` < 1 gives no cells.
    """
    days = (dates[1] - dates[0]).days + 1
    if width < 1 or days < 1:
        return ()
    tallies: list[dict[Mark, int]] = [{} for _ in range(min(width, days))]
    slices = len(tallies)
    first = dates[0].toordinal()
    for day, unit in units.items():
        index = day.toordinal() - first
        if 0 <= index < days:
            tally = tallies[((index + 1) * slices - 1) // days]
            mark = mark_of(unit, suspects)
            tally[mark] = tally.get(mark, 0) + 1
    marks = [_worst(tally) for tally in tallies]
    return tuple(marks[i * slices // width] for i in range(width))


def known_by_count(account: Account) -> bool:
    """Whether it is known how many units have an outcome, and of no date that it has one."""
    return account.counts.accounted > 0 and all(unit.state in _NO_OUTCOME for unit in account.units.values())


def count_bar(fraction: float, width: int) -> Line:
    """So much of `width` cells is done. It is full only where all is."""
    done = max(0, min(width, int(width * fraction + 1e-9)))
    return (Span("━" * done, Tone.GOOD), Span("─" * (width - done), Tone.FAINT))


def _worst(tally: Mapping[Mark, int]) -> Mark | None:
    for mark in reversed(_URGENT):
        if mark in tally:
            return mark
    if not tally:
        return None
    calm: Mark = max(_CALM, key=lambda mark: tally.get(mark, 0))
    return calm


def bar(cells: Cells) -> Line:
    """The cells as a line; neighbours of one tone are one span."""
    spans: list[Span] = []
    for mark in cells:
        glyph, tone = _LOOK[mark]
        if spans and spans[-1].tone is tone:
            spans[-1] = Span(spans[-1].text + glyph, tone)
        else:
            spans.append(Span(glyph, tone))
    return tuple(spans)
