"""All that a command needs to act on a plan, opened and closed together: ledger, watch, suites, operator."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from backfill_tui.control.attempt import AskedBy
from backfill_tui.control.launch.registry import Registry
from backfill_tui.control.ledger import Ledger, LedgerError
from backfill_tui.engine.claims import Neighbours
from backfill_tui.engine.docket import Docket
from backfill_tui.engine.judging import Judging
from backfill_tui.engine.notifying import Notifying
from backfill_tui.engine.operator import Operator
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.probing import Probing
from backfill_tui.engine.seen_runs import RunsSeen
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.engine.watch import PlanWatch

PATIENCE_S = 120.0
"""How long the logs of a plan may take to be read before its accounts are taken as they are."""

SETTLE_S = 5.0
"""How long probes and messages are waited for once nothing else is to come."""

_SLICE_S = 1.0  # of that patience, after each of which it is asked whether somebody wants to leave


class Bench:
    """One command at work on one plan. `look` may be called from any thread.

    Making it takes until the logs have been read, however long they are; `stop`, once set, cuts that short.
    """

    def __init__(
        self, opened: OpenedPlan, ledger: Ledger, *, asked_by: AskedBy, stop: threading.Event | None = None
    ) -> None:
        self.plan = opened.plan
        self.ledger = ledger
        docket = Docket()
        self._lock = threading.Lock()
        self.neighbours = neighbours = Neighbours(opened.plan, Registry.of_user(), publishing=True)
        self._watch = PlanWatch(opened, ledger, docket, neighbours=neighbours)
        self.newest = self._first_look(stop or threading.Event())
        self._runs_seen = RunsSeen(ledger)
        self.judging = Judging(opened.plan, ledger, docket, lambda: self.newest)
        self._probing = Probing(opened.plan, ledger)
        self._notifying: Notifying | None = None  # made for whoever stays
        self._asked_by: AskedBy = asked_by
        self.operator = Operator(opened, ledger, neighbours, self.look, self._judge_inputs, asked_by=asked_by)

    def look(self, now: datetime | None = None) -> Snapshot:
        """A snapshot of a look that begins now."""
        with self._lock:
            self.newest = self._watch.look(now)
        self._runs_seen.take(self.newest)
        return self.newest

    def attend(self, snapshot: Snapshot) -> None:
        """What is done after a look by whoever stays: inputs and probes are asked, people who are away are told."""
        self.judging.tick(snapshot)
        self._probing.tick(snapshot.at)
        if self._notifying is None:
            self._notifying = Notifying(self.plan, self.ledger)
        self._notifying.take(snapshot)

    def settle(self) -> None:
        """Give what was begun by the way a moment to come to its end: the night has."""
        self._probing.settle(SETTLE_S)
        if self._notifying is not None:
            self._notifying.settle(SETTLE_S)

    def close(self) -> None:
        """Take back what is being asked, and let go of all files."""
        self._probing.close()
        if self._notifying is not None:
            self._notifying.close()
        self.judging.close()
        self._runs_seen.close()
        self._runs_seen.take(self.newest, at_once=True)
        with self._lock:
            self._watch.close()

    def _judge_inputs(self, phase: str) -> None:
        self.judging.judge(phase, is_input=True, asked_by=self._asked_by)

    def _first_look(self, stop: threading.Event) -> Snapshot:
        """A look at all of it: one that comes back before its time has read everything."""
        until = time.monotonic() + PATIENCE_S
        while True:
            end = min(until, time.monotonic() + _SLICE_S)
            snapshot = self._watch.look_whole(end - time.monotonic())
            if time.monotonic() < end or end == until or stop.is_set():
                return snapshot


@contextmanager
def acting(
    opened: OpenedPlan, *, asked_by: AskedBy = "command", stop: threading.Event | None = None
) -> Iterator[Bench]:
    """A bench for as long as it takes; `stop` as for a Bench.

    Raises LedgerError where nothing could be recorded: then nothing is done.
    """
    ledger = Ledger.open(opened.plan.state_dir)
    try:
        bench = Bench(opened, ledger, asked_by=asked_by, stop=stop)
        try:
            yield bench
        finally:
            bench.close()
    finally:
        with suppress(LedgerError):
            ledger.close()
