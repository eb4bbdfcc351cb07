"""What is said of a terminal, by what it tells of itself."""

from dataclasses import replace

import pytest

from backfill_tui.engine.diagnosis.finding import Level
from backfill_tui.engine.diagnosis.terminal import (
    SIXTEEN,
    TABLE,
    TRUE_COLOUR,
    TerminalSeen,
    colours,
    terminal_findings,
)

ORDINARY = TerminalSeen(size=(132, 36))


def levels(seen: TerminalSeen) -> list[Level]:
    return [one.level for one in terminal_findings(seen)]


def worst_of(seen: TerminalSeen) -> tuple[Level, str, str | None]:
    """The one finding that is not ok."""
    (one,) = (one for one in terminal_findings(seen) if one.level is not Level.OK)
    return one.level, one.said, one.mend


def test_an_ordinary_one_is_well() -> None:
    assert set(levels(ORDINARY)) == {Level.OK}


def test_exactly_eighty_by_twenty_four_is_large_enough() -> None:
    assert set(levels(replace(ORDINARY, size=(80, 24)))) == {Level.OK}


@pytest.mark.parametrize("size", [(79, 24), (80, 23), (40, 10)])
def test_a_smaller_one_is_a_warning_that_names_the_size(size: tuple[int, int]) -> None:
    level, said, mend = worst_of(replace(ORDINARY, size=size))
    assert level is Level.WARN
    assert f"{size[0]}×{size[1]}" in said
    assert mend is not None
    assert "80×24" in mend


def test_no_terminal_is_unknown_and_nothing_else_is_said_of_it() -> None:
    assert levels(replace(ORDINARY, size=None)) == [Level.UNKNOWN]


def test_a_size_that_is_not_told_is_unknown() -> None:
    assert worst_of(replace(ORDINARY, size=(0, 0)))[0] is Level.UNKNOWN


@pytest.mark.parametrize("term", ["", "dumb"])
def test_a_terminal_that_can_not_be_drawn_on_is_bad(term: str) -> None:
    assert worst_of(replace(ORDINARY, term=term))[0] is Level.BAD


def test_no_unicode_is_a_warning_with_the_locale_to_set() -> None:
    level, _, mend = worst_of(replace(ORDINARY, unicode=False))
    assert level is Level.WARN
    assert mend is not None
    assert "LANG" in mend


def test_a_tmux_that_passes_no_unicode_on_is_a_warning() -> None:
    level, said, _ = worst_of(replace(ORDINARY, inside="tmux", inside_unicode=False))
    assert level is Level.WARN
    assert "tmux" in said


def test_a_tmux_that_does_not_say_is_not_blamed() -> None:
    assert set(levels(replace(ORDINARY, inside="tmux", inside_unicode=None))) == {Level.OK}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, TRUE_COLOUR),
        ({"TERM": "screen-256color"}, TABLE),
        ({"TERM": "linux"}, SIXTEEN),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, 0),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, 0),
    ],
)
def test_colours_are_those_that_the_screen_will_use(environ: dict[str, str], expected: int) -> None:
    assert colours(environ) == expected


def test_colours_are_counted_as_the_library_that_draws_does() -> None:
    from rich.console import Console

    counted = {"truecolor": TRUE_COLOUR, "256": TABLE, "standard": SIXTEEN, None: 0}
    for environ in (
        {"TERM": "xterm-256color"},
        {"TERM": "xterm"},
        {"TERM": "xterm-kitty"},
        {"TERM": "tmux-256color", "COLORTERM": "24bit"},
        {"TERM": "screen"},
    ):
        drawn = Console(force_terminal=True, _environ=environ).color_system
        assert colours(environ) == counted[drawn], environ
