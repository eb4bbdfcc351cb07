"""Snapshots come and go: what changes is drawn, nothing else; what goes wrong is said."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from textual.geometry import Region
from textual.widget import Widget

from backfill_tui.control.model import PhaseState
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.errors import SourceError
from backfill_tui.tui.app import BackfillApp
from backfill_tui.tui.display import Display
from backfill_tui.tui.feed import ReplayFeed
from backfill_tui.tui.widgets.painted import Lines
from backfill_tui.tui.widgets.phase_table import PhaseTable
from tests.tui import example
from tests.tui.screen import SMALL, make_app, press, running, shown, until


def _feed(app: BackfillApp) -> ReplayFeed:
    assert isinstance(app.feed, ReplayFeed)
    return app.feed


def _with_first(view: PhaseView, sequence: int) -> Snapshot:
    night = example.night(sequence)
    return replace(night, phases=(view, *night.phases[1:]))


async def test_only_the_cells_whose_text_changed_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    async with running(app) as pilot:
        table = app.screen.query_one(PhaseTable)
        drawn: list[Region] = []
        refresh = table.refresh

        def noted(*regions: Region, **how: bool) -> Widget:
            drawn.extend(regions)
            return refresh(*regions, **how)

        monkeypatch.setattr(table, "refresh", noted)
        view = replace(example.night().phases[0], rate_per_hour=199.0)
        app.show(_with_first(view, 2))
        await pilot.pause()
        assert "199/h" in shown(app)
        assert len(drawn) == 1
        assert (drawn[0].y, drawn[0].height) == (1, 1)
        assert drawn[0].width < 10


async def test_the_same_snapshot_again_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    night = example.night()
    app = make_app(night)
    async with running(app) as pilot:
        await pilot.pause()
        drawn: list[object] = []
        for widget in [app.screen.query_one(PhaseTable), *app.screen.query(Lines)]:
            monkeypatch.setattr(widget, "refresh", lambda *a, **kw: drawn.append((a, kw)))
        app.show(replace(night, sequence=2))
        assert drawn == []


async def test_at_most_four_snapshots_a_second_are_shown_and_the_newest_wins() -> None:
    app = make_app()
    async with running(app) as pilot:
        shown_before = app.snapshot
        started, seen = time.monotonic(), set()
        for sequence in range(2, 60):
            _feed(app).publish(replace(example.night(sequence), plan=f"plan {sequence}"))
            await asyncio.sleep(0.01)
            assert app.snapshot is not None
            seen.add(app.snapshot.sequence)
        assert shown_before is not None
        assert len(seen) <= 4 * (time.monotonic() - started) + 2
        await until(pilot, lambda: "plan 59" in shown(app))


async def test_a_feed_that_fails_is_a_sentence_and_the_last_snapshot_stays() -> None:
    app = make_app()
    async with running(app) as pilot:
        _feed(app).fail(SourceError("The plan file is gone.", todo="Put it back."))
        await until(pilot, lambda: "The plan file is gone. Put it back." in shown(app))
        assert "team_offense_fix" in shown(app)
        _feed(app).publish(example.night(2))
        await until(pilot, lambda: "The plan file is gone." not in shown(app))


async def test_a_snapshot_that_cannot_be_shown_is_told_of_and_the_next_one_is_shown() -> None:
    app = make_app()
    async with running(app) as pilot:
        odd = replace(example.night().phases[0], state="nonsense")  # type: ignore[arg-type]
        _feed(app).publish(_with_first(odd, 2))
        await until(pilot, lambda: "This moment could not be shown" in shown(app))
        _feed(app).publish(_with_first(replace(odd, state=PhaseState.STALLED), 3))
        await until(pilot, lambda: "stalled" in shown(app))


async def test_silence_of_the_feed_is_shown() -> None:
    app = make_app()
    async with running(app) as pilot:
        app.page.age(timedelta(seconds=42))
        await pilot.pause()
        assert "no news for 42s" in shown(app)
        app.page.age(timedelta(seconds=1))
        await pilot.pause()
        assert "no news" not in shown(app)


async def test_a_phase_that_is_gone_from_the_plan_is_told_of_on_its_page() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "5", "enter")
        night = example.night(2)
        _feed(app).publish(replace(night, phases=night.phases[:4]))
        await until(pilot, lambda: "ml_training is no longer in the plan." in shown(app))
        _feed(app).publish(example.night(3))
        await until(pilot, lambda: "ml_training is no longer in the plan." not in shown(app))
        _feed(app).publish(replace(example.night(4), phases=night.phases[:4]))
        await until(pilot, lambda: "ml_training is no longer in the plan." in shown(app))
        await press(pilot, "escape")
        await until(pilot, lambda: "Log · team_offense_fix " in shown(app))


async def test_alerts_come_and_go_with_their_panel() -> None:
    app = make_app()
    async with running(app) as pilot:
        assert "─ Alerts ─" in shown(app)
        _feed(app).publish(replace(example.night(2), alerts=()))
        await until(pilot, lambda: "─ Alerts ─" not in shown(app))
        assert "✓ healthy" in shown(app)


async def test_the_feed_is_closed_with_the_app() -> None:
    app = make_app()
    async with running(app):
        assert _feed(app).started
    assert _feed(app).closed


async def test_before_the_first_snapshot_there_is_a_sentence_and_no_empty_box() -> None:
    app = BackfillApp(ReplayFeed(), shown_as=Display())
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: "Looking at logs" in shown(app))
        assert "╭" not in shown(app)
        _feed(app).publish(example.night())
        await until(pilot, lambda: "team_offense_fix" in shown(app))
        await press(pilot, "j")
        assert "Log · team_offense " in shown(app)
