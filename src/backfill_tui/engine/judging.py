"""Suites run in the background of a screen: when a person asks, and inputs at their interval.

Results go to the ledger, and from there to the next snapshot. The event loop is never blocked; whoever closes this
takes back what is being asked.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from backfill_tui.checks.digest import digest_of
from backfill_tui.checks.judge import Court, estimate, sample
from backfill_tui.checks.model import Check, Reason, Sample, Status, SuiteResult
from backfill_tui.checks.warehouse import Stop, Warehouse
from backfill_tui.control.ledger import AskedBy, Ledger, LedgerError
from backfill_tui.control.ledger.words import kept
from backfill_tui.control.model import PhaseState
from backfill_tui.engine.cases import Case, cases_of
from backfill_tui.engine.docket import Docket
from backfill_tui.engine.snapshot import PhaseView, Snapshot, SuiteView
from backfill_tui.engine.validation import validate
from backfill_tui.engine.warehouses import open_warehouse
from backfill_tui.errors import BackfillError, in_words
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
"""The inputs of such a phase are run by themselves once after its end, and while somebody writes them again."""

T = TypeVar("T")

_BUSY_AT_MOST = 0.25
"""So large a share of the time an input may be asked by itself: one that takes long is asked less often."""

_AT_ONCE = 3  # of what people ask for
_INPUTS_AT_ONCE = 2  # of what is asked by itself: it never makes a person wait


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
        self._stops: dict[str | None, list[Stop]] = {}  # by the phase that a person asks about; None: intervals
        self._begun: set[tuple[str, str]] = set()  # inputs that wait for a worker, or have one
        self._broke: deque[BaseException] = deque(maxlen=1)  # what was raised where nobody waits for it
        self._closed = False
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="judging")
        self._inputs_pool = ThreadPoolExecutor(_INPUTS_AT_ONCE, thread_name_prefix="inputs")

    async def estimate(self, phase: str) -> int:
        """How many bytes a validation of the phase would read. Raises BackfillError."""
        return await self._ask_for(phase, lambda court: self._estimate(phase, court))

    async def validate(self, phase: str) -> None:
        """Run the phase's suites, then its inputs', and record what they find. Raises BackfillError."""
        await self._ask_for(phase, lambda court: self._validate(phase, court))

    async def sample(self, phase: str, suite: str, check: str) -> Sample:
        """Rows that make a metric fail, by its own query. Raises BackfillError."""
        return await self._ask_for(phase, lambda court: self._sample(phase, suite, check, court))

    def judge(self, phase: str, *, is_input: bool, asked_by: AskedBy) -> None:
        """Run a phase's own suites, or its inputs', and record what they find; blocks until that is done.

        Raises BackfillError where nothing could be run or recorded.
        """
        stop = self._registered(phase)
        with self._court(phase, stop) as court:
            wanted = [case for case in self._cases(phase) if case.is_input is is_input]
            notes = self._run(phase, wanted, court, asked_by)
        if notes:
            raise LedgerError(notes[0])

    def cancel(self, phase: str) -> None:
        """Stop what a person has asked for the phase, in the warehouse too."""
        with self._lock:
            stops = list(self._stops.get(phase, ()))
        for stop in stops:
            # A warehouse may take a moment to hear of it; the screen does not wait for that.
            threading.Thread(target=stop.request, name="cancel", daemon=True).start()

    def cancel_all(self) -> None:
        """Stop all that is being asked; returns at once."""
        with self._lock:
            phases = list(self._stops)
        for phase in phases:
            if phase is not None:
                self.cancel(phase)

    def tick(self, snapshot: Snapshot) -> None:
        """Begin those inputs whose interval has passed. Called after each look, from its thread.

        Raises what broke one of them since, once, where the ledger could not be told.
        """
        if self._ledger is None or self._closed:
            return
        for view in snapshot.phases:
            over = view.state in _OVER
            for suite in view.suites:
                wanted = not over or bool(suite.stale) or _worked_since(view, suite, snapshot.at)
                if wanted and suite.is_input and suite.every_s is not None and not suite.running:
                    self._begin_input(view.name, suite, suite.every_s)
        if self._broke:
            raise self._broke.pop()

    def close(self) -> None:
        """Take back everything that is being asked, and wait the moment that it takes the workers to notice."""
        self._closed = True
        with self._lock:
            stops = [stop for stops in self._stops.values() for stop in stops]
        for stop in stops:
            stop.request()
        for pool in (self._pool, self._inputs_pool):
            pool.shutdown(wait=True, cancel_futures=True)
        with self._lock:
            if self._warehouse is not None:
                self._warehouse.close()

    async def _ask_for(self, phase: str, work: Callable[[Court], T]) -> T:
        """Do what a person asks for. It can be cancelled from now on, also while it waits for a worker."""
        stop = self._registered(phase)

        def begin() -> T:
            with self._court(phase, stop) as court:
                return work(court)

        return await asyncio.get_running_loop().run_in_executor(self._pool, begin)

    def _begin_input(self, phase: str, suite: SuiteView, every_s: float) -> None:
        if suite.result is not None:
            every_s = max(every_s, suite.result.duration_s / _BUSY_AT_MOST)
            if (datetime.now(UTC) - suite.result.at).total_seconds() < every_s:
                return
        key = (phase, suite.name)
        if key in self._begun:
            return
        self._begun.add(key)
        with suppress(RuntimeError):  # the pool has been closed in this moment
            self._inputs_pool.submit(self._run_input, phase, suite.name, every_s).add_done_callback(
                partial(self._ended_input, key)
            )

    def _ended_input(self, key: tuple[str, str], running: Future[None]) -> None:
        """What could not even be recorded is raised by the next tick, whose caller says it."""
        self._begun.discard(key)
        if not running.cancelled() and (error := running.exception()) is not None:
            self._broke.append(error)

    def _run_input(self, phase: str, suite: str, every_s: float) -> None:
        """One input, if nobody else has taken it: other screens on this plan keep the same interval."""
        if self._ledger is None or self._closed:
            return
        with suppress(LedgerError):  # the verdict book reads the same ledger, and says what ails it
            claimed = self._ledger.claim_validation(phase, suite, at=datetime.now(UTC), every_s=every_s)
            if claimed is None:
                return
            cases: list[Case] = []
            try:
                cases = [case for case in self._cases(phase) if case.is_input and case.suite.name == suite]
                with self._court(None, self._registered(None)) as court:
                    self._run(phase, cases, court, "interval", claimed)
            except LedgerError:
                raise
            except Exception as error:  # noqa: BLE001 - nobody waits for this thread: what broke is what was found
                self._ledger.record(claimed, phase, self._broken(suite, cases, error), is_input=True)
                self._ledger.end_validation(claimed, Status.UNKNOWN, at=datetime.now(UTC))

    def _broken(self, name: str, cases: Sequence[Case], error: Exception) -> SuiteResult:
        """A result that tells why there is none."""
        suite = self._plan.suites[name]
        why = Check(
            name="suite",
            kind="query",
            severity="error",
            status=Status.UNKNOWN,
            reason=Reason.NOT_RUN,
            detail=f"it could not be run: {kept(in_words(error))}",
        )
        result = SuiteResult(name, suite.title, Status.UNKNOWN, datetime.now(UTC), (why,), suite.table)
        for case in cases:
            result = replace(result, dates=case.subject.dates, digest=digest_of(case.suite, case.subject))
        return result

    def _validate(self, phase: str, court: Court) -> None:
        cases = self._cases(phase)
        notes: list[str] = []
        for is_input in (False, True):
            wanted = [case for case in cases if case.is_input is is_input]
            notes += self._run(phase, wanted, court, "screen")
        if notes:
            raise BackfillError(notes[0])

    def _run(
        self, phase: str, cases: Sequence[Case], court: Court, asked_by: AskedBy, claimed: int | None = None
    ) -> tuple[str, ...]:
        """Sentences about what could not be recorded."""
        keys = [(phase, case.suite.name, case.is_input) for case in cases]
        with self._docket.under_way(keys):
            return validate(cases, court, self._ledger, asked_by=asked_by, claimed=claimed).notes

    def _estimate(self, phase: str, court: Court) -> int:
        return sum(estimate(case.suite, case.subject, court) for case in self._cases(phase))

    def _sample(self, phase: str, suite: str, check: str, court: Court) -> Sample:
        for case in self._cases(phase):
            if case.suite.name == suite and check in {metric.name for metric in case.suite.metrics}:
                return sample(case.suite, check, case.subject, court)
        return Sample(check, "", problem=f"{check} is no metric; only metrics have sample rows.")

    def _cases(self, phase: str) -> list[Case]:
        snapshot = self._newest()
        if snapshot is None:
            raise BackfillError("Nothing has been seen of the plan yet.", todo="Try again in a moment.")
        return cases_of(self._plan, phase, snapshot.seen)

    def _registered(self, phase: str | None) -> Stop:
        """A wish to stop that `cancel` and `close` can make."""
        stop = Stop()
        with self._lock:
            self._stops.setdefault(phase, []).append(stop)
            if self._closed:
                stop.request()
        return stop

    @contextmanager
    def _court(self, phase: str | None, stop: Stop) -> Iterator[Court]:
        """Where suites are run, for as long as it takes."""
        try:
            with self._lock:
                self._warehouse = self._warehouse or open_warehouse(self._plan)
            yield Court(self._warehouse, self._plan.folder, stop)
        finally:
            with self._lock:
                self._stops[phase].remove(stop)


def _worked_since(view: PhaseView, suite: SuiteView, now: datetime) -> bool:
    """Whether a phase has worked after its input was last judged: how that was until its end is not known yet."""
    result, last = suite.result, view.account.last_line_at
    return result is not None and last is not None and result.at < last <= now
