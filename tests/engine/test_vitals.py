"""Samples of real processes, about one a minute; one more when a process has ended; disks by their device."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backfill_tui.engine.phase_watch import PhaseLook
from backfill_tui.engine.plans import open_plan
from backfill_tui.engine.snapshot import LogSeen
from backfill_tui.engine.vitals import KEPT, Vitals
from backfill_tui.plan.resolved import Phase
from backfill_tui.progress.account import Account
from backfill_tui.sources.presence import Identity, Presence, ProcessSeen

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)


@pytest.fixture
def job() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as process:
        yield process
        process.communicate()


@pytest.fixture
def vitals(tmp_path: Path) -> Vitals:
    path = tmp_path / "backfill.yaml"
    path.write_text("plan: t\nphases:\n  fix: {log: job.log}\n")
    return Vitals(open_plan(path, now=NOW, environ={"TZ": "UTC"}).plan)


def look(process: ProcessSeen, *, errors: int = 0, whole: bool = True, log: str | None = None) -> PhaseLook:
    logs = (LogSeen(log, 10),) if log else ()
    account = Account(error_lines=errors)
    return PhaseLook(Phase("fix", "fix"), account, (), process, logs, None, 1.0, None, (), whole, ())


def alive(pid: int, *, started_at: float = 1.0) -> ProcessSeen:
    return ProcessSeen(Presence.ALIVE, Identity("boot", pid, started_at))


def test_a_live_process_is_sampled_once_a_minute(vitals: Vitals, job: subprocess.Popen[bytes]) -> None:
    for second in range(0, 181, 5):
        vitals.take([look(alive(job.pid))], NOW + timedelta(seconds=second))
    samples = vitals.samples("fix")
    assert [(one.at - NOW).total_seconds() for one in samples] == [0, 60, 120, 180]
    assert samples[0].cpu_percent is None
    assert samples[1].cpu_percent is not None
    assert all(one.rss_bytes for one in samples)


def test_its_end_is_sampled_at_once_and_nothing_after_it(vitals: Vitals, job: subprocess.Popen[bytes]) -> None:
    there = alive(job.pid)
    vitals.take([look(there)], NOW)
    for second in (1, 2, 200):
        vitals.take([look(replace(there, presence=Presence.GONE))], NOW + timedelta(seconds=second))
    samples = vitals.samples("fix")
    assert [(one.at - NOW).total_seconds() for one in samples] == [0, 1]
    assert samples[1].rss_bytes is None


def test_another_process_begins_anew(vitals: Vitals, job: subprocess.Popen[bytes]) -> None:
    vitals.take([look(alive(job.pid))], NOW)
    vitals.take([look(alive(job.pid, started_at=99.0))], NOW + timedelta(minutes=5))
    (sample,) = vitals.samples("fix")
    assert sample.at == NOW + timedelta(minutes=5)


def test_nothing_is_sampled_before_a_log_was_read_whole(vitals: Vitals, job: subprocess.Popen[bytes]) -> None:
    vitals.take([look(alive(job.pid), errors=3, whole=False)], NOW)
    assert vitals.samples("fix") == ()


def test_the_last_hours_are_kept(vitals: Vitals, job: subprocess.Popen[bytes]) -> None:
    for minute in range(500):
        vitals.take([look(alive(job.pid))], NOW + timedelta(minutes=minute))
    samples = vitals.samples("fix")
    assert samples[-1].at - samples[0].at <= KEPT


def test_logs_and_state_on_one_disk_are_one_disk(vitals: Vitals, tmp_path: Path) -> None:
    nobody = ProcessSeen(Presence.UNKNOWN)
    for second in (0, 30, 60):
        vitals.take([look(nobody, log=str(tmp_path / "job.log"))], NOW + timedelta(seconds=second))
    (disk,) = vitals.disks
    assert (disk.phases, disk.holds_state, len(disk.space)) == (("fix",), True, 2)
    assert 0 < disk.space[0].free_bytes <= disk.total_bytes


def test_a_folder_that_is_gone_has_no_disk(vitals: Vitals) -> None:
    vitals.take([look(ProcessSeen(Presence.UNKNOWN), log="/nowhere/at/all/job.log")], NOW)
    (disk,) = vitals.disks
    assert disk.phases == ()
