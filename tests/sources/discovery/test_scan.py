"""A /proc of plain files, so that every process and every reading of one is known."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from backfill_tui.plan.patterns import linear_pattern
from backfill_tui.sources.discovery import scan as scanning
from backfill_tui.sources.discovery.finder import JobFinder
from backfill_tui.sources.discovery.proc import command_of, hides_others, lives
from backfill_tui.sources.discovery.scan import YOUNG_S, ProcessScan
from backfill_tui.sources.discovery.settings import JobPattern, Settings

RANGE = "--start-date 2022-01-01 --end-date 2022-01-05"


@dataclass
class FakeProc:
    """A folder that looks like /proc."""

    folder: Path
    made: int = field(default=0)

    def start(self, pid: int, line: str, *, parent: int = 1, began: int = 100, state: str = "S") -> None:
        """A process; one that had the number before is gone."""
        process = self.folder / str(pid)
        if process.exists():
            self.made += 1
            process.rename(self.folder / f"gone-{self.made}")  # keeps its inode, so that no other folder gets it
        process.mkdir()
        self.become(pid, line)
        rest = " ".join(["0"] * 17)
        (process / "stat").write_text(f"{pid} (a) b) {state} {parent} {rest} {began} 0 0\n")
        (process / "fd").mkdir()

    def become(self, pid: int, line: str) -> None:
        (self.folder / str(pid) / "cmdline").write_bytes(b"".join(f"{word}\0".encode() for word in line.split()))

    def end(self, pid: int) -> None:
        shutil.rmtree(self.folder / str(pid))


@pytest.fixture
def proc(tmp_path: Path) -> FakeProc:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc" / "meminfo").touch()
    return FakeProc(tmp_path / "proc")


def finder(proc: FakeProc, settings: Settings | None = None) -> JobFinder:
    return JobFinder(settings or Settings(), proc.folder)


def test_jobs_come_and_go(proc: FakeProc) -> None:
    proc.start(1, "init")
    proc.start(10, f"python a.py {RANGE}")
    looking = finder(proc)
    assert [job.label for job in looking.look()] == ["a"]
    proc.start(11, f"python b.py {RANGE}", began=200)
    assert [job.label for job in looking.look()] == ["a", "b"]
    proc.end(10)
    assert [job.label for job in looking.look()] == ["b"]
    assert looking.processes == 2


def test_a_process_is_read_once_and_a_recycled_number_again(
    proc: FakeProc, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def reading(pid: int, folder: Path) -> bytes:
        read.append(pid)
        return command_of(pid, folder)

    monkeypatch.setattr(scanning, "command_of", reading)
    for pid in (20, 33):
        proc.start(pid, "sleep 1")
    scan = ProcessScan(lambda words: "--start-date" in words, None, proc.folder)
    scan.scan(0.0)
    later = YOUNG_S + 1
    scan.scan(later)
    read.clear()
    scan.scan(later)
    assert read == []
    proc.start(20, f"python a.py {RANGE}")
    assert list(scan.scan(later)) == [20]
    assert read == [20]


def test_a_process_that_becomes_another_program_is_seen_at_once_while_young_and_later_in_turn(
    proc: FakeProc,
) -> None:
    proc.start(20, "bash")
    scan = ProcessScan(lambda words: "--start-date" in words, None, proc.folder)
    assert scan.scan(0.0) == {}
    proc.become(20, f"python a.py {RANGE}")
    assert list(scan.scan(1.0)) == [20]
    proc.become(20, "bash")
    assert scan.scan(1.0) == {}
    proc.become(20, f"python a.py {RANGE}")
    assert any(scan.scan(100.0) for _ in range(16))


def test_a_users_patterns_tell_what_options_do_not(proc: FakeProc) -> None:
    proc.start(20, "bash load.sh 2022-01-01 2022-01-05 prices")
    proc.start(21, f"python noise.py {RANGE}")
    pattern = linear_pattern(r"load\.sh (?P<start>\S+) (?P<end>\S+) (?P<name>\w+)")
    own = JobPattern(pattern, writes="shop.prices", checkpoint="/c/{name}_{start}_{end}.json")
    (job,) = finder(proc, Settings(jobs=(own,), ignore=(linear_pattern("noise"),))).look()
    assert (job.label, job.writes) == ("prices", "shop.prices")
    assert job.told.dates is not None
    assert [day.isoformat() for day in job.told.dates] == ["2022-01-01", "2022-01-05"]
    assert job.checkpoint == Path("/c/prices_2022-01-01_2022-01-05.json")


def test_those_who_only_name_a_job_are_none(proc: FakeProc) -> None:
    for pid, program in enumerate(("grep -r", "tail -f", "vim", "pgrep -f", "tmux new", "backfill-tui watch"), 20):
        proc.start(pid, f"{program} job.py {RANGE}")
    assert finder(proc).look() == ()


def test_a_process_that_waits_to_be_collected_no_longer_lives(proc: FakeProc) -> None:
    proc.start(20, f"python a.py {RANGE}")
    (job,) = finder(proc).look()
    assert lives(job.identity, proc.folder)
    proc.start(20, "", state="Z")
    assert not lives(job.identity, proc.folder)


@pytest.mark.parametrize(
    ("options", "hides"), [("rw,hidepid=2", True), ("rw,hidepid=invisible", True), ("rw", False)]
)
def test_a_system_that_does_not_list_others_is_known_by_its_mounts(options: str, hides: bool) -> None:
    assert hides_others(f"sysfs /sys sysfs rw 0 0\nproc /proc proc {options} 0 0\n") is hides


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_command_lines_that_may_not_be_read_are_counted(proc: FakeProc) -> None:
    proc.start(20, "secret")
    (proc.folder / "20" / "cmdline").chmod(0)
    looking = finder(proc)
    assert looking.look() == ()
    assert looking.hidden == 1
