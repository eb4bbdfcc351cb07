"""Whatever happens to a screen, what was launched from it goes on; the next one knows who it is and how it ends."""

import json
import os
import re
import select
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.e2e.terminal import PROGRAM, Terminal, terminal

PLAN = """
plan: outlived
timezone: UTC
phases:
  one: {command: [sh, -c, 'echo begun; read answer < one.gate; exit "$answer"']}
  two: {command: [sh, -c, 'echo begun; read answer < two.gate; exit "$answer"']}
"""
ENTER = "\r"


@dataclass(frozen=True, slots=True)
class Night:
    """A folder with a plan, whose jobs wait, each until somebody writes to its gate."""

    folder: Path

    @property
    def env(self) -> dict[str, str]:
        return {"XDG_STATE_HOME": str(self.folder / "user")}

    def release(self, phase: str, code: int) -> None:
        """Let a job end with this exit code. OSError where none waits."""
        gate = os.open(self.folder / f"{phase}.gate", os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(gate, f"{code}\n".encode())
        finally:
            os.close(gate)

    def phases(self) -> list[dict[str, Any]]:
        """The phases as a new process tells of them."""
        words, env = [*PROGRAM, "status", "--json"], {**os.environ, **self.env}
        told = subprocess.run(words, cwd=self.folder, env=env, capture_output=True, check=True, timeout=30)
        found: list[dict[str, Any]] = json.loads(told.stdout)["phases"]
        return found

    def screen(self) -> AbstractContextManager[Terminal]:
        """The dashboard."""
        return terminal("backfill.yaml", cwd=self.folder, env=self.env)


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    (tmp_path / "backfill.yaml").write_text(PLAN)
    for phase in ("one", "two"):
        os.mkfifo(tmp_path / f"{phase}.gate")
    made = Night(tmp_path)
    yield made
    for phase in ("one", "two"):
        with suppress(OSError):  # it has been released
            made.release(phase, 0)


def killed(screen: Terminal) -> None:
    os.kill(screen.pid, signal.SIGKILL)


def hung_up(screen: Terminal) -> None:
    """Its window is closed: the kernel sends SIGHUP, and there is no terminal any more to write to."""
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), screen.child.child_fd)  # closed, and yet a number that can be closed once more


def ends(pid: int, *, within_s: float = 20.0) -> bool:
    """Whether a process of this test's own ends in time; it is left for its terminal to reap."""
    process = os.pidfd_open(pid)
    try:
        return bool(select.select([process], [], [], within_s)[0])
    finally:
        os.close(process)


def like(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.search(pattern, text) is not None


def launch(screen: Terminal, phase: str) -> None:
    screen.press("L")
    screen.wait("y: yes")
    screen.press("y")
    screen.wait(f"Attempt 1 of {phase} runs")


def test_jobs_outlive_the_screens_that_launched_them_and_the_next_screen_tells_how_they_end(night: Night) -> None:
    with night.screen() as screen:
        screen.wait("one is ready")
        launch(screen, "one")
        killed(screen)
        assert ends(screen.pid)
    first, _ = night.phases()
    assert (first["state"], first["attempt"], first["process"]["alive"]) == ("running", 1, True)
    pid = first["process"]["pid"]
    assert psutil.Process(pid).cmdline()[0] == "sh"
    with night.screen() as another:
        another.wait(like(r"one +running .* \d+s"))
        another.press(ENTER)
        another.wait(f"pid {pid}")
        night.release("one", 7)
        another.wait(like(r"exit code +7"))
        another.press("2")
        launch(another, "two")
        hung_up(another)
        assert ends(another.pid)
    first, second = night.phases()
    assert (first["state"], first["process"]["pid"], first["process"]["exit_code"]) == ("failed", pid, 7)
    assert (second["state"], second["process"]["exit_code"]) == ("running", None)
    assert psutil.Process(second["process"]["pid"]).cmdline()[0] == "sh"
