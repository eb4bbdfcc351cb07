"""Snapshots as they come: a PlanWatch in a thread of its own, and whoever waits for its newest snapshot."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.engine.watch import PlanWatch
from backfill_tui.errors import BackfillError

TICK_S = 0.5
"""Seconds between two looks. A look that finds nothing new costs a few stat calls."""

CATCHING_UP_S = 0.25
"""The same while a log's beginning is still being read: the screen is never told more often than that."""


class EngineFeed:
    """The live source of snapshots for a screen. Only the newest is kept; nobody's slowness holds the watch up."""

    def __init__(
        self, watch: Callable[[], PlanWatch], after_look: Callable[[Snapshot], None] | None = None
    ) -> None:
        self._make_watch = watch
        self._after_look = after_look  # called in the watch's thread
        self._loop: asyncio.AbstractEventLoop | None = None
        self._arrived = asyncio.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._newest: Snapshot | None = None
        self.newest: Snapshot | None = None  # for any thread; `next` is for the event loop's
        self._failure: Exception | None = None
        self._looking = threading.Lock()  # a watch serves one caller at a time
        self._watch: PlanWatch | None = None
        self._notes: dict[str, str] = {}

    def start(self) -> None:
        """Begin to watch in the background; call it from the event loop that will wait."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    async def next(self, after: int) -> Snapshot:
        """The newest snapshot above `after`, as soon as there is one; raises what the watch raised, once."""
        while True:
            if self._failure is not None:
                failure, self._failure = self._failure, None
                raise failure
            if self._newest is not None and self._newest.sequence > after:
                return self._newest
            self._arrived.clear()
            await self._arrived.wait()

    def look(self) -> Snapshot:
        """A snapshot of a look that begins now; it blocks. Raises BackfillError before the first one."""
        with self._looking:
            if self._watch is None:
                raise BackfillError("Nothing has been seen of the plan yet.", todo="Try again in a moment.")
            return self._looked(self._watch)

    def note(self, about: str, sentence: str) -> None:
        """Let a sentence go with every snapshot from now on, in place of the one about the same; empty: none."""
        self._notes[about] = sentence

    async def close(self) -> None:
        """Stop watching. Files are let go of at the end of the look that is under way, waited for a moment."""
        self._stop.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, 2.0)

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                pause = TICK_S
                try:
                    with self._looking:
                        self._watch = self._watch or self._make_watch()
                        snapshot = self._looked(self._watch)
                    if self._after_look is not None:
                        self._after_look(snapshot)
                    if not all(phase.history_complete for phase in snapshot.phases):
                        pause = CATCHING_UP_S
                except Exception as error:  # noqa: BLE001 - whatever it is, the screen says it and the watch goes on
                    self._publish(None, error)
                self._stop.wait(pause)
        finally:
            with self._looking:
                if self._watch is not None:
                    self._watch.close()
                self._watch = None

    def _looked(self, watch: PlanWatch) -> Snapshot:
        snapshot = watch.look()
        if told := tuple(note for note in list(self._notes.values()) if note):
            snapshot = replace(snapshot, notes=(*snapshot.notes, *told))
        self.newest = snapshot
        self._publish(snapshot, None)
        return snapshot

    def _publish(self, snapshot: Snapshot | None, failure: Exception | None) -> None:
        def arrive() -> None:
            self._newest = snapshot or self._newest
            self._failure = failure
            self._arrived.set()

        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has closed: nobody is waiting any more
                self._loop.call_soon_threadsafe(arrive)
