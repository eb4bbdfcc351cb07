"""Jobs of the demo as people start them in other shells, with a tag by which only this test's are found."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psutil

from backfill_tui.demo.schedule import make_calendar, write_calendar


@dataclass
class Hands:
    """A folder with the demo's calendar, and the shells that were opened in it."""

    folder: Path
    tag: str = field(default_factory=lambda: f"by-hand-{uuid4().hex}")
    shells: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def env(self) -> dict[str, str]:
        """The surroundings of a program that shall find these jobs and nobody else's."""
        return {"XDG_CONFIG_HOME": str(self.folder / "config"), "XDG_STATE_HOME": str(self.folder / "state")}

    def type(self, line: str) -> None:
        """Type a line into a new shell; `JOB` in it is the demo's job."""
        job = f"{sys.executable} -m backfill_tui.demo.job --tag {self.tag} --speed 30"
        words = ["bash", "-c", line.replace("JOB", job) + "; true"]
        self.shells.append(
            subprocess.Popen(words, cwd=self.folder, stdin=subprocess.DEVNULL, start_new_session=True)
        )

    def pid(self, *words: str, within_s: float = 20.0) -> int:
        """The job with these words in its command line, once it is there."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            for one in self._mine():
                if set(words) <= set(one.info["cmdline"]) and "python" in one.info["cmdline"][0]:
                    return one.pid
            time.sleep(0.05)
        raise AssertionError(f"no job with {words}")

    def kill(self, *words: str) -> None:
        """End a job as somebody else would: at once, without a word."""
        os.kill(self.pid(*words), signal.SIGKILL)

    def leave(self) -> None:
        """End the shells with all that they have started."""
        for shell in self.shells:
            if shell.poll() is None:
                os.killpg(shell.pid, signal.SIGKILL)
            shell.wait(10)

    def _mine(self) -> Iterator[psutil.Process]:
        for one in psutil.process_iter(["cmdline"]):
            if self.tag in (one.info["cmdline"] or ()):
                yield one


@contextmanager
def hands_in(folder: Path) -> Iterator[Hands]:
    hands = Hands(folder)
    (folder / "config" / "backfill-tui").mkdir(parents=True)
    (folder / "config" / "backfill-tui" / "discovery.yaml").write_text(f"only: {hands.tag}\n")
    (folder / "logs").mkdir()
    write_calendar(make_calendar(7), folder / "calendar.csv")
    try:
        yield hands
    finally:
        hands.leave()
