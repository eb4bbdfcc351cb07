"""Where snapshots come from: the port that the engine implements, and one in memory for replays and tests."""

import asyncio
from collections.abc import Iterable
from typing import Protocol

from backfill_tui.engine.snapshot import Snapshot


class Feed(Protocol):
    """A source of snapshots. Only the newest matters: one that nobody took is replaced, not queued."""

    def start(self) -> None:
        """Begin in the background; never blocks."""

    async def next(self, after: int) -> Snapshot:
        """The newest snapshot whose `sequence` is above `after`, as soon as there is one.

        May raise; the screen then says so, keeps the last snapshot, and asks again a little later.
        """

    async def close(self) -> None:
        """Let go of everything."""


class ReplayFeed:
    """Gives the snapshots that it was made with, one at a time in their order, then those published to it."""

    def __init__(self, snapshots: Iterable[Snapshot] = ()) -> None:
        self._waiting: list[Snapshot | Exception] = list(snapshots)
        self._arrived = asyncio.Event()
        self.started = False
        self.closed = False

    def start(self) -> None:
        """Note that the feed was started."""
        self.started = True

    async def next(self, after: int) -> Snapshot:
        """The next snapshot above `after`; raises the error that was given to `fail`."""
        while True:
            while self._waiting:
                item = self._waiting.pop(0)
                if isinstance(item, Exception):
                    raise item
                if item.sequence > after:
                    return item
            self._arrived.clear()
            await self._arrived.wait()

    def publish(self, snapshot: Snapshot) -> None:
        """Put a snapshot in place of those that nobody took."""
        self._waiting = [snapshot]
        self._arrived.set()

    def fail(self, error: Exception) -> None:
        """Let the next call of `next` raise `error`."""
        self._waiting.append(error)
        self._arrived.set()

    async def close(self) -> None:
        """Note that the feed was closed."""
        self.closed = True
