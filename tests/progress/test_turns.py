"""Two jobs that print into one log are told from one that resumes, begins anew, retries, or prints a line twice."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import chain

import pytest

from backfill_tui.progress.turns import Turns, TurnTaking
from backfill_tui.sources.events import UnitStarted

FIRST = date(2021, 10, 1)
BEGAN = datetime(2026, 1, 3, 18, tzinfo=UTC)

Place = tuple[int, int]


def taken(places: Iterable[Place]) -> Turns | None:
    """What is seen of dates that are begun a minute apart."""
    taking = TurnTaking()
    for minute, (number, of) in enumerate(places):
        day = FIRST + timedelta(days=number + 3 * of)
        taking.begun(UnitStarted(BEGAN + timedelta(minutes=minute), minute, (), day, number, of))
    return taking.turns


def walk(first: int, last: int, of: int = 944) -> list[Place]:
    return [(number, of) for number in range(first, last + 1)]


def by_turns(*walks: Iterable[Place]) -> list[Place]:
    return list(chain.from_iterable(zip(*walks, strict=False)))


@pytest.mark.parametrize("of", [944, 1537])
def test_two_jobs_in_one_log_are_seen_by_where_they_go_on(of: int) -> None:
    turns = taken([*walk(1, 17), *by_turns(walk(18, 30), walk(1, 13, of))])
    assert turns == Turns(("30 of 944", f"13 of {of:,}"), BEGAN + timedelta(minutes=19))


def test_a_slow_and_a_quick_one_take_turns_too() -> None:
    quick = [walk(first, first + 9) for first in range(100, 160, 10)]
    slow = walk(1, 6)
    both = [place for ten, one in zip(quick, slow, strict=True) for place in (*ten, one)]
    assert taken(both) is not None


@pytest.mark.parametrize(
    "places",
    [
        [*walk(1, 18), *walk(1, 40)],  # killed, and begun anew
        [*walk(1, 18), *walk(1, 18), *walk(1, 18), *walk(1, 40)],
        [*walk(1, 18), *walk(30, 60), *walk(80, 99)],  # it passes dates over
        [*walk(1, 18), *walk(1, 3, 3), *walk(19, 40)],  # a list of dates by hand in between
        [*walk(1, 18), *walk(1, 922, 926)],  # a resume that counts what is left
    ],
)
def test_one_job_however_often_it_is_begun_anew_takes_no_turns(places: list[Place]) -> None:
    assert taken(places) is None


def test_a_date_that_is_told_twice_by_one_job_is_no_turn() -> None:
    outer_and_inner = by_turns(walk(1, 40), [(1, 1)] * 40)
    taking = TurnTaking()
    for at, (number, of) in enumerate(outer_and_inner):
        taking.begun(UnitStarted(BEGAN, at, (), FIRST + timedelta(days=at // 2), number, of))
    assert taking.turns is None
    assert taken(by_turns(walk(1, 40), walk(1, 40))) is None


def test_once_the_other_has_ended_there_are_no_turns() -> None:
    both = by_turns(walk(18, 30), walk(1, 13, 1537))
    assert taken([*both, *walk(14, 40, 1537)]) is not None
    assert taken([*both, *walk(14, 70, 1537)]) is None
