"""A shape is a pattern of the line that it was made of, and the same for lines that differ in what changes."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfill_tui.sources.dialects.compiling import compile_values, expression_of, linear_matcher
from backfill_tui.sources.dialects.shapes import shape_of, shape_of_object

UUID = "6fa459ea-ee8a-3ca4-894e-db77e160355e"
WORDS = "2024-01-12 2024-01-12T03:00:01.5Z 12/300 3.2s ok it's 'x' a/b/c ( [x] { 0xdeadbeef01 é ✓ 1,537 10:22 a|b ٣"
PIECES = st.sampled_from([*WORDS.split(), UUID, '"a b"', "\\d", "\t", " ", "  "])


@pytest.mark.parametrize(
    ("message", "shape"),
    [
        ("[12/300] 2024-01-12 ok 3.2s", r"\[{index}/{of}\] {date} ok [\d,.]+s"),
        ("load 2024-01-01..2024-10-26", r"load {start}\.\.{end}"),
        ("a 2024-01-01 2024-01-02 2024-01-03", r"a " + " ".join([r"\d{4}-\d{2}-\d{2}"] * 3)),
        ('read "x y" from gs://bucket/a/b in 40ms', r'read "[^"]*" from \S+ in [\d,.]+ms'),
        ("job 6fa459ea-ee8a-3ca4-894e-db77e160355e up", r"job [\da-fx-]+ up"),
        ("  ✓ done", "✓ done"),
    ],
)
def test_what_changes_from_line_to_line_is_left_open(message: str, shape: str) -> None:
    assert shape_of(message) == shape


@given(st.one_of(st.lists(PIECES, max_size=8).map("".join), st.text(max_size=260)))
@settings(max_examples=400, deadline=None)
def test_a_shape_is_a_pattern_that_matches_its_own_line(message: str) -> None:
    message = "".join(char for char in message if char.isprintable() or char in "\t ")
    assert linear_matcher(expression_of(shape_of(message))).match(message)


@given(st.dictionaries(st.sampled_from("abc"), st.one_of(PIECES, st.integers(), st.booleans()), min_size=1))
def test_the_shape_of_an_object_is_what_stands_behind_json(fields: dict[str, object]) -> None:
    wanted = json.loads(shape_of_object(fields))
    pattern = compile_values("summary", wanted, {}, ("x",))
    assert pattern.found_in("", "", fields) is not None
