"""Suites run in the background of a screen: when a person asks, and inputs at their interval.

Results go to the ledger, and from there to the next snapshot. The event loop is never blocked; whoever closes this
takes back what is being asked.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TypeVar

from backfill_tui.checks.judge import Court, estimate, sample
from backfill_tui.checks.model import Sample
from backfill_tui.checks.warehouse import Stop, Warehouse
from backfill_tui.control.ledger import AskedBy, Ledger, LedgerError
from backfill_tui.control.model import PhaseState
from backfill_tui.engine.cases import Case, cases_of
from backfill_tui.engine.docket import Docket
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.engine.validation import validate
from backfill_tui.engine.warehouses import open_warehouse
from backfill_tui.errors import BackfillError
from backfill_tui.plan.resolved import Plan

_OVER = frozenset(
    {
        PhaseState.FINISHED,
        PhaseState.VALIDATING,
        PhaseState.PASSED,
        PhaseState.WARNED,
        PhaseState.FAILED,
        PhaseState.STOPPED,
    }
)
"""The inputs of such a phase are no longer run by themselves."""

T = TypeVar("T")

_AT_ONCE = 3  # validations; each asks its suites side by side


class Judging:
    """Implements the screen's `Judge`. `newest` gives the snapshot whose accounts and calendar are judged by."""

    def __init__(
        self, plan: Plan, ledger: Ledger | None, docket: Docket, newest: Callable[[], Snapshot | None]
    ) -> None:
        self.bills = plan.warehouse is not None and plan.warehouse.backend == "bigquery"
        self.limit_bytes = plan.warehouse.max_bytes_billed if plan.warehouse is not None else None
        self._plan = plan
        self._ledger = ledger
        self._docket = docket
        self._newest = newest
        self._lock = threading.Lock()
        self._warehouse: Warehouse | None = None
        self._stops: dict[str, list[Stop]] = {}
        self._closed = False
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="judging")

    async def estimate(self, phase: str) -> int:
        """How many bytes a validation of the phase would read. Raises BackfillError."""
        return await self._in_background(lambda: self._estimate(phase))

    async def validate(self, phase: str) -> None:
        """Run the phase's suites, then its inputs', and record what they find. Raises BackfillError."""
        await self._in_background(lambda: self._validate(phase))

    async def sample(self, phase: str, suite: str, check: str) -> Sample:
        """Rows that make a metric fail, by its own query."""
        return await self._in_background(lambda: self._sample(phase, suite, check))

    def cancel(self, phase: str) -> None:
        """Stop what a person has asked for the phase, in the warehouse too."""
        with self._lock:
            stops = list(self._stops.get(phase, ()))
        for stop in stops:
            # A warehouse may take a moment to hear of it; the screen does not wait for that.
            threading.Thread(target=stop.request, name="cancel", daemon=True).start()

    def tick(self, snapshot: Snapshot) -> None:
        """Begin those inputs whose interval has passed, of phases that are not over. Called after each look."""
        if self._ledger is None or self._closed:
            return
        for view in snapshot.phases:
            if view.state in _OVER:
                continue
            for suite in view.suites:
                if suite.is_input and suite.every_s is not None and not suite.running:
                    last = suite.result.at if suite.result is not None else None
                    self._begin_input(view.name, suite.name, suite.every_s, last)

    def close(self) -> None:
        """Take back everything that is being asked; the workers end by themselves."""
        self._closed = True
        with self._lock:
            stops = [stop for stops in self._stops.values() for stop in stops]
        for stop in stops:
            stop.request()
        self._pool.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            if self._warehouse is not None and not stops:
                self._warehouse.close()

    async def _in_background(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _begin_input(self, phase: str, suite: str, every_s: float, last: datetime | None) -> None:
        now = datetime.now(UTC)
        if last is not None and (now - last).total_seconds() < every_s:
            return
        with suppress(RuntimeError):  # the pool has been closed in this moment
            self._pool.submit(self._run_input, phase, suite, every_s)

    def _run_input(self, phase: str, suite: str, every_s: float) -> None:
        """One input, if nobody else has taken it: other screens on this plan keep the same interval."""
        if self._ledger is None or self._closed:
            return
        with suppress(LedgerError):  # the verdict book reads the same ledger, and says what ails it
            claimed = self._ledger.claim_validation(phase, suite, at=datetime.now(UTC), every_s=every_s)
            if claimed is not None:
                cases = [case for case in self._cases(phase) if case.is_input and case.suite.name == suite]
                self._run(phase, cases, "interval", claimed)

    def _validate(self, phase: str) -> None:
        cases = self._cases(phase)
        for is_input in (False, True):
            self._run(phase, [case for case in cases if case.is_input is is_input], "screen")

    def _run(self, phase: str, cases: Sequence[Case], asked_by: AskedBy, claimed: int | None = None) -> None:
        keys = [(phase, case.suite.name, case.is_input) for case in cases]
        with self._docket.under_way(keys), self._court(phase) as court:
            validation = validate(cases, court, self._ledger, asked_by=asked_by, claimed=claimed)
        if validation.notes and asked_by == "screen":
            raise BackfillError(validation.notes[0])

    def _estimate(self, phase: str) -> int:
        with self._court(phase) as court:
            return sum(estimate(case.suite, case.subject, court) for case in self._cases(phase))

    def _sample(self, phase: str, suite: str, check: str) -> Sample:
        for case in self._cases(phase):
            if case.suite.name == suite and check in {metric.name for metric in case.suite.metrics}:
                with self._court(phase) as court:
                    return sample(case.suite, check, case.subject, court)
        return Sample(check, "", problem=f"{check} is no metric; only metrics have sample rows.")

    def _cases(self, phase: str) -> list[Case]:
        snapshot = self._newest()
        if snapshot is None:
            raise BackfillError("Nothing has been seen of the plan yet.", todo="Try again in a moment.")
        accounts = {view.name: view.account for view in snapshot.phases}
        return cases_of(self._plan, self._plan.phase(phase), accounts, snapshot.phase(phase).calendar)

    @contextmanager
    def _court(self, phase: str) -> Iterator[Court]:
        """Where suites are run, for as long as it takes; stopped by `cancel` and `close`."""
        stop = Stop()
        with self._lock:
            if self._closed:
                stop.request()
            self._warehouse = self._warehouse or open_warehouse(self._plan)
            self._stops.setdefault(phase, []).append(stop)
        try:
            yield Court(self._warehouse, self._plan.folder, stop)
        finally:
            with self._lock:
                self._stops[phase].remove(stop)
