"""Sizes that nobody tells: they are those of the same time of other years, and doubted where there are few."""

import math
from datetime import UTC, date, datetime, timedelta
from random import Random

from backfill_tui.progress.forecast.fit import fit
from backfill_tui.progress.forecast.luck import Array
from backfill_tui.progress.forecast.simulate import simulate
from backfill_tui.progress.forecast.situation import Situation
from backfill_tui.progress.forecast.worked import Took, Worked

START = date(2020, 7, 1)
NOW = datetime(2026, 1, 3, tzinfo=UTC)


def cost(day: date, luck: Random) -> float:
    """The last two weeks of April are play-offs: fewer games a night."""
    usual = 8.0 if (day.month, day.day) >= (4, 15) and day.month == 4 else 20.0
    return usual * luck.lognormvariate(0.0, 0.2)


def futures(done_until: date, end: date) -> Array:
    luck = Random(5)  # noqa: S311 - chance for a test
    count = (end - START).days + 1
    walked = [START + timedelta(days=i) for i in range(count)]
    took = tuple(Took(day, True, cost(day, luck)) for day in walked if day < done_until)
    situation = Situation(Worked(1, took, (), NOW), [day for day in walked if day >= done_until])
    learned = fit(situation)
    assert learned is not None
    return simulate(situation, learned).ends_s


def spread(left: Array) -> float:
    low, high = sorted(left.tolist())[20], sorted(left.tolist())[180]
    return math.log(high / low)


def test_a_short_stretch_of_small_dates_is_known_from_the_years_before() -> None:
    left = sorted(futures(date(2023, 4, 18), date(2023, 4, 30)).tolist())
    assert 13 * 8 * 0.8 < left[100] < 13 * 8 * 1.5


def test_a_time_of_the_year_that_was_not_seen_yet_is_doubted_more_than_one_that_was() -> None:
    unseen = futures(date(2020, 12, 1), date(2020, 12, 31))
    seen = futures(date(2022, 12, 1), date(2022, 12, 31))
    assert spread(unseen) > 1.15 * spread(seen)
