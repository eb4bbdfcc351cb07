"""The ledger's file: how it is opened, brought up to date, read and written.

What is kept in it is no business of this room. No transaction is held open while anything slow is waited for.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from backfill_tui.control.ledger import faults
from backfill_tui.control.ledger.faults import LedgerError, fault_of, said
from backfill_tui.control.ledger.schema import MIGRATIONS

_Stat = tuple[int, int, int, int] | None
"""Device, inode, size and time of change of a file; None: it is not there."""

_Place = tuple[int, int]
"""Device and inode: which file it is, whatever is in it."""

_Stamp = tuple[_Stat, _Stat]
"""Of the file and of its write-ahead log."""


@dataclass(slots=True)
class _Seat:
    """A connection, and the turns of the threads that use it."""

    connection: sqlite3.Connection
    turn: threading.Lock = field(default_factory=threading.Lock)


class LedgerFile:
    """An open ledger's transactions. One thread at a time writes and one reads, each on a connection of its own.

    So whoever reads never waits for a writer, here or in another process: beside a write-ahead log, readers see
    what was there before.
    """

    def __init__(
        self,
        path: Path,
        file: _Place | None,
        reader: sqlite3.Connection,
        writer: sqlite3.Connection | None,
        frozen: _Stamp | None = None,
    ) -> None:
        self.read_only = writer is None
        self._path = path
        self._reader = _Seat(reader)
        self._writer = self._reader if writer is None else _Seat(writer)
        self._file = file  # which was opened
        self._frozen = frozen  # what it looked like when it was opened as a file that nobody changes
        self._openings = 1

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open it to read and write; it is made, or brought up to date, if need be. Raises LedgerError."""
        with said(path), ExitStack() as undo:
            writer = _connect(path, "mode=rwc")
            undo.callback(writer.close)
            file = _place_of(path)
            _schema_version(writer, path)  # before anything is written to one that is not ours
            writer.execute("PRAGMA journal_mode = WAL")
            writer.execute("PRAGMA synchronous = FULL")
            writer.execute("PRAGMA foreign_keys = ON")
            _migrate(writer, path)
            reader = _connect(path, "mode=ro")
            undo.callback(reader.close)
            _schema_version(reader, path)
            opened = cls(path, file, reader, writer)
            undo.pop_all()
        return opened

    @classmethod
    def look(cls, path: Path) -> Self | None:
        """Open it to read; None if it is not there, or being made at this moment. Raises LedgerError.

        Nothing is written but, where the folder allows it, the index that SQLite's readers share (`-shm`).
        """
        with said(path), ExitStack() as undo:
            if (file := _place_of(path)) is None:
                return None
            reader, frozen = _connect_to_look(path)
            undo.callback(reader.close)
            if not _is_ours(reader, path):
                return None
            opened = cls(path, file, reader, None, frozen)
            undo.pop_all()
        return opened

    def close(self) -> None:
        """Let go of the file."""
        with self._reader.turn:  # first: what is closed last takes the log in, which a reader can't
            self._reader.connection.close()
        with self._writer.turn:
            self._writer.connection.close()

    @property
    def version(self) -> tuple[int, int]:
        """Another one whenever something has been written, by whomever."""
        with self.reading() as connection:
            (by_others,) = connection.execute("PRAGMA data_version").fetchone()  # our own writer is another, too
            return int(by_others), self._openings

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """For one query: each sees the ledger as it is at that moment. Raises LedgerError."""
        with self._turn(self._reader) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that nobody else writes during; it happens whole or not at all. Raises LedgerError."""
        with self._turn(self._writer) as connection, _transaction(connection):
            yield connection

    @contextmanager
    def _turn(self, seat: _Seat) -> Iterator[sqlite3.Connection]:
        with seat.turn, said(self._path):
            if self.read_only:
                self._follow()
            elif _place_of(self._path) != self._file:  # what is kept in this one, nobody would ever find
                raise LedgerError(
                    "was moved, deleted or replaced while it was open here.",
                    where=self._path,
                    todo="Put it back, or leave and start again with what is there now.",
                )
            yield seat.connection

    def _follow(self) -> None:
        """Open it again where another file has taken its place, or somebody writes to one said not to change."""
        file = _place_of(self._path)
        unchanged = file == self._file if self._frozen is None else _stamp(self._path) == self._frozen
        if unchanged:
            return
        connection, frozen = _connect_to_look(self._path)
        with ExitStack() as undo:
            undo.callback(connection.close)
            _is_ours(connection, self._path)
            undo.pop_all()
        self._reader.connection.close()
        self._reader.connection, self._file, self._frozen = connection, file, frozen
        self._openings += 1


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
    return log is not None and log[2] > 0


def _place_of(path: Path) -> _Place | None:
    """Which file is there, whatever is in it."""
    seen = _stat(path)
    return None if seen is None else seen[:2]


def _stat(path: Path) -> _Stat:
    try:
        seen = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns


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
