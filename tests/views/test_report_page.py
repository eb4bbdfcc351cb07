"""A report as lines for a screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.views.report_page import lines
from backfill_tui.views.spans import Line, Tone, line_text, line_width, width


def text(made: list[Line]) -> list[str]:
    return [line_text(line) for line in made]


TABLE = "| phase | state | n |\n| --- | --- | --: |\n| fix\\|2 | running | 7 |\n| factors | failed | 1,234 |\n"


def test_a_table_is_set_in_columns_where_there_is_room() -> None:
    assert text(lines(TABLE, 40)) == [
        "phase    state        n",
        "fix|2    running      7",
        "factors  failed   1,234",
    ]


def test_a_table_that_is_too_wide_becomes_an_entry_a_row() -> None:
    assert text(lines(TABLE, 22)) == [
        "· fix|2: state",
        "  running, n 7",
        "· factors: state",
        "  failed, n 1,234",
    ]


def test_items_hang_below_their_first_word_and_bold_keeps_its_tone_across_lines() -> None:
    made = lines("  - **GO** one two **three four** five\n", 16)
    assert text(made) == ["  · GO one two", "    three four", "    five"]
    assert [(span.text, span.tone) for span in made[0]][1:] == [("GO", Tone.GOOD), (" one two", Tone.TEXT)]
    assert made[1][1].tone is Tone.STRONG


def test_a_heading_and_a_command_stand_out_and_escapes_are_not_shown() -> None:
    made = lines("## A \\*b\\*\n\n```\ntail -f 'a\\b'\n```\n", 40)
    assert text(made) == ["A *b*", "", "  tail -f 'a\\b'"]
    assert [line[0].tone for line in made if line] == [Tone.TITLE, Tone.KEY]


def test_control_characters_of_a_template_of_ones_own_do_not_reach_the_screen() -> None:
    assert "\x1b" not in "".join(text(lines("a\x1b[31m\n- b\x1b\n| \x1b | x |\n```\n\x1b]52;c\n```\n", 40)))


@given(st.text(alphabet="ab* |-#`\\\n1.\u4e2d\u00e9", max_size=200), st.integers(16, 60))
def test_whatever_is_written_fits_and_loses_no_word(source: str, room: int) -> None:
    made = lines(source, room)
    assert max(map(line_width, made), default=0) <= room
    letters = [c for c in source if c in "ab\u4e2d\u00e9"]
    shown = "".join(text(made))
    if "|" not in source:
        assert [c for c in shown if c in "ab\u4e2d\u00e9"] == letters


@pytest.mark.parametrize("room", [8, 20, 76])
def test_words_that_fit_are_never_wider_than_the_room(room: int) -> None:
    made = text(lines("# one two three\n- four five six seven\neight nine\n", room))
    assert max(map(width, made)) <= max(room, 10)
