"""A stage for the demo's programs: a folder with a calendar, and real processes to start in it."""

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

SEED = 7


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
