"""The log of a phase: follow, pause, filter, matches, errors."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from backfill_tui.engine.snapshot import LogSeen
from backfill_tui.sources import pager
from backfill_tui.sources.pager import LogPager
from backfill_tui.tui.app import BackfillApp
from backfill_tui.tui.widgets.log_lines import LogLines
from tests.tui import example
from tests.tui.operator import FakeOperator
from tests.tui.screen import SMALL, make_app, press, running, shown, until


def _lines(app: BackfillApp) -> LogLines:
    return app.screen.query_one(LogLines)


def _write(path: Path, lines: Iterable[str]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


async def test_a_log_is_followed_from_its_end(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    _write(log, (f"line {i}" for i in range(3870)))
    app = make_app(log=log)
    async with running(app) as pilot:
        await until(pilot, lambda: "following · line 3,870" in shown(app))
        assert "line 3869" in shown(app)
        _write(log, ["something new"])
        await until(pilot, lambda: "following · line 3,871" in shown(app))
        assert "something new" in shown(app)


async def test_going_up_pauses_and_what_is_in_sight_stays_while_the_log_grows(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    _write(log, (f"line {i}" for i in range(500)))
    app = make_app(log=log)
    async with running(app) as pilot:
        await until(pilot, lambda: "line 499" in shown(app))
        await press(pilot, "tab", "k")
        await until(pilot, lambda: "paused · line 499 of 500" in shown(app))
        top = _lines(app).scroll_offset.y
        _write(log, ["more"] * 50)
        await until(pilot, lambda: "of 550" in shown(app))
        assert _lines(app).scroll_offset.y == top
        await press(pilot, "f")
        await until(pilot, lambda: "following · line 550" in shown(app))


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (["e"], "No line below this one is of level ERROR or above; E looks above."),
        (["E"], "No line above this one is of level ERROR or above; e looks below."),
        (["slash", *"line 7", "enter", "escape", "n"], "No line below this one contains “line 7”; N looks above."),
    ],
)
async def test_where_a_key_finds_no_line_that_is_said(tmp_path: Path, keys: list[str], said: str) -> None:
    log = tmp_path / "x.log"
    _write(log, (f"line {i}" for i in range(8)))
    app = make_app(log=log)
    async with running(app) as pilot:
        await until(pilot, lambda: "following · line 8" in shown(app))
        await press(pilot, *keys)
        await until(pilot, lambda: said.split(";", maxsplit=1)[0][:20] in shown(app))
        assert [one.message for one in app._notifications] == [said]  # noqa: SLF001 - what a person is told


@pytest.mark.parametrize("page", [(), ("H",)])
async def test_while_a_filter_is_typed_no_key_is_offered_that_would_be_typed_too(
    page: tuple[str, ...],
) -> None:
    app = make_app(operator=FakeOperator())
    async with running(app) as pilot:
        await press(pilot, *page, "slash")
        await until(pilot, lambda: "enter keep the filter   esc let go of it" in shown(app).splitlines()[-1])
        assert "quit" not in shown(app).splitlines()[-1]
        await press(pilot, *"ab", "escape")
        await until(pilot, lambda: "quit" in shown(app).splitlines()[-1])
        assert not app.screen.query_one("#filter").display


@pytest.mark.parametrize("key", ["e", "E", "f", "n", "N", "slash", "left_square_bracket", "right_square_bracket"])
async def test_where_there_is_one_column_every_key_of_the_log_shows_it(tmp_path: Path, key: str) -> None:
    log = tmp_path / "x.log"
    _write(log, ["2026-01-03 12:00:00 ERROR no such table"] * 30)
    app = make_app(log=log)
    async with running(app, SMALL) as pilot:
        await press(pilot, "enter", key)
        await until(pilot, lambda: "ERROR no such table" in shown(app))
        assert isinstance(app.focused, Input if key in {"n", "N", "slash"} else LogLines)


async def test_a_filter_with_more_lines_than_are_kept_says_that_it_shows_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pager, "MOST_MATCHES", 1_000)
    log = tmp_path / "x.log"
    _write(log, (f"line {i}" for i in range(1_000)))
    app = make_app(log=log)
    async with running(app) as pilot:
        await press(pilot, "slash", *"line")
        await until(pilot, lambda: "“line” · first 1,000 of 1,000 lines" in shown(app))
        _write(log, ["line and line"] * 500)
        await until(pilot, lambda: "“line” · first 1,000 of 1,500 lines" in shown(app))


async def test_g_shows_the_first_line_and_capital_g_follows_again(log: Path) -> None:
    app = make_app(log=log)
    async with running(app) as pilot:
        await press(pilot, "tab", "g")
        await until(pilot, lambda: "Processing day 1/944" in shown(app))
        assert "paused · line 1 of 2,217" in shown(app)
        await press(pilot, "G")
        await until(pilot, lambda: "following · line 2,217" in shown(app))


async def test_a_filter_searches_the_whole_log_and_esc_shows_the_line_in_its_place(log: Path) -> None:
    app = make_app(log=log)
    async with running(app) as pilot:
        await press(pilot, "slash", *"day 17/", "enter")
        await until(pilot, lambda: "“day 17/” · 1 of 2,217 lines" in shown(app))
        assert "Processing day 17/944: 2021-10-17" in shown(app)
        await press(pilot, "escape")
        await until(pilot, lambda: "paused · line 49 of 2,217" in shown(app))
        assert "Processing day 18/944" in shown(app)


async def test_n_and_capital_n_go_from_match_to_match_around_the_lines_between(log: Path) -> None:
    app = make_app(log=log)
    async with running(app) as pilot:
        await press(pilot, "slash", *"/944: 2021-11", "enter")
        await until(pilot, lambda: "30 of 2,217 lines" in shown(app))
        await press(pilot, "g", "escape")
        await until(pilot, lambda: _lines(app).line_number == 94)
        await press(pilot, "n")
        await until(pilot, lambda: _lines(app).line_number == 97)
        await press(pilot, "N")
        await until(pilot, lambda: _lines(app).line_number == 94)


async def test_e_goes_to_the_next_error_and_capital_e_to_the_one_before(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    _write(log, (f"20:00:00 - {'ERROR' if i in {20, 70} else 'INFO'} - line {i}" for i in range(100)))
    app = make_app(log=log)
    async with running(app) as pilot:
        await until(pilot, lambda: "following · line 100" in shown(app))
        await press(pilot, "E")
        await until(pilot, lambda: _lines(app).line_number == 71)
        await press(pilot, "E")
        await until(pilot, lambda: _lines(app).line_number == 21)
        await press(pilot, "e")
        await until(pilot, lambda: _lines(app).line_number == 71)


async def test_a_text_that_is_nowhere_shows_no_line_and_leaves_no_trace(log: Path) -> None:
    app = make_app(log=log)
    async with running(app) as pilot:
        await press(pilot, "slash", *"nowhere")
        await until(pilot, lambda: "“nowhere” · 0 of 2,217 lines" in shown(app))
        await press(pilot, "escape")
        await until(pilot, lambda: "2,217" in shown(app) and "nowhere" not in shown(app))
        assert not app.screen.query_one("#filter", Input).display


async def test_a_file_that_is_not_there_is_a_sentence_and_is_shown_as_soon_as_it_is(tmp_path: Path) -> None:
    log = tmp_path / "late.log"
    app = make_app(log=log)
    async with running(app) as pilot:
        await until(pilot, lambda: "There is no such file." in shown(app))
        _write(log, ["here I am"])
        await until(pilot, lambda: "here I am" in shown(app))
        assert "There is no such file." not in shown(app)


async def test_an_unforeseen_error_of_the_pager_does_not_end_the_app() -> None:
    def opener(path: Path) -> LogPager:
        raise ZeroDivisionError("odd")

    app = make_app(opener=opener)
    async with running(app) as pilot:
        await until(pilot, lambda: "ZeroDivisionError: odd" in shown(app))
        await press(pilot, "j")
        assert "Log · team_offense " in shown(app)


async def test_a_replaced_file_is_shown_anew(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    _write(log, (f"old {i}" for i in range(300)))
    app = make_app(log=log)
    async with running(app) as pilot:
        await until(pilot, lambda: "old 299" in shown(app))
        _write(tmp_path / "new", ["fresh start"])
        (tmp_path / "new").rename(log)
        await until(pilot, lambda: "fresh start" in shown(app))
        assert "old" not in shown(app).split("Log ·")[1]


async def test_a_file_cut_short_is_shown_anew(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    _write(log, (f"old {i}" for i in range(300)))
    app = make_app(log=log)
    async with running(app) as pilot:
        await until(pilot, lambda: "old 299" in shown(app))
        log.write_text("fresh start\n")
        await until(pilot, lambda: "fresh start" in shown(app))
        assert "following · line 1 " in shown(app)


async def test_brackets_turn_to_the_phase_s_other_files(tmp_path: Path) -> None:
    for name in ("a.log", "b.log"):
        _write(tmp_path / name, [f"this is {name}"])
    two = (LogSeen(str(tmp_path / "a.log"), last_growth_at=example.NOW), LogSeen(str(tmp_path / "b.log")))
    night = example.night()
    app = make_app(replace(night, phases=(replace(night.phases[0], logs=two), *night.phases[1:])))
    async with running(app) as pilot:
        await until(pilot, lambda: "this is a.log" in shown(app))
        await press(pilot, "right_square_bracket")
        await until(pilot, lambda: "this is b.log" in shown(app))
        assert "b.log 2/2" in shown(app)


async def test_a_phase_without_a_log_says_so() -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "5")
        await until(pilot, lambda: "This phase has no log." in shown(app))
