"""Scrolling, searching and filtering one growing log."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.sources.line_blocks import STEP
from backfill_tui.sources.pager import Found, LogPager

DAY = "2026-01-03 17:20:00,123 - INFO - Processing day {}/1537"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "job.log"


def pager_of(path: Path, body: bytes) -> LogPager:
    path.write_bytes(body)
    pager = LogPager(path)
    while pager.extend(STEP):
        pass
    return pager


def texts(lines: tuple[object, ...]) -> list[str]:
    return [str(getattr(line, "text", "")) for line in lines]


@given(
    body=st.lists(st.sampled_from([b"a", b"bc", b"\n", b"\n\n", b"\xff", b"x" * 70_000]), max_size=30).map(
        b"".join
    ),
    step=st.sampled_from([1000, 65_536, 1 << 20]),
)
def test_every_line_is_found_by_number_by_offset_and_from_the_end(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, step: int
) -> None:
    path = tmp_path_factory.mktemp("any") / "job.log"
    path.write_bytes(body)
    pager = LogPager(path)
    while pager.extend(step):
        pass
    lines = body.split(b"\n")
    if not lines[-1]:
        lines.pop()
    offsets = [sum(len(line) + 1 for line in lines[:n]) for n in range(len(lines))]
    assert pager.complete
    assert pager.count == len(lines)
    assert [(line.number, line.offset) for line in pager.lines(0, 1000)] == list(enumerate(offsets))
    assert pager.last(1000) == pager.lines(0, 1000) == pager.after(0, 1000)
    for number, offset in enumerate(offsets):
        assert pager.line_at_offset(offset) == number
        assert pager.lines(number, 1) == pager.after(offset, 1)
        assert [line.number for line in pager.before(offset, 2)] == list(range(max(0, number - 2), number))
    assert pager.lines(len(lines), 5) == ()
    assert pager.lines(-1, 5) == ()


def test_the_end_of_a_gigabyte_is_shown_at_once_without_an_index(log: Path) -> None:
    tail = "".join(DAY.format(n) + "\n" for n in range(200)).encode()
    with log.open("wb") as file:
        file.truncate(1 << 30)
        file.seek(0, 2)
        file.write(b"\n" + tail)
    pager = LogPager(log)
    begun = time.perf_counter()
    lines = pager.last(100)
    took = time.perf_counter() - begun
    assert [line.text for line in lines] == [DAY.format(n) for n in range(100, 200)]
    assert {line.number for line in lines} == {None}
    assert not pager.complete
    assert took < 0.05


def test_indexing_goes_in_bounded_steps(log: Path) -> None:
    log.write_bytes(b"line\n" * (3 * STEP // 5))
    pager = LogPager(log)
    assert pager.extend(STEP)
    assert pager.line_at_offset(STEP) == STEP // 5
    assert pager.line_at_offset(STEP + 1) is None
    assert not pager.complete


def test_a_growing_file_is_indexed_on(log: Path) -> None:
    pager = pager_of(log, b"one\ntwo")
    assert (pager.count, texts(pager.last(1))) == (2, ["two"])
    with log.open("ab") as file:
        file.write(b" and a half\nthree\n")
    assert not pager.extend()
    assert texts(pager.lines(0, 9)) == ["one", "two and a half", "three"]
    assert (pager.count, pager.generation) == (3, 0)


@pytest.mark.parametrize("how", ["truncated", "rotated"])
def test_another_file_is_indexed_anew(log: Path, how: str) -> None:
    pager = pager_of(log, b"old 1\nold 2\nold 3\n")
    if how == "rotated":
        log.rename(log.with_name("job.log.1"))
    log.write_bytes(b"new 1\n")
    assert texts(pager.last(9)) == ["new 1"]
    assert pager.generation == 1
    pager.extend()
    assert pager.count == 1


def test_a_file_that_is_gone_stays_readable_and_its_absence_is_said(log: Path) -> None:
    pager = pager_of(log, b"one\n")
    log.unlink()
    assert texts(pager.last(9)) == ["one"]
    assert pager.note == "There is no such file."


def test_what_is_no_file_has_no_lines_and_a_sentence(tmp_path: Path) -> None:
    for path, note in ((tmp_path / "none", "There is no such file."), (tmp_path, "It is a directory, not a file.")):
        pager = LogPager(path)
        assert not pager.extend()
        assert (pager.last(5), pager.lines(0, 5), pager.count, pager.note) == ((), (), 0, note)
        assert pager.search("x", 0) == Found()
        assert not pager.filter("x").advance()


def test_long_lines_are_cut_and_bars_show_their_last_state(log: Path) -> None:
    bar = b"".join(b"\r%3d%%|" % n for n in range(101))
    lines = pager_of(log, b"x" * 10_000 + b"\n" + b"\r  0%" * 10_000 + b"\r100%\n" + bar + b"\ncrlf\r\n").last(9)
    assert texts(lines) == ["x" * 4096 + "…", "100%…", "100%|", "crlf"]
    assert [line.cut for line in lines] == [True, True, False, False]


def test_escapes_never_come_through(log: Path) -> None:
    assert texts(pager_of(log, b"\x1b[31mred\x1b[0m \x1b]0;title\x07\n").last(1)) == ["red "]


@pytest.mark.parametrize(
    ("line", "trouble"),
    [
        ("2026-01-03 17:20:00,123 - ERROR -   ✗ Failed: 2021-10-19", True),
        ("ERROR:__main__:message", True),
        ("CRITICAL - out of memory", True),
        ("\x1b[31mERROR\x1b[0m - red", True),
        ("Traceback (most recent call last):", True),
        ("something FATAL happened", True),
        ("2026-01-03 17:20:00,123 - INFO - 0 ERROR lines so far", False),
        ("2026-01-03 17:20:00,123 - INFO - ERRORS: 0", False),
        ("2026-01-03 17:20:00,123 - WARNING - CRITICAL is near", False),
        ("the word Traceback (most recent call last) within a sentence", False),
    ],
)
def test_trouble_is_a_level_not_a_word(log: Path, line: str, trouble: bool) -> None:
    pager = pager_of(log, f"INFO - before\n{line}\n".encode())
    assert [shown.trouble for shown in pager.last(2)] == [False, trouble]
    assert pager.search_trouble(0) == Found(1 if trouble else None)


def test_search_goes_both_ways_from_the_line_itself(log: Path) -> None:
    pager = pager_of(log, b"".join(b"line %d %s\n" % (n, b"needle" if n % 10 == 3 else b"") for n in range(40)))
    assert pager.search("needle", 0) == Found(3)
    assert pager.search("needle", 3) == Found(3)
    assert pager.search("needle", 4) == Found(13)
    assert pager.search("needle", 34) == Found()
    assert pager.search("needle", 39, -1) == Found(33)
    assert pager.search("needle", 33, -1) == Found(33)
    assert pager.search("needle", 32, -1) == Found(23)
    assert pager.search("needle", 2, -1) == Found()
    assert pager.search("needle", 10_000, -1) == Found(33)
    assert pager.search("", 0) == Found()


def test_case_matters_only_when_the_text_has_a_capital(log: Path) -> None:
    pager = pager_of(log, b"one\nError: x\n\x1b[31mer\x1b[0mror\n")
    assert pager.search("error", 0) == Found(1)
    assert pager.search("error", 2) == Found(2)
    assert pager.search("Error", 2) == Found()


def test_a_search_stops_at_its_budget_and_goes_on(log: Path) -> None:
    log.write_bytes(b"nothing here\n" * (5 * STEP // 13) + b"needle\n" + b"nothing here\n" * (5 * STEP // 13))
    pager = LogPager(log)
    forward = list(steps(pager, 0, 1))
    assert forward[-1] == Found(5 * STEP // 13)
    assert len(forward) > 2
    while pager.extend():
        pass
    assert list(steps(pager, pager.count - 1, -1))[-1] == forward[-1]


def steps(pager: LogPager, line: int, direction: int) -> Iterator[Found]:
    found = pager.search("needle", line, direction, budget=STEP)
    yield found
    while found.resume is not None:
        found = pager.search("needle", found.resume, direction, budget=STEP)
        yield found


def test_a_text_in_a_line_longer_than_a_piece_is_found_both_ways(log: Path) -> None:
    long = b"x" * (STEP - 3) + b"needle" + b"x" * (2 * STEP)
    pager = pager_of(log, b"first\n" + long + b"\nlast\n")
    assert pager.search("needle", 0) == Found(1)
    assert pager.search("needle", 2, -1) == Found(1)
    assert pager.search("first", 2, -1) == Found(0)
    assert pager.search("last", 0) == Found(2)
    found = pager.filter("needle")
    while found.advance(STEP):
        pass
    assert list(found.lines) == [1]


@given(
    lines=st.lists(st.sampled_from(["", "plain", "Needle", "a needle", "ERROR - x", "z" * 300]), max_size=40),
    start=st.integers(0, 45),
    data=st.data(),
)
def test_search_and_filter_agree_with_looking_at_every_line(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], start: int, data: st.DataObject
) -> None:
    pager = pager_of(tmp_path_factory.mktemp("any") / "job.log", "".join(f"{line}\n" for line in lines).encode())
    text = data.draw(st.sampled_from(["needle", "Needle", "error", "zz"]))
    pattern = re.compile(text, 0 if text == "Needle" else re.IGNORECASE)
    expected = [n for n, line in enumerate(lines) if pattern.search(line)]
    found = pager.filter(text)
    assert not found.advance()
    assert list(found.lines) == expected
    assert pager.search(text, start).line == next((n for n in expected if n >= start), None)
    assert pager.search(text, start, -1).line == next((n for n in reversed(expected) if n <= start), None)


def test_a_filter_follows_growth_and_judges_a_line_when_it_is_whole(log: Path) -> None:
    pager = pager_of(log, b"a match\nother\na mat")
    found = pager.filter("match")
    assert not found.advance()
    assert list(found.lines) == [0]
    with log.open("ab") as file:
        file.write(b"ch\nmatch\n")
    found.advance()
    assert list(found.lines) == [0, 2, 3]
    log.write_bytes(b"other\nmatch\n")
    found.advance()
    assert list(found.lines) == [1]


def troubles(pager: LogPager) -> list[int]:
    """The lines that report trouble, found one after the other."""
    lines: list[int] = []
    while (line := pager.search_trouble(lines[-1] + 1 if lines else 0).line) is not None:
        lines.append(line)
    return lines


def test_a_search_for_trouble_finds_every_error(log: Path) -> None:
    pager = pager_of(log, b"INFO - a\nERROR - b\nINFO - no ERROR\nERROR - c\n")
    assert troubles(pager) == [1, 3]


def test_the_samples_are_paged_whole(samples: Path) -> None:
    for path in sorted(samples.glob("*.log")):
        pager = LogPager(path)
        pager.extend()
        body = path.read_bytes()
        assert pager.count == body.count(b"\n")
        assert len(troubles(pager)) == sum(b" - ERROR - " in line for line in body.split(b"\n")) + len(
            re.findall(rb"^Traceback", body, re.MULTILINE)
        )
