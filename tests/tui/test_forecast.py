"""The forecast page: opened by its key, turned from phase to phase, scrolled, left."""

from dataclasses import replace

from backfill_tui.tui.display import Display
from backfill_tui.tui.screens.dashboard import Dashboard
from backfill_tui.tui.screens.forecast import ForecastPage
from backfill_tui.tui.screens.phase import PhasePage
from tests.tui import example, forecasts
from tests.tui.screen import SMALL, make_app, press, running, shown, until


async def test_f_opens_the_forecast_of_the_selected_phase_and_esc_goes_back() -> None:
    app = make_app(forecasts.night())
    async with running(app) as pilot:
        await press(pilot, "3", "F")
        assert isinstance(app.screen, ForecastPage)
        await until(pilot, lambda: "player_game_summary › forecast" in shown(app))
        assert "likely ~21:45 (80 % range 21:27–22:09)" in shown(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, Dashboard)


async def test_f_opens_it_from_the_page_of_a_phase_too() -> None:
    app = make_app(forecasts.night())
    async with running(app) as pilot:
        await press(pilot, "1", "enter", "F")
        assert isinstance(app.screen, ForecastPage)
        await press(pilot, "escape")
        assert isinstance(app.screen, PhasePage)


async def test_the_whole_page_is_seen_at_once_where_there_is_room() -> None:
    app = make_app(forecasts.night())
    async with running(app) as pilot:
        await press(pilot, "1", "F")
        await until(pilot, lambda: "Throughput" in shown(app))
        for part in (
            "When",
            "How the forecast has gone",
            "Cost of a date",
            "21.6 s",
            "highest 230/h",
            "◆ plan 21:02",
        ):
            assert part in shown(app)


async def test_it_scrolls_in_a_small_terminal() -> None:
    app = make_app(forecasts.night())
    async with running(app, SMALL) as pilot:
        await press(pilot, "1", "F")
        await until(pilot, lambda: "How the forecast has gone" in shown(app))
        assert "Throughput" not in shown(app)
        await press(pilot, "G")
        await until(pilot, lambda: "highest 230/h" in shown(app))
        await press(pilot, "g")
        await until(pilot, lambda: "80 % range" in shown(app))


async def test_n_and_p_turn_to_the_phases_beside_and_numbers_to_any() -> None:
    app = make_app(forecasts.night())
    async with running(app) as pilot:
        await press(pilot, "1", "F")
        for key, phase in (
            ("n", "team_offense"),
            ("n", "player_game_summary"),
            ("p", "team_offense"),
            ("5", "ml_training"),
        ):
            await press(pilot, key)
            assert f"nba-night › {phase} › forecast" in shown(app)
        await press(pilot, "n")
        assert "nba-night › team_offense_fix › forecast" in shown(app)


async def test_a_step_without_dates_has_no_table_of_their_costs() -> None:
    app = make_app(forecasts.night())
    async with running(app) as pilot:
        await press(pilot, "5", "F")
        await until(pilot, lambda: "ml_training › forecast" in shown(app))
        assert "Cost of a date" not in shown(app)


async def test_a_phase_that_left_the_plan_is_told_of() -> None:
    night = forecasts.night()
    without = replace(night, phases=night.phases[1:], sequence=2)
    app = make_app(night)
    async with running(app) as pilot:
        await press(pilot, "1", "F")
        app.show(without)
        await until(pilot, lambda: "team_offense_fix is no longer in the plan." in shown(app))


async def test_an_ascii_terminal_gets_ascii_only() -> None:
    app = make_app(forecasts.night(forecasts.over()), shown_as=Display(ascii=True))
    async with running(app) as pilot:
        await press(pilot, "1", "F")
        await until(pilot, lambda: "ended 19:52" in shown(app))
        assert shown(app).isascii()


async def test_a_night_without_a_forecast_can_be_looked_at() -> None:
    views = tuple(replace(view, forecast=None, prospect=None, past=(), costs=()) for view in example.phases())
    bare = replace(example.night(), phases=views)
    app = make_app(bare)
    async with running(app) as pilot:
        await press(pilot, "1", "F")
        await until(pilot, lambda: "No forecast of it has been made." in shown(app))
        assert "too little seen yet" in shown(app)
