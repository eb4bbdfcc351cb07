"""`a` and `M`: which alerts are acknowledged, what is said of it, and where it can't be done."""

import pytest

from backfill_tui.control.model import Severity
from backfill_tui.errors import BackfillError
from tests.tui import example
from tests.tui.operator import FakeOperator
from tests.tui.screen import make_app, press, running, shown, until

NIGHT = example.night()
OPEN = [alert for alert in NIGHT.alerts if not alert.acknowledged and alert.severity is not Severity.INFO]


def asked(operator: FakeOperator) -> set[str]:
    return {str(name) for call in operator.done if call[0] == "acknowledge" for name in call[1:]}


async def test_m_acknowledges_all_alerts_and_says_how_many() -> None:
    operator = FakeOperator()
    app = make_app(operator=operator)
    async with running(app) as pilot:
        await press(pilot, "M")
        await until(pilot, lambda: bool(operator.done))
        assert asked(operator) == {alert.id for alert in OPEN}
        await until(pilot, lambda: f"{len(OPEN)} alerts are acknowledged." in shown(app))


async def test_a_acknowledges_the_alerts_of_the_phase_and_those_of_none() -> None:
    operator = FakeOperator()
    app = make_app(operator=operator)
    number, view = next((i, v) for i, v in enumerate(NIGHT.phases) if any(a.phase == v.name for a in OPEN))
    async with running(app) as pilot:
        await press(pilot, str(number + 1), "a")
        await until(pilot, lambda: bool(operator.done))
        assert asked(operator) == {alert.id for alert in OPEN if alert.phase in {view.name, None}}


@pytest.mark.parametrize("read_only", [True, False])
async def test_where_nothing_may_be_recorded_the_key_does_nothing(read_only: bool) -> None:
    operator = FakeOperator()
    app = make_app(operator=operator if read_only else None, read_only=read_only)
    async with running(app) as pilot:
        await press(pilot, "M")
        await until(pilot, lambda: ("read-only" if read_only else "a plan") in shown(app))
        assert not operator.done


async def test_a_ledger_that_refuses_is_told_of() -> None:
    operator = FakeOperator()
    operator.failure = BackfillError("The ledger can't be written.", todo="Make room.")
    app = make_app(operator=operator)
    async with running(app) as pilot:
        await press(pilot, "M")
        await until(pilot, lambda: "The ledger can't be written" in shown(app))
