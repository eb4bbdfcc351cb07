"""What each date took of a worker, told from when dates finished. Pauses of the whole run are cut out of its clock.

Sequential: the time since the date before it finished. Parallel, where only completions are logged: a pool takes
dates in their order, so the k-th to begin began when the (k - W)-th finished, whichever that was.
"""

import itertools
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean

from backfill_tui.progress.forecast.shares import shares

PAUSE = 20.0
"""A gap so many times what nine of ten dates take is a pause of the run, not the cost of a date."""

LEAST_FOR_PAUSES = 5
"""From fewer gaps nothing is said about what is usual."""

_ODD = 0.05
"""More impossible times than this share: the dates were not taken in order, or not by so many workers."""


@dataclass(frozen=True, slots=True)
class Finish:
    """One date's end as a log or the ledger tells it. `heavy`: there was work to do. `at` is aware.

    `duration_s` is from its own start, where that was logged; `size` how many records it wrote; `again` that it was
    only replayed, since an earlier run had done it, so that it tells nothing of the cost.
    """

    day: date | None
    at: datetime
    heavy: bool
    duration_s: float | None = None
    size: float | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Took:
    """What one date took of one worker, in seconds."""

    day: date | None
    heavy: bool
    seconds: float
    size: float | None = None


@dataclass(frozen=True, slots=True)
class InFlight:
    """A date that has begun, and for how many seconds a worker has been at it when the run was last heard of."""

    day: date | None
    age_s: float


@dataclass(frozen=True, slots=True)
class Worked:
    """A run's dates with what they took, in the order in which they finished, and those it is at.

    `workers` is how many share the work; where they could not be told apart it is 1, and `took` are shares of the
    wall clock. `last_at` is when it was last heard of (aware), None where nothing was.
    """

    workers: int
    took: tuple[Took, ...]
    in_flight: tuple[InFlight, ...] = ()
    last_at: datetime | None = None


def worked(
    finishes: Sequence[Finish],
    *,
    workers: int = 1,
    started_at: datetime | None = None,
    queue: Sequence[date] = (),
) -> Worked:
    """What the dates of one run took. `queue`: the dates it has not finished, in the order of their turn.

    `workers` is 0 where there are several and nobody says how many.
    A run of several workers whose times do not fit a pool that takes dates in order is told as shares of the wall
    clock: right in sum, though not date by date. So is one that is too quick for the clock of its log, or writes in
    batches.
    """
    ordered = sorted(finishes, key=lambda one: one.at)
    origin = started_at if started_at is not None else ordered[0].at if ordered else None
    if origin is None:
        return Worked(workers, ())
    ends = [(one.at - origin).total_seconds() for one in ordered]
    if workers == 1 and not _together(ordered, ends):
        return _one_by_one(ordered, ends, started_at, queue)
    pool = _pool(ordered, ends, workers, queue) if workers > 1 else None
    if pool is None:
        return _all_together(ordered, ends, workers, queue)
    began, flying = pool
    return _from_pool(ordered, ends, began, flying, workers, origin)


def _together(ordered: Sequence[Finish], ends: Sequence[float]) -> bool:
    """Whether most dates with work ended at the very time of the one before: that is no time that they took."""
    heavy = [end for one, end in zip(ordered, ends, strict=True) if one.heavy]
    return 2 * sum(after == before for before, after in itertools.pairwise(heavy)) > len(heavy)


def _one_by_one(
    ordered: Sequence[Finish], ends: Sequence[float], started_at: datetime | None, queue: Sequence[date]
) -> Worked:
    gaps = [after - before for before, after in itertools.pairwise(ends)]
    most = _most(gaps)
    took = []
    for i, one in enumerate(ordered):
        seconds = one.duration_s if i == 0 else gaps[i - 1]
        if seconds is not None and seconds > most:
            within = one.duration_s
            seconds = within if within is not None and within <= most else None
        if seconds is not None and seconds >= 0 and not one.again:
            took.append(Took(one.day, one.heavy, seconds, one.size))
    last = ordered[-1].at if ordered else started_at
    flying = (InFlight(queue[0], 0.0),) if queue else ()
    return Worked(1, tuple(took), flying, last)


def _all_together(ordered: Sequence[Finish], ends: Sequence[float], workers: int, queue: Sequence[date]) -> Worked:
    gaps = [after - before for before, after in itertools.pairwise(ends)]
    most = _most(gaps)
    counted = [(one, gap) for one, gap in zip(ordered[1:], gaps, strict=True) if gap <= most and not one.again]
    dealt = shares([gap for _, gap in counted], [one.heavy for one, _ in counted], workers)
    took = tuple(
        Took(one.day, one.heavy, seconds, one.size) for (one, _), seconds in zip(counted, dealt, strict=True)
    )
    flying = (InFlight(queue[0], 0.0),) if queue else ()
    return Worked(1, took, flying, ordered[-1].at if ordered else None)


def _pool(
    ordered: Sequence[Finish], ends: Sequence[float], workers: int, queue: Sequence[date]
) -> tuple[list[float], list[tuple[date, float]]] | None:
    """When each date began, and which have begun and not finished; None where it does not fit such a pool."""
    days = {one.day for one in ordered if one.day is not None}
    if len(days) < len(ordered):
        return None
    turns = {day: turn for turn, day in enumerate(sorted(days | set(queue), reverse=_backwards(ordered, queue)))}
    began = []
    odd = 0
    for one, end in zip(ordered, ends, strict=True):
        turn = turns[one.day] if one.day is not None else 0
        start = ends[turn - workers] if workers <= turn < len(ends) + workers else 0.0
        if turn >= len(ends) + workers or start > end:
            odd += 1
        began.append(min(start, end))
    if odd > _ODD * len(ordered) + 1:
        return None
    flying = [
        (day, ends[turns[day] - workers] if turns[day] >= workers else 0.0)
        for day in queue
        if turns[day] < len(ends) + workers
    ]
    return began, flying


def _backwards(ordered: Sequence[Finish], queue: Sequence[date]) -> bool:
    """Whether the run walks from the last date to the first: what it has finished then lies behind what is left.

    The first few completions of many workers come in any order, so among themselves they would tell nothing.
    """
    days = [one.day.toordinal() for one in ordered if one.day is not None]
    half = len(days) // 2
    earlier, later = (days, [day.toordinal() for day in queue]) if queue else (days[:half], days[-half:])
    return bool(earlier and later) and fmean(later) < fmean(earlier)


def _from_pool(
    ordered: Sequence[Finish],
    ends: Sequence[float],
    began: Sequence[float],
    flying: Sequence[tuple[date, float]],
    workers: int,
    origin: datetime,
) -> Worked:
    clock = _Clock([0.0, *ends], _most([end - start for start, end in zip(began, ends, strict=True)]))
    took = tuple(
        Took(one.day, one.heavy, clock.at(end) - clock.at(start), one.size)
        for one, start, end in zip(ordered, began, ends, strict=True)
        if not one.again
    )
    last = ends[-1] if ends else 0.0
    in_flight = tuple(InFlight(day, clock.at(last) - clock.at(start)) for day, start in flying)
    return Worked(workers, took, in_flight, origin + timedelta(seconds=last))


def _most(gaps: Collection[float]) -> float:
    """The longest that is still taken for work."""
    if len(gaps) < LEAST_FOR_PAUSES:
        return float("inf")
    return PAUSE * sorted(gaps)[int(len(gaps) * 0.9)] or float("inf")


class _Clock:
    """The run's time without its pauses: gaps between completions in which everything stood still."""

    def __init__(self, ends: Sequence[float], most: float) -> None:
        self._after: list[float] = []  # where each pause ends
        self._cut: list[float] = [0.0]  # how much is cut out by then
        for before, after in itertools.pairwise(ends):
            if after - before > most:
                self._after.append(after)
                self._cut.append(self._cut[-1] + (after - before))

    def at(self, seconds: float) -> float:
        return seconds - self._cut[bisect_right(self._after, seconds)]
