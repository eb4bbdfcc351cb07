"""Numbers and times as words."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.views import formats

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 1, 3, 20, 14, 7, tzinfo=ZONE)


@pytest.mark.parametrize(
    "shown",
    [
        formats.count(None),
        formats.percent(None),
        formats.rate_percent(None),
        formats.per_hour(None),
        formats.duration(None),
        formats.precise(None),
        formats.size(None),
        formats.clock(None, ZONE),
        formats.moment(None, NOW),
        formats.moments(None, NOW, NOW),
        formats.delta(None, None),
        formats.date_range(None),
    ],
)
def test_unknown_is_a_dash_never_nought(shown: str) -> None:
    assert shown == "–"


@given(st.floats(0, 1, exclude_max=True))
def test_no_unfinished_fraction_is_called_a_hundred_percent(fraction: float) -> None:
    assert formats.percent(fraction) != "100 %" or fraction > 1 - 1e-9


def test_percent_reaches_a_hundred_only_at_the_end() -> None:
    assert formats.percent(1.0) == "100 %"
    assert formats.percent(1536 / 1537) == "99 %"
    assert formats.rate_percent(99.97) == "99.9"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0s"), (59.9, "59s"), (60, "1m"), (3599, "59m"), (13_560, "3h46"), (90_000, "1d 01h"), (-5, "0s")],
)
def test_a_duration_has_two_figures_at_most(seconds: float, words: str) -> None:
    assert formats.duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "assessment", "words"),
    [(120, "on_track", "on time"), (13_500, "delayed", "+3h45"), (-1_200, "ahead", "−0h20")],
)
def test_the_plan_is_kept_or_missed_by_hours_and_minutes(seconds: float, assessment: str, words: str) -> None:
    assert formats.delta(seconds, assessment) == words


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(hours=1), "21:14"),
        (timedelta(hours=10), "06:14"),
        (timedelta(hours=20), "Sun 16:14"),
        (timedelta(hours=-30), "Fri 14:14"),
        (timedelta(days=9), "12 Jan"),
        (timedelta(days=-400), "29 Nov 2024"),
    ],
)
def test_a_time_says_its_day_only_where_it_is_needed(ahead: timedelta, words: str) -> None:
    assert formats.moment((NOW + ahead).astimezone(UTC), NOW) == words


def test_where_there_is_room_a_far_day_keeps_its_time() -> None:
    assert formats.stamp(NOW - timedelta(days=30), NOW) == "2025-12-04 20:14"
    assert formats.stamp(NOW - timedelta(hours=1), NOW) == "19:14"


def test_a_range_of_times_names_a_day_once() -> None:
    monday = datetime(2026, 1, 5, 4, 40, tzinfo=ZONE)
    assert formats.moments(monday, monday + timedelta(hours=2), NOW) == "Mon 04:40–06:40"
    assert formats.moments(NOW, NOW + timedelta(minutes=33), NOW) == "20:14–20:47"


def test_times_in_utc_are_shown_in_the_zone_of_now() -> None:
    assert formats.clock(datetime(2026, 1, 4, 4, 14, tzinfo=UTC), ZONE) == "20:14"


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 B"), (812, "812 B"), (9_999, "10.0 kB"), (412_000_000, "412 MB"), (1_230_000_000, "1.2 GB")],
)
def test_sizes_are_decimal(number: int, words: str) -> None:
    assert formats.size(number) == words


@pytest.mark.parametrize(("rate", "words"), [(207.3, "207/h"), (3.41, "3.4/h"), (1240.0, "1,240/h"), (0.0, "0/h")])
def test_slow_rates_keep_a_decimal(rate: float, words: str) -> None:
    assert formats.per_hour(rate) == words


@given(st.sets(st.dates(date(2024, 1, 1), date(2024, 3, 1))))
def test_folded_dates_are_the_same_dates(days: set[date]) -> None:
    folded = formats.fold(days)
    unfolded = [a + timedelta(days=i) for a, b in folded for i in range((b - a).days + 1)]
    assert unfolded == sorted(days)
    assert all(b[0] - a[1] > timedelta(days=1) for a, b in pairwise(folded))


@given(st.sets(st.dates(date(2021, 1, 1), date(2021, 6, 1)), min_size=1), st.integers(1, 12))
def test_dates_that_are_told_as_ranges_are_all_counted(days: set[date], most: int) -> None:
    named, _, rest = formats.ranges(days, most).partition(" and ")
    count = 0
    for part in named.split(", "):
        first, _, last = part.partition(" … ")
        count += (date.fromisoformat(last or first) - date.fromisoformat(first)).days + 1
    assert count + int(rest.split(" ")[0] if rest else 0) == len(days)


def test_dates_beside_one_another_are_one_range_and_of_very_many_the_first_are_told() -> None:
    days = [date(2024, 2, 14), date(2024, 2, 15), date(2024, 3, 1)]
    assert formats.ranges(days) == "2024-02-14 … 2024-02-15, 2024-03-01"
    assert formats.ranges(days, 1) == "2024-02-14 … 2024-02-15 and 1 more date"
    assert formats.counted(days) == "3 dates: 2024-02-14 … 2024-02-15, 2024-03-01"
    assert formats.ranges(None) == "–"
