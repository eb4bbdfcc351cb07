"""A program run for what it answers: in a session of its own, killed with all its children once its time is over.

No shell reads its words. What its exit code means is the business of whoever asked.
"""

import os
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backfill_tui.checks.warehouse import Stop

_OUTPUT_AT_MOST = 64 * 1024  # of what it printed; the last line of it is shown
_DETAIL_AT_MOST = 300
_TERM_GRACE_S = 2.0
_GLANCE_S = 0.1  # between two looks whether it is to be stopped


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: its exit code (negative: by that signal), and the last line it printed.

    `code` is None where it was ended by us: its time was over, or somebody wanted it to stop.
    """

    code: int | None
    last_line: str

    @property
    def clause(self) -> str:
        """`exit 1: no such job`; only where it ended by itself."""
        how = f"ended by signal {-self.code}" if self.code is not None and self.code < 0 else f"exit {self.code}"
        return f"{how}: {self.last_line}" if self.last_line else how


def why_not_started(error: OSError | ValueError) -> str:
    """What kept a program from being started, as a clause. ValueError: there is a NUL in its words."""
    why = error.strerror if isinstance(error, OSError) else None
    return f"could not be started ({why or error})"


def run_program(argv: tuple[str, ...], folder: Path, timeout_s: float, stop: Stop) -> Ended:
    """Run it from a folder, and wait for it; its output goes to a file, so that it never blocks on us.

    Raises OSError or ValueError where it can't be started.
    """
    beside = folder / argv[0]  # an absolute path stays as it is
    program = str(beside) if beside.is_file() else argv[0]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603 - the plan's own words, and no shell
            argv,
            executable=program,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        code = _wait(process, timeout_s, stop)
        if code is None:
            _end(process)
        output.seek(max(0, output.seek(0, os.SEEK_END) - _OUTPUT_AT_MOST))
        text = output.read(_OUTPUT_AT_MOST).decode("utf-8", "replace")
    return Ended(None if stop.requested else code, _last_line(text))


def _wait(process: subprocess.Popen[bytes], timeout_s: float, stop: Stop) -> int | None:
    """Its exit code; None once its time is over, or somebody wants it to stop."""
    deadline = time.monotonic() + timeout_s
    while not stop.requested:
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        with suppress(subprocess.TimeoutExpired):
            return process.wait(min(left, _GLANCE_S))
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it and its children, politely first. It is reaped last: until then its number is nobody else's."""
    _signal(process, signal.SIGTERM)
    deadline = time.monotonic() + _TERM_GRACE_S
    while time.monotonic() < deadline and not _has_ended(process):
        time.sleep(_GLANCE_S)
    _signal(process, signal.SIGKILL)
    process.wait()


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether it has ended, without reaping it."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    return last if len(last) <= _DETAIL_AT_MOST else last[: _DETAIL_AT_MOST - 1] + "…"
