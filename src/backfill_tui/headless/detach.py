"""Leaving the terminal: the same program goes on in a session of its own, its words in a file."""

import os
import sys
from pathlib import Path

from backfill_tui.errors import BackfillError


def detached(log: Path) -> bool:
    """Go on in the background. True in the process that goes on, False in the one that was called and returns.

    Call it before any thread is started. What is printed from then on is appended to `log`. Raises BackfillError
    where that can't be written: then nothing goes on.
    """
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        words = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise BackfillError(
            f"what a detached run prints can't be written ({error.strerror or error}).",
            where=log,
            todo="Choose another folder with --state-dir.",
        ) from error
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        os.close(words)
        sys.stdout.write(f"run goes on as process {pid}; it prints to {log}\n")
        sys.stdout.flush()
        return False
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (words, 1), (words, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(words)
    return True
