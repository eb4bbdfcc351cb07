"""Launches to test with: real processes in a folder of the test's own, none of which outlives it."""

import errno
import json
import os
import select
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from backfill_tui.control.attempt import Attempt, Order
from backfill_tui.control.launch import launcher, shim
from backfill_tui.control.launch.folder import RunFolder, Started
from backfill_tui.control.launch.heirs import heirs_of
from backfill_tui.control.launch.reconcile import look
from backfill_tui.control.ledger import Ledger

DEADLINE_S = 20.0


class LaunchSite:
    """One state folder, and launches of attempt 1 of phases in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs = folder / "state" / "runs"
        self.ledger = Ledger.open(folder / "state")

    def order(
        self,
        *commands: tuple[str, ...],
        phase: str = "p",
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> Order:
        return Order(phase, commands, cwd or self.folder, env=env or {}, log=log)

    def intend(self, order: Order) -> Attempt:
        return self.ledger.attempts.intend(
            order, number=1, asked_by="command", person="me", override=None, gate=(), at=datetime.now(UTC)
        )

    def launch(
        self,
        order: Order,
        *,
        valid_until: float | None = None,
        on_step: Callable[[str], None] = lambda _: None,
    ) -> Attempt:
        return launcher.complete(
            self.ledger, self.runs, self.intend(order), valid_until=valid_until, on_step=on_step
        )

    def run(self, *commands: tuple[str, ...], phase: str = "p") -> Attempt:
        """Launch it and see how it ends."""
        return self.end_of(self.launch(self.order(*commands, phase=phase)))

    def end_of(self, attempt: Attempt) -> Attempt:
        """Wait until nothing of it is left, and look."""
        with self.folder_of(attempt).lock(DEADLINE_S) as lock:
            assert lock is not None, "it goes on"
        return self.seen(attempt)

    def seen(self, attempt: Attempt) -> Attempt:
        """As a dashboard finds it: from the ledger's row, the folder and the process."""
        row = self.ledger.attempts.get(attempt.phase, attempt.number)
        assert row is not None
        return look(row, self.runs)

    def folder_of(self, attempt: Attempt) -> RunFolder:
        return RunFolder(self.runs / attempt.folder)

    def started(self, attempt: Attempt) -> Started:
        started = self.folder_of(attempt).files().started
        assert started is not None
        return started

    def output(self, attempt: Attempt) -> str:
        return self.folder_of(attempt).output.read_text(encoding="utf-8")

    def pipe(self, name: str = "pipe") -> Path:
        """What a job waits for when it reads it, until `release`."""
        path = self.folder / name
        os.mkfifo(path)
        return path

    def valid_until(self, attempt: Attempt) -> float:
        """On the clock that runs in any sleep."""
        command = json.loads((self.folder_of(attempt).path / shim.COMMAND).read_text(encoding="utf-8"))
        return float(command["valid_until"])

    def close(self) -> None:
        for folder in self.runs.glob("*"):
            for pid in heirs_of(folder / "lock"):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.ledger.close()


@contextmanager
def reading(pipe: Path) -> Iterator[None]:
    """While the job waits at the pipe; after that it comes to its end."""
    deadline = time.monotonic() + DEADLINE_S
    while (writer := _writer(pipe)) is None:
        assert time.monotonic() < deadline, "nobody reads the pipe"
        time.sleep(0.002)
    try:
        yield
    finally:
        os.close(writer)


def release(pipe: Path) -> None:
    """Let the job that reads the pipe come to its end."""
    with reading(pipe):
        pass


def _writer(pipe: Path) -> int | None:
    try:
        return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        return None


def wait_for_the_end_of(pid: int) -> None:
    """Wait for the end of a process that need not be a child."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([handle], [], [], DEADLINE_S)[0], f"process {pid} goes on"
    finally:
        os.close(handle)


def kill(pid: int) -> None:
    """And wait until it is gone."""
    os.kill(pid, signal.SIGKILL)
    wait_for_the_end_of(pid)


def wait_until_later_than(moment: float) -> None:
    """On the clock that orders are valid by."""
    while time.clock_gettime(time.CLOCK_BOOTTIME) <= moment:
        time.sleep(0.01)
