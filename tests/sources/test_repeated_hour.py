"""In the night in which clocks go back, the hour that comes twice is told apart by how a log goes on."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfill_tui.engine.logs import LogReading
from backfill_tui.progress.account import UnitState
from backfill_tui.progress.reconcile import reconcile
from backfill_tui.sources.dialects.load import choose
from backfill_tui.sources.repeated_hour import RepeatedHour
from tests.logs import LogWriter, days

PACIFIC = ZoneInfo("America/Los_Angeles")
BEGAN = datetime(2025, 11, 2, 7, 30, tzinfo=UTC)  # half past midnight; at 09:00 UTC clocks go back from two to one
D = days("2022-01-01", 36)
TOOK = timedelta(minutes=5)
END = BEGAN + len(D) * TOOK


def written() -> bytes:
    """A job that does a date every five minutes, and prints what the clock on the wall says."""
    log = LogWriter()
    for i, day in enumerate(D):
        log.at = (BEGAN + i * TOOK).astimezone(PACIFIC).replace(tzinfo=None)
        log.say(f"Will process {len(D)} days from {D[0]} to {D[-1]}") if i == 0 else None
        log.say(f"Processing day {i + 1}/{len(D)}: {day}")
        log.at = (BEGAN + (i + 1) * TOOK).astimezone(PACIFIC).replace(tzinfo=None)
        log.say("  ✓ Success: 5 records", after=0)
    return log.body


BODY = written()


def read(*cuts: int, until: datetime | None = None) -> LogReading:
    reading = LogReading(choose("auto"), PACIFIC, until)
    for start, end in pairwise([0, *sorted(cuts), len(BODY)]):
        reading.feed(BODY[start:end], start)
    return reading


@given(st.lists(st.integers(0, len(BODY)), max_size=6))
@settings(max_examples=60, deadline=None)
def test_every_date_ended_when_it_did_however_the_log_is_split(cuts: list[int]) -> None:
    account = reconcile([read(*cuts).evidence])
    assert [account.units[day].at for day in D] == [BEGAN + (i + 1) * TOOK for i in range(len(D))]
    assert account.last_line_at == END


@pytest.mark.parametrize("minutes", [60, 89, 91, 120, 149, 151, 170])
def test_as_of_a_moment_of_either_pass_nothing_later_is_used(minutes: int) -> None:
    account = reconcile([read(until=BEGAN + timedelta(minutes=minutes)).evidence])
    done = [day for day in D if account.units[day].state is UnitState.DONE]
    assert len(done) == minutes // 5


def test_lines_of_workers_that_lie_behind_a_little_are_of_the_same_pass() -> None:
    hour = RepeatedHour(PACIFIC)
    first = datetime(2025, 11, 2, 8, 40, tzinfo=UTC)
    assert hour.settled(first) == first
    assert hour.settled(first - timedelta(minutes=20)) == first - timedelta(minutes=20)


def test_stamps_that_go_back_on_another_night_are_what_they_say() -> None:
    hour = RepeatedHour(PACIFIC)
    first = datetime(2025, 11, 3, 9, 40, tzinfo=UTC)
    hour.settled(first)
    assert hour.settled(first - timedelta(minutes=50)) == first - timedelta(minutes=50)


def test_a_log_in_utc_has_no_such_hour() -> None:
    hour = RepeatedHour(UTC)
    first = datetime(2025, 11, 2, 8, 55, tzinfo=UTC)
    hour.settled(first)
    assert hour.settled(first - timedelta(minutes=50)) == first - timedelta(minutes=50)
