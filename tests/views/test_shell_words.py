"""Commands that are shown: exact, on one line or on several."""

import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.views.shell_words import shell_line, shell_lines, shell_word
from backfill_tui.views.spans import width


@given(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30), min_size=1, max_size=8))
def test_a_shown_command_is_read_by_a_shell_as_the_command_it_is(command: list[str]) -> None:
    assert shlex.split(shell_line(command)) == command


@given(st.lists(st.text(max_size=40), min_size=1, max_size=8), st.integers(8, 60))
def test_a_command_on_several_lines_loses_nothing_and_fits(command: list[str], room: int) -> None:
    lines = shell_lines(command, room)
    assert all(width(line) <= room for line in lines)
    assert all(line.isprintable() for line in lines)
    whole = "".join(map(shell_word, command)).replace(" ", "")
    assert "".join(lines).replace(" ", "") == whole


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("--start-date", "--start-date"),
        ("", "''"),
        ("a  b", "'a  b'"),
        ("it's", """'it'"'"'s'"""),
        ("a\nb", r"$'a\nb'"),
        ("a\x0bb", r"$'a\x0bb'"),
        ("\x1b[31m'\\", r"$'\x1b[31m\'\\'"),
        ("a\u202eb", r"$'a\u202eb'"),
    ],
)
def test_what_cannot_be_shown_in_a_word_is_escaped(word: str, shown: str) -> None:
    assert shell_word(word) == shown


def test_a_command_of_several_lines_is_one_line_that_a_shell_reads_as_the_same() -> None:
    command = ["printf", "%s|", "one\ntwo\t'3' \\n", "ü\r"]
    line = shell_line(command)
    assert line.isprintable()
    done = subprocess.run(["bash", "-c", line], capture_output=True, timeout=60, check=True)
    assert done.stdout.decode() == "one\ntwo\t'3' \\n|ü\r|"
