"""What a forecast may never do, whatever it is made from."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfill_tui.progress.forecast.fit import fit
from backfill_tui.progress.forecast.outlook import FutureRun
from backfill_tui.progress.forecast.situation import Situation
from backfill_tui.progress.forecast.unstarted import unstarted
from backfill_tui.progress.forecast.worked import InFlight, Took, Worked
from tests.logs import days

NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)
YEARS = days("2021-10-19", 1537)


def has_work(day: date) -> bool:
    return day.month not in {7, 8, 9} and day.weekday() != 3


def took(some: Sequence[date], *, seed: int = 1, scale: float = 1.0) -> tuple[Took, ...]:
    rng = Random(seed)  # noqa: S311 - a test's dice
    return tuple(
        Took(day, has_work(day), scale * (30.0 if has_work(day) else 3.0) * rng.lognormvariate(0, 0.3))
        for day in some
    )


def situation(done: int, left: int, *, workers: int = 1, scale: float = 1.0, told: str = "calendar") -> Situation:
    """A run over the first dates of four years; so many are in flight as there are workers."""
    ahead = YEARS[done : done + left]
    flying = tuple(InFlight(day, scale * 2.0 * i) for i, day in enumerate(ahead[:workers]))
    run = Worked(workers, took(YEARS[:done], scale=scale), flying, NOON)
    calendar = {day: float(has_work(day)) for day in YEARS} if told == "calendar" else None
    history = (Worked(workers, took(YEARS, seed=2, scale=scale)),) if told == "history" else ()
    return Situation(run, ahead[workers:], history=history, calendar=calendar)


def future(one: Situation) -> FutureRun:
    learned = fit(one)
    assert learned is not None
    return FutureRun(one, learned, NOON)


def median(one: Situation, later_s: float = 0.0) -> float:
    return float(np.median(future(one).remaining_s(NOON + timedelta(seconds=later_s))))


TOLD = st.sampled_from(["calendar", "history", "nothing"])


@given(st.integers(10, 600), st.integers(1, 600), st.integers(1, 300), TOLD)
@settings(max_examples=40, deadline=None)
def test_more_remaining_work_never_finishes_earlier(done: int, left: int, more: int, told: str) -> None:
    """Not in a single future, let alone in the middle of them."""
    less = future(situation(done, left, told=told)).remaining_s(NOON)
    further = future(situation(done, left + more, told=told)).remaining_s(NOON)
    assert (further >= less - 1e-6).all()


@given(st.integers(40, 400), st.integers(20, 400), st.integers(1, 200), st.integers(2, 15))
@settings(max_examples=30, deadline=None)
def test_nor_does_it_with_many_workers(done: int, left: int, more: int, workers: int) -> None:
    """But for less than half a percent: all but the last dates are shared evenly, and those are others by then."""
    less = median(situation(done, left, workers=workers))
    assert median(situation(done, left + more, workers=workers)) >= less * 0.995


@given(st.integers(10, 600), st.integers(5, 600), st.sampled_from([1, 6]), st.floats(0.01, 100), TOLD)
@settings(max_examples=40, deadline=None)
def test_forecasts_scale_with_the_clock(done: int, left: int, workers: int, scale: float, told: str) -> None:
    once = future(situation(done, left, workers=workers, told=told)).remaining_s(NOON)
    scaled = future(situation(done, left, workers=workers, scale=scale, told=told)).remaining_s(NOON)
    assert np.allclose(scaled, once * scale, rtol=1e-6)


def test_the_same_is_said_of_the_same() -> None:
    one, other = situation(300, 500, workers=6), situation(300, 500, workers=6)
    assert (future(one).remaining_s(NOON) == future(other).remaining_s(NOON)).all()


def test_a_date_that_took_what_it_should_moves_the_finish_little() -> None:
    before, following = situation(600, 400), situation(601, 399)
    finish = median(before)
    spent = following.run.took[-1].seconds
    assert abs(spent + median(following) - finish) < 0.02 * finish


def test_no_forecast_from_nothing() -> None:
    assert fit(situation(0, 100)) is None
    assert fit(situation(2, 100)) is None
    assert unstarted(YEARS) is None


def test_no_forecast_where_only_dates_without_work_were_seen_and_others_lie_ahead() -> None:
    summer = days("2022-07-01", 60)
    run = Worked(1, took(summer), (), NOON)
    ahead = days("2022-10-01", 60)
    assert fit(Situation(run, ahead, calendar={day: float(has_work(day)) for day in ahead})) is None


@pytest.mark.parametrize("workers", [1, 15])
def test_an_earlier_run_tells_before_the_first_date_is_done(workers: int) -> None:
    one = situation(0, 500, workers=workers, told="history")
    truth = sum(30.0 * 1.046 if has_work(day) else 3.0 * 1.046 for day in YEARS[:500]) / workers
    assert median(one) == pytest.approx(truth, rel=0.1)


def test_an_unstarted_phase_takes_what_it_took_before() -> None:
    history = (Worked(1, took(YEARS, seed=3)),)
    futures = unstarted(YEARS[:400], history=history)
    assert futures is not None
    truth = sum(one.seconds for one in took(YEARS, seed=3)[:400])
    assert float(np.median(futures)) == pytest.approx(truth, rel=0.08)


def test_empty_dates_are_known_to_be_fast() -> None:
    """Three months without work lie ahead: with a calendar they cost next to nothing from the beginning."""
    spring = situation(250, 100)
    truth = sum((30.0 if has_work(day) else 3.0) * 1.046 for day in YEARS[250:350])
    assert median(spring) == pytest.approx(truth, rel=0.1)


def test_a_calendar_that_lies_is_believed_less_and_less() -> None:
    """It says that every date has work; a quarter of the year has none, and was seen not to."""
    one = replace(situation(1000, 400), calendar=dict.fromkeys(YEARS, 5.0))
    truth = sum((30.0 if has_work(day) else 3.0) * 1.046 for day in YEARS[1000:1400])
    assert median(one) == pytest.approx(truth, rel=0.12)


def test_stragglers_count_in_full_but_are_not_taken_for_a_slower_pace() -> None:
    calm = situation(400, 300)
    some = list(calm.run.took)
    for i in range(20, 400, 40):
        some[i] = replace(some[i], seconds=some[i].seconds * 10)
    wild = replace(calm, run=replace(calm.run, took=tuple(some)))
    mean = sum(one.seconds for one in some) / sum(one.seconds for one in calm.run.took)
    assert median(wild) / median(calm) == pytest.approx(mean, rel=0.06)


def test_a_drift_is_followed() -> None:
    calm = situation(700, 300)
    slower = tuple(replace(one, seconds=one.seconds * (1 + i / 700)) for i, one in enumerate(calm.run.took))
    drifting = replace(calm, run=replace(calm.run, took=slower))
    assert 1.9 < median(drifting) / median(calm) < 2.6


@pytest.mark.parametrize("workers", [1, 6])
def test_silence_puts_the_finish_off_and_never_into_the_past(workers: int) -> None:
    one = future(situation(300, 60, workers=workers))
    finishes = []
    for silent in (0, 5, 20, 60, 200, 1000, 5000):
        left = one.remaining_s(NOON + timedelta(seconds=silent))
        assert (left >= 0).all()
        finishes.append(silent + float(np.median(left)))
    assert finishes == sorted(finishes)
    assert finishes[-1] > 5000


def test_a_resumed_run_knows_what_the_one_before_took() -> None:
    fresh = Situation(
        Worked(1, (), (InFlight(YEARS[300], 0.0),), NOON),
        YEARS[301:500],
        before=[Worked(1, took(YEARS[:300]))],
        calendar={day: float(has_work(day)) for day in YEARS},
    )
    truth = sum((30.0 if has_work(day) else 3.0) * 1.046 for day in YEARS[300:500])
    assert median(fresh) == pytest.approx(truth, rel=0.1)
