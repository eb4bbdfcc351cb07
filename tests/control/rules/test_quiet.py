"""What looks odd and is in order is information: it never alarms, and an ordinary run has none of the rest."""

from dataclasses import replace
from datetime import timedelta

import pytest

from backfill_tui.control.model import Alert, PhaseState, Severity
from backfill_tui.control.rules.sight import PhaseSight, Sample
from backfill_tui.progress.account import Account, Unit, UnitState
from tests.control.phases import ALIVE, NOW, account, ago, found, seen, sight
from tests.logs import days

DAYS = days("2022-06-10", 30)


def walked(*states: UnitState) -> PhaseSight:
    units = {
        day: Unit(day, state, ago(minutes=len(states) - i))
        for i, (day, state) in enumerate(zip(DAYS, states, strict=False))
    }
    return sight(seen(Account(units=units), ALIVE), PhaseState.RUNNING)


def told(one: PhaseSight) -> list[Alert]:
    alerts = list(found(one))
    assert {alert.severity for alert in alerts} <= {Severity.INFO}
    return alerts


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
def test_dates_without_games_are_information(states: tuple[UnitState, ...], dates: int | None) -> None:
    alerts = told(walked(*states))
    assert [alert.id for alert in alerts] == (["empty:fix"] if dates else [])
    assert not dates or f"The last {dates} dates" in alerts[0].detail


def test_bootstrap_skips_are_information() -> None:
    (alert,) = told(walked(*[SKIPPED] * 14, DONE))
    assert (alert.id, alert.title) == ("skipped:fix", "fix left out 14 dates on purpose")


@pytest.mark.parametrize(
    ("cpu", "silent", "ids"), [(2.0, 700.0, ["resting:fix"]), (40.0, 700.0, []), (0.0, 60.0, [])]
)
def test_a_processor_at_rest_between_dates_is_information(cpu: float, silent: float, ids: list[str]) -> None:
    facts = seen(account(2, summary=False, gone=False), replace(ALIVE, started_at=ago(hours=2)), log_age_s=silent)
    one = sight(facts, samples=(Sample(NOW - timedelta(seconds=30), cpu_percent=cpu),), silence_s=60.0)
    assert [alert.id for alert in told(one)] == ids
