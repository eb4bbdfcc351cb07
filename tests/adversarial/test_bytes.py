"""Logs as bytes of every kind, and files that are no logs."""

import re
from pathlib import Path

import pytest

from tests.adversarial.jobs import Job, counts
from tests.adversarial.outside import Outside

WHOLE = Job().daily().days("10 0 3 4 5").daily_summary().body
HALF = Job().daily().days("5").body
REST = Job().days(". 6 >").body


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(WHOLE, id="plain"),
        pytest.param(WHOLE.replace(b"\n", b"\r\n"), id="crlf"),
        pytest.param(b"\xef\xbb\xbf" + WHOLE, id="byte order mark"),
        pytest.param(WHOLE[:-1], id="last line without an end"),
        pytest.param(re.sub(rb"(?m)^(.*)$", b"\x1b[32m\\1\x1b[0m", WHOLE), id="coloured"),
        pytest.param(WHOLE.replace(b",", b".", 1), id="one odd stamp"),
        pytest.param(WHOLE.replace(b"\n", b"\n\n"), id="blank lines between"),
    ],
)
def test_the_same_lines_in_other_bytes_are_the_same_account(outside: Outside, body: bytes) -> None:
    account = outside.account(body)
    assert account["units"] == counts(5, done=4, empty=1)
    assert account["complete"]


@pytest.mark.parametrize("dirt", [b"\x00\xff\xfe garbage \x00\n", b"x" * 3_000_000 + b"\n", b"\x1b]0;title\x07\n"])
def test_dirt_between_lines_is_passed_over(outside: Outside, dirt: bytes) -> None:
    assert outside.account(HALF + dirt + REST)["units"] == counts(5, done=2, running=1, pending=2)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\n\n\n", id="blank"),
        pytest.param(bytes(range(256)) * 40, id="binary"),
        pytest.param(b"hello\nworld\n", id="another program's"),
        pytest.param({}, id="JSON of something else"),
        pytest.param([1, 2], id="a list"),
        pytest.param(b'{"successful_dates": ["2022-0', id="torn"),
        pytest.param(b"[" * 100_000, id="a deep hole"),
    ],
)
def test_a_file_that_says_nothing_is_an_error_and_exit_code_3(outside: Outside, content: object) -> None:
    path = outside.put(
        "some.json" if not isinstance(content, bytes) or content[:1] in b"{[" else "some.log", content
    )
    code, (file,) = outside.inspect(path)
    assert code == 3
    assert set(file) == {"path", "error"}
    assert file["error"]


def test_one_unreadable_file_spoils_the_exit_code_but_not_the_others(outside: Outside, tmp_path: Path) -> None:
    good = outside.put("good.log", WHOLE)
    code, files = outside.inspect(good, tmp_path / "missing.log", tmp_path)
    assert code == 3
    assert files[0]["complete"]
    assert [set(file) for file in files[1:]] == [{"path", "error"}] * 2
