"""The row of lights on the dashboard, and what a snapshot does to its terminal."""

from dataclasses import replace
from functools import partial

import pytest

from backfill_tui.plan.resolved import TerminalManners
from backfill_tui.tui import terminal
from backfill_tui.tui.app import QUIET, BackfillApp
from backfill_tui.tui.feed import ReplayFeed
from tests.tui import example
from tests.tui.screen import SMALL, WIDE, make_app, running, shown, until
from tests.views.test_probes import ILL, NIGHT, WELL


@pytest.mark.parametrize("size", [WIDE, SMALL])
async def test_probes_are_a_row_of_lights_under_the_header(size: tuple[int, int]) -> None:
    night = example.night()
    probes = tuple(replace(one, at=one.at and night.at) for one in NIGHT)
    app = make_app(replace(night, probes=probes))
    async with running(app, size) as pilot:
        await until(pilot, lambda: "● scheduler" in shown(app))
        assert "✗ quota 91 (<= 90)" in shown(app).splitlines()[1]


async def test_a_plan_without_probes_has_no_row() -> None:
    app = make_app()
    async with running(app):
        assert not app.screen.query_one("#lights").display


async def test_a_light_changes_with_the_next_snapshot() -> None:
    night = example.night()
    app = make_app(replace(night, probes=(replace(WELL, at=night.at),)))
    async with running(app) as pilot:
        await until(pilot, lambda: "● scheduler" in shown(app))
        assert isinstance(app.feed, ReplayFeed)
        app.feed.publish(replace(example.night(2), probes=(replace(ILL, at=night.at),)))
        await until(pilot, lambda: "✗ quota" in shown(app))


async def test_title_and_bell_go_to_the_terminal_unless_they_may_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "SETTLE_S", 0.0)
    for may in (TerminalManners(), QUIET):
        quiet = replace(example.night(), alerts=())
        app = BackfillApp(ReplayFeed([quiet]), terminal=may)
        written: list[str] = []
        rung: list[bool] = []
        monkeypatch.setattr(app, "bell", partial(rung.append, True))
        async with app.run_test(size=SMALL) as pilot:
            assert app._driver is not None  # noqa: SLF001 - what it writes is what is tested
            monkeypatch.setattr(app._driver, "write", written.append)  # noqa: SLF001
            assert isinstance(app.feed, ReplayFeed)
            app.feed.publish(example.night(2))
            await until(pilot, partial(_is_critical, app))
            await pilot.pause()
        assert any("\x1b]2;backfill: nba-night – critical\x07" in one for one in written) is may.title
        assert bool(rung) is may.bell


def _is_critical(app: BackfillApp) -> bool:
    return "critical" in app.title
