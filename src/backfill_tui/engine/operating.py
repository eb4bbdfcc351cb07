"""The operator for an event loop: each of its methods in a thread, so that nothing blocks the screen."""

import asyncio

from backfill_tui.control.attempt import Acceptance, Attempt
from backfill_tui.control.offer import Entry, LaunchOffer, StopOffer, StopResult
from backfill_tui.engine.operator import Operator


class Operating:
    """Implements the screen's `Operator`."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator

    async def offer_launch(self, phase: str) -> LaunchOffer:
        """What a launch would do now."""
        return await asyncio.to_thread(self._operator.offer_launch, phase)

    async def offer_retry(self, phase: str) -> LaunchOffer:
        """What a retry of its failed and missing dates would do."""
        return await asyncio.to_thread(self._operator.offer_retry, phase)

    async def launch(self, offer: LaunchOffer, *, override: str | None = None) -> Attempt:
        """Make an offer true, after looking at its gate again."""
        return await asyncio.to_thread(self._operator.launch, offer, override=override, again=offer.again)

    async def offer_stop(self, phase: str) -> StopOffer:
        """Which processes a stop would signal."""
        return await asyncio.to_thread(self._operator.offer_stop, phase)

    async def stop(self, offer: StopOffer, *, reason: str) -> StopResult:
        """Signal them, and wait for their end."""
        return await asyncio.to_thread(self._operator.stop, offer, reason=reason)

    async def accept(self, phase: str, *, reason: str) -> Acceptance:
        """A person's GO."""
        return await asyncio.to_thread(self._operator.accept, phase, reason=reason)

    async def history(self) -> tuple[Entry, ...]:
        """Every action in the ledger, newest first."""
        return await asyncio.to_thread(self._operator.history)
