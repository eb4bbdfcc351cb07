"""Several workers: what their number does to a forecast, and what the dates tell that they are at."""

import heapq
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfill_tui.progress.forecast.columns import as_begun, columns
from backfill_tui.progress.forecast.fit import Fit, fit
from backfill_tui.progress.forecast.hints import Hints
from backfill_tui.progress.forecast.simulate import simulate
from backfill_tui.progress.forecast.situation import Situation
from backfill_tui.progress.forecast.worked import Finish, InFlight, Took, Worked, worked
from tests.logs import days

NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)
YEARS = days("2021-10-19", 1200)


def costs(count: int, *, seed: int = 1) -> list[float]:
    rng = Random(seed)  # noqa: S311 - a test's dice
    return [40.0 * rng.lognormvariate(0, 0.4) for _ in range(count)]


def run_after(finished: int, workers: int, *, backwards: bool = False, total: int = 600) -> tuple[Situation, float]:
    """A pool over the dates, when so many are done; and how many seconds it then goes on for."""
    order = sorted(YEARS[:total], reverse=backwards)
    free = [0.0] * workers
    ends: list[tuple[float, date]] = []
    for day, cost in zip(order, costs(total), strict=True):
        end = heapq.heappop(free) + cost
        heapq.heappush(free, end)
        ends.append((end, day))
    ends.sort()
    done = [Finish(day, NOON + timedelta(seconds=end), heavy=True) for end, day in ends[:finished]]
    left = [day for day in order if day not in {one.day for one in done}]
    run = worked(done, workers=workers, started_at=NOON, queue=left)
    flying = {one.day for one in run.in_flight}
    calendar = dict.fromkeys(YEARS, 5.0)
    ahead = [day for day in left if day not in flying]
    return Situation(run, ahead, calendar=calendar), ends[-1][0] - ends[finished - 1][0]


def learned(one: Situation) -> Fit:
    found = fit(one)
    assert found is not None
    return found


def with_workers(one: Situation, workers: int) -> Situation:
    return replace(one, run=replace(one.run, workers=workers))


@given(st.integers(20, 500), st.integers(1, 90), st.integers(2, 20), st.integers(1, 20))
@settings(max_examples=30, deadline=None)
def test_more_workers_never_finish_later(done: int, left: int, workers: int, more: int) -> None:
    """In no future, where each of the last dates is given to a worker by itself."""
    took = tuple(Took(day, True, cost) for day, cost in zip(YEARS[:done], costs(done), strict=True))
    one = Situation(Worked(workers, took, (), NOON), YEARS[done : done + left])
    found = learned(one)
    assert (simulate(with_workers(one, workers + more), found).ends_s <= simulate(one, found).ends_s + 1e-6).all()


@pytest.mark.parametrize("workers", [1, 3, 15])
def test_of_long_work_twice_as_many_workers_take_half_as_long(workers: int) -> None:
    took = tuple(Took(day, True, cost) for day, cost in zip(YEARS[:400], costs(400), strict=True))
    one = Situation(Worked(workers, took, (), NOON), YEARS[400:])
    found = learned(one)
    once, twice = (float(np.median(simulate(with_workers(one, w), found).ends_s)) for w in (workers, 2 * workers))
    assert twice / once == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("finished", [3, 4, 5, 8, 15, 40])
def test_the_first_dates_of_a_pool_that_end_in_any_order_do_not_upset_the_forecast(
    finished: int, backwards: bool
) -> None:
    """The quick ones are done first: taken for the usual they would promise too much."""
    one, truth = run_after(finished, 15, backwards=backwards)
    assert len(one.run.in_flight) == 15, "who is at what is known from the beginning"
    assert float(np.median(simulate(one, learned(one)).ends_s)) == pytest.approx(truth, rel=0.3)


def test_the_long_dates_in_flight_are_not_taken_for_a_run_that_became_slower() -> None:
    run = Worked(3, tuple(Took(day, True, 10.0) for day in (YEARS[0], YEARS[3], YEARS[4])), (), NOON)
    flying = Worked(3, (Took(YEARS[1], True, 50.0), Took(YEARS[5], True, 12.0)), (), NOON)
    hints = Hints(Situation(run, []))
    both = as_begun(columns(run, hints), columns(flying, hints))
    assert both.seconds.tolist() == [10.0, 50.0, 10.0, 10.0, 12.0]
    assert both.workers == 3


def test_a_resumed_pool_goes_on_at_the_pace_of_the_one_before() -> None:
    """Three dates of the new run say little against four hundred of the old one."""
    before, _ = run_after(400, 15)
    rest = YEARS[420:]
    finishes = [Finish(rest[i], NOON + timedelta(seconds=s), heavy=True) for s, i in ((9, 9), (10, 5), (11, 1))]
    now = worked(
        finishes,
        workers=15,
        started_at=NOON,
        queue=[day for day in rest if day not in {rest[i] for i in (9, 5, 1)}],
    )
    flying = {one.day for one in now.in_flight}
    ahead = [day for day in rest[18:] if day not in flying]
    one = Situation(now, ahead, before=[before.run], calendar=dict.fromkeys(YEARS, 5.0))
    truth = sum(costs(len(rest))) / 15
    assert float(np.median(simulate(one, learned(one)).ends_s)) == pytest.approx(truth, rel=0.12)


def test_a_date_that_was_worked_on_is_done_sooner_and_an_overdue_one_later_than_a_fresh_one() -> None:
    """What outlasts all others has shown itself to be a straggler."""
    took = tuple(Took(day, True, cost) for day, cost in zip(YEARS[:300], costs(300), strict=True))

    def left_s(age_s: float) -> float:
        run = Worked(1, took, (InFlight(YEARS[300], age_s),), NOON)
        one = Situation(run, [], calendar=dict.fromkeys(YEARS, 5.0))
        return float(np.median(simulate(one, learned(one)).ends_s))

    assert left_s(20.0) < 0.7 * left_s(0.0)
    assert left_s(600.0) > 2 * left_s(0.0)
