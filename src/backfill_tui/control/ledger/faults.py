"""What can be wrong with the ledger's file, as sentences."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backfill_tui.errors import BackfillError

BUSY_S = 5.0
"""So long one waits for another process's transaction; none of ours takes a hundredth of it."""


class LedgerError(BackfillError):
    """The ledger can't be used: locked, corrupt, of another version, on a full or read-only disk."""

    exit_code = 3


_HELD = ("another process has held it for more than {busy:g} s.", "Try again; see who holds it with `fuser`.")
_BROKEN = ("it is no longer a ledger ({error}).", "Move it away; a new one is made, without its history.")
_DENIED = (
    "it can't be opened or written ({error}).",
    "See its permissions, or choose another folder with --state-dir.",
)
_FULL = ("the disk does not take it ({error}).", "Make room, then try again.")
_OTHER = ("it can't be used ({error}).", "See its permissions, or choose another folder with --state-dir.")

_FAULTS = {
    "BUSY": _HELD,
    "LOCKED": _HELD,
    "CORRUPT": _BROKEN,
    "NOTADB": _BROKEN,
    "READONLY": _DENIED,
    "CANTOPEN": _DENIED,
    "PERM": _DENIED,
    "FULL": _FULL,
    "IOERR": _FULL,
}
"""By SQLite's primary result codes: what happened, and what to do."""


def fault_of(error: sqlite3.Error) -> str:
    """SQLite's primary result code by name: CANTOPEN, BUSY, …; empty where it is an error of Python's module."""
    name = str(getattr(error, "sqlite_errorname", ""))
    return (*name.split("_"), "")[1]


@contextmanager
def said(path: Path) -> Iterator[None]:
    """SQLite's errors, and those of looking for the file, as sentences."""
    try:
        yield
    except sqlite3.Error as error:
        what, todo = _FAULTS.get(fault_of(error), _OTHER)
        raise LedgerError(what.format(error=error, busy=BUSY_S), where=path, todo=todo) from error
    except OSError as error:
        what, todo = _DENIED
        raise LedgerError(what.format(error=error.strerror or error), where=path, todo=todo) from error
