"""Sends messages to addresses, through Apprise, which is imported when the first one is sent. Blocks.

An address holds secrets: nothing that Apprise or a server says leaves this room with a part of it.
"""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from backfill_tui.control.model import Severity
from backfill_tui.control.notices import Notice, masked

if TYPE_CHECKING:
    from apprise import NotifyBase

_LOGGERS = ("apprise", "requests", "urllib3")  # the latter ones name addresses whole
_NOWHERE = logging.NullHandler()  # without any, Python would write warnings to the terminal
_WHY_AT_MOST = 200
_UNSET = re.compile(r"\$\{([^{}]*)\}")
_TYPES = {Severity.CRITICAL: "failure", Severity.WARNING: "warning", Severity.INFO: "info"}


class NotSentError(Exception):
    """A message did not go through: a clause that says why, with no part of the address in it.

    `lasting`: it never will, as long as the address is what it is.
    """

    def __init__(self, why: str, *, lasting: bool = False) -> None:
        super().__init__(why)
        self.lasting = lasting


class Messenger(Protocol):
    """Sends one message to one address; raises NotSentError. May be called from several threads."""

    def __call__(self, address: str, notice: Notice) -> None:
        """Send it."""


def send(address: str, notice: Notice) -> None:
    """Send a message through Apprise; as a `Messenger` does."""
    if unset := unset_variable(address):
        raise NotSentError(f"the environment variable {unset} is not set", lasting=True)
    with _overheard() as said:
        service = _service_of(address)
        try:
            arrived = service.notify(body=notice.body, title=notice.title, notify_type=_TYPES[notice.severity])
        except Exception as error:  # noqa: BLE001 - a service's own mistakes are of any kind
            raise NotSentError(_clause(f"{type(error).__name__}: {error}", address)) from None
    if not arrived:
        raise NotSentError(_clause(said[-1] if said else "it was not taken", address))


def unset_variable(address: str) -> str | None:
    """The environment variable that an address of the plan still waits for."""
    found = _UNSET.search(address)
    return found[1] if found else None


def _service_of(address: str) -> "NotifyBase":
    from apprise import Apprise, AppriseAsset
    from apprise.common import PersistentStoreMode

    asset = AppriseAsset(app_id="backfill-tui", app_desc="backfill-tui", storage_mode=PersistentStoreMode.MEMORY)
    service = Apprise.instantiate(address, asset=asset)
    if service is None:
        raise NotSentError("it is no address that Apprise knows", lasting=True)
    return service


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """What Apprise complains of in this thread. It goes nowhere else: not to the screen, not to a log."""
    me = threading.get_ident()
    said: list[str] = []

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == me:
                said.append(record.getMessage())

    listening = Listening(logging.WARNING)
    apprise, *others = (logging.getLogger(name) for name in _LOGGERS)
    for logger in (apprise, *others):
        logger.propagate = False
    for logger in others:
        logger.addHandler(_NOWHERE)
    apprise.addHandler(listening)
    try:
        yield said
    finally:
        apprise.removeHandler(listening)


def _clause(text: str, address: str) -> str:
    """What was said, on one line, for the end of a sentence."""
    line = " ".join(masked(text, address).split()).rstrip(".")
    return line if len(line) <= _WHY_AT_MOST else f"{line[: _WHY_AT_MOST - 1]}…"
