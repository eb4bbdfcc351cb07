"""Real processes to be found and ended: whatever a job may do to its children, in a session of its own."""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

from backfill_tui.sources.presence import Identity
from backfill_tui.sources.process_table import identity_of

Start = Callable[..., "Job"]

SLEEP = "import signal; signal.pause()"


class Job:
    """A program that has printed a line when it was ready, with pids on it or whatever it wants to tell."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.identity = identity_of(psutil.Process(process.pid))
        assert process.stdout is not None
        self.said = process.stdout.readline().split()
        assert self.said, "it has ended before it was ready"

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def others(self) -> list[int]:
        """The pids that it has told of."""
        return [int(word) for word in self.said if word.isdecimal()]

    def next_line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")


@contextmanager
def starting() -> Iterator[Start]:
    """Start programs; at the end everything in their sessions is killed, and whatever they have told of."""
    with ExitStack() as ending:

        def start(*argv: str | Path, session: bool = True, **more: object) -> Job:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=session,
                **more,  # type: ignore[call-overload]
            )
            ending.callback(_bury, process)
            job = Job(process)
            ending.callback(_kill, [identity for pid in job.others if (identity := identity_at(pid))])
            return job

        yield start


def identity_at(pid: int) -> Identity | None:
    try:
        return identity_of(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return None


def python(program: str) -> tuple[str, str, str]:
    return sys.executable, "-c", program


@contextmanager
def locked(folder: Path) -> Iterator[int]:
    """The run's lock as its launcher has it."""
    folder.mkdir(parents=True, exist_ok=True)
    fd = os.open(folder / "lock", os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield fd
    finally:
        os.close(fd)


def _kill(identities: list[Identity]) -> None:
    for identity in identities:
        with suppress(ProcessLookupError, psutil.NoSuchProcess):
            if identity_of(psutil.Process(identity.pid)).same_as(identity):
                os.kill(identity.pid, signal.SIGKILL)


def _bury(process: subprocess.Popen[str]) -> None:
    if process.stdout is not None:
        process.stdout.close()
    process.kill()
    process.wait(10)
