"""Keys do what the registry says."""

from datetime import date
from pathlib import Path

import pytest
from textual.command import CommandPalette

from backfill_tui.tui.actions import Scope
from backfill_tui.tui.screens.dashboard import Dashboard
from backfill_tui.tui.screens.help import Help
from backfill_tui.tui.screens.phase import PhasePage
from backfill_tui.tui.widgets.calendar import Calendar
from backfill_tui.tui.widgets.log_lines import LogLines
from backfill_tui.tui.widgets.panels import Details
from backfill_tui.tui.widgets.phase_table import PhaseTable
from backfill_tui.views.spans import Tone, line_text
from tests.tui.screen import SMALL, make_app, press, running, shown, until


async def test_j_and_k_select_phases_and_the_log_follows() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "j")
        assert "Log · team_offense " in shown(app)
        assert "stopped by hand at 57 %" in shown(app)
        await press(pilot, "k")
        assert "Log · team_offense_fix " in shown(app)


async def test_g_goes_to_the_last_and_the_first_phase_and_a_number_to_its_own() -> None:
    app = make_app()
    async with running(app) as pilot:
        for key, phase in (("G", "ml_training"), ("g", "team_offense_fix"), ("3", "player_game_summary")):
            await press(pilot, key)
            assert f"Log · {phase} " in shown(app)


async def test_enter_opens_a_phase_and_esc_goes_back_to_it() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "2", "enter")
        assert isinstance(app.screen, PhasePage)
        assert "Dates 2021-10-19 … 2026-01-02" in shown(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, Dashboard)
        assert app.screen.selected == "team_offense"


async def test_a_number_turns_the_phase_page_to_another_phase() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "2", "enter", "1")
        assert "nba-night › team_offense_fix" in shown(app)
        assert app.screen.query_one(Calendar).cursor == date(2023, 10, 10)


async def test_the_cursor_starts_at_the_first_hole_and_tells_its_evidence() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "2", "enter")
        await until(pilot, lambda: "2024-02-14  Wed" in shown(app))
        assert "! missing" in shown(app)
        assert "in flight at 17:58" in shown(app)


async def test_hjkl_move_the_cursor_by_weeks_and_days() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "2", "enter")
        dates = app.screen.query_one(Calendar)
        for key, day in (("l", 21), ("h", 14), ("j", 15), ("k", 14), ("right", 21), ("down", 22)):
            await press(pilot, key)
            assert dates.cursor == date(2024, 2, day)
        assert "2024-02-22  Thu" in shown(app)


async def test_x_goes_from_trouble_to_trouble_and_round() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "2", "enter")
        dates = app.screen.query_one(Calendar)
        await press(pilot, "x")
        assert dates.cursor == date(2024, 2, 15)
        await press(pilot, "X", "X")
        assert dates.cursor is not None
        assert dates.cursor < date(2024, 2, 14)
        await press(pilot, "g", "X")
        assert dates.cursor > date(2024, 2, 15)


async def test_enter_on_a_date_goes_to_its_line_in_the_log(log: Path) -> None:
    app = make_app(log=log)
    async with running(app) as pilot:
        await press(pilot, "1", "enter", "k", "k", "enter")
        lines = app.screen.query_one(LogLines)
        await until(pilot, lambda: not lines.following and lines.line_number == 737 * 3 + 1)
        assert app.focused is lines
        assert "paused · line 2,212 of 2,217" in shown(app)


async def test_a_date_without_a_line_says_so_and_goes_nowhere() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "1", "enter", "G", "enter")
        await until(pilot, lambda: "No line of the log tells of 2024-05-01." in shown(app))
        assert app.screen.query_one(LogLines).following


async def test_tab_goes_round_the_panels_of_a_phase_in_a_small_terminal_too() -> None:
    app = make_app()
    async with running(app, SMALL) as pilot:
        await press(pilot, "2", "enter")
        assert app.screen.query_one("#log").display is False
        kinds = []
        for _ in range(3):
            await press(pilot, "tab")
            await until(pilot, lambda: app.focused is not None)
            kinds.append(type(app.focused))
        assert kinds == [LogLines, Details, Calendar]


async def test_question_mark_lists_every_key_and_esc_closes() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "question_mark")
        assert isinstance(app.screen, Help)
        assert "Open the page of the selected phase" in shown(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, Dashboard)


@pytest.mark.parametrize(
    ("keys", "first"),
    [((), "Phases"), (("1", "enter"), "Calendar"), (("4", "c"), "Table of checks")],
    ids=["dashboard", "phase", "checks"],
)
async def test_the_help_begins_with_the_page_that_it_was_asked_on(keys: tuple[str, ...], first: str) -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, *keys, "question_mark")
        lines = app.screen.query_one(Details).lines
        titles = [line_text(line) for line in lines if line and line[0].tone is Tone.TITLE]
        assert titles[0] == first
        assert len(titles) == len(Scope)
        assert titles.index("Everywhere") < titles.index("Phase page" if first == "Phases" else "Dashboard")


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
async def test_the_palette_runs_actions(key: str) -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, key)
        assert isinstance(app.screen, CommandPalette)
        await press(pilot, *"open the page")
        await until(pilot, lambda: "Open the page of the selected phase" in shown(app))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, PhasePage))


async def test_themes_can_be_changed_and_all_of_them_paint() -> None:
    app = make_app()
    async with running(app) as pilot:
        assert set(app.available_themes) == {"night", "day", "contrast", "terminal"}
        for theme in app.available_themes:
            app.theme = theme
            await pilot.pause()
            assert "team_offense_fix" in shown(app)


async def test_q_leaves_with_nought() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "q")
    assert app.return_value == 0


async def test_the_footer_tells_the_keys_of_the_focused_panel() -> None:
    app = make_app()
    async with running(app) as pilot:
        assert "enter open" in shown(app).splitlines()[-1]
        await press(pilot, "enter")
        await until(pilot, lambda: "enter in log" in shown(app).splitlines()[-1])
        assert "esc back" in shown(app).splitlines()[-1]


async def test_selecting_moves_nothing_but_the_selection() -> None:
    app = make_app()
    async with running(app) as pilot:
        table = app.screen.query_one(PhaseTable)
        before = table.columns
        await press(pilot, "j", "j", "k")
        assert table.columns == before


async def test_the_table_of_phases_is_paged_and_stays_within_its_ends() -> None:
    app = make_app()
    async with running(app) as pilot:
        table = app.screen.query_one(PhaseTable)
        for key, row in (("pagedown", 4), ("j", 4), ("pageup", 0), ("k", 0), ("G", 4), ("up", 3), ("g", 0)):
            await press(pilot, key)
            assert table.cursor == row, key
