"""Programs that judge: exit 0 pass, 1 fail, 2 warn, anything else unknown. No shell reads their words."""

import os
import shlex
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from backfill_tui.checks.advice import TODO
from backfill_tui.checks.model import Check, Reason, Status
from backfill_tui.checks.subject import Subject
from backfill_tui.checks.warehouse import Stop
from backfill_tui.errors import PlanError
from backfill_tui.plan.resolved import JudgingCommand

_BY_EXIT_CODE = {0: Status.PASS, 1: Status.FAIL, 2: Status.WARN}
_OUTPUT_AT_MOST = 64 * 1024  # of what it printed; the last line of it is shown
_DETAIL_AT_MOST = 300
_TERM_GRACE_S = 2.0
_GLANCE_S = 0.1  # between two looks whether it is to be stopped


@dataclass(frozen=True, slots=True)
class _Ended:
    code: int | None  # None: it was ended by us
    output: str


def command_check(command: JudgingCommand, subject: Subject, folder: Path, stop: Stop) -> Check:
    """Run a judging program from the plan's folder. Never raises for what it does."""
    blank = Check(command.name, "command", command.severity, Status.UNKNOWN)
    try:
        argv = subject.argv_of(command)
    except PlanError as error:
        return replace(blank, reason=Reason.NO_DATES, detail=error.what, todo=error.todo)
    blank = replace(blank, command=argv)
    if stop.requested:
        return replace(
            blank,
            reason=Reason.CANCELLED,
            detail="was stopped before it was run",
            todo=TODO[Reason.CANCELLED],
        )
    try:
        ended = _run(argv, folder, command.timeout_s, stop)
    except (OSError, ValueError) as error:  # ValueError: a NUL in its words
        why = error.strerror if isinstance(error, OSError) else None
        return replace(
            blank,
            reason=Reason.NOT_RUN,
            detail=f"{argv[0]}: could not be started ({why or error})",
            todo=f"It is looked for from {folder}, then on PATH.",
        )
    return _judged(blank, ended, command.timeout_s, stop)


def _judged(blank: Check, ended: _Ended, timeout_s: float, stop: Stop) -> Check:
    last = _last_line(ended.output)
    if ended.code is None:
        if stop.requested:
            return replace(blank, reason=Reason.CANCELLED, detail="was stopped", todo=TODO[Reason.CANCELLED])
        return replace(
            blank,
            reason=Reason.TIMED_OUT,
            detail=f"took longer than {timeout_s:g} s and was ended",
            todo="Run it by hand, or give it a longer `timeout`.",
        )
    status = _BY_EXIT_CODE.get(ended.code, Status.UNKNOWN)
    how = f"ended by signal {-ended.code}" if ended.code < 0 else f"exit {ended.code}"
    detail = f"{how}: {last}" if last else how
    if status is not Status.UNKNOWN:
        return replace(blank, status=status, value=ended.code, detail=detail)
    return replace(
        blank,
        value=ended.code if ended.code >= 0 else None,
        reason=Reason.NOT_RUN,
        detail=f"{detail} (0 is pass, 1 fail, 2 warn)",
        todo=f"Run it by hand: {shlex.join(blank.command)}",
    )


def _run(argv: tuple[str, ...], folder: Path, timeout_s: float, stop: Stop) -> _Ended:
    """In a session of its own, so that all it starts can be ended with it; its output in a file, never blocking."""
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
    return _Ended(None if stop.requested else code, text)


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
