"""Dates with work that came out empty: told of where a calendar would have to be off by much."""

import pytest

from backfill_tui.checks.subject import WorkCalendar
from backfill_tui.control.model import PhaseState, Severity
from backfill_tui.control.rules.sight import NO_CALENDAR, PhaseSight
from backfill_tui.progress.account import Account, Unit, UnitState
from tests.control.phases import ALIVE, ago, found, ids, seen, sight
from tests.logs import days

DAYS = days("2022-01-01", 400)
EVERY_DAY = WorkCalendar(dict.fromkeys(DAYS, 5.0), (DAYS[0], DAYS[-1]))


def ended(done: int, empty: int, *, calendar: WorkCalendar = EVERY_DAY) -> PhaseSight:
    units = {
        day: Unit(day, UnitState.EMPTY if i < empty else UnitState.DONE, ago(minutes=400 - i))
        for i, day in enumerate(DAYS[: done + empty])
    }
    return sight(seen(Account(units=units), ALIVE), PhaseState.RUNNING, calendar=calendar)


@pytest.mark.parametrize(
    ("done", "empty", "told"),
    [(2, 2, False), (0, 3, True), (57, 3, False), (56, 3, True), (370, 19, False), (370, 20, True)],
)
def test_more_empty_dates_than_a_calendar_is_off_by_are_a_warning(done: int, empty: int, told: bool) -> None:
    assert ids(ended(done, empty)) == (["empty:fix"] if told else [])


def test_dates_without_work_may_be_empty() -> None:
    off_season = WorkCalendar({day: float(i >= 100) for i, day in enumerate(DAYS)}, (DAYS[0], DAYS[-1]))
    assert ids(ended(100, 100, calendar=off_season)) == []


def test_nothing_is_said_of_dates_that_no_calendar_knows() -> None:
    assert ids(ended(100, 100, calendar=NO_CALENDAR)) == []
    assert ids(ended(100, 100, calendar=WorkCalendar(EVERY_DAY.weights, (DAYS[100], DAYS[-1])))) == []


def test_such_dates_are_named_since_when_and_with_what_to_do() -> None:
    (alert,) = found(ended(10, 6))
    assert (alert.severity, alert.since) == (Severity.WARNING, ago(minutes=400))
    assert alert.title == "fix: 6 dates with work by the calendar came out empty"
    assert "6 of 16 dates with work so far (38 %)" in alert.detail
    assert "2022-01-01, 2022-01-02, 2022-01-03, 2022-01-04, 2022-01-05 and 1 more" in alert.detail
    assert "Run these dates again" in alert.action
