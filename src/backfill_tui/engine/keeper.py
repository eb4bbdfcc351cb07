"""Writes to the ledger that nobody waits for: one after the other, in a thread of their own."""

import threading
from collections.abc import Callable
from contextlib import suppress

from backfill_tui.control.ledger import LedgerError

Write = Callable[[], None]

LEAVING_S = 5.0
"""How long it is waited at the end for what is still to be written."""


class Keeper:
    """Of each thing the newest is kept. What the ledger does not take is let go: another follows."""

    def __init__(self) -> None:
        self._writes: dict[str, Write] = {}
        self._news = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None

    def put(self, what: str, write: Write) -> None:
        """Have it written soon; in place of what was put before about the same and has not been written yet."""
        with self._news:
            self._writes[what] = write
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
                self._thread.start()
            self._news.notify()

    def close(self) -> None:
        """Wait a moment for what is still to be written."""
        with self._news:
            self._closing = True
            self._news.notify()
        if self._thread is not None:
            self._thread.join(LEAVING_S)

    def _run(self) -> None:
        while (write := self._next()) is not None:
            with suppress(LedgerError):
                write()

    def _next(self) -> Write | None:
        with self._news:
            while not self._writes and not self._closing:
                self._news.wait()
            return self._writes.pop(next(iter(self._writes))) if self._writes else None
