"""How long a run may be silent, and whether its dates come slower: told from its own dates, class by class."""

import random
from datetime import timedelta

import pytest

from backfill_tui.progress.eta import Outlook, outlook
from backfill_tui.progress.reconcile import reconcile
from backfill_tui.progress.sequence import place_runs
from tests.logs import LogWriter, days
from tests.reading import read

START = "2021-10-01"


def run(took: list[float], *, records: int = 10, of: int = 400) -> Outlook:
    """A run that has done dates which took so many seconds."""
    walked = days(START, of)
    log = LogWriter().header(START, walked[-1].isoformat())
    for i, seconds in enumerate(took):
        log.unit(i + 1, of, walked[i], records, took=seconds)
    evidence = read(log.body).evidence
    made = outlook(reconcile([evidence]), place_runs([evidence.book], gone=False))
    assert made is not None
    return made


def scattered(count: int, middle: float, seed: int = 7) -> list[float]:
    luck = random.Random(seed)  # noqa: S311 - chance for a test
    return [middle * luck.lognormvariate(0.0, 0.3) for _ in range(count)]


def test_hardly_any_date_takes_longer_than_a_silence_may_last() -> None:
    longest = run(scattered(200, 30.0)).longest_s()
    assert sum(seconds > longest for seconds in scattered(5000, 30.0, seed=8)) <= 25
    assert longest < 10 * 30


def test_dates_that_take_longer_may_be_silent_for_longer() -> None:
    short, long = run(scattered(100, 30.0)).longest_s(), run(scattered(100, 600.0)).longest_s()
    assert 10 < long / short < 30


def test_few_dates_are_enough_to_be_careful() -> None:
    assert run(scattered(5, 30.0)).longest_s() > 60


def test_the_last_date_is_not_said_to_be_done_while_it_takes_no_longer_than_others_did() -> None:
    last = run(scattered(199, 30.0), of=200)
    left = [last.at(last.future.heard_at + timedelta(seconds=silent)) for silent in range(4, 44, 4)]
    assert all(0 < one.remaining_p10_s < one.remaining_p50_s for one in left)


@pytest.mark.parametrize(("before", "after", "drop"), [(30.0, 60.0, 0.5), (30.0, 30.0, 0.0), (60.0, 30.0, -1.0)])
def test_the_pace_is_that_of_the_last_dates_against_the_earlier_ones(
    before: float, after: float, drop: float
) -> None:
    pace = run(scattered(120, before) + scattered(40, after, seed=9)).pace()
    assert pace is not None
    assert pace.drop == pytest.approx(drop, abs=0.2)


def test_a_job_that_has_become_slower_is_so_since_its_first_slow_date_for_as_long_as_it_goes_on() -> None:
    first = days(START, 161)[120]
    for slow in (40, 80, 240):
        pace = run(scattered(120, 30.0) + scattered(slow, 60.0, seed=9)).pace()
        assert pace is not None
        assert pace.drop == pytest.approx(0.5, abs=0.1)
        assert pace.since is not None
        assert abs((pace.since - first).days) <= 3


def test_from_few_dates_no_pace_is_told() -> None:
    assert run(scattered(79, 30.0)).pace() is None
    assert run(scattered(80, 30.0)).pace() is not None


def test_dates_that_take_no_time_have_no_pace() -> None:
    assert run([0.2] * 120).pace() is None


@pytest.mark.parametrize("slower", [1.0, 2.0])
def test_small_dates_that_cost_nearly_as_much_as_big_ones_are_no_change_of_pace(slower: float) -> None:
    # A post-season has one game a night: a date of it costs more than half of what one with seven does.
    walked = days(START, 400)
    calendar = {day: 7.0 if i < 60 else 1.0 for i, day in enumerate(walked)} | {walked[i]: 0.0 for i in (3, 40, 90)}
    luck = scattered(170, 1.0)
    took = [
        0.0 if not games else (16 + 2 * games) * luck[i] * (slower if i >= 125 else 1.0)
        for i, games in enumerate(list(calendar.values())[:170])
    ]
    log = LogWriter().header(START, walked[-1].isoformat())
    for i, seconds in enumerate(took):
        log.unit(i + 1, 400, walked[i], 2 * int(calendar[walked[i]]), took=seconds)
    evidence = read(log.body).evidence
    account = reconcile([evidence], calendar=calendar)
    made = outlook(account, place_runs([evidence.book], gone=False), calendar=calendar)
    assert made is not None
    pace = made.pace()
    assert pace is not None
    assert (pace.drop > 0.3) is (slower > 1)
    assert pace.recent_per_hour == pytest.approx(3600 / (18 * slower), rel=0.15)  # measured, of dates as they are
    assert pace.earlier_per_hour == pytest.approx(3600 / 18, rel=0.15)
