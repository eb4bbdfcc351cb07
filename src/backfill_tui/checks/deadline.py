"""Work that blocks, under a deadline and a wish to stop: interrupted where it can be, else left to itself.

A query answers an interrupt at once; a file system or a server that hangs answers nobody. Whoever asked gets away
either way, and the thread of the work never keeps the interpreter from ending.
"""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from backfill_tui.checks.warehouse import Stop, cancelled, timed_out

T = TypeVar("T")

GRACE_S = 2.0
"""So long after its interrupt the work may take to come back before it is left to itself."""

_AGAIN_S = 0.02  # an interrupt is lost if it comes between two statements, so it is repeated


class Deadline:
    """A point in time after which nothing more is begun, for a question asked of `where`."""

    def __init__(self, seconds: float, where: str) -> None:
        self.seconds = seconds
        self.where = where
        self._at = time.monotonic() + seconds
        self._called_off = threading.Event()

    @property
    def left_s(self) -> float:
        """Seconds until then, 0 once it is past."""
        return max(0.0, self._at - time.monotonic())

    @property
    def called_off(self) -> bool:
        """Whether nobody waits for the work any more."""
        return self._called_off.is_set()

    def call_off(self) -> None:
        """Let nothing more begin, although there may be time."""
        self._called_off.set()

    def check(self) -> None:
        """Raises AskError (TIMED_OUT, CANCELLED) where work should end; call it between pieces of long work."""
        if not self.left_s:
            raise timed_out(self.where, self.seconds)
        if self.called_off:
            raise cancelled(self.where)


class _Outcome(Generic[T]):
    """What the working thread leaves behind."""

    def __init__(self) -> None:
        self.value: list[T] = []
        self.error: BaseException | None = None
        self.wake = threading.Event()
        self.done = threading.Event()

    def come_from(self, work: Callable[[], T]) -> None:
        try:
            self.value.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that asked
            self.error = error
        self.done.set()
        self.wake.set()

    def taken(self) -> T:
        if self.error is not None:
            raise self.error
        return self.value[0]


def within(
    deadline: Deadline, stop: Stop, work: Callable[[], T], *, interrupt: Callable[[], None] | None = None
) -> T:
    """Do `work` in a thread of its own and return what it returns, or raise what it raises.

    Raises AskError (TIMED_OUT, CANCELLED) once the deadline is past or `stop` is requested. The deadline is then
    called off, and the work is to begin nothing any more. With an `interrupt`, that is called from this thread
    until the work comes back or `GRACE_S` are over; without one the work is left to itself at once.
    """
    outcome = _Outcome[T]()

    def leave() -> None:
        deadline.call_off()
        outcome.wake.set()

    forget = stop.when_requested(leave)
    try:
        if stop.requested:
            raise cancelled(deadline.where)
        threading.Thread(
            target=outcome.come_from, args=(work,), name="backfill-tui asks a warehouse", daemon=True
        ).start()
        outcome.wake.wait(deadline.left_s)
        if outcome.done.is_set() and not deadline.called_off:
            return outcome.taken()
        deadline.call_off()
        if interrupt is not None:
            _end(outcome.done, interrupt)
        raise cancelled(deadline.where) if deadline.left_s else timed_out(deadline.where, deadline.seconds)
    finally:
        forget()


def _end(done: threading.Event, interrupt: Callable[[], None]) -> None:
    last = time.monotonic() + GRACE_S
    while not done.is_set() and time.monotonic() < last:
        interrupt()
        done.wait(_AGAIN_S)
