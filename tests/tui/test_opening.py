"""A page is opened, handed to and left at any moment, before its widgets are there too."""

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.tui import app as module
from backfill_tui.tui.app import BackfillApp
from backfill_tui.tui.feed import ReplayFeed
from backfill_tui.tui.screens.dashboard import Dashboard
from tests.tui import example
from tests.tui.screen import make_app, press, running, shown, until

TIMES = 20  # each with one more turn of the event loop between the two things than the one before
FIRST, SECOND = "team_offense_fix", "team_offense"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a published snapshot be shown in the next turn of the event loop."""
    monkeypatch.setattr(module, "UPDATES_A_SECOND", 1000)


def _feed(app: BackfillApp) -> ReplayFeed:
    assert isinstance(app.feed, ReplayFeed)
    return app.feed


async def _turns(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


def _faster(sequence: int) -> tuple[Snapshot, str]:
    """A night whose first phase has a rate of its own, and that rate as it is shown."""
    night = example.night(sequence)
    first = replace(night.phases[0], rate_per_hour=300.0 + sequence)
    return replace(night, phases=(first, *night.phases[1:])), f"{300 + sequence}/h"


def _shows(app: BackfillApp, *texts: str) -> bool:
    return all(text in shown(app) for text in texts)


async def test_a_snapshot_that_comes_while_a_page_opens_is_shown_on_it() -> None:
    app = make_app()
    async with running(app) as pilot:
        for turns in range(TIMES):
            snapshot, rate = _faster(2 + turns)
            _feed(app).publish(snapshot)  # first: the feed needs a few turns to hand it over
            await _turns(turns)
            app.open_phase(FIRST)
            await until(pilot, partial(_shows, app, rate, "Dates 2021"))
            await press(pilot, "escape")


async def test_a_page_that_is_left_while_it_opens_leaves_no_trace() -> None:
    app = make_app()
    async with running(app) as pilot:
        for turns in range(TIMES):
            app.open_phase(FIRST)
            await _turns(turns)
            _feed(app).publish(example.night(2 + turns))
            app.page.dismiss()
            assert isinstance(app.page, Dashboard)
            await pilot.pause()
        await until(pilot, lambda: _shows(app, f"Log · {FIRST} "))
        await press(pilot, "j", "enter")
        await until(pilot, lambda: _shows(app, f"Log · {SECOND} ", "Dates 2021"))


async def test_a_warning_that_comes_while_a_page_opens_is_read_on_it() -> None:
    app = make_app()
    async with running(app) as pilot:
        app.open_phase(FIRST)
        app.warn("The plan file is gone.")
        await until(pilot, lambda: _shows(app, "Dates 2021", "The plan file is gone."))


async def test_a_page_that_is_turned_while_it_opens_shows_the_other_phase() -> None:
    app = make_app()
    async with running(app) as pilot:
        app.open_phase(FIRST)
        app.action_phase("2")
        await until(pilot, lambda: _shows(app, f"Log · {SECOND} ", "Dates 2021-10-19"))
