"""Which files are the logs of a phase, and that none of them is read twice."""

import os
import shutil
from itertools import count
from pathlib import Path

import pytest

from backfill_tui.sources.logset import LogSet

SECONDS = count()  # a clock that goes on by one with every poll


def put(path: Path, body: str, *, at: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body)
    if at:
        os.utime(path, (at, at))
    return path


def bodies(logs: LogSet, polls: int = 12) -> list[tuple[int, str]]:
    return [(index, chunk.body.decode()) for _ in range(polls) for index, chunk in logs.poll(now=next(SECONDS))]


def names(logs: LogSet) -> list[str]:
    return [tail.path.name for tail in logs.tails]


def test_the_files_of_a_glob_come_in_the_order_of_their_last_writing(tmp_path: Path) -> None:
    put(tmp_path / "run_a.log", "newer\n", at=2000)
    put(tmp_path / "run_b.log", "older\n", at=1000)
    (tmp_path / "run_c.log").mkdir()
    logs = LogSet([str(tmp_path / "run_*.log")])
    assert bodies(logs) == [(0, "older\n"), (1, "newer\n")]
    assert names(logs) == ["run_b.log", "run_a.log"]


def test_a_new_match_appears_by_itself_and_moves_no_index(tmp_path: Path) -> None:
    put(tmp_path / "run_1.log", "first\n")
    logs = LogSet([str(tmp_path / "run_*.log")], reglob_s=4)
    assert bodies(logs, 1) == [(0, "first\n")]
    put(tmp_path / "run_0.log", "second\n", at=1)
    assert bodies(logs, 4) == [(1, "second\n")]


def test_new_matches_are_looked_for_in_time_and_not_by_polls(tmp_path: Path) -> None:
    logs = LogSet([str(tmp_path / "run_*.log")], reglob_s=2)
    logs.poll(now=100.0)
    put(tmp_path / "run_0.log", "late\n")
    assert [logs.poll(now=101.9) for _ in range(100)] == [[]] * 100
    assert [chunk.body for _, chunk in logs.poll(now=102.0)] == [b"late\n"]


def test_a_path_has_a_tail_before_there_is_a_file(tmp_path: Path) -> None:
    logs = LogSet([tmp_path / "late.log"])
    assert bodies(logs) == []
    assert [tail.status.note for tail in logs.tails] == ["There is no such file."]
    put(tmp_path / "late.log", "here\n")
    assert bodies(logs) == [(0, "here\n")]
    assert len(logs.tails) == 1


def test_a_glob_without_a_match_is_said(tmp_path: Path) -> None:
    pattern = str(tmp_path / "*.log")
    logs = LogSet([pattern])
    logs.poll()
    assert logs.notes == (f"{pattern}: No file matches yet.",)
    assert logs.fraction is None


def test_folders_are_searched_with_two_stars(tmp_path: Path) -> None:
    put(tmp_path / "a" / "b" / "run.log", "deep\n")
    assert bodies(LogSet([str(tmp_path / "**" / "*.log")])) == [(0, "deep\n")]


def test_a_file_whose_name_looks_like_a_glob_is_meant_itself(tmp_path: Path) -> None:
    put(tmp_path / "run[1].log", "brackets\n")
    assert bodies(LogSet([tmp_path / "run[1].log"])) == [(0, "brackets\n")]


def test_a_file_given_twice_or_under_two_names_is_read_once(tmp_path: Path) -> None:
    log = put(tmp_path / "run.log", "once\n")
    (tmp_path / "latest.log").symlink_to(log)
    (tmp_path / "same.log").hardlink_to(log)
    assert [body for _, body in bodies(LogSet([log, str(tmp_path / "*.log"), str(log)]))] == ["once\n"]


def test_a_link_that_moves_on_to_a_new_file_is_followed(tmp_path: Path) -> None:
    latest = tmp_path / "latest.log"
    latest.symlink_to(put(tmp_path / "run1.txt", "one\n"))
    logs = LogSet([latest])
    assert bodies(logs) == [(0, "one\n")]
    latest.unlink()
    latest.symlink_to(put(tmp_path / "run2.txt", "two\n"))
    assert bodies(logs) == [(0, "two\n")]


@pytest.mark.parametrize("copied", [False, True])
def test_rotation_under_a_glob_that_matches_the_rotated_files_too_reads_each_line_once(
    tmp_path: Path, copied: bool
) -> None:
    log = tmp_path / "app.log"
    put(tmp_path / "app.log.1", "0 history of before\n", at=1000)
    put(log, "1 this run begins\n")
    logs = LogSet([str(tmp_path / "app.log*")], reglob_s=0)
    read = [body for _, body in bodies(logs)]
    for number in range(2, 6):
        with log.open("a") as file:
            file.write(f"{number} not seen before the rotation\n")
        for old in range(number, 0, -1):
            if (backup := tmp_path / f"app.log.{old}").exists():
                backup.rename(tmp_path / f"app.log.{old + 1}")
        if copied:
            shutil.copyfile(log, tmp_path / "app.log.1")
            os.truncate(log, 0)
        else:
            log.rename(tmp_path / "app.log.1")
        with log.open("a") as file:
            file.write(f"{number} after the rotation\n")
        read += [body for _, body in bodies(logs)]
    lines = "".join(read).splitlines()
    assert lines == sorted(lines, key=lambda line: int(line[0]))
    assert len(lines) == len(set(lines)) == 10


def test_rotated_files_matched_without_their_log_are_read_once_each(tmp_path: Path) -> None:
    put(tmp_path / "app.log.1", "one\n", at=2000)
    logs = LogSet([str(tmp_path / "app.log.*")], reglob_s=0)
    assert bodies(logs) == [(0, "one\n")]
    (tmp_path / "app.log.1").rename(tmp_path / "app.log.2")
    put(tmp_path / "app.log.1", "two\n")
    assert bodies(logs) == [(1, "two\n")]


def test_compressed_logs_are_left_out_with_a_sentence(tmp_path: Path) -> None:
    put(tmp_path / "app.log", "plain\n")
    put(tmp_path / "app.log.2.gz", "\x1f\x8b")
    logs = LogSet([str(tmp_path / "app.log*")])
    assert bodies(logs) == [(0, "plain\n")]
    assert "not read: app.log.2.gz" in logs.notes[0]


def test_the_budget_holds_for_all_logs_together(tmp_path: Path) -> None:
    for name in "abc":
        put(tmp_path / f"{name}.log", name * 100)
    logs = LogSet([str(tmp_path / "*.log")])
    first = logs.poll(150)
    assert sum(len(chunk.body) for _, chunk in first) == 150
    assert logs.fraction == pytest.approx(0.5)
    assert not logs.at_end
    assert sum(len(chunk.body) for _, chunk in logs.poll(151)) == 150
    assert logs.fraction == pytest.approx(1.0)
