"""Benches on plans of small real jobs, for tests of what is done to them. What still runs at the end is killed."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

from backfill_tui.control.attempt import AskedBy, Attempt
from backfill_tui.control.ledger import Ledger
from backfill_tui.engine.bench import Bench
from backfill_tui.engine.driver import Driver, Happening
from backfill_tui.engine.plans import open_plan
from backfill_tui.engine.snapshot import Snapshot

DEAF = "[sh, -c, 'trap \"echo heard >> $0.heard\" TERM; echo $$ > $0.up; while :; do sleep 0.05; done', {name}]"
"""A job that notes each SIGTERM and goes on; it says when it is up."""


@dataclass
class Site:
    """A folder with a plan, and the benches that work on it."""

    folder: Path
    ending: ExitStack
    jobs: list[psutil.Process] = field(default_factory=list)

    def bench(self, plan: str, *, asked_by: AskedBy = "command", stop: threading.Event | None = None) -> Bench:
        (self.folder / "backfill.yaml").write_text(plan)
        opened = open_plan(self.folder / "backfill.yaml", now=datetime.now(UTC), environ=os.environ)
        ledger = Ledger.open(opened.plan.state_dir)
        self.ending.callback(ledger.close)
        bench = Bench(opened, ledger, asked_by=asked_by, stop=stop)
        self.ending.callback(bench.close)
        return bench

    def launched(self, bench: Bench, phase: str, *, again: bool = False) -> Attempt:
        """The phase as a process that is up."""
        up = self.folder / f"{phase}.up"
        up.unlink(missing_ok=True)
        attempt = bench.operator.launch(bench.operator.offer_launch(phase), again=again)
        assert attempt.identity is not None
        self.keep(attempt.identity.pid)
        until(up.exists)
        return attempt

    def driver(self, bench: Bench, said: list[Happening]) -> Driver:
        driver = Driver(bench.plan, bench.judging, bench.operator, bench.neighbours, said.append)
        self.ending.callback(driver.close)
        return driver

    def keep(self, pid: int) -> None:
        """Kill it at the end."""
        with suppress(psutil.NoSuchProcess):
            self.jobs.append(psutil.Process(pid))

    def heard(self, phase: str) -> bool:
        return (self.folder / f"{phase}.heard").exists()


@contextmanager
def site_in(folder: Path) -> Iterator[Site]:
    with ExitStack() as ending:
        site = Site(folder, ending)
        try:
            yield site
        finally:
            for job in site.jobs:
                with suppress(psutil.Error, ProcessLookupError):
                    if job.is_running():  # the same process, not its pid
                        os.killpg(job.pid, signal.SIGKILL)


def until(holds: Callable[[], object], *, within_s: float = 20.0) -> None:
    """Fails if it does not come to hold."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.01)


def looking(bench: Bench, driver: Driver, holds: Callable[[Snapshot], object], *, within_s: float = 20.0) -> None:
    """Look and drive, as fast as it goes, until something holds."""
    deadline = time.monotonic() + within_s
    while True:
        snapshot = bench.look()
        driver.tick(snapshot)
        if holds(snapshot):
            return
        assert time.monotonic() < deadline, "it did not come to hold"
