"""The probes of a plan, asked at their interval in the background. Several processes share one interval.

What they found goes to the ledger, and from there, by way of the probe book, to the next snapshot.
"""

import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from backfill_tui.checks.warehouse import Stop, Warehouse
from backfill_tui.control.ledger import Ledger, LedgerError
from backfill_tui.control.probes import ProbeAnswer, digest_of
from backfill_tui.engine.probe_asking import ask_probe
from backfill_tui.engine.warehouses import open_warehouse
from backfill_tui.plan.resolved import Plan, Probe

_AT_ONCE = 4
_REST_S = 10.0  # before it is seen again whether another process has left off asking
_SPARE_S = 10.0  # after its time a probe is given this long to be ended


class Probing:
    """Asks the probes whose interval has passed, each in one process at a time. One thread ticks, never waiting."""

    def __init__(self, plan: Plan, ledger: Ledger) -> None:
        self._plan = plan
        self._ledger = ledger
        self._stop = Stop()
        self._lock = threading.Lock()
        self._begun: dict[str, Future[None]] = {}  # by name: the newest asking
        self._rests_until: dict[str, float] = {}  # seconds since the epoch
        self._warehouse: Warehouse | None = None
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="probes") if plan.probes else None

    def tick(self, now: datetime) -> None:
        """Begin what is due at `now` (aware)."""
        for probe in self._plan.probes:
            if self._due(probe, now):
                with suppress(RuntimeError):  # the pool has been closed in this moment
                    self._begin(probe)

    def settle(self, within_s: float) -> None:
        """Wait until what was begun has been answered, but no longer than that."""
        wait(self._begun.values(), timeout=within_s)

    def close(self) -> None:
        """Take back what is being asked, and wait the moment that it takes the workers to notice."""
        self._stop.request()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        with self._lock:
            if self._warehouse is not None:
                self._warehouse.close()

    def _due(self, probe: Probe, now: datetime) -> bool:
        """Whether a probe is neither being asked here, nor rests: a look in between costs no query.

        A rest is never longer than the interval, however clocks are set.
        """
        begun = self._begun.get(probe.name)
        left = self._rests_until.get(probe.name, 0.0) - now.timestamp()
        return (begun is None or begun.done()) and not 0 < left <= probe.every_s

    def _begin(self, probe: Probe) -> None:
        if self._pool is not None:
            self._begun[probe.name] = asking = self._pool.submit(self._ask, probe)
            asking.add_done_callback(partial(self._asked, probe))

    def _asked(self, probe: Probe, asking: Future[None]) -> None:
        """What broke an asking is its answer: a light must not go on showing what was before."""
        if asking.cancelled() or (error := asking.exception()) is None:
            return
        answer = ProbeAnswer(None, f"asking broke ({type(error).__name__})")  # its words may hold an address
        with suppress(Exception):  # not even that can be kept: a probe that is never answered is an alert
            self._ledger.probes.keep(probe.name, digest_of(probe), answer, at=datetime.now(UTC))

    def _ask(self, probe: Probe) -> None:
        if self._stop.requested:
            return
        at, digest = datetime.now(UTC), digest_of(probe)
        self._rests_until[probe.name] = at.timestamp() + min(_REST_S, probe.every_s)
        with suppress(LedgerError):  # nothing is asked that could not be kept; the verdict book says what ails it
            within_s = probe.timeout_s + _SPARE_S
            if self._ledger.probes.claim(probe.name, digest, at=at, every_s=probe.every_s, within_s=within_s):
                self._rests_until[probe.name] = at.timestamp() + probe.every_s
                warehouse = self._opened() if probe.sql is not None else None
                answer = ask_probe(probe, self._plan.folder, warehouse, self._stop)
                if answer is None:
                    self._ledger.probes.release(probe.name, digest, at=at)
                else:
                    self._ledger.probes.keep(probe.name, digest, answer, at=datetime.now(UTC))

    def _opened(self) -> Warehouse | None:
        with self._lock:
            if self._warehouse is None:
                self._warehouse = open_warehouse(self._plan)
            return self._warehouse
