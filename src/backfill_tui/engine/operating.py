"""The operator for an event loop: each of its methods in a thread, so that nothing blocks the screen."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from functools import partial
from typing import ParamSpec, TypeVar

from backfill_tui.control.attempt import Acceptance, Attempt
from backfill_tui.control.model import Alert
from backfill_tui.control.offer import Entry, LaunchOffer, StopOffer, StopResult
from backfill_tui.engine.operator import Operator

P = ParamSpec("P")
T = TypeVar("T")

_LEAVING_S = 5.0  # so long whoever leaves waits for what is being recorded


class Operating:
    """Implements the screen's `Operator`."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator
        self._leaving = threading.Event()
        self._threads = _Daemons()

    async def offer_launch(self, phase: str) -> LaunchOffer:
        """What a launch would do now."""
        return await self._threaded(partial(self._operator.offer_launch, phase))

    async def offer_retry(self, phase: str) -> LaunchOffer:
        """What a retry of its failed, missing and suspect dates would do."""
        return await self._threaded(partial(self._operator.offer_retry, phase))

    async def launch(self, offer: LaunchOffer, *, override: str | None = None) -> Attempt:
        """Make an offer true, after looking at its gate again."""
        return await self._threaded(partial(self._operator.launch, offer, override=override, again=offer.again))

    async def offer_stop(self, phase: str) -> StopOffer:
        """Which processes a stop would signal."""
        return await self._threaded(partial(self._operator.offer_stop, phase))

    async def stop(self, offer: StopOffer, *, reason: str) -> StopResult:
        """Signal them, and wait for their end."""
        return await self._threaded(partial(self._operator.stop, offer, reason=reason, cancel=self._leaving))

    async def accept(self, phase: str, *, reason: str) -> Acceptance:
        """A person's GO."""
        return await self._threaded(partial(self._operator.accept, phase, reason=reason))

    async def acknowledge(self, alerts: Sequence[Alert]) -> None:
        """Note that somebody has seen these alerts."""
        await self._threaded(partial(self._operator.acknowledge, alerts))

    async def history(self) -> tuple[Entry, ...]:
        """Every action in the ledger, newest first."""
        return await self._threaded(self._operator.history)

    def close(self) -> None:
        """Wait for nobody's end any more. A launch that is under way is still recorded, as it takes a moment."""
        self._leaving.set()
        self._threads.join(_LEAVING_S)

    async def _threaded(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)


class _Daemons(Executor):
    """A thread for each call. Neither an event loop that ends nor the interpreter waits for them."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Begin the call."""
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()  # nobody takes it back: it is under way
        thread = threading.Thread(
            target=_answer, args=(future, partial(fn, *args, **kwargs)), name="operating", daemon=True
        )
        self._threads = [one for one in self._threads if one.is_alive()]
        self._threads.append(thread)
        thread.start()
        return future

    def join(self, seconds: float) -> None:
        """Wait for all of them, so long at most."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))


def _answer(future: Future[T], call: Callable[[], T]) -> None:
    try:
        future.set_result(call())
    except BaseException as error:  # noqa: BLE001 - whoever waits for the answer gets it, whatever it is
        future.set_exception(error)
