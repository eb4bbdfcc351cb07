"""How the screen acts on phases: the port that the engine implements. What comes of it shows in the snapshots."""

from collections.abc import Sequence
from typing import Protocol

from backfill_tui.control.attempt import Acceptance, Attempt
from backfill_tui.control.model import Alert
from backfill_tui.control.offer import Entry, LaunchOffer, StopOffer, StopResult


class Operator(Protocol):
    """Launches, retries, stops, accepts. Its methods may be awaited on the event loop: none of them blocks it.

    Every one of them raises BackfillError, whose sentence says what to do.
    """

    async def offer_launch(self, phase: str) -> LaunchOffer:
        """What a launch would do now, and whether the gate is open."""

    async def offer_retry(self, phase: str) -> LaunchOffer:
        """What a retry of its failed, missing and suspect dates would do."""

    async def launch(self, offer: LaunchOffer, *, override: str | None = None) -> Attempt:
        """Make an offer true, after looking at its gate again. `override`: the reason against a closed gate."""

    async def offer_stop(self, phase: str) -> StopOffer:
        """Which processes a stop would signal. After a SIGTERM that was not heeded it is an offer to kill."""

    async def stop(self, offer: StopOffer, *, reason: str) -> StopResult:
        """Signal them, and wait for their end, the phase's grace long at most."""

    async def accept(self, phase: str, *, reason: str) -> Acceptance:
        """A person's GO."""

    async def acknowledge(self, alerts: Sequence[Alert]) -> None:
        """Note that somebody has seen these alerts."""

    async def history(self) -> tuple[Entry, ...]:
        """Every action in the ledger, newest first."""
