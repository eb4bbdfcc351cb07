"""A stage for the demo's programs: a folder with a calendar, and real processes to start in it."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

SEED = 7


def eventually(holds: Callable[[], bool], *, within_s: float = 10.0) -> None:
    """Wait for something to hold; fail after a deadline."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.01)


@dataclass
class Stage:
    """A folder in which jobs run."""

    folder: Path
    started: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def run(self, *words: str, log: str = "job.log") -> int:
        """Run a job to its end and return its exit code; its log is appended."""
        return self.spawn(*words, log=log).wait(20)

    def spawn(self, *words: str, log: str = "job.log") -> "subprocess.Popen[bytes]":
        """Start a job, as quickly as it can go unless told otherwise."""
        speed = () if "--speed" in words else ("--speed", "1e6")
        with (self.folder / log).open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "backfill_tui.demo.job", "--seed", str(SEED), *speed, *words],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self.started.append(process)
        return process

    def log(self, name: str = "job.log") -> str:
        """What the log says so far."""
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.exists() else ""
