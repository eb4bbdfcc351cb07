"""Waiting for a blocking call that can't be interrupted: at the end of its time, or at a wish to stop, its caller
walks away. Knows nothing of what is being waited for.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import TypeVar

from backfill_tui.checks.warehouse import Stop

T = TypeVar("T")


def wait_for(work: Callable[[Callable[[], bool]], T], timeout_s: float, stop: Stop) -> T:
    """What `work` returns, or what it raises.

    Raises TimeoutError after `timeout_s` seconds, and `concurrent.futures.CancelledError` as soon as a stop is
    requested. The work then goes on in a daemon thread, which never keeps the interpreter from ending; `work` is
    given a function that tells whether its caller has left, and is to start nothing any more once it has.
    """
    promise: Future[T] = Future()

    def labour() -> None:
        try:
            result = work(promise.cancelled)
        except BaseException as error:  # noqa: BLE001 - it is the waiting thread's, whatever it is
            with suppress(InvalidStateError):
                promise.set_exception(error)
        else:
            with suppress(InvalidStateError):
                promise.set_result(result)

    def leave() -> None:
        promise.cancel()

    forget = stop.when_requested(leave)
    try:
        if not promise.cancelled():
            threading.Thread(target=labour, name="backfill-tui asks a warehouse", daemon=True).start()
        return promise.result(timeout_s)
    except TimeoutError:
        promise.cancel()
        raise
    finally:
        forget()
