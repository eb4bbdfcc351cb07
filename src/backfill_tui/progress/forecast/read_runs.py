"""From runs as logs tell them, and the account of their dates, to what a forecast is made from."""

from collections.abc import Mapping, Sequence
from datetime import date

from backfill_tui.progress.account import Account, RunEnd, UnitState
from backfill_tui.progress.forecast.situation import Situation
from backfill_tui.progress.forecast.worked import Finish, Worked, worked
from backfill_tui.progress.pace import HEAVY
from backfill_tui.progress.sequence import PlacedRun, leading
from backfill_tui.progress.trace import RunTrace
from backfill_tui.sources.events import Mode, Outcome

UNKNOWN_WORKERS = 0
"""Of a parallel run that does not say how many it has."""

_LEFT = frozenset({UnitState.PENDING, UnitState.RUNNING})


def situation_of(
    account: Account,
    runs: Sequence[PlacedRun],
    *,
    calendar: Mapping[date, float] | None,
    history: Sequence[Worked],
) -> Situation | None:
    """What the leading run has done and has left; None where it is not open, or nothing is left."""
    lead = leading(runs)
    if lead is None or lead.ended is not RunEnd.OPEN:
        return None
    named = _named(account, lead.trace)
    unnamed = _unnamed(account, lead.trace, history)
    if not named and not unnamed:
        return None
    earlier = [run for run in runs if run.counts and run is not lead and _earlier(run, lead)]
    done = {
        day for run in earlier for day, unit in run.trace.outcomes.items() if unit.outcome is not Outcome.FAILED
    }
    now = _worked(lead.trace, done, named)
    flying = {one.day for one in now.in_flight}
    return Situation(
        run=now,
        ahead=[*(day for day in named if day not in flying), *unnamed],
        before=[_worked(run.trace, set(), ()) for run in earlier if run.trace.walks_range and run.trace.finishes],
        history=history,
        calendar=calendar,
    )


def history_of(runs: Sequence[PlacedRun]) -> tuple[Worked, ...]:
    """What runs of other nights took."""
    return tuple(_worked(run.trace, set(), ()) for run in runs if run.trace.walks_range and not run.trace.dry)


def workers_of(mode: Mode | None, workers: int | None) -> int:
    """How many share the work; UNKNOWN_WORKERS where a parallel run does not say."""
    return workers or (UNKNOWN_WORKERS if mode is Mode.PARALLEL else 1)


def _worked(trace: RunTrace, done_before: set[date], queue: Sequence[date]) -> Worked:
    begun = trace.first_at
    if not trace.finishes and trace.current is not None:
        begun = trace.current.at or begun
    return worked(_finishes(trace, done_before), workers=_workers(trace), started_at=begun, queue=queue)


def _workers(trace: RunTrace) -> int:
    return workers_of(trace.mode, trace.workers)


def _finishes(trace: RunTrace, done_before: set[date]) -> list[Finish]:
    if trace.counts_only:
        return [Finish(None, at, heavy=True) for at in trace.ticks]
    found = []
    for day, at in trace.finishes.items():
        unit = trace.outcomes.get(day)
        if unit is not None:
            heavy = unit.outcome in HEAVY
            size = float(unit.records) if heavy and unit.records else None
            found.append(Finish(day, at, heavy, unit.duration_s, size, again=day in done_before))
    return found


def _named(account: Account, trace: RunTrace) -> list[date]:
    """The dates left that this run will come to, in the order of their turn."""
    left = sorted(day for day, unit in account.units.items() if unit.state in _LEFT)
    finished = list(trace.finishes)
    if _workers(trace) == 1 and trace.walks_range and finished:
        if len(finished) > 1 and finished[-1] < finished[0]:
            return [day for day in left[::-1] if day < finished[-1]]
        return [day for day in left if day > finished[-1]]
    start = trace.resumes_from
    return [day for day in left if start is None or day >= start]


def _unnamed(account: Account, trace: RunTrace, history: Sequence[Worked]) -> list[date | None]:
    """The units left that are known only by their number, each with the date that it most likely is."""
    named = sum(unit.state in _LEFT for unit in account.units.values())
    count = max(0, (account.counts.pending or 0) + (account.counts.running or 0) - named)
    if not count or trace.counts_only or not trace.finishes or trace.todo_end is None:
        return [None] * count
    reached, end = max(trace.finishes), trace.todo_end
    known = sorted({one.day for run in history for one in run.took if one.day and reached < one.day <= end})
    guessed: list[date | None] = [*known[:count]] if len(known) >= 0.9 * count else []
    return guessed + [None] * (count - len(guessed))


def _earlier(run: PlacedRun, lead: PlacedRun) -> bool:
    begun, lead_begun = run.trace.first_at, lead.trace.first_at
    return begun is None or lead_begun is None or begun < lead_begun
