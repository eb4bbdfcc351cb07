"""Judging programs, with real processes."""

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from backfill_tui.checks.command import command_check
from backfill_tui.checks.model import Check, Reason, Status
from backfill_tui.checks.subject import Subject
from backfill_tui.checks.warehouse import Stop
from backfill_tui.plan.resolved import JudgingCommand
from tests.processes import eventually, lives


def run(argv: list[str], folder: Path, *, timeout_s: float = 20.0, stop: Stop | None = None) -> Check:
    command = JudgingCommand("old_script", tuple(argv), timeout_s, "error")
    return command_check(command, Subject("phase"), folder, stop or Stop())


@pytest.mark.parametrize(
    ("code", "status"),
    [(0, Status.PASS), (1, Status.FAIL), (2, Status.WARN), (3, Status.UNKNOWN), (137, Status.UNKNOWN)],
)
def test_the_exit_code_is_the_verdict(tmp_path: Path, code: int, status: Status) -> None:
    found = run([sys.executable, "-c", f"print('checked'); raise SystemExit({code})"], tmp_path)
    assert found.status is status
    assert "checked" in found.detail


def test_a_signal_is_unknown(tmp_path: Path) -> None:
    found = run([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], tmp_path)
    assert (found.status, found.reason) == (Status.UNKNOWN, Reason.NOT_RUN)
    assert "signal 9" in found.detail


def test_a_program_that_is_not_there_is_unknown_with_advice(tmp_path: Path) -> None:
    found = run(["no-such-program"], tmp_path)
    assert (found.status, found.reason) == (Status.UNKNOWN, Reason.NOT_RUN)
    assert str(tmp_path) in (found.todo or "")


def test_a_program_beside_the_plan_is_found_and_runs_there(tmp_path: Path) -> None:
    script = tmp_path / "validate.sh"
    script.write_text("#!/bin/sh\npwd\nexit 0\n")
    script.chmod(0o755)
    found = run(["validate.sh"], tmp_path)
    assert (found.status, found.detail) == (Status.PASS, f"exit 0: {tmp_path}")


def test_one_that_is_not_executable_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "validate.sh").write_text("exit 0\n")
    assert run(["./validate.sh"], tmp_path).reason is Reason.NOT_RUN


def test_after_its_time_it_and_its_children_are_ended(tmp_path: Path) -> None:
    pid_file = tmp_path / "child"
    child = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    began = time.monotonic()
    found = run([sys.executable, "-c", parent], tmp_path, timeout_s=1.5)
    assert (found.status, found.reason) == (Status.UNKNOWN, Reason.TIMED_OUT)
    assert time.monotonic() - began < 20
    eventually(lambda: not lives(int(pid_file.read_text())))


def test_a_wish_to_stop_ends_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "begun")
    stop = Stop()

    def ask() -> None:
        (tmp_path / "begun").read_text()
        stop.request()

    asker = threading.Thread(target=ask)
    asker.start()
    words = "import time; open('begun', 'w').write('x'); time.sleep(60)"
    found = run([sys.executable, "-c", words], tmp_path, stop=stop)
    asker.join()
    assert (found.status, found.reason) == (Status.UNKNOWN, Reason.CANCELLED)


def test_a_flood_of_output_neither_blocks_it_nor_is_kept(tmp_path: Path) -> None:
    found = run([sys.executable, "-c", "print('x' * 10_000_000); print('the end')"], tmp_path)
    assert found.status is Status.PASS
    assert found.detail == "exit 0: the end"
