"""What the dashboard does to its terminal beside drawing on it: a bell, and the title of its window.

Nothing of it is done to a terminal that would print it, nor where plan or environment say no.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TextIO

from backfill_tui.control.model import Alert, Severity
from backfill_tui.plan.resolved import TerminalManners
from backfill_tui.views.spans import plain

SETTLE_S = 10.0
"""What a screen sees in its first seconds is not new; whoever has just opened it looks at it."""

_PUSH, _POP = "\x1b[22;2t", "\x1b[23;2t"  # xterm's stack of window titles; tmux has it, too
_LONGEST = 120
_WITHOUT_WINDOW = ("", "dumb", "linux", "vt100", "vt220", "ansi", "cons25")
_NO = ("0", "no", "off", "false")


def manners(planned: TerminalManners, environ: Mapping[str, str]) -> TerminalManners:
    """What may be done, by the plan and BACKFILL_TUI_BELL, BACKFILL_TUI_TITLE; a no of either is a no."""
    return replace(
        planned,
        bell=planned.bell and _allowed(environ, "BACKFILL_TUI_BELL"),
        title=planned.title
        and _allowed(environ, "BACKFILL_TUI_TITLE")
        and environ.get("TERM", "") not in _WITHOUT_WINDOW,
    )


def title_sequence(title: str) -> str:
    """What sets the title of the window (OSC 2), free of anything that would end it early."""
    return f"\x1b]2;{plain(title)[:_LONGEST]}\x07"


@contextmanager
def own_title(terminal: TextIO | None, *, wanted: bool) -> Iterator[None]:
    """The window may have another title as long as this lasts; then it has again the one that it had."""
    if not wanted or terminal is None or not terminal.isatty():
        yield
        return
    _write(terminal, _PUSH)
    try:
        yield
    finally:
        _write(terminal, _POP)


def _write(terminal: TextIO, sequence: str) -> None:
    with suppress(OSError, ValueError):  # it has been closed: there is no window any more
        terminal.write(sequence)
        terminal.flush()


def _allowed(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").lower() not in _NO


class Bell:
    """Knows which alerts are worth a sound: a critical one that was not there before, once."""

    def __init__(self) -> None:
        self._heard: set[str] = set()
        self._quiet_until: float | None = None

    def rings(self, alerts: Iterable[Alert], *, now: float | None = None) -> bool:
        """Whether one of these is new; `now` is monotonic seconds. One that has ended is new when it comes back."""
        now = time.monotonic() if now is None else now
        if self._quiet_until is None:
            self._quiet_until = now + SETTLE_S
        critical = {alert.id for alert in alerts if alert.severity is Severity.CRITICAL and not alert.acknowledged}
        new = critical - self._heard
        self._heard = critical
        return bool(new) and now >= self._quiet_until
