"""A folder with a plan whose jobs are small shell scripts, and the program run on it as a user does."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psutil

from backfill_tui import cli
from tests.e2e.terminal import Terminal, terminal
from tests.processes import lives

# A job that waits for the file `go` says first that it began, and never outlives a test by much.
UNTIL_GO = "n=0; while [ ! -e go ] && [ $n -lt 600 ]; do sleep 0.05; n=$((n+1)); done"

PLAN = f"""
plan: small
timezone: UTC
phases:
  quick:
    command: [sh, -c, 'echo once >> quick.ran']
  slow:
    command: [sh, -c, 'echo once >> slow.ran; {UNTIL_GO}']
    grace: 20s
  family:
    command: [sh, -c, 'sleep 60 & echo $! > child.pid; sleep 60']
    grace: 20s
  deaf:
    command: [sh, -c, 'trap "" TERM; touch deaf.ran; {UNTIL_GO}']
    grace: 1s
  failing:
    command: [sh, -c, 'exit 7']
  killed:
    command: [sh, -c, 'kill -9 $$']
  nowhere:
    command: [no-such-program, --now]
  only_seen:
    log: only_seen.log
  downstream:
    command: [sh, -c, 'echo once >> downstream.ran']
    after: [quick]
  in_doubt:
    command: [sh, -c, 'echo once >> in_doubt.ran']
    after: [only_seen]
  judged:
    command: [sh, -c, 'true']
    suites: [by_command]
  choosy:
    command: [sh, -c, 'echo once >> choosy.ran']
    inputs: [{{suite: by_command}}]
  dated:
    dates: {{start: 2024-01-01, end: 2024-01-05}}
    checkpoint: dated.json
    command: [sh, -c, '{UNTIL_GO}']
    retry: [{sys.executable}, retry.py, --dates, "{{dates}}"]
    grace: 5s
suites:
  by_command:
    commands: {{verdict: {{run: [sh, -c, 'exit $(cat verdict)']}}}}
"""

RETRY = """
import json, sys
checkpoint = json.load(open("dated.json"))
for day in sys.argv[2].split(","):
    checkpoint["failed_dates"].remove(day)
    checkpoint["successful_dates"].append(day)
checkpoint["successful_dates"].sort()
json.dump(checkpoint, open("dated.json", "w"))
print(sys.argv[2])
"""


@dataclass
class Shells:
    """The folder; `runs` keeps what was started from here."""

    folder: Path

    @property
    def runs(self) -> Path:
        return self.folder / ".backfill-tui" / "runs"

    @property
    def env(self) -> dict[str, str]:
        return {"NO_COLOR": "1", "XDG_STATE_HOME": str(self.folder / "user")}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command as a script gives it, with nobody to ask; in this process, which saves a start of Python."""
        out, err = StringIO(), StringIO()
        with chdir(self.folder), redirect_stdout(out), redirect_stderr(err), patch.dict(os.environ, self.env):
            code = cli.run(list(words))
        assert "it broke" not in err.getvalue()
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())

    @contextmanager
    def begun(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """A command as a process of its own, which can be told to leave."""
        with subprocess.Popen(
            [sys.executable, "-m", "backfill_tui", *words],
            cwd=self.folder,
            env={**os.environ, **self.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()

    def json(self, *words: str) -> tuple[int, dict[str, Any]]:
        """The exit code of a verb and the object that it printed."""
        done = self.run(*words, "--json")
        return done.returncode, json.loads(done.stdout)

    @contextmanager
    def terminal(self, *words: str) -> Iterator[Terminal]:
        with terminal(*words, cwd=self.folder, env=self.env) as shown:
            yield shown

    def state(self, phase: str) -> dict[str, Any]:
        """The phase as `status --json` has it."""
        _, told = self.json("status")
        found: dict[str, Any] = next(one for one in told["phases"] if one["name"] == phase)
        return found

    def pid(self, attempt: str) -> int:
        """Of the process that the run folder names."""
        pid: int = json.loads((self.runs / attempt / "started.json").read_text())["pid"]
        return pid

    def ran(self, phase: str) -> int:
        """How often the phase's command was run."""
        path = self.folder / f"{phase}.ran"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def go(self) -> None:
        """Let the waiting jobs end."""
        (self.folder / "go").touch()

    def clean(self) -> None:
        """End whatever still runs of what was started from here."""
        self.go()
        for folder in self.runs.glob("*/started.json"):
            pid = self.pid(folder.parent.name)
            if lives(pid) and self.folder == _cwd(pid):
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)


def shells_in(folder: Path) -> Shells:
    (folder / "backfill.yaml").write_text(PLAN)
    (folder / "retry.py").write_text(RETRY)
    (folder / "verdict").write_text("0")
    days = [f"2024-01-0{day}" for day in range(1, 6)]
    checkpoint = {
        "start_date": days[0],
        "end_date": days[-1],
        "successful_dates": [days[0], days[2], days[4]],
        "failed_dates": [days[1], days[3]],
        "last_successful_date": days[-1],
    }
    (folder / "dated.json").write_text(json.dumps(checkpoint))
    return Shells(folder)


def _cwd(pid: int) -> Path | None:
    try:
        return Path(psutil.Process(pid).cwd())
    except psutil.Error:
        return None
