"""The history in words."""

from dataclasses import replace

import pytest

from backfill_tui.views import history
from backfill_tui.views.spans import line_text, line_width
from tests.tui import example
from tests.tui.operator import HISTORY


@pytest.mark.parametrize("room", [30, 78, 96, 200])
def test_every_row_fits(room: int) -> None:
    rows = history.rows(HISTORY, example.NOW, room)
    assert len(rows) == len(HISTORY)
    assert all(line_width(row) <= room for row in rows)


def test_a_row_tells_when_in_the_plan_s_zone_what_who_and_what_came_of_it() -> None:
    row = line_text(history.rows(HISTORY, example.NOW, 130)[1])
    assert row.split() == [
        *("20:02", "launch", "composite_factors", "attempt", "1", "the", "plan,", "run", "by", "ops"),
        *("ended", "by", "SIGKILL"),
    ]


def test_titles_stand_on_their_columns() -> None:
    title, row = (
        line_text(history.titles(130, HISTORY, example.NOW)),
        line_text(history.rows(HISTORY, example.NOW, 130)[0]),
    )
    for name, word in (
        ("action", "validate"),
        ("phase", "composite_factors"),
        ("who", "a screen"),
        ("outcome", "fail"),
    ):
        assert title.index(name) == row.index(word)


def test_the_whole_of_an_entry_has_its_reason_its_end_and_its_dates() -> None:
    text = "\n".join(map(line_text, history.detail(HISTORY[4], example.NOW, 100)))
    for told in (
        "2026-01-03 15:14:07 PST (23:14:07 UTC)",
        "the gate is wrong about its writer",
        "exit code 0",
        "after 1h00",
        "2 dates: 2024-02-14 … 2024-02-15",
    ):
        assert told in text


@pytest.mark.parametrize(
    ("text", "found"), [("", 6), ("SIGKILL", 1), ("ops", 5), ("COMPOSITE", 2), ("overwrite", 1), ("nothing", 0)]
)
def test_any_word_of_an_entry_finds_it(text: str, found: int) -> None:
    assert sum(history.matches(entry, text) for entry in HISTORY) == found


def test_what_an_entry_says_stays_on_its_line() -> None:
    nasty = replace(HISTORY[0], phase="a\nb", outcome="x\x1b[2J\ny", reason="\x07")
    assert all(line_text(row).isprintable() for row in history.rows((nasty,), example.NOW, 100))
    assert all(line_text(row).isprintable() for row in history.detail(nasty, example.NOW, 100))
