"""Pictures of both pages, compared with those that somebody looked at and found good.

`pytest tests/tui/test_pictures.py --snapshot-update` takes them anew; look at them before you commit.
"""

from pathlib import Path
from typing import Protocol

import pytest
from textual.pilot import Pilot

from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.tui.app import BackfillApp
from backfill_tui.tui.display import Display
from backfill_tui.tui.screens.log_page import LogPage
from tests.tui import example
from tests.tui.screen import SMALL, WIDE, make_app, press, shown, until


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
) -> bool:
    app = make_app(night or example.night(), log=log, shown_as=shown_as)

    async def settle(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: "ml_training" in shown(app) or "Nothing" in shown(app))
        await press(pilot, *keys)
        if night is None:
            page = app.page
            assert isinstance(page, LogPage)
            await until(pilot, lambda: not page.log_pane().lines.busy and "counting" not in shown(app))
        await pilot.pause(0.5)

    return compare(app, terminal_size=size, run_before=settle)


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["132x36", "80x24"])
def test_dashboard(snap_compare: Compare, log: Path, size: tuple[int, int]) -> None:
    assert _picture(snap_compare, log, size)


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["132x36", "80x24"])
def test_phase_page(snap_compare: Compare, log: Path, size: tuple[int, int]) -> None:
    assert _picture(snap_compare, log, size, "2", "enter")


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
