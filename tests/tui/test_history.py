"""The history page."""

from dataclasses import replace

from backfill_tui.errors import BackfillError
from backfill_tui.tui.display import Display
from backfill_tui.tui.screens.dashboard import Dashboard
from backfill_tui.tui.screens.history import HistoryPage
from backfill_tui.tui.widgets.history_table import HistoryTable
from tests.tui import example
from tests.tui.operator import AT, HISTORY, FakeOperator
from tests.tui.screen import SMALL, make_app, press, running, shown, until


async def test_h_opens_the_history_newest_first_and_esc_goes_back() -> None:
    app = make_app(operator=FakeOperator())
    async with running(app) as pilot:
        await press(pilot, "H")
        await until(pilot, lambda: "6 actions" in shown(app))
        lines = shown(app).splitlines()
        assert "20:11      validate  composite_factors" in lines[3]
        assert "Thu 20:14  launch" in lines[8]
        await press(pilot, "escape")
        assert isinstance(app.screen, Dashboard)


async def test_j_k_g_and_pages_select_and_the_whole_of_it_is_shown() -> None:
    app = make_app(operator=FakeOperator())
    async with running(app) as pilot:
        await press(pilot, "2", "enter", "H")
        await until(pilot, lambda: "6 actions" in shown(app))
        table = app.screen.query_one(HistoryTable)
        for key, index in (("j", 1), ("down", 2), ("k", 1), ("G", 5), ("g", 0), ("pagedown", 5), ("pageup", 0)):
            await press(pilot, key)
            assert table.cursor == index
        await press(pilot, "j", "j")
        await until(pilot, lambda: "reason     would overwrite the fix on 926 days" in shown(app))
        await press(pilot, "enter")
        assert app.screen.query_one("#action").has_focus
        await press(pilot, "escape")
        assert table.has_focus
        assert isinstance(app.screen, HistoryPage)


async def test_a_filter_shows_what_contains_a_text_and_esc_lets_go_of_it_first() -> None:
    app = make_app(operator=FakeOperator())
    async with running(app) as pilot:
        await press(pilot, "H", "slash", *"composite", "enter")
        await until(pilot, lambda: "2 of 6 actions with “composite”" in shown(app))
        assert "would overwrite" not in shown(app)
        await press(pilot, "slash", *"nothing has this", "enter")
        await until(pilot, lambda: "No action has “" in shown(app))
        await press(pilot, "escape")
        await until(pilot, lambda: "6 actions" in shown(app).splitlines()[0])
        await press(pilot, "escape")
        assert isinstance(app.screen, Dashboard)


async def test_an_empty_history_is_a_sentence() -> None:
    operator = FakeOperator()
    operator.entries = ()
    app = make_app(operator=operator)
    async with running(app, SMALL) as pilot:
        await press(pilot, "H")
        await until(pilot, lambda: "Nothing has been done yet" in shown(app))
        await press(pilot, "j", "G", "enter", "slash", "x", "enter", "escape", "escape")
        assert isinstance(app.screen, Dashboard)


async def test_a_ledger_that_cannot_be_read_is_told_of() -> None:
    operator = FakeOperator()
    operator.entries = ()
    operator.refusal = BackfillError("The ledger can't be read.", todo="Look at its permissions.")
    app = make_app(operator=operator)
    async with running(app) as pilot:
        await press(pilot, "H")
        await until(pilot, lambda: "The ledger can't be read. Look at its permissions." in shown(app))


async def test_what_comes_while_the_page_is_open_appears_and_the_selection_stays() -> None:
    operator = FakeOperator()
    app = make_app(operator=operator)
    async with running(app) as pilot:
        await press(pilot, "H", "j")
        await until(pilot, lambda: "6 actions" in shown(app))
        page = app.screen
        assert isinstance(page, HistoryPage)
        table = page.query_one(HistoryTable)
        assert table.selected == HISTORY[1]
        changed = replace(HISTORY[1], outcome="exit code 0")
        operator.entries = (replace(HISTORY[0], at=AT), HISTORY[0], changed, *HISTORY[2:])
        page.reload()
        await until(pilot, lambda: "7 actions" in shown(app))
        assert table.selected == changed
        assert table.cursor == 2


async def test_a_thousand_actions_scroll_beneath_the_titles() -> None:
    operator = FakeOperator()
    operator.entries = tuple(replace(HISTORY[0], phase=f"phase_{i}") for i in range(1000))
    app = make_app(operator=operator)
    async with running(app, SMALL) as pilot:
        await press(pilot, "H", "G")
        await until(pilot, lambda: "phase_999" in shown(app))
        assert "outcome" in shown(app).splitlines()[2]
        assert "phase_0 " not in shown(app)


async def test_an_ascii_terminal_gets_ascii_only() -> None:
    app = make_app(example.night(), operator=FakeOperator(), shown_as=Display(ascii=True))
    async with running(app) as pilot:
        await press(pilot, "H")
        await until(pilot, lambda: "6 actions" in shown(app))
        assert shown(app).isascii()
