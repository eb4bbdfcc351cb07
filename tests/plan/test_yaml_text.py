import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.plan.yaml_text import MAX_DEPTH, Reading, read_file, read_text
from backfill_tui.plan.yaml_tree import Position, written


def value(text: str) -> object:
    reading = read_text(f"key: {text}\n", "f.yaml")
    assert reading.root is not None
    return reading.root.plain()["key"]


def only_problem(reading: Reading) -> str:
    (problem,) = reading.problems
    return str(problem)


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "21:15",
            "no",
            "yes",
            "on",
            "Off",
            "2024-13-01",
            "2026-01-04T06:30",
            "2021-10-01",
            "190:20:30",
            "1:30:00",
        ),
        *("0o17", "0x1F", "007", "1_000", "True", "NULL", ".inf", ".nan", "=", "4h47m", "30%", "+5"),
    ],
)
def test_what_yaml_would_turn_into_something_else_arrives_as_typed(typed: str) -> None:
    assert value(typed) == typed
    assert type(value(typed)) is str


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("5600", 5600), ("-3", -3), ("0", 0), ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("-2.5E-1", -0.25),
     ("true", True), ("false", False), ("null", None), ("~", None), ("", None)],
)  # fmt: skip
def test_numbers_and_true_false_null_keep_their_meaning(typed: str, meant: object) -> None:
    assert value(typed) == meant
    assert isinstance(value(typed), type(meant))


@pytest.mark.parametrize("typed", ["1.10", "15", "1e3", "true", "-0.50"])
def test_a_number_still_knows_how_it_was_typed(typed: str) -> None:
    assert written(value(typed)) == typed


@pytest.mark.parametrize("quoted", ["'5600'", '"true"', "'null'", "''", "|\n  5"])
def test_what_is_quoted_is_text(quoted: str) -> None:
    assert type(value(quoted)) is str


def test_every_key_knows_its_line_and_column() -> None:
    reading = read_text("a: 1\nb:\n  c: [x, y]\n  d: {e: 1,\n      f: 2}\n", "f.yaml")
    assert reading.root is not None
    assert reading.root.locate(("a",)) == (("a",), Position(1, 1))
    assert reading.root.locate(("b", "c", 1)) == (("b", "c", 1), Position(3, 10))
    assert reading.root.locate(("b", "d", "f")) == (("b", "d", "f"), Position(5, 7))
    assert reading.root.locate(("b", "nothing", "below")) == (("b",), Position(2, 1))


def test_a_key_given_twice_is_refused_at_its_second_line_and_the_first_holds() -> None:
    reading = read_text("a:\n  b: 1\n  c: 2\n  b: 3\n", "f.yaml")
    assert only_problem(reading) == "f.yaml:4: a.b: is given twice, first on line 2; keep one"
    assert reading.root is not None
    assert reading.root.plain() == {"a": {"b": 1, "c": 2}}


def test_a_merged_mapping_fills_in_only_what_is_not_given() -> None:
    reading = read_text("base: &b {x: 1, y: 2}\nmine: {<<: *b, y: 3}\n", "f.yaml")
    assert reading.root is not None
    assert reading.root.plain()["mine"] == {"x": 1, "y": 3}
    assert reading.problems == []


def test_an_alias_is_a_copy() -> None:
    reading = read_text("a: &x [1]\nb: *x\n", "f.yaml")
    assert reading.root is not None
    plain = reading.root.plain()
    plain["a"].append(2)
    assert plain["b"] == [1]


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    reading = read_text("\n".join(lines), "f.yaml")
    assert reading.root is None
    assert "aliases make more than 100,000 values" in only_problem(reading)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "f.yaml: the file is empty"),
        ("# only a comment\n", "f.yaml: the file is empty"),
        ("~\n", "f.yaml: the file is empty"),
        ("- a\n- b\n", "f.yaml:1: the file is not a mapping"),
        ("just text\n", "f.yaml:1: the file is not a mapping"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2: a second document"),
        ("a: [1, 2\nb: 3\n", "f.yaml:2: this is not YAML"),
        ("a: 1\n\tb: 2\n", "f.yaml:2: the line begins with a tab"),
        ("a: 'open\n", "this is not YAML"),
        ("a: &x {b: *x}\n", "f.yaml:1: `*x` lies inside of what it stands for"),
        ("a: *nobody\n", "f.yaml:1: `*nobody` stands for nothing"),
        ("a: \x1b[31m\n", "f.yaml:1: a control character (U+001B)"),
        ("a: \0\n", "f.yaml: this is not a text file"),
        ("a: " + "[" * 500, "nested more than"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(text: str, said: str) -> None:
    reading = read_text(text, "f.yaml")
    assert reading.root is None
    assert said in only_problem(reading)


def test_a_tag_is_refused_and_the_rest_is_read() -> None:
    reading = read_text("a: !!python/object:os.system x\nb: 2\n", "f.yaml")
    assert only_problem(reading).startswith("f.yaml:1: a: a tag")
    assert reading.root is not None
    assert reading.root.plain()["b"] == 2


def test_a_mapping_as_a_key_is_refused() -> None:
    assert "a key must be text" in only_problem(read_text("? [a, b]\n: 1\n", "f.yaml"))


def test_depth_just_allowed_is_read() -> None:
    reading = read_text("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1), "f.yaml")
    assert reading.root is not None


def test_files_that_are_none(tmp_path: Path) -> None:
    assert "this is a directory" in only_problem(read_file(tmp_path))
    assert "there is no such file" in only_problem(read_file(tmp_path / "absent.yaml"))
    assert "can't be read" in only_problem(read_file(tmp_path / ("x" * 300)))
    os.mkfifo(tmp_path / "pipe")
    assert "not a plain file" in only_problem(read_file(tmp_path / "pipe"))
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\x7fELF\x02\x01\xff\xfe")
    assert "not a text file" in only_problem(read_file(binary))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("a: 1\n")
    secret.chmod(0)
    assert "may not be read" in only_problem(read_file(secret))


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    marked = tmp_path / "marked.yaml"
    marked.write_bytes(b"\xef\xbb\xbfplan: x\n")
    reading = read_file(marked)
    assert reading.root is not None
    assert reading.root.plain() == {"plan": "x"}


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    reading = read_text(text, "f.yaml")
    assert reading.root is not None or reading.problems


@given(st.text(alphabet="ab:{}[]&*<!|>-?'\",\n \t#%@`0", max_size=60))
def test_any_heap_of_yaml_signs_is_read_or_refused(text: str) -> None:
    reading = read_text(text, "f.yaml")
    assert reading.root is not None or reading.problems
