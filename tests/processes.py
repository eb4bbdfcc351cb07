"""Whether processes live, and waiting for what the system does in its own time: always with a deadline."""

import time
from collections.abc import Callable
from contextlib import suppress

import psutil


def lives(pid: int) -> bool:
    """Whether it runs; what has ended and is yet to be reaped does not, nor what is gone between two looks."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def eventually(holds: Callable[[], bool], *, within_s: float = 20.0) -> None:
    """Wait for something to hold; fail after a deadline."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.01)
