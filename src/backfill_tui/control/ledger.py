"""The ledger: one SQLite file a plan, in which every action is a row before it happens.

Several processes may use it at once. No transaction is held open while anything slow is waited for.
"""

import json
import math
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal, Self

from backfill_tui.checks.model import Status, SuiteResult
from backfill_tui.checks.record import suite_json, suite_of_json
from backfill_tui.control.ledger_schema import MIGRATIONS
from backfill_tui.errors import BackfillError

FILE = "ledger.sqlite3"
BUSY_S = 5.0
"""So long one waits for another process's transaction; none of ours takes a hundredth of it."""

AskedBy = Literal["command", "screen", "interval"]

_TREND_POINTS = 240


class LedgerError(BackfillError):
    """The ledger can't be used: locked, corrupt, newer than this program, on a full or read-only disk."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """The number that a check found at a time (aware, UTC)."""

    at: datetime
    value: float


class Ledger:
    """An open ledger. May be used from several threads; each call is a transaction of its own."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._lock = threading.Lock()
        self._writes = 0

    @classmethod
    def open(cls, state_dir: Path) -> Self:
        """The ledger of a state folder, made or brought up to date if need be. Raises LedgerError."""
        path = state_dir / FILE
        try:
            state_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LedgerError(
                f"the folder can't be made ({error.strerror or error}).",
                where=state_dir,
                todo="Choose another with --state-dir.",
            ) from error
        with _said(path):
            connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            _migrate(connection, path)
        return cls(connection, path)

    @classmethod
    def existing(cls, state_dir: Path) -> Self | None:
        """The ledger of a state folder if it has one; nothing is made. Raises LedgerError."""
        return cls.open(state_dir) if (state_dir / FILE).exists() else None

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    @property
    def version(self) -> tuple[int, int]:
        """Changes whenever anything was written, by whomever."""
        with self._reading() as connection:
            (changed,) = connection.execute("PRAGMA data_version").fetchone()
        return int(changed), self._writes

    # Validations

    def begin_validation(
        self, phase: str, suites: Iterable[str], *, is_input: bool, asked_by: AskedBy, at: datetime
    ) -> int:
        """Note that suites are about to be run on a phase, and return the number to end it with."""
        with self._writing() as connection:
            return _begin(connection, phase, suites, is_input, asked_by, at)

    def claim_validation(self, phase: str, suite: str, *, at: datetime, every_s: float) -> int | None:
        """The same for one input suite, unless somebody has begun to run it within the interval: then None."""
        with self._writing() as connection:
            (last,) = connection.execute(
                "SELECT max(began_at) FROM validations WHERE phase = ? AND is_input = 1 "
                "AND EXISTS (SELECT 1 FROM json_each(suites) WHERE value = ?)",
                (phase, suite),
            ).fetchone()
            if last is not None and (at - datetime.fromisoformat(last)).total_seconds() < every_s:
                return None
            return _begin(connection, phase, [suite], True, "interval", at)

    def record(self, validation: int, phase: str, result: SuiteResult, *, is_input: bool) -> None:
        """Keep what a suite found."""
        at = _text(result.at)
        with self._writing() as connection:
            kept = connection.execute(
                "INSERT INTO suite_results (validation, phase, is_input, suite, at, verdict, digest, result) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    validation,
                    phase,
                    int(is_input),
                    result.name,
                    at,
                    result.verdict.value,
                    result.digest,
                    json.dumps(suite_json(result), ensure_ascii=False),
                ),
            ).lastrowid
            connection.executemany(
                "INSERT INTO check_values (result, phase, is_input, suite, name, at, status, value) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        kept,
                        phase,
                        int(is_input),
                        result.name,
                        check.name,
                        at,
                        check.status.value,
                        _number(check.value),
                    )
                    for check in result.checks
                ],
            )

    def end_validation(self, validation: int, verdict: Status | None, *, at: datetime) -> None:
        """Note how a validation ended; without a verdict it was stopped."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE validations SET ended_at = ?, verdict = ? WHERE id = ?",
                (_text(at), verdict.value if verdict is not None else None, validation),
            )

    def newest_results(self, phase: str, *, is_input: bool) -> dict[str, SuiteResult]:
        """The newest result of each suite that was run on a phase, by name; what can't be read is left out."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT suite, result FROM suite_results WHERE id IN "
                "(SELECT max(id) FROM suite_results WHERE phase = ? AND is_input = ? GROUP BY suite)",
                (phase, int(is_input)),
            ).fetchall()
        found = {}
        for suite, text in rows:
            try:
                found[suite] = suite_of_json(json.loads(text))
            except (ValueError, KeyError, TypeError):
                continue  # of another version of this program: as good as not there
        return found

    def readings(self, phase: str, suite: str, *, is_input: bool) -> dict[str, tuple[Reading, ...]]:
        """The newest numbers that each check of a suite found, in order of time, by the check's name."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT name, at, value FROM check_values WHERE result IN "
                "(SELECT id FROM suite_results WHERE phase = ? AND is_input = ? AND suite = ? "
                "ORDER BY id DESC LIMIT ?) AND value IS NOT NULL ORDER BY result",
                (phase, int(is_input), suite, _TREND_POINTS),
            ).fetchall()
        found: dict[str, list[Reading]] = {}
        for name, at, value in rows:
            found.setdefault(name, []).append(Reading(datetime.fromisoformat(at), value))
        return {name: tuple(points) for name, points in found.items()}

    # The calendar of a warehouse

    def keep_calendar(self, digest: str, weights: Mapping[date, float], *, at: datetime) -> None:
        """Keep the answer to a calendar's query."""
        text = json.dumps({day.isoformat(): weight for day, weight in weights.items()})
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO calendars (digest, at, weights) VALUES (?, ?, ?) "
                "ON CONFLICT (digest) DO UPDATE SET at = excluded.at, weights = excluded.weights",
                (digest, _text(at), text),
            )

    def calendar(self, digest: str) -> tuple[datetime, dict[date, float]] | None:
        """The kept answer to a calendar's query and when it was given (aware, UTC)."""
        with self._reading() as connection:
            row = connection.execute("SELECT at, weights FROM calendars WHERE digest = ?", (digest,)).fetchone()
        if row is None:
            return None
        weights = {date.fromisoformat(day): float(weight) for day, weight in json.loads(row[1]).items()}
        return datetime.fromisoformat(row[0]), weights

    # Transactions

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _said(self._path):
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _said(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
            self._writes += 1


def _begin(
    connection: sqlite3.Connection,
    phase: str,
    suites: Iterable[str],
    is_input: bool,
    asked_by: AskedBy,
    at: datetime,
) -> int:
    row = connection.execute(
        "INSERT INTO validations (phase, is_input, suites, asked_by, began_at) VALUES (?, ?, ?, ?, ?)",
        (phase, int(is_input), json.dumps(list(suites)), asked_by, _text(at)),
    )
    return int(row.lastrowid or 0)


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the schema up to date, in one transaction; whoever comes at the same time waits and finds it done."""
    if _schema_version(connection, path) == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number in range(_schema_version(connection, path), len(MIGRATIONS)):
            for statement in _statements(MIGRATIONS[number]):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _schema_version(connection: sqlite3.Connection, path: Path) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise LedgerError(
            f"was written by a newer version of backfill-tui (schema {version}, this one knows {len(MIGRATIONS)}).",
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


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """SQLite's errors as sentences."""
    try:
        yield
    except sqlite3.Error as error:
        raise LedgerError(_sentence(error), where=path, todo=_advice(error)) from error


def _sentence(error: sqlite3.Error) -> str:
    match getattr(error, "sqlite_errorname", "").split("_")[1:2]:
        case ["BUSY"] | ["LOCKED"]:
            return f"another process has held it for more than {BUSY_S:g} s."
        case ["CORRUPT"] | ["NOTADB"]:
            return f"it is no longer a ledger ({error})."
        case ["READONLY"] | ["CANTOPEN"] | ["PERM"]:
            return f"it can't be written ({error})."
        case ["FULL"] | ["IOERR"]:
            return f"the disk does not take it ({error})."
    return f"it can't be used ({error})."


def _advice(error: sqlite3.Error) -> str:
    match getattr(error, "sqlite_errorname", "").split("_")[1:2]:
        case ["BUSY"] | ["LOCKED"]:
            return "Try again; see who holds it with `fuser`."
        case ["CORRUPT"] | ["NOTADB"]:
            return "Move it away; a new one is made, without its history."
        case ["FULL"] | ["IOERR"]:
            return "Make room, then try again."
    return "See its permissions, or choose another folder with --state-dir."


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
