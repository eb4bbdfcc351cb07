"""Reading a log in portions."""

from pathlib import Path

import pytest

from backfill_tui.sources import pager
from backfill_tui.sources.pager import LogPager
from backfill_tui.tui import log_reader
from backfill_tui.tui.log_reader import Jump, LogReader, Look, ToMatch, ToOffset, ToTrouble, Want
from tests.tui import example


def _settled(reader: LogReader, want: Want) -> Look:
    look = reader.look(want)
    while look.busy:
        look = reader.look(want)
    return look


@pytest.mark.parametrize("portion", [10_000, 32_000_000])
def test_a_filter_lists_every_line_with_the_text_however_small_the_portions(
    log: Path, portion: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_reader, "_PORTION", portion)
    look = _settled(LogReader(log, LogPager), Want(count=100, filter="no games"))
    expected = [i for i, line in enumerate(example.log_lines()) if "No games" in line]
    assert list(look.matches) == expected
    assert [line.number for line in look.lines] == expected[:100]


def test_a_filter_that_is_full_says_so_and_a_new_one_begins_empty(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = LogReader(log, LogPager)
    assert not _settled(reader, Want(filter="day 17/")).full
    monkeypatch.setattr(pager, "MOST_MATCHES", 5)
    assert _settled(reader, Want(filter="day")).full
    assert not _settled(reader, Want(filter="day 17/")).full
    assert not _settled(reader, Want()).full


@pytest.mark.parametrize(
    ("jump", "target"),
    [
        (ToMatch(0, True, "day 17/"), 48),
        (ToMatch(100, False, "day 17/"), 48),
        (ToMatch(48, True, "day 17/"), None),
        (ToMatch(0, False, "day"), None),
        (ToMatch(2217, True, "day"), None),
        (ToTrouble(0, True), None),
        (ToOffset(example.offsets()[16] + 20), 48),
    ],
)
def test_a_jump_leads_to_the_nearest_line_in_its_direction(log: Path, jump: Jump, target: int | None) -> None:
    look = _settled(LogReader(log, LogPager), Want(jump=jump))
    assert (look.jump, look.target) == (jump, target)


def test_until_all_lines_are_counted_the_end_is_shown(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_reader, "_PORTION", 1)
    look = LogReader(log, LogPager).look(Want(count=10))
    assert (look.busy, look.complete) == (True, False)
    assert look.lines[-1].text == example.log_lines()[-1]


@pytest.mark.parametrize("text", ["", "row"])
def test_the_last_rows_are_those_of_the_file_by_now_however_much_has_come(tmp_path: Path, text: str) -> None:
    path = tmp_path / "busy.log"
    reader = LogReader(path, LogPager)
    for size in (10, 5_000, 60_000):
        path.write_text("".join(f"row {i}\n" for i in range(size)))
        look = _settled(reader, Want(count=40, last=True, filter=text))
        assert [line.text for line in look.lines] == [f"row {i}" for i in range(max(0, size - 40), size)]
        assert look.first == max(0, size - 40)


def test_a_file_that_is_not_there_is_a_note(tmp_path: Path) -> None:
    look = LogReader(tmp_path / "absent", LogPager).look(Want())
    assert (look.note, look.count) == ("There is no such file.", 0)
