"""The ledger's file: how it is opened, brought up to date, read and written.

What is kept in it is no business of this room. No transaction is held open while anything slow is waited for.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from backfill_tui.control.ledger import faults
from backfill_tui.control.ledger.faults import LedgerError, fault_of, said
from backfill_tui.control.ledger.schema import MIGRATIONS

_Stamp = tuple[tuple[int, int, int] | None, ...]
"""Of the file and its write-ahead log: inode, size and time of change; None: not there."""


class LedgerFile:
    """An open ledger's connection and its transactions. One thread at a time has it, the others wait."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, *, read_only: bool, frozen: _Stamp | None
    ) -> None:
        self.read_only = read_only
        self._path = path
        self._connection = connection
        self._frozen = frozen  # what it looked like when it was opened as a file that nobody changes
        self._lock = threading.Lock()
        self._changes = 0

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open it to read and write; it is made, or brought up to date, if need be. Raises LedgerError."""
        with said(path), ExitStack() as undo:
            connection = _connect(path, "mode=rwc")
            undo.callback(connection.close)
            _schema_version(connection, path)  # before anything is written to one that is not ours
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            _migrate(connection, path)
            undo.pop_all()
        return cls(path, connection, read_only=False, frozen=None)

    @classmethod
    def look(cls, path: Path) -> Self | None:
        """Open it to read; None if it is not there, or being made at this moment. Raises LedgerError.

        Nothing is written but, where the folder allows it, the index that SQLite's readers share (`-shm`).
        """
        with said(path):
            if _stat(path) is None:
                return None
            connection, frozen = _connect_to_look(path)
            with ExitStack() as undo:
                undo.callback(connection.close)
                if not _is_ours(connection, path):
                    return None
                undo.pop_all()
        return cls(path, connection, read_only=True, frozen=frozen)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    @property
    def version(self) -> tuple[int, int]:
        """Another one whenever something has been written, by whomever."""
        with self.reading() as connection:
            (by_others,) = connection.execute("PRAGMA data_version").fetchone()
            return int(by_others), self._changes

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """For one query: each sees the ledger as it is at that moment. Raises LedgerError."""
        with self._lock, said(self._path):
            if self._frozen is not None and self._frozen != _stamp(self._path):
                self._look_again()
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that nobody else writes during; it happens whole or not at all. Raises LedgerError."""
        with self._lock, said(self._path):
            before = self._connection.total_changes
            with _transaction(self._connection):
                yield self._connection
            if self._connection.total_changes != before:
                self._changes += 1

    def _look_again(self) -> None:
        """Somebody has written after all: SQLite does not look for that in a file said not to change."""
        connection, frozen = _connect_to_look(self._path)
        with ExitStack() as undo:
            undo.callback(connection.close)
            _is_ours(connection, self._path)
            undo.pop_all()
        self._connection.close()
        self._connection, self._frozen = connection, frozen
        self._changes += 1


def _connect(path: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}",
        uri=True,
        timeout=faults.BUSY_S,
        isolation_level=None,
        check_same_thread=False,
    )


def _connect_to_look(path: Path) -> tuple[sqlite3.Connection, _Stamp | None]:
    """A connection that writes nothing, and the file's stamp where that had to be one to an unchanging file.

    Readers of a write-ahead log need an index beside it. Where that can't be made and there is no log, nobody has
    the ledger open and the file by itself is whole; it is then read as one that does not change.
    """
    connection = _connect(path, "mode=ro")
    try:
        connection.execute("PRAGMA user_version")
    except sqlite3.Error as error:
        connection.close()
        stamp = _stamp(path)
        if fault_of(error) not in {"CANTOPEN", "READONLY"} or _has_log(stamp):
            raise
        return _connect(path, "mode=ro&immutable=1"), stamp
    return connection, None


def _stamp(path: Path) -> _Stamp:
    return _stat(path), _stat(path.with_name(f"{path.name}-wal"))


def _has_log(stamp: _Stamp) -> bool:
    log = stamp[1]
    return log is not None and log[1] > 0


def _stat(path: Path) -> tuple[int, int, int] | None:
    try:
        seen = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has ended it already
            connection.execute("ROLLBACK")
        raise


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the schema up to date, in one transaction; whoever comes at the same time waits and finds it done."""
    if _schema_version(connection, path) == len(MIGRATIONS):
        return
    with _transaction(connection):
        for number in range(_schema_version(connection, path), len(MIGRATIONS)):
            for statement in _statements(MIGRATIONS[number]):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")


def _is_ours(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether it is a ledger of this version; False: it has no tables yet. LedgerError if of another version."""
    version = _schema_version(connection, path)
    if version == 0 and connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None:
        return False
    if version < len(MIGRATIONS):
        raise LedgerError(
            f"was written by an older version of backfill-tui (schema {version}, this one has {len(MIGRATIONS)}).",
            where=path,
            todo="The dashboard or `validate`, without --read-only, bring it up to date.",
        )
    return True


def _schema_version(connection: sqlite3.Connection, path: Path) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise LedgerError(
            f"was written by a newer version of backfill-tui (schema {version}, this one has {len(MIGRATIONS)}).",
            where=path,
            todo="Use that version, or another folder with --state-dir.",
        )
    return int(version)


def _statements(script: str) -> Iterator[str]:
    """One statement after another: `executescript` would commit by itself."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
