"""Leaving the screen because a signal says so: the terminal is given back as it was, as it is on `q`."""

import asyncio
import os
import signal
import sys
import termios
from collections.abc import Callable

INTERRUPTED = 130
"""The exit code of a screen that was told to leave."""


def leave_when_told(leave: Callable[[int], object], loop: asyncio.AbstractEventLoop) -> None:
    """Call `leave` with the exit code at a SIGTERM or SIGHUP, unless somebody else (nohup) has decided about them.

    A second one ends the program at once, and so does a SIGHUP of a terminal that is gone: there is nothing to give
    back, and nobody to wait for.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            loop.add_signal_handler(number, _told, number, loop, leave)


def _told(number: signal.Signals, loop: asyncio.AbstractEventLoop, leave: Callable[[int], object]) -> None:
    loop.remove_signal_handler(number)
    if _terminal_is_there():
        leave(INTERRUPTED)
    else:
        os.kill(os.getpid(), number)


def _terminal_is_there() -> bool:
    try:
        termios.tcgetattr(sys.__stdin__.fileno() if sys.__stdin__ else 0)
    except (OSError, ValueError, termios.error):
        return False
    return True
