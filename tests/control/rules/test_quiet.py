"""What looks odd and is in order is remarked, and is no alert."""

from dataclasses import replace
from datetime import timedelta

import pytest

from backfill_tui.checks.subject import WorkCalendar
from backfill_tui.control.model import PhaseState
from backfill_tui.control.rules import find_alerts, remarks
from backfill_tui.control.rules.sight import NO_CALENDAR, NightSight, PhaseSight, Sample
from backfill_tui.progress.account import Account, Unit, UnitState
from tests.control.phases import ALIVE, NOW, account, ago, seen, sight
from tests.logs import days

DAYS = days("2022-06-10", 30)


def walked(*states: UnitState, calendar: WorkCalendar = NO_CALENDAR) -> PhaseSight:
    units = {
        day: Unit(day, state, ago(minutes=len(states) - i))
        for i, (day, state) in enumerate(zip(DAYS, states, strict=False))
    }
    return sight(seen(Account(units=units), ALIVE), PhaseState.RUNNING, calendar=calendar)


def told(one: PhaseSight) -> tuple[str, ...]:
    night = NightSight((one,), now=NOW)
    assert find_alerts(night) == ()
    return remarks(night)["fix"]


DONE, EMPTY, SKIPPED = UnitState.DONE, UnitState.EMPTY, UnitState.SKIPPED


@pytest.mark.parametrize(
    ("states", "dates"),
    [
        ((DONE, *[EMPTY] * 20), 20),
        ((DONE, *[EMPTY] * 4), 4),  # All-Star days
        ((DONE, EMPTY, EMPTY), None),
        (([EMPTY] * 5) + [DONE], None),
    ],
)
def test_dates_without_records_are_remarked(states: tuple[UnitState, ...], dates: int | None) -> None:
    said = told(walked(*states))
    assert [text.partition(" (")[0] for text in said] == (
        [f"It wrote no records: nothing was due by its log in the last {dates} dates"] if dates else []
    )


@pytest.mark.parametrize(
    ("known", "due", "said"),
    [
        (30, 0, "No work scheduled: the last 20 dates (2022-06-11 … 2022-06-30) carry none by the calendar"),
        (10, 0, "It wrote no records: nothing was due by its log in the last 20 dates"),  # not known of all
        (30, 5, "No work scheduled: the last 15 dates (2022-06-16 … 2022-06-30) carry none by the calendar"),
    ],
)
def test_that_no_work_is_scheduled_is_said_only_by_a_calendar(known: int, due: int, said: str) -> None:
    weights = {day: float(i in {0, due}) for i, day in enumerate(DAYS)}
    calendar = WorkCalendar(weights, (DAYS[0], DAYS[known - 1]))
    (remark,) = told(walked(DONE, *[EMPTY] * 20, calendar=calendar))
    assert remark.startswith(said)


def test_bootstrap_skips_are_remarked() -> None:
    (said,) = told(walked(*[SKIPPED] * 14, DONE))
    assert said.startswith("It left out 14 dates on purpose")


@pytest.mark.parametrize(("cpu", "silent", "waits"), [(2.0, 700.0, True), (40.0, 700.0, False), (0.0, 60.0, False)])
def test_a_processor_at_rest_between_dates_is_remarked(cpu: float, silent: float, waits: bool) -> None:
    facts = seen(account(2, summary=False, gone=False), replace(ALIVE, started_at=ago(hours=2)), log_age_s=silent)
    one = sight(facts, samples=(Sample(NOW - timedelta(seconds=30), cpu_percent=cpu),), silence_s=60.0)
    assert [text.startswith("It waits") for text in told(one)] == [True] * waits
