"""Text with a meaning."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.views.spans import Span, Tone, clip, line_width, plain, shorten, to_ascii, width, wrap

WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)


@given(WORDS)
def test_plain_text_has_no_control_character(text: str) -> None:
    assert not [c for c in plain(text) if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"}]


def test_an_escape_sequence_stays_as_letters_without_its_escape() -> None:
    assert plain("\x1b[31mred\x1b]0;pwn\x07") == "[31mred]0;pwn"
    assert plain("a\nb\tc") == "a b c"
    assert plain("safe\u202egnp.exe") == "safegnp.exe"


@given(WORDS.map(plain), st.integers(0, 40))
def test_shortened_text_fits(text: str, cells: int) -> None:
    assert width(shorten(text, cells)) <= cells


def test_a_long_name_keeps_both_its_ends() -> None:
    assert shorten("player_game_summary_2021_2022", 16) == "player_gam…_2022"


@given(
    st.lists(st.builds(Span, WORDS.map(plain), st.sampled_from(Tone)), max_size=5).map(tuple), st.integers(0, 60)
)
def test_a_clipped_line_fits(line: tuple[Span, ...], cells: int) -> None:
    assert line_width(clip(line, cells)) <= cells


@given(WORDS, st.integers(2, 40))
def test_wrapped_lines_fit_and_keep_every_word(text: str, cells: int) -> None:
    lines = wrap(text, cells)
    assert all(width(line) <= cells for line in lines)
    assert "".join("".join(lines).split()) == "".join(plain(text).split())


def test_a_number_stays_with_its_percent_sign() -> None:
    assert wrap("gone at 14 % of it", 11) == ["gone at", "14 % of it"]


@given(WORDS.map(plain))
def test_ascii_text_is_ascii_and_as_wide(text: str) -> None:
    shown = to_ascii(text)
    assert shown.isascii()
    assert len(shown) == width(text)
