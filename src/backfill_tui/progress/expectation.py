"""Which dates are due: by name where that is known, else only how many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from backfill_tui.plan.ranges import MOST_DAYS, every_day
from backfill_tui.progress.sequence import PlacedRun


@dataclass(frozen=True, slots=True)
class Expectation:
    """The dates due. `days` is None where they are not known by name, `total` where not even their number is."""

    days: frozenset[date] | None
    total: int | None
    span: tuple[date, date] | None


def expect(
    runs: Sequence[PlacedRun],
    *,
    planned: Sequence[date] | None,
    calendar: Mapping[date, float] | None,
    fallback: tuple[date, date] | None,
) -> Expectation:
    """What is due, from the plan if it says, else from what the runs announced.

    A game-date run's dates are known by name only from a calendar; without one it is the number that it found.
    `fallback` is the range of a checkpoint, used where the log names none.
    """
    counting = [run for run in runs if run.counts]
    game_dates = any(run.trace.game_dates for run in counting if run.trace.walks_range)
    span = (min(planned), max(planned)) if planned else _span(counting) or (None if game_dates else fallback)
    by_hand = {
        day for run in counting if not run.trace.walks_range for day in (*run.trace.outcomes, *run.trace.begun)
    }
    if planned is None and calendar is None and _awaits_number(counting):
        return Expectation(None, None, span)
    if game_dates and calendar is None:
        return Expectation(None, _number_found(counting), span)
    if planned is not None:
        days = set(planned)
    elif counting and all(run.trace.counts_only for run in counting):
        return Expectation(None, _number_found(counting), span)
    elif span is not None:
        days = {day for start, end in set(_ranges(counting)) or {span} for day in every_day(start, end)} | by_hand
    elif by_hand and not any(run.trace.walks_range for run in counting):
        totals = [run.trace.units_total or 0 for run in counting]
        return Expectation(frozenset(by_hand), max([len(by_hand), *totals]), None)
    else:
        return Expectation(None, _number_found(counting), None)
    if game_dates and calendar is not None:
        days = {day for day in days if calendar.get(day, 0) > 0}
    return Expectation(frozenset(days), len(days), span)


def _ranges(runs: Sequence[PlacedRun]) -> list[tuple[date, date]]:
    """The ranges that runs announced; one inferred from i/N counts only where nothing announces one."""
    traces = [run.trace for run in runs if run.trace.walks_range]
    announced = [
        (trace.start, trace.end)
        for trace in traces
        if trace.start and trace.end and 0 <= (trace.end - trace.start).days < MOST_DAYS
    ]
    return announced or [
        (trace.inferred_start, trace.inferred_end)
        for trace in traces
        if trace.inferred_start
        and trace.inferred_end
        and (trace.inferred_end - trace.inferred_start).days < MOST_DAYS
    ]


def _span(runs: Sequence[PlacedRun]) -> tuple[date, date] | None:
    ranges = _ranges(runs)
    return (min(start for start, _ in ranges), max(end for _, end in ranges)) if ranges else None


def _awaits_number(runs: Sequence[PlacedRun]) -> bool:
    """Whether all that is known is a range, of which a later line will tell how many dates are due."""
    walking = [run for run in runs if run.trace.walks_range]
    return bool(walking) and all(run.trace.awaits_number for run in walking)


def _number_found(runs: Sequence[PlacedRun]) -> int | None:
    """How many dates the last run that walks the range says there are in all.

    One that says so on the lines of its dates may count what a resume has left: then the most that any has said.
    """
    for run in reversed(runs):
        total = run.trace.found or run.trace.units_total or (run.trace.counted.of if run.trace.counted else None)
        if run.trace.walks_range and total:
            outcomes = {day for other in runs for day in other.trace.outcomes}
            said = [other.trace.units_total or 0 for other in runs if other.trace.numbered and run.trace.numbered]
            return max(total, len(outcomes), *said)
    return None
