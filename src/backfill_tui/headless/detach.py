"""Leaving the terminal: the same program goes on in a session of its own, its words in a file.

Whoever called it learns whether it is at work, or why not: nobody would look for that in a file until the morning.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from backfill_tui.errors import BackfillError


class NoWordsError(BackfillError):
    """Where a detached run would print can't be written."""

    exit_code = 3


class NotBegunError(BackfillError):
    """What was to go on in the background has ended instead; with its sentence and its exit code."""

    def __init__(self, what: str, exit_code: int) -> None:
        super().__init__(what)
        self.exit_code = exit_code


def detached(log: Path, work: Callable[[Callable[[], None]], int]) -> int:
    """Go on with `work` in the background; in the process that was called, 0 as soon as it is under way.

    `work` is given what it is to call then, and returns its exit code. What it prints is appended to `log`. Call
    this before any thread is started. Raises NoWordsError where the log can't be written, so that nothing goes on,
    and NotBegunError where it ended before it was under way.
    """
    words = _opened(log)
    sys.stdout.flush()
    sys.stderr.flush()
    hear, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(hear)
        _leave_terminal(words)
        return _told(tell, work)
    os.close(words)
    os.close(tell)
    with os.fdopen(hear, encoding="utf-8") as reports:
        try:
            report = reports.read()
        except KeyboardInterrupt:  # nobody waits for it any more: it does not go on behind their back
            os.kill(pid, signal.SIGTERM)
            raise
    return _answered(report, pid, log)


def _opened(log: Path) -> int:
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        return os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise NoWordsError(
            f"what a detached run prints can't be written ({error.strerror or error}).",
            where=log,
            todo="Choose another folder with --state-dir.",
        ) from error


def _leave_terminal(words: int) -> None:
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (words, 1), (words, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(words)


def _told(tell: int, work: Callable[[Callable[[], None]], int]) -> int:
    """Do the work, and tell once how it began: that it did, or by what sentence it did not."""
    reports = os.fdopen(tell, "w", encoding="utf-8")

    def report(**words: str | int) -> None:
        if reports.closed:
            return
        try:
            json.dump(words, reports)
            reports.close()
        except OSError:  # whoever called has been ended; the work is the same
            return

    try:
        return work(lambda: report(exit_code=0))
    except BackfillError as error:
        report(exit_code=error.exit_code, sentence=str(error))
        raise
    finally:
        reports.close()


def _answered(report: str, pid: int, log: Path) -> int:
    if not report:
        _raise_unexplained(pid, log)
    told = json.loads(report)
    if "sentence" in told:
        raise NotBegunError(told["sentence"], told["exit_code"])
    sys.stdout.write(f"run goes on as process {pid}; it prints to {log}\n")
    sys.stdout.flush()
    return 0


def _raise_unexplained(pid: int, log: Path) -> NoReturn:
    """It ended without a word: it was told to leave, was killed, or has a mistake."""
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
    raise NotBegunError(f"run ended {how} before it was under way; what it printed is in {log}.", max(code, 1))
