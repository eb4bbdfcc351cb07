"""Nothing that a job prints reaches the terminal as anything but text."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backfill_tui.sources.display import clean, last_state, without_escapes

BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
ANY = st.binary(max_size=200) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))
WITH_ESCAPES = st.lists(
    st.sampled_from([b"\x1b", b"\x1b[", b"\x9b", b"\xc2\x9b", b"]0;", b"31m", b"\x07", b"x", b"\n"])
).map(b"".join)


@given(ANY | WITH_ESCAPES)
@example("\u202eevil\u2066".encode())
@example(b"\x1b]0;title\x07\x1b[2J\x9b31m")
def test_clean_text_has_no_control_characters_and_no_change_of_direction(raw: bytes) -> None:
    text = clean(raw)
    assert not [c for c in text if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}]
    assert not [c for c in text if unicodedata.bidirectional(c) in BIDI]
    assert len(text.splitlines()) <= 1


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=60))
def test_plain_text_passes_as_it_is(text: str) -> None:
    assert clean(text.encode()) == text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"\x1b[1;32m\xe2\x9c\x93 Success\x1b[0m: 12", "✓ Success: 12"),
        (b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        (b"\x1b(B\x1b[mtext\x1b7", "text"),
        (b"\x1b]0;no end of a title", "0;no end of a title"),
        (b"\xc2\x9b31mred", "red"),
        (b"a\tb", "a       b"),
        (b"\x00\x00INFO\x00", "INFO"),
        (b"\xff\xfe broken", "\ufffd\ufffd broken"),
        (b"over\bstrike\x7f", "overstrike"),
        ("👩‍💻 \u200d ok".encode(), "👩‍💻 \u200d ok"),
    ],
)
def test_escapes_and_controls_go_and_text_stays(raw: bytes, shown: str) -> None:
    assert clean(raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"no bar", b"no bar"),
        (b"\r 10%|#   |\r 20%|##  |", b" 20%|##  |"),
        (b" 20%|##  |\r", b" 20%|##  |"),
        (b" 20%|##  |\r\x1b[K", b" 20%|##  |"),
        (b"windows\r", b"windows"),
        (b"\r\r", b""),
    ],
)
def test_a_bar_shows_its_last_state(raw: bytes, shown: bytes) -> None:
    assert last_state(raw) == shown


@given(WITH_ESCAPES)
def test_taking_escapes_out_leaves_every_newline(raw: bytes) -> None:
    assert without_escapes(raw).count(b"\n") == raw.count(b"\n")
