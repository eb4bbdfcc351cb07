"""How a ledger's file does: whole, of which version, writable, held. Found by looking; nothing is made or written.

So nobody may have the ledger open in this process at the same time: to close a file gives up the locks on it.
"""

import fcntl
import os
import sqlite3
import struct
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from backfill_tui.control.ledger.faults import said
from backfill_tui.control.ledger.schema import MIGRATIONS

NEWEST = len(MIGRATIONS)
"""The schema version that this program makes and understands."""

_FAULTS_AT_MOST = 3
_STEPS = 100_000  # of SQLite's machine between two looks at the clock
_AGAIN_S = 0.05

_LOCK = struct.Struct("@hhqqi4x")  # struct flock of Linux: type, whence, start, length, pid
# Where SQLite keeps its locks (os_unix.c, wal.c): a writer has the first byte of those in the index of a
# write-ahead log, and who has the whole file for itself some of those behind its first gigabyte.
_WRITER = 120, 1
_WHOLE = 0x4000_0000, 512


@dataclass(frozen=True, slots=True)
class LedgerHealth:
    """A ledger that could be read. `faults` are SQLite's words about damage; None: not all was looked at."""

    version: int
    attempts: int | None  # None: it is of a version that had none
    size_bytes: int
    faults: tuple[str, ...] | None

    @property
    def is_empty(self) -> bool:
        """Whether it has no tables yet: it was being made, or its maker was killed."""
        return self.version == 0


def health_of(path: Path, *, within_s: float) -> LedgerHealth | None:
    """Look through the whole file, for so long at most; None if there is none. Raises LedgerError."""
    with said(path):
        try:
            size = path.stat().st_size
        except FileNotFoundError:
            return None
        with closing(_opened(path)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            has_attempts = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'attempts'").fetchone()
            attempts = connection.execute("SELECT COUNT(*) FROM attempts").fetchone()[0] if has_attempts else None
            return LedgerHealth(int(version), attempts, size, _faults(connection, within_s))


def held_by(path: Path, *, for_s: float) -> int | None:
    """The pid of another process that has held the ledger against writers for as long as this; None if none has.

    Transactions are short, so that one that is seen once means nothing. 0: held from where no pid is told.
    """
    deadline = time.monotonic() + for_s
    while (holder := _holder(path)) is not None:
        if time.monotonic() >= deadline:
            return holder
        time.sleep(_AGAIN_S)
    return None


def _opened(path: Path) -> sqlite3.Connection:
    """A connection that only reads. Where nobody has the ledger open, none of SQLite's files appears beside it."""
    unused = not _beside(path, "-shm").exists() and not _has_log(path)
    how = "mode=ro&immutable=1" if unused else "mode=ro"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=1.0, isolation_level=None)


def _has_log(path: Path) -> bool:
    log = _beside(path, "-wal")
    return log.exists() and log.stat().st_size > 0


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(f"{path.name}{suffix}")


def _faults(connection: sqlite3.Connection, within_s: float) -> tuple[str, ...] | None:
    deadline = time.monotonic() + within_s
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    try:
        rows = connection.execute(f"PRAGMA integrity_check({_FAULTS_AT_MOST})").fetchall()
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
            return None
        raise
    return tuple(line for (text,) in rows if text != "ok" for line in str(text).splitlines())


def _holder(path: Path) -> int | None:
    index = _beside(path, "-shm")
    for file, place in ((index, _WRITER), (path, _WHOLE)):
        try:
            descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            asked = _LOCK.pack(fcntl.F_RDLCK, os.SEEK_SET, *place, 0)
            kind, _, _, _, pid = _LOCK.unpack(fcntl.fcntl(descriptor, fcntl.F_GETLK, asked))
        finally:
            os.close(descriptor)
        if kind != fcntl.F_UNLCK:
            return max(int(pid), 0)
    return None
