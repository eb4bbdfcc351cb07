"""From runs as logs tell them, and the account of their dates, to what a forecast is made from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import sqrt
from statistics import median

from backfill_tui.plan.ranges import every_day
from backfill_tui.progress.account import Account, RunEnd, UnitState
from backfill_tui.progress.again import HEAVY, Replays, earlier_runs, replays, walks_again
from backfill_tui.progress.counters import shared_out
from backfill_tui.progress.forecast.situation import Situation
from backfill_tui.progress.forecast.worked import Finish, Worked, worked
from backfill_tui.progress.sequence import PlacedRun, leading
from backfill_tui.progress.trace import RunTrace
from backfill_tui.sources.events import Mode, Outcome

UNKNOWN_WORKERS = 0
"""Of a parallel run that does not say how many it has."""

_LEFT = frozenset({UnitState.PENDING, UnitState.RUNNING})
_BEHIND = frozenset({UnitState.DONE, UnitState.EMPTY, UnitState.SKIPPED})

_MOST_DAYS = 10_000
"""A longer range than 27 years is not looked through for the dates that a killed run was at."""


def situation_of(
    account: Account,
    runs: Sequence[PlacedRun],
    *,
    calendar: Mapping[date, float] | None,
    history: Sequence[Worked],
) -> Situation | None:
    """What the leading run has done and has left; None where it is not open, or nothing is left.

    None, too, while most of what is left was done before, and nothing tells yet whether the run replays it in
    passing or works it again.
    """
    lead = leading(runs)
    if lead is None or lead.ended is not RunEnd.OPEN:
        return None
    known = replays(runs, lead)
    new, again = _ahead(account, runs, lead, known.done_before)
    unnamed = _unnamed(account, lead.trace, history)
    if not new and not again and not unnamed:
        return None
    if known.quick is None and len(known.done_before & again) > len(new) + len(unnamed):
        return None
    earlier = [run for run in earlier_runs(runs, lead) if run.trace.walks_range and run.trace.finishes]
    if known.quick and not new and not unnamed:  # that is all its work, and unlike what was before
        known, earlier, history = Replays(frozenset(), None), [], ()
    passing = known.done_before | again if known.quick else frozenset[date]()
    now = _worked(lead.trace, passing, _in_turn(new | again, lead.trace))
    now = replace(now, in_flight=tuple(one for one in now.in_flight if one.day not in passing))
    ahead = _in_turn((new | again) - passing - {one.day for one in now.in_flight}, lead.trace)
    same = [run for run in earlier if _tells_of(run.trace, (new | again) - passing)]
    before = [_worked_before(run, runs) for run in earlier]
    now, *before = _by_their_times([now, *before], [lead.trace, *(run.trace for run in earlier)])
    return Situation(
        run=now,
        ahead=[*ahead, *unnamed],
        before=[told for run, told in zip(earlier, before, strict=True) if run not in same],
        history=[*history, *(told for run, told in zip(earlier, before, strict=True) if run in same)],
        calendar=calendar,
        replays_s=known.each_s * len(again) if passing else 0.0,
    )


def history_of(runs: Sequence[PlacedRun]) -> tuple[Worked, ...]:
    """What runs of other nights took."""
    return tuple(_worked_before(run, runs) for run in runs if run.trace.walks_range and not run.trace.dry)


def _by_their_times(told: Sequence[Worked], traces: Sequence[RunTrace]) -> list[Worked]:
    """A date that failed as quickly as those without work take tells nothing of what work costs: it had none."""
    failed = [{day for day, unit in trace.outcomes.items() if unit.outcome is Outcome.FAILED} for trace in traces]
    by_kind: dict[bool, list[float]] = {True: [], False: []}
    for run, days in zip(told, failed, strict=True):
        for one in run.took:
            if one.day not in days:
                by_kind[one.heavy].append(one.seconds)
    if not by_kind[True] or not by_kind[False]:
        return list(told)
    between = sqrt(median(by_kind[True]) * median(by_kind[False]))
    return [
        replace(
            run,
            took=tuple(
                replace(one, heavy=False) if one.day in days and one.seconds < between else one for one in run.took
            ),
        )
        for run, days in zip(told, failed, strict=True)
    ]


def workers_of(mode: Mode | None, workers: int | None) -> int:
    """How many share the work; UNKNOWN_WORKERS where a parallel run does not say."""
    return workers or (UNKNOWN_WORKERS if mode is Mode.PARALLEL else 1)


def _worked(trace: RunTrace, passing: Collection[date], queue: Sequence[date]) -> Worked:
    begun = trace.first_at
    if not trace.finishes and trace.current is not None:
        begun = trace.current.at or begun
    return worked(_finishes(trace, passing), workers=_workers(trace), started_at=begun, queue=queue)


def _worked_before(run: PlacedRun, runs: Sequence[PlacedRun]) -> Worked:
    """What an earlier run took. Where it was killed, what its workers were at had its turn as well."""
    known = replays(runs, run)
    queue = () if run.completed else _unfinished(run.trace)
    return _worked(run.trace, known.done_before if known.quick else (), queue)


def _unfinished(trace: RunTrace) -> list[date]:
    """The dates that a run of every day had not finished, in order; none where it may have left out some."""
    start, end = trace.todo_start, trace.todo_end
    if trace.game_dates or _workers(trace) == 1 or start is None or end is None:
        return []
    count = (end - start).days + 1
    if not 0 < count < _MOST_DAYS or (trace.units_total or count) < count:
        return []
    return [day for day in every_day(start, end) if day not in trace.finishes]


def _tells_of(trace: RunTrace, ahead: Collection[date]) -> bool:
    """Whether an earlier run has been over most of what lies ahead: then it tells of it as another night does."""
    return bool(ahead) and 2 * sum(day in trace.outcomes for day in ahead) >= len(ahead)


def _workers(trace: RunTrace) -> int:
    return workers_of(trace.mode, trace.workers)


def _finishes(trace: RunTrace, passing: Collection[date]) -> list[Finish]:
    if trace.counts_only:
        return [Finish(None, at, heavy=True) for at in shared_out(trace.ticks)]
    found = []
    for day, at in trace.finishes.items():
        unit = trace.outcomes.get(day)
        if unit is not None:
            heavy = unit.outcome in HEAVY
            size = float(unit.records) if heavy and unit.records else None
            found.append(Finish(day, at, heavy, unit.duration_s, size, again=day in passing))
    return found


def _ahead(
    account: Account, runs: Sequence[PlacedRun], lead: PlacedRun, done_before: Collection[date]
) -> tuple[frozenset[date], frozenset[date]]:
    """The dates that the run has yet to come to: those that are left, and those that were done before it."""
    trace = lead.trace
    if trace.counts_only:
        return frozenset(), frozenset()  # which dates it has done is not known, only how many are left
    left = {day for day, unit in account.units.items() if unit.state in _LEFT and day not in done_before}
    left |= _walked_in_passing(account, trace)
    start, end = trace.todo_start, trace.todo_end
    walk = [
        day
        for day in _in_turn(account.units, trace)
        if trace.walks_range and (start is None or day >= start) and (end is None or day <= end)
    ]
    again = {
        day
        for day in walk
        if day in done_before or (account.units[day].state in _BEHIND and day not in trace.outcomes)
    }
    earlier = earlier_runs(runs, lead)
    if again and walks_again(trace, walk, again, completed=bool(earlier) and earlier[-1].completed):
        return _to_come(trace, left | set(walk) - again), _to_come(trace, again)
    return _to_come(trace, left), frozenset()


def _walked_in_passing(account: Account, trace: RunTrace) -> set[date]:
    """Dates on which nothing is due, if the run walks such dates as well: they take their time, too."""
    start, end = trace.todo_start, trace.todo_end
    days = account.units
    if not days or not trace.walks_range or not trace.finishes or start is None or end is None:
        return set()
    walked = sum(day not in days for day in trace.finishes)
    low, high = min(trace.finishes), max(trace.finishes)
    between = (high - low).days + 1 - sum(low <= day <= high for day in days)
    if not walked or 2 * walked < between or (end - start).days > _MOST_DAYS:
        return set()
    return {day for day in every_day(start, end) if day not in days and day not in trace.outcomes}


def _to_come(trace: RunTrace, days: Collection[date]) -> frozenset[date]:
    """Those of some dates that the run has not passed yet."""
    finished = list(trace.finishes)
    if _workers(trace) == 1 and trace.walks_range and finished:
        if _descends(trace):
            return frozenset(day for day in days if day < finished[-1])
        return frozenset(day for day in days if day > finished[-1])
    start = trace.resumes_from
    return frozenset(day for day in days if day not in trace.outcomes and (start is None or day >= start))


def _in_turn(days: Collection[date], trace: RunTrace) -> list[date]:
    return sorted(days, reverse=_descends(trace))


def _descends(trace: RunTrace) -> bool:
    """Whether one worker walks from the last date to the first. Of several, `worked` finds out."""
    finished = list(trace.finishes)
    return _workers(trace) == 1 and trace.walks_range and len(finished) > 1 and finished[-1] < finished[0]


def _unnamed(account: Account, trace: RunTrace, history: Sequence[Worked]) -> list[date | None]:
    """The units left that are known only by their number, each with the date that it most likely is."""
    if trace.counts_only:
        return [None] * (trace.counted.of - trace.counted.number if trace.counted else 0)
    named = sum(unit.state in _LEFT for unit in account.units.values())
    count = max(0, (account.counts.pending or 0) + (account.counts.running or 0) - named)
    if not count or not trace.finishes or trace.todo_end is None:
        return [None] * count
    reached, end = max(trace.finishes), trace.todo_end
    known = sorted({one.day for run in history for one in run.took if one.day and reached < one.day <= end})
    guessed: list[date | None] = [*known[:count]] if len(known) >= 0.9 * count else []
    return guessed + [None] * (count - len(guessed))
