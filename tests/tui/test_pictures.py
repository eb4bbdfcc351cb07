"""Pictures of the pages, compared with those that somebody looked at and found good.

`pytest tests/tui/test_pictures.py --snapshot-update` takes them anew; look at them before you commit.
"""

from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest
from textual.pilot import Pilot

from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.tui.app import BackfillApp
from backfill_tui.tui.display import Display
from backfill_tui.tui.judge import Judge
from backfill_tui.tui.operator import Operator
from backfill_tui.tui.screens.dialog import Dialog, Step
from backfill_tui.tui.screens.log_page import LogPage
from tests.tui import example, forecasts
from tests.tui.judge import FakeJudge
from tests.tui.operator import FakeOperator
from tests.tui.screen import SMALL, WIDE, at_rest, make_app, press, shown, until


class Compare(Protocol):
    """The fixture of pytest-textual-snapshot."""

    def __call__(self, app: BackfillApp, *, terminal_size: tuple[int, int], run_before: object) -> bool: ...


def _picture(
    compare: Compare,
    log: Path,
    size: tuple[int, int],
    *keys: str,
    night: Snapshot | None = None,
    shown_as: Display | None = None,
    judge: Judge | None = None,
    operator: Operator | None = None,
) -> bool:
    app = make_app(night or example.night(), log=log, shown_as=shown_as, judge=judge, operator=operator)

    async def settle(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: "ml_training" in shown(app) or "Nothing" in shown(app))
        for key in keys:
            await press(pilot, key)
            await until(pilot, lambda: not _looking(app))
        if night is None:
            await until(pilot, lambda: not _busy(app))
        await at_rest(pilot)

    return compare(app, terminal_size=size, run_before=settle)


def _busy(app: BackfillApp) -> bool:
    """Whether a log is still being read."""
    page = app.page
    return isinstance(page, LogPage) and (page.log_pane().lines.busy or "counting" in shown(app))


def _looking(app: BackfillApp) -> bool:
    """Whether a dialog is still finding out what there is to ask: what is typed before would be lost."""
    return isinstance(app.screen, Dialog) and app.screen.step is Step.LOOKING


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["132x36", "80x24"])
def test_dashboard(snap_compare: Compare, log: Path, size: tuple[int, int]) -> None:
    assert _picture(snap_compare, log, size)


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["132x36", "80x24"])
def test_phase_page(snap_compare: Compare, log: Path, size: tuple[int, int]) -> None:
    assert _picture(snap_compare, log, size, "2", "enter")


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["132x36", "80x24"])
def test_dashboard_says_why_the_selected_phase_waits(
    snap_compare: Compare, log: Path, size: tuple[int, int]
) -> None:
    assert _picture(snap_compare, log, size, "3", operator=FakeOperator())


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["132x36", "80x24"])
def test_launch_with_its_gate_open(snap_compare: Compare, log: Path, size: tuple[int, int]) -> None:
    assert _picture(snap_compare, log, size, "3", "L", operator=FakeOperator())


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["132x36", "80x24"])
def test_launch_against_the_gate(snap_compare: Compare, log: Path, size: tuple[int, int]) -> None:
    keys = ("3", "L", *"the fix is good enough", "enter", *"player")
    assert _picture(snap_compare, log, size, *keys, operator=FakeOperator(closed=True))


def test_launch_in_ascii(snap_compare: Compare, log: Path) -> None:
    assert _picture(
        snap_compare, log, SMALL, "3", "L", shown_as=Display(ascii=True), operator=FakeOperator(closed=True)
    )


def test_launch_in_the_terminal_s_own_colours(snap_compare: Compare, log: Path) -> None:
    assert _picture(
        snap_compare, log, SMALL, "3", "L", "tab", shown_as=Display(native=True), operator=FakeOperator()
    )


def test_stop(snap_compare: Compare, log: Path) -> None:
    assert _picture(snap_compare, log, SMALL, "1", "S", *"two writers", "enter", operator=FakeOperator())


def test_kill(snap_compare: Compare, log: Path) -> None:
    operator = FakeOperator()
    operator.ends = "still_there"
    keys = ("1", "S", *"two writers", "enter", "enter")
    assert _picture(snap_compare, log, WIDE, *keys, operator=operator)


def test_retry(snap_compare: Compare, log: Path) -> None:
    assert _picture(snap_compare, log, SMALL, "2", "r", operator=FakeOperator())


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["132x36", "80x24"])
def test_history(snap_compare: Compare, log: Path, size: tuple[int, int]) -> None:
    assert _picture(snap_compare, log, size, "H", "j", "j", operator=FakeOperator())


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["132x36", "80x24"])
def test_forecast(snap_compare: Compare, log: Path, size: tuple[int, int]) -> None:
    assert _picture(snap_compare, log, size, "1", "F", night=forecasts.night())


def test_forecast_of_a_phase_that_has_ended(snap_compare: Compare, log: Path) -> None:
    assert _picture(snap_compare, log, WIDE, "1", "F", night=forecasts.night(forecasts.over()))


def test_forecast_in_ascii(snap_compare: Compare, log: Path) -> None:
    assert _picture(snap_compare, log, SMALL, "1", "F", night=forecasts.night(), shown_as=Display(ascii=True))


def test_forecast_in_the_terminal_s_own_colours(snap_compare: Compare, log: Path) -> None:
    assert _picture(snap_compare, log, SMALL, "1", "F", night=forecasts.night(), shown_as=Display(native=True))


def test_dashboard_in_ascii(snap_compare: Compare, log: Path) -> None:
    assert _picture(snap_compare, log, SMALL, shown_as=Display(ascii=True))


def test_dashboard_in_the_terminal_s_own_colours(snap_compare: Compare, log: Path) -> None:
    assert _picture(snap_compare, log, SMALL, shown_as=Display(native=True))


def test_filtered_log(snap_compare: Compare, log: Path) -> None:
    assert _picture(snap_compare, log, SMALL, "slash", *"no games", "enter")


def test_help(snap_compare: Compare, log: Path) -> None:
    assert _picture(snap_compare, log, WIDE, "question_mark", night=example.night())


def test_nothing_to_watch(snap_compare: Compare, log: Path) -> None:
    assert _picture(snap_compare, log, SMALL, night=example.nothing())


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["132x36", "80x24"])
def test_checks_with_a_breakdown_and_a_trend(snap_compare: Compare, log: Path, size: tuple[int, int]) -> None:
    assert _picture(snap_compare, log, size, "4", "c", "n", "n")


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["132x36", "80x24"])
def test_checks_with_rows_that_fail(snap_compare: Compare, log: Path, size: tuple[int, int]) -> None:
    assert _picture(snap_compare, log, size, "4", "c", "n", "n", "s", judge=FakeJudge())


def test_checks_while_they_run(snap_compare: Compare, log: Path) -> None:
    night = example.night()
    views = [replace(v, suites=tuple(replace(s, running=True) for s in v.suites)) for v in night.phases]
    busy = replace(night, phases=tuple(views))
    assert _picture(snap_compare, log, WIDE, "4", "v", "n", night=busy, judge=FakeJudge(hold=True))


def test_checks_with_a_price(snap_compare: Compare, log: Path) -> None:
    assert _picture(snap_compare, log, SMALL, "2", "v", judge=FakeJudge(bills=True))


def test_the_detail_of_a_check_alone(snap_compare: Compare, log: Path) -> None:
    assert _picture(snap_compare, log, SMALL, "4", "c", "n", "n", "enter")


def test_checks_in_ascii(snap_compare: Compare, log: Path) -> None:
    assert _picture(snap_compare, log, SMALL, "4", "c", "n", "n", shown_as=Display(ascii=True))


def test_checks_in_the_terminal_s_own_colours(snap_compare: Compare, log: Path) -> None:
    assert _picture(snap_compare, log, SMALL, "4", "c", "n", "n", shown_as=Display(native=True))
