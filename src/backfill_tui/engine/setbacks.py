"""Steps that could not be done: how long each is left alone, and whether that is worth a line. They read no clock.

Nothing is given up for a night: a disk is cleared, a lock let go of. What can't mend is in the ledger, and not due.
"""

import threading
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from backfill_tui.control.driving import PAUSE_S

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class _Setback:
    text: str
    at: datetime
    rests: bool


class Setbacks(Generic[K]):
    """The newest setback of each step. Times are aware; any thread may tell and ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: dict[K, _Setback] = {}

    def met(self, key: K, text: str, *, at: datetime, seen: bool = False) -> bool:
        """A step could not be done, and rests for a while. Tells whether to say so: not again while it is the same.

        `seen`: the next look will see why, so that it is passed over, unless the very same comes back at once.
        """
        with self._lock:
            before = self._newest.get(key)
            again = before is not None and before.text == text
            rests = again or not seen
            self._newest[key] = _Setback(text, at, rests)
            return rests and not (again and before is not None and before.rests)

    def over(self, key: K) -> None:
        """The step was done."""
        with self._lock:
            self._newest.pop(key, None)

    def has(self, key: K) -> bool:
        """Whether the step could not be done when it was last tried."""
        with self._lock:
            return key in self._newest

    def rests(self, key: K, now: datetime) -> bool:
        """Whether the step is left alone now. A clock that was set back can double the pause, no more."""
        with self._lock:
            newest = self._newest.get(key)
        return newest is not None and newest.rests and abs(now - newest.at) < timedelta(seconds=PAUSE_S)
