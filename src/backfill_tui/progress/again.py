"""Dates that the leading run walks though they were done before it: replayed in passing, or worked again.

A resume goes over them in no time; a run that was launched again works each of them anew. Nothing but the time that
they take tells the two apart. What is counted as done does not hang on it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from backfill_tui.progress.sequence import PlacedRun
from backfill_tui.progress.trace import RunTrace
from backfill_tui.sources.events import Mode, Outcome

HEAVY = frozenset({Outcome.DONE, Outcome.FAILED})
"""Outcomes of a date on which there was work to do; the others take no time to speak of."""

_QUICK = 0.25
"""Dates that take less than this share of what such dates took before are not worked, but replayed."""

_TELLS_S = 2.0
"""Logs tell whole seconds: dates that took less before, all together, tell nothing."""

_LEFT_OUT = 0.1  # of a run's dates: so many of the longest say nothing of what is usual
_FAR_OUT = 4.0  # times the usual; what lies further is a pause
_SEVERAL = 16  # workers, where nobody says how many
_PASSED = 2  # rounds of the workers, after which a date that was begun has ended


@dataclass(frozen=True, slots=True)
class Replays:
    """What is known of the dates that the leading run does again.

    `quick`: it replays them in passing; None while too few of them have ended. Where there is nothing to hold them
    against they are not. `each_s` is the wall-clock time that one of them takes.
    """

    done_before: frozenset[date]
    quick: bool | None
    each_s: float = 0.0


def earlier_runs(runs: Iterable[PlacedRun], lead: PlacedRun) -> list[PlacedRun]:
    """The runs that count and began before the leading one."""
    return [run for run in runs if run.counts and run is not lead and _earlier(run, lead)]


def replays(runs: Sequence[PlacedRun], lead: PlacedRun) -> Replays:
    """Hold the dates that the leading run has done again against what their like took before."""
    earlier = earlier_runs(runs, lead)
    done_by: dict[date, PlacedRun] = {}  # the first of them, for it is the one that worked it
    for run in earlier:
        for day, unit in run.trace.outcomes.items():
            if unit.outcome is not Outcome.FAILED:
                done_by.setdefault(day, run)
    trace = lead.trace
    if not done_by or done_by.keys().isdisjoint(trace.outcomes):
        return Replays(frozenset(done_by), None)
    usual = {id(run): _usual_s(run.trace) for run in earlier}
    took, due, count = 0.0, 0.0, 0
    for day, seconds in _times(trace):
        worked_by = done_by.get(day)
        expected = usual[id(worked_by)].get(_heavy(worked_by.trace, day)) if worked_by else None
        if expected:
            took += min(seconds, _FAR_OUT * expected)
            due += expected
            count += 1
    if count and due < _TELLS_S:
        return Replays(frozenset(done_by), None)
    return Replays(frozenset(done_by), took < _QUICK * due, took / max(count, 1) / _workers(trace))


def has_new(trace: RunTrace, done_before: Collection[date]) -> bool:
    """Whether a run has dates to do that were not done before it, as far as it says what it walks."""
    if any(day not in done_before for day in trace.outcomes):
        return True
    start, end = trace.todo_start, trace.todo_end
    if start is None or end is None:
        return True
    known = sum(start <= day <= end for day in done_before)
    return known < min((end - start).days + 1, trace.units_total or trace.found or known + 1)


def walks_again(trace: RunTrace, walk: Sequence[date], again: Collection[date], *, completed: bool) -> bool:
    """Whether a run comes to those dates on its way (`walk`, in their order) that were done before, or omits them.

    `completed`: what was before it had come to its end, so there is nothing to resume.
    """
    behind = walk[: max(0, len(trace.finishes) - _PASSED * _workers(trace))]
    passed = [day for day in behind if day in again]
    if passed:
        return 2 * sum(day in trace.outcomes for day in passed) >= len(passed)
    told = trace.units_total
    if told is not None:
        return abs(told - len(walk)) <= abs(told - (len(walk) - len(again)))
    return completed or any(day in again for day in (*trace.begun, *trace.outcomes))


def _usual_s(trace: RunTrace) -> dict[bool, float]:
    """What a date with work took of one worker, and one without; without the few longest."""
    of_kind: dict[bool, list[float]] = {}
    for day, seconds in _times(trace):
        of_kind.setdefault(_heavy(trace, day), []).append(seconds)
    usual = {}
    for heavy, times in of_kind.items():
        kept = sorted(times)[: len(times) - int(_LEFT_OUT * len(times))]
        usual[heavy] = sum(kept) / len(kept)
    return usual


def _times(trace: RunTrace) -> list[tuple[date, float]]:
    """What dates took of one worker, each as the time since the one that ended before it: right in sum."""
    workers = _workers(trace)
    ends: list[tuple[date | None, datetime]] = [*sorted(trace.finishes.items(), key=lambda one: one[1])]
    if trace.first_at is not None:
        ends.insert(0, (None, trace.first_at))
    return [
        (day, max(0.0, (at - before).total_seconds()) * workers)
        for (_, before), (day, at) in pairwise(ends)
        if day is not None and day in trace.outcomes
    ]


def _heavy(trace: RunTrace, day: date) -> bool:
    return trace.outcomes[day].outcome in HEAVY


def _workers(trace: RunTrace) -> int:
    if trace.workers:
        return trace.workers
    return _SEVERAL if trace.mode is Mode.PARALLEL else 1


def _earlier(run: PlacedRun, lead: PlacedRun) -> bool:
    begun, lead_begun = run.trace.first_at, lead.trace.first_at
    return begun is None or lead_begun is None or begun < lead_begun
