"""What another user sees and may do: files, ledger, processes, on real files with real modes."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backfill_tui.control.launch.registry import Registry
from backfill_tui.control.ledger import FILE, Ledger
from backfill_tui.engine.diagnosis.disks import Place, disk_findings
from backfill_tui.engine.diagnosis.files import file_findings
from backfill_tui.engine.diagnosis.finding import Finding, Level, worst
from backfill_tui.engine.diagnosis.ledger import ledger_findings, registry_finding
from backfill_tui.engine.diagnosis.processes import process_findings
from backfill_tui.plan.resolved import Phase, PlannedProcess
from tests.engine.diagnosis.nobody import seen_by_nobody

SOON_S = 10.0


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that everybody may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def not_ok(findings: list[Finding]) -> list[Finding]:
    return [one for one in findings if one.level is not Level.OK]


def test_a_log_of_another_user_is_bad_and_says_whose_it_is(shared: Path) -> None:
    log = shared / "fix.log"
    log.write_text("secret\n")
    log.chmod(0o600)
    (found,) = seen_by_nobody(lambda: file_findings([Phase("fix", "fix", logs=(str(log),))]))
    assert found.level is Level.BAD
    assert f"{log} may not be read: it is root's (-rw-------)" in found.said
    assert found.mend is not None


def test_a_log_in_a_folder_that_may_not_be_entered_is_bad_not_absent(shared: Path) -> None:
    folder = shared / "theirs"
    folder.mkdir(mode=0o700)
    (folder / "fix.log").write_text("x\n")
    plain = Phase("fix", "fix", logs=(str(folder / "fix.log"),))
    patterned = Phase("all", "all", logs=(str(folder / "*.log"),))
    found = seen_by_nobody(lambda: file_findings([plain, patterned]))
    assert [one.level for one in found] == [Level.BAD, Level.BAD]


def test_what_can_be_read_is_counted(shared: Path) -> None:
    (shared / "fix.log").write_text("x\n")
    (shared / "fix.json").write_text("{}")
    phase = Phase("fix", "fix", logs=(str(shared / "*.log"),), checkpoint=shared / "fix.json")
    (found,) = seen_by_nobody(lambda: file_findings([phase]))
    assert found.level is Level.OK
    assert "2 logs and checkpoints" in found.said


def test_a_log_that_is_not_there_yet_is_a_warning_where_the_job_is_not_ours(shared: Path) -> None:
    watched = Phase("fix", "fix", logs=(str(shared / "later.log"),))
    assert [one.level for one in file_findings([watched])] == [Level.WARN]


def test_a_folder_as_a_log_is_bad(tmp_path: Path) -> None:
    (found,) = file_findings([Phase("fix", "fix", logs=(str(tmp_path),))])
    assert found.level is Level.BAD
    assert "directory" in found.said


def test_a_command_is_looked_for_as_a_launch_would(tmp_path: Path) -> None:
    phases = [
        Phase("a", "a", command=("no-such-program",), cwd=tmp_path),
        Phase("b", "b", command=("no-such-program",), cwd=tmp_path),
        Phase("c", "c", command=("sh", "-c", "true"), cwd=tmp_path),
    ]
    bad, ok = file_findings(phases)
    assert bad.level is Level.BAD
    assert bad.said.startswith("a, b: ")
    assert ok.said.startswith("1 command ")


def test_a_ledger_that_may_only_be_read_is_bad_for_who_would_record(shared: Path) -> None:
    Ledger.open(shared).close()
    found = seen_by_nobody(lambda: ledger_findings(shared, within_s=SOON_S))
    assert [one.level for one in found] == [Level.OK, Level.BAD]  # whole, and not writable
    assert "may not be written" in found[1].said
    assert [path.name for path in shared.iterdir()] == [FILE]


def test_a_state_folder_that_can_not_be_made_is_bad(shared: Path) -> None:
    (found,) = seen_by_nobody(lambda: ledger_findings(shared / "new" / "state", within_s=SOON_S))
    assert found.level is Level.BAD
    assert f"{shared} may not be written" in found.said


def test_a_registry_that_can_not_be_written_closes_gates_and_is_bad(shared: Path) -> None:
    registry = Registry(shared / "writers")
    (found,) = seen_by_nobody(lambda: [registry_finding(registry, shared / "backfill.yaml")])
    assert found.level is Level.BAD
    assert registry_finding(registry, shared / "backfill.yaml").level is Level.OK


def test_another_users_process_can_be_watched_not_stopped(shared: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        try:
            phase = Phase("fix", "fix", process=PlannedProcess(process.pid, None))
            now = datetime.now(UTC)
            found = seen_by_nobody(lambda: process_findings([phase], now))
            mine = list(process_findings([phase], now))
        finally:
            process.kill()
    (warning,) = not_ok(found)
    assert warning.level is Level.WARN
    assert f"process {process.pid} is root's" in warning.said
    assert not not_ok(mine)


def test_a_pid_of_another_program_is_a_warning() -> None:
    phase = Phase("fix", "fix", process=PlannedProcess(os.getpid(), "no such command line"))
    (warning,) = not_ok(list(process_findings([phase], datetime.now(UTC))))
    assert "not the one that was meant" in warning.said


def test_one_disk_is_one_line_with_all_that_lies_on_it(tmp_path: Path) -> None:
    places = [
        Place(tmp_path / "logs", "logs"),
        Place(tmp_path / "a" / "b", "state folder"),
        Place(tmp_path, "logs"),
    ]
    (found,) = disk_findings(places, least_bytes=0)
    assert found.level is Level.OK
    assert found.said.endswith("(logs, state folder).")


def test_little_room_is_a_warning_by_the_plans_own_measure(tmp_path: Path) -> None:
    (found,) = disk_findings([Place(tmp_path, "logs")], least_bytes=10**18)
    assert found.level is Level.WARN
    assert found.mend is not None
    assert "du -xh" in found.mend


def test_a_disk_that_is_full_or_read_only_is_bad(tmp_path: Path) -> None:
    """On real file systems, where this user may mount them."""
    full = tmp_path / "full"
    full.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(full)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        with (full / "ballast").open("wb", buffering=0) as ballast:
            assert ballast.write(bytes(1_000_000)) < 1_000_000
        (found,) = disk_findings([Place(full, "logs")], least_bytes=0)
        assert (found.level, "full disk" in found.said) == (Level.BAD, True)
        subprocess.run(["mount", "-o", "remount,ro", full], check=True)
        (found,) = disk_findings([Place(full / "state", "state folder")], least_bytes=0)
        assert (found.level, "read-only" in found.said) == (Level.BAD, True)
    finally:
        subprocess.run(["umount", full], check=True)


def test_the_worst_is_bad_then_a_warning_then_what_is_unknown() -> None:
    ok, unknown, warn, bad = (Finding("x", level, "") for level in (Level.OK, Level.UNKNOWN, Level.WARN, Level.BAD))
    assert worst([ok, bad, warn, unknown]) is Level.BAD
    assert worst([ok, warn, unknown]) is Level.WARN
    assert worst([unknown, ok]) is Level.UNKNOWN
    assert worst([ok]) is Level.OK
    assert worst([]) is Level.UNKNOWN
