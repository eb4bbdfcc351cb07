"""Logs as bytes of every kind, under stamps and prefixes of every kind, and files that are no logs."""

import re
from pathlib import Path

import pytest

from tests.adversarial.jobs import Job, counts
from tests.adversarial.outside import Outside

WHOLE = Job().daily().days("10 0 3 4 5").daily_summary().body
HALF = Job().daily().days("5").body
REST = Job().days(". 6 >").body
STAMP = re.compile(r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d),\d{3}", re.MULTILINE)


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


def test_a_byte_order_mark_changes_nothing_at_all(outside: Outside) -> None:
    assert outside.account(b"\xef\xbb\xbf" + WHOLE) == outside.account(WHOLE)


@pytest.mark.parametrize(
    ("offset", "first"),
    [("+0000", "12:00:01"), ("+0100", "11:00:01"), ("-0800", "20:00:01"), ("+0530", "06:30:01")],
)
def test_an_offset_without_a_colon_is_part_of_the_time(outside: Outside, offset: str, first: str) -> None:
    text = STAMP.sub(rf"\1T\2{offset}", Job().daily().days("10 0 3 >").text)
    account = outside.account(text.encode())
    assert account["first_line_at"] == f"2026-01-03T{first}+00:00"
    assert account["units"] == counts(5, done=2, empty=1, running=1, pending=1)


@pytest.mark.parametrize(
    "prefix",
    [
        pytest.param("2026-01-03 12:00:00.123 | INFO     | __main__:run:12 - ", id="loguru"),
        pytest.param("INFO:jobs.team-offense:", id="a logger's name with a dash"),
        pytest.param("2026-01-03T12:00:00Z 2026-01-03 12:00:00,123 - INFO - ", id="a collector's stamp before it"),
        pytest.param("worker-1  | 2026-01-03 12:00:00,123 - INFO - ", id="a container's name before it"),
    ],
)
def test_the_same_lines_under_a_foreign_prefix_are_the_same_account(outside: Outside, prefix: str) -> None:
    messages = [line.split(" - ", 2)[2] for line in Job().daily().days("10 x >").lines]
    account = outside.account("".join(f"{prefix}{message}\n" for message in messages).encode())
    assert account["units"] == counts(5, done=1, failed=1, running=1, pending=2)


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
