"""Odd nights and odd terminals: everything degrades, nothing breaks."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from rich.color import ColorType

from backfill_tui.control.model import PhaseState
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.progress.account import Account, Counts
from backfill_tui.tui.display import Display, display
from backfill_tui.tui.screens.phase import PhasePage
from backfill_tui.tui.widgets.phase_table import PhaseTable
from tests.tui import example
from tests.tui.screen import SMALL, WIDE, make_app, press, running, shown, styles, until

SIZES = [(132, 36), (80, 24), (40, 10), (20, 5), (10, 3), (300, 80), (132, 6), (30, 60)]


def _night_of(*names: str) -> Snapshot:
    return replace(example.night(), phases=tuple(example.phase(name) for name in names), alerts=())


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_every_size_of_terminal_is_lived_with(size: tuple[int, int]) -> None:
    app = make_app()
    async with running(app, size) as pilot:
        await press(pilot, "j", "2", "enter", "l", "j", "tab", "k", "question_mark", "escape", "escape")
        assert all(len(line) <= size[0] for line in shown(app).splitlines())


async def test_resizing_lays_everything_out_anew() -> None:
    app = make_app()
    async with running(app) as pilot:
        table = app.screen.query_one(PhaseTable)
        wide = table.columns
        await pilot.resize_terminal(60, 20)
        await until(pilot, lambda: len(table.columns) < len(wide))
        await press(pilot, "2", "enter")
        await pilot.resize_terminal(*WIDE)
        await until(pilot, lambda: "2024-02-14  Wed" in shown(app) and "Throughput" in shown(app))
        await press(pilot, "escape")
        await until(pilot, lambda: table.columns == wide)


async def test_nothing_to_watch_is_a_sentence_that_says_what_to_do() -> None:
    app = make_app(example.nothing())
    async with running(app, SMALL) as pilot:
        assert "Nothing to watch yet." in shown(app)
        assert "backfill-tui watch --log FILE" in shown(app)
        await press(pilot, "j", "enter", "G", "slash", "escape", "e", "1")
        assert "Nothing to watch yet." in shown(app)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (100, 24), (132, 36), (200, 60)], ids=str)
async def test_however_many_phases_and_alerts_there_are_the_page_is_no_higher_than_the_screen(
    size: tuple[int, int],
) -> None:
    night = example.night()
    phases = (*night.phases, *(example.phase(f"phase_{i:02}") for i in range(30)))
    app = make_app(replace(night, phases=phases, alerts=night.alerts * 4))
    async with running(app, size) as pilot:
        await until(pilot, lambda: "Log ·" in shown(app))
        assert app.screen.max_scroll_y == 0
        *_, end, footer = shown(app).splitlines()
        assert end.startswith("╰"), "the log's lower edge is seen"
        assert "quit" in footer


async def test_a_long_name_leaves_room_for_the_state_above_the_page_of_its_phase() -> None:
    app = make_app(_night_of("a_name_of_sixty_letters_" * 3))
    async with running(app, SMALL) as pilot:
        await press(pilot, "enter")
        await until(pilot, lambda: "waiting" in shown(app).splitlines()[0])


async def test_a_phase_known_by_its_count_alone_has_a_bar_that_is_no_map() -> None:
    half = Account(counts=Counts(total=300, done=150, pending=150, missing=None))
    night = replace(_night_of(), phases=(example.phase("upload", PhaseState.RUNNING, account=half),))
    app = make_app(night)
    async with running(app, SMALL) as pilot:
        await until(pilot, lambda: "━━━━" in shown(app))
        row = next(line for line in shown(app).splitlines() if "150/300" in line)
        assert 0 <= row.count("─") - row.count("━") <= 1


async def test_thirty_phases_scroll_and_the_titles_stay() -> None:
    app = make_app(_night_of(*(f"phase_{i:02}" for i in range(30))))
    async with running(app, SMALL) as pilot:
        await press(pilot, "G")
        await until(pilot, lambda: "phase_29" in shown(app).split("Log ·")[0])
        assert "phase_00" not in shown(app)
        assert " state " in shown(app)


async def test_a_name_of_sixty_characters_is_shortened_and_moves_nothing() -> None:
    long = "player_composite_factors_of_all_seasons_since_2014_15_rebuilt"
    app = make_app(_night_of(long, "short"))
    async with running(app, SMALL):
        rows = [line for line in shown(app).splitlines() if "waiting" in line]
        assert "…" in rows[0]
        assert rows[0].index("waiting") == rows[1].index("waiting")


async def test_wide_characters_in_names_keep_the_columns_aligned() -> None:
    app = make_app(_night_of("日本語のバックフィル", "plain"))
    async with running(app, SMALL):
        lines = [line for line in shown(app).splitlines() if "waiting" in line]
        assert lines[0].index("waiting") + len("日本語のバックフィル") == lines[1].index("waiting")


async def test_a_phase_of_which_nothing_is_known_has_a_page() -> None:
    app = make_app(_night_of("bare"))
    async with running(app) as pilot:
        await press(pilot, "enter", "l", "j", "x", "enter", "g", "period")
        assert isinstance(app.screen, PhasePage)
        assert "No dates of this phase are" in shown(app)
        assert "none named" in shown(app)


@pytest.mark.parametrize(
    "dates",
    [
        (date(2024, 2, 1), date(2024, 2, 29)),
        (date(2015, 1, 1), date(2025, 1, 1)),
        (date(2024, 2, 14), date(2024, 2, 14)),
    ],
    ids=["month", "ten-years", "day"],
)
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=str)
async def test_ranges_of_any_length_have_a_calendar(dates: tuple[date, date], size: tuple[int, int]) -> None:
    days = (dates[1] - dates[0]).days + 1
    view = example.phase("p", dates=dates, account=example.account(dates, days // 2))
    app = make_app(replace(example.night(), phases=(view,)))
    async with running(app, size) as pilot:
        await press(pilot, "enter")
        middle = dates[0] + timedelta(days=days // 2)
        await until(pilot, lambda: f"{middle}  " in shown(app))


async def test_reading_the_beginning_of_a_log_is_said_calmly() -> None:
    night = example.night()
    view = replace(
        night.phases[0], history_complete=False, logs=(replace(night.phases[0].logs[0], read_fraction=0.34),)
    )
    app = make_app(replace(night, phases=(view, *night.phases[1:])))
    async with running(app):
        assert "reading 34 %" in shown(app)


async def test_an_ascii_terminal_gets_ascii_only() -> None:
    app = make_app(shown_as=Display(ascii=True))
    async with running(app) as pilot:
        assert shown(app).isascii()
        assert "######" in shown(app)
        await press(pilot, "2", "enter")
        await until(pilot, lambda: "2024-02-14  Wed" in shown(app))
        assert shown(app).isascii()
        await press(pilot, "slash", "x", "enter", "question_mark")
        assert shown(app).isascii()


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "linux"}])
async def test_without_colours_of_our_own_no_rgb_is_sent(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    app = make_app(shown_as=display(variables, "utf-8"))
    async with running(app) as pilot:
        for _ in range(2):
            colours = {c.type for style in styles(app) for c in (style.color, style.bgcolor) if c is not None}
            assert ColorType.TRUECOLOR not in colours
            assert "NO_COLOR" not in variables or colours == {ColorType.DEFAULT}
            await press(pilot, "2", "enter")


@pytest.mark.parametrize(
    ("environ", "encoding", "expected"),
    [
        ({}, "utf-8", Display()),
        ({}, "UTF8", Display()),
        ({}, "ISO-8859-1", Display(ascii=True)),
        ({}, None, Display(ascii=True)),
        ({"BACKFILL_TUI_ASCII": "1"}, "utf-8", Display(ascii=True)),
        ({"BACKFILL_TUI_ASCII": "0"}, "ascii", Display()),
        ({"NO_COLOR": ""}, "utf-8", Display(native=True)),
        ({"TERM": "linux"}, "utf-8", Display(native=True)),
        ({"TERM": "xterm-256color"}, "utf-8", Display()),
    ],
)
def test_the_environment_tells_what_the_terminal_can_show(
    environ: dict[str, str], encoding: str | None, expected: Display
) -> None:
    assert display(environ, encoding) == expected
