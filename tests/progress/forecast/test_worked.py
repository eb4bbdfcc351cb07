"""What dates took, told from when they finished."""

import heapq
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfill_tui.progress.forecast.worked import Finish, worked
from tests.logs import days

NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def one_by_one(seconds: list[float], *, heavy: bool = True) -> list[Finish]:
    ends = [sum(seconds[: i + 1]) for i in range(len(seconds))]
    return [Finish(day, after(end), heavy) for day, end in zip(days("2022-01-01", len(seconds)), ends, strict=True)]


def pool(costs: list[float], workers: int) -> list[tuple[date, float]]:
    """Which date ends when, if each worker takes the next date in order."""
    free = [0.0] * workers
    ends = []
    for day, cost in zip(days("2022-01-01", len(costs)), costs, strict=True):
        end = heapq.heappop(free) + cost
        heapq.heappush(free, end)
        ends.append((day, end))
    return sorted(ends, key=lambda one: one[1])


def test_a_date_takes_the_time_since_the_one_before() -> None:
    run = worked(one_by_one([5.0, 10.0, 20.0]), started_at=NOON)
    assert [one.seconds for one in run.took] == [10.0, 20.0]
    assert run.last_at == after(35)


def test_a_pause_is_not_the_cost_of_a_date() -> None:
    run = worked(one_by_one([10.0] * 30 + [7200.0] + [10.0] * 30), started_at=NOON)
    assert {one.seconds for one in run.took} == {10.0}


def test_a_pause_before_a_date_leaves_the_time_that_the_date_itself_took() -> None:
    finishes = one_by_one([10.0] * 30 + [7200.0])
    finishes[-1] = Finish(finishes[-1].day, finishes[-1].at, heavy=True, duration_s=9.0)
    assert worked(finishes, started_at=NOON).took[-1].seconds == 9.0


def test_what_a_resume_replays_tells_nothing_of_costs() -> None:
    finishes = [Finish(one.day, one.at, one.heavy, again=i < 10) for i, one in enumerate(one_by_one([1.0] * 20))]
    assert len(worked(finishes, started_at=NOON).took) == 10


@given(st.lists(st.floats(5, 99), min_size=20, max_size=80), st.integers(2, 8))
@settings(max_examples=60, deadline=None)
def test_a_pool_of_workers_is_told_apart_from_completions_alone(costs: list[float], workers: int) -> None:
    finishes = [Finish(day, after(end), heavy=True) for day, end in pool(costs, workers)]
    run = worked(finishes, workers=workers, started_at=NOON)
    assert run.workers == workers
    found = {one.day: one.seconds for one in run.took}
    for day, cost in zip(days("2022-01-01", len(costs)), costs, strict=True):
        assert found[day] == pytest.approx(cost, abs=1e-3)


def test_a_pool_may_walk_from_the_last_date_to_the_first() -> None:
    some = days("2022-01-01", 40)
    finishes = [
        Finish(some[-1 - some.index(day)], after(end), heavy=True)
        for day, end in pool([7.0, 11.0, 30.0, 5.0] * 10, 4)
    ]
    run = worked(finishes, workers=4, started_at=NOON)
    assert {one.day: round(one.seconds) for one in run.took}[some[-3]] == 30


def test_the_dates_in_flight_have_their_age() -> None:
    costs = [10.0, 40.0, 10.0, 10.0, 30.0]
    ends = pool(costs, 2)
    known = [Finish(day, after(end), heavy=True) for day, end in ends if end <= 30]
    left = sorted(day for day, end in ends if end > 30)
    run = worked(known, workers=2, started_at=NOON, queue=left)
    assert [(one.day, one.age_s) for one in run.in_flight] == [(left[0], 30.0), (left[1], 0.0)]


def test_a_pause_of_all_workers_is_cut_out_of_every_date_that_it_met() -> None:
    rng = Random(1)  # noqa: S311 - a test's dice
    ends = pool([rng.uniform(8, 12) for _ in range(60)], 3)
    broken = [Finish(day, after(end + (5000 if end > 100 else 0)), heavy=True) for day, end in ends]
    run = worked(broken, workers=3, started_at=NOON)
    assert max(one.seconds for one in run.took) < 25


@pytest.mark.parametrize("workers", [0, 6])
def test_workers_that_cannot_be_told_apart_share_the_wall_clock(workers: int) -> None:
    """In sum it is right; a date without work costs little, whatever its place among the others."""
    rng = Random(2)  # noqa: S311 - a test's dice
    some = days("2022-01-01", 600)
    heavy = [rng.random() < 0.6 for _ in some]
    costs = [(20.0 if one else 1.0) / 6 for one in heavy]
    order = list(range(600))
    rng.shuffle(order)
    finishes = []
    clock = 0.0
    for i in order:
        clock += costs[i]
        finishes.append(Finish(some[i], after(clock), heavy[i]))
    run = worked(finishes, workers=workers, started_at=NOON)
    assert run.workers == 1
    lights = [one.seconds for one in run.took if not one.heavy]
    heavies = [one.seconds for one in run.took if one.heavy]
    assert sum(lights) + sum(heavies) == pytest.approx(clock, rel=0.01)
    assert sum(heavies) / len(heavies) == pytest.approx(20 / 6, rel=0.1)
    assert sum(lights) / len(lights) < 0.5


def test_nothing_seen_is_nothing_told() -> None:
    run = worked([], workers=4)
    assert run.took == ()
    assert run.last_at is None
