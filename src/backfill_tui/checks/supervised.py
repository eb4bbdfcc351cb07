"""Work that blocks, under a deadline and a wish to stop: it is interrupted, and abandoned where that does not help.

A query answers an interrupt at once; a file system that hangs answers nobody. Whoever asked gets away either way.
"""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from backfill_tui.checks.model import Reason
from backfill_tui.checks.warehouse import AskError, Stop

T = TypeVar("T")

GRACE_S = 2.0
"""So long after its interrupt the work may take to come back before it is left to itself."""

_AGAIN_S = 0.02  # an interrupt is lost if it comes between two statements, so it is repeated


class Deadline:
    """A point in time after which nothing more is begun; in seconds of the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._at = time.monotonic() + seconds
        self._called_off = threading.Event()

    @property
    def left(self) -> float:
        """Seconds until then, 0 once it is past."""
        return max(0.0, self._at - time.monotonic())

    def call_off(self) -> None:
        """Let nothing more begin, although there is time."""
        self._called_off.set()

    def check(self) -> None:
        """Raises AskError (TIMED_OUT, CANCELLED) where work should end; call it between pieces of long work."""
        if self._called_off.is_set():
            raise cancelled()
        if not self.left:
            raise timed_out(self.seconds)


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


def supervised(work: Callable[[], T], interrupt: Callable[[], None], deadline: Deadline, stop: Stop) -> T:
    """Do `work` in a thread of its own and return what it returns, or raise what it raises.

    Once the deadline is past or `stop` is requested, `interrupt` is called from this thread until the work comes
    back or `GRACE_S` are over, and AskError is raised (TIMED_OUT, CANCELLED).
    """
    if stop.requested:
        raise cancelled()
    outcome = _Outcome[T]()
    thread = threading.Thread(target=outcome.come_from, args=(work,), name="warehouse question", daemon=True)
    forget = stop.when_requested(outcome.wake.set)
    try:
        thread.start()
        outcome.wake.wait(deadline.left)
        if outcome.done.is_set():
            return outcome.taken()
        deadline.call_off()
        last = time.monotonic() + GRACE_S
        while not outcome.done.is_set() and time.monotonic() < last:
            interrupt()
            outcome.done.wait(_AGAIN_S)
        raise timed_out(deadline.seconds) if not deadline.left else cancelled()
    finally:
        forget()


def cancelled() -> AskError:
    """Somebody wanted it to stop."""
    return AskError(Reason.CANCELLED, "The question was cancelled before it was answered.")


def timed_out(seconds: float) -> AskError:
    """Its time was up."""
    return AskError(
        Reason.TIMED_OUT,
        f"No answer within {seconds:g} s.",
        todo="Ask about fewer dates, or ask again when the machine is less busy.",
    )
