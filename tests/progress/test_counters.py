"""Counters in logs: what workers overtake is no restart, and where a log begins is no burst of work."""

from datetime import UTC, datetime, timedelta

import pytest

from backfill_tui.progress.counters import CounterBook, shared_out
from backfill_tui.progress.trace import RunTrace
from backfill_tui.sources.events import ProgressPrinted

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)


def counted(*numbers: int, of: int = 365) -> list[RunTrace]:
    book = CounterBook()
    for i, number in enumerate(numbers):
        book.apply(ProgressPrinted(NOW + timedelta(seconds=i), i, ("counter",), number, of))
    return book.runs()


@pytest.mark.parametrize(
    ("numbers", "runs"),
    [
        ((1, 2, 3, 4), 1),
        ((2, 1, 3, 6, 4, 5), 1),  # workers overtake one another
        ((1, 2, 3, 1, 2, 3), 2),  # started again
        ((1, 2, 3, 3, 4), 1),  # said twice
        ((300, 301, 1, 2), 2),
    ],
)
def test_only_a_number_that_was_there_or_is_far_behind_starts_over(numbers: tuple[int, ...], runs: int) -> None:
    assert len(counted(*numbers)) == runs


def test_a_log_that_begins_in_the_middle_tells_nothing_of_how_fast_it_came_there() -> None:
    (run,) = counted(301, 302, 304)
    assert run.counted is not None
    assert run.counted.number == 304
    assert len(run.ticks) == 4, "the first that is seen, and three that came since"


def test_who_counts_in_tens_or_whole_seconds_has_not_done_ten_at_once() -> None:
    tens = [NOW, *[NOW + timedelta(seconds=100)] * 10, *[NOW + timedelta(seconds=200)] * 10]
    assert shared_out(tens) == [NOW + timedelta(seconds=10 * i) for i in range(21)]
    assert shared_out([NOW] * 10) == [NOW], "since when the first ten were done is not known"
    assert shared_out([]) == []
