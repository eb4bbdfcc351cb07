"""The critical path on the dashboard: where it stands, and that it makes way."""

from dataclasses import replace

import pytest

from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.tui.feed import ReplayFeed
from backfill_tui.tui.widgets.path_panel import PathPanel
from tests.tui import example
from tests.tui.screen import SMALL, WIDE, make_app, running, shown, until

TITLE = "─ Critical path to ml_training ─"


def _line(text: str, part: str) -> int:
    return next((y for y, line in enumerate(text.splitlines()) if part in line), -1)


async def test_on_a_wide_terminal_it_stands_beside_the_gate_and_the_alerts() -> None:
    app = make_app()
    async with running(app, WIDE):
        screen = shown(app)
        assert _line(screen, TITLE) == _line(screen, "is waiting ─") == _line(screen, "─ Alerts ─") > 0
        assert "by 06:30 ┊" in screen


async def test_on_a_narrow_and_high_one_it_stands_above_them() -> None:
    app = make_app()
    async with running(app, (90, 40)):
        screen = shown(app)
        assert 0 < _line(screen, TITLE) < _line(screen, "─ Alerts ─") < _line(screen, "Log ·")


@pytest.mark.parametrize("size", [SMALL, (132, 24), (50, 50)], ids=str)
async def test_where_there_is_little_room_the_log_has_it(size: tuple[int, int]) -> None:
    app = make_app()
    async with running(app, size):
        assert "Critical path" not in shown(app)
        assert "Log ·" in shown(app)


async def test_without_gate_and_alerts_it_has_the_whole_width() -> None:
    night = example.night()
    views = tuple(replace(view, gate=()) for view in night.phases)
    app = make_app(replace(night, phases=views, alerts=()))
    async with running(app, WIDE):
        assert app.screen.query_one(PathPanel).size.width > 120


async def test_it_comes_with_the_first_forecast_and_goes_with_the_last() -> None:
    bare = _without_forecasts(example.night())
    app = make_app(bare)
    async with running(app, WIDE) as pilot:
        assert "Critical path" not in shown(app)
        _publish(app.feed, example.night(2))
        await until(pilot, lambda: TITLE in shown(app))
        _publish(app.feed, replace(bare, sequence=3))
        await until(pilot, lambda: "Critical path" not in shown(app))


async def test_a_hostile_name_stays_text() -> None:
    night = example.night()
    name = "[red]x\x1b[31m"
    views = (*night.phases[:-1], replace(night.phases[-1], name=name))
    assert night.deadline is not None
    app = make_app(replace(night, phases=views, deadline=replace(night.deadline, phase=name, lacking=(name,))))
    async with running(app, WIDE):
        assert "not known: [red]x[31m" in shown(app)


def _without_forecasts(night: Snapshot) -> Snapshot:
    views = tuple(replace(view, forecast=None, prospect=None) for view in night.phases)
    return replace(night, phases=views)


def _publish(feed: object, snapshot: Snapshot) -> None:
    assert isinstance(feed, ReplayFeed)
    feed.publish(snapshot)
