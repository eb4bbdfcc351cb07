"""Probes: which was asked when, so that one process asks it in an interval, and what its newest answers were.

A probe is known by its name and a digest of what it asks: another question of the same name begins anew.
"""

import json
import sqlite3
from datetime import datetime, timedelta

from backfill_tui.control.ledger.file import LedgerFile
from backfill_tui.control.ledger.rows import named, understood
from backfill_tui.control.ledger.times import text_of, time_of
from backfill_tui.control.probes import KeptAnswer, ProbeAnswer

KEPT = 500
"""So many of the newest answers of a probe are kept."""


class Probes:
    """The askings and answers of all probes."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file

    def claim(self, name: str, digest: str, *, at: datetime, every_s: float, within_s: float) -> bool:
        """Take it on to ask a probe at `at` (aware), with an answer `within_s`.

        False: somebody has begun to within the interval before, or is still at it.
        """
        with self._file.reading() as connection:  # most ask in vain, and need no lock to see that
            if _taken(connection, name, digest, at, every_s):
                return False
        with self._file.writing() as connection:
            if _taken(connection, name, digest, at, every_s):
                return False
            connection.execute(
                "INSERT OR REPLACE INTO probe_askings (probe, digest, asked_at, taken_until) VALUES (?, ?, ?, ?)",
                (name, digest, text_of(at), text_of(at + timedelta(seconds=within_s))),
            )
        return True

    def release(self, name: str, digest: str, *, at: datetime) -> None:
        """It was not asked after all, as was begun at `at`: whoever wants to may ask at once."""
        with self._file.writing() as connection:
            connection.execute(
                "DELETE FROM probe_askings WHERE probe = ? AND digest = ? AND asked_at = ?",
                (name, digest, text_of(at)),
            )

    def keep(self, name: str, digest: str, answer: ProbeAnswer, *, at: datetime) -> None:
        """Keep an answer that came at `at` (aware)."""
        with self._file.writing() as connection:
            last = _newest(connection, name, digest)
            same = last is not None and last.answer.ok is answer.ok
            since, times = (last.since, last.times + 1) if last is not None and same else (at, 1)
            connection.execute(
                "INSERT INTO probe_answers (probe, digest, at, ok, detail, value, since, times) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    name,
                    digest,
                    text_of(at),
                    None if answer.ok is None else int(answer.ok),
                    answer.detail,
                    json.dumps(answer.value, ensure_ascii=False),
                    text_of(since),
                    times,
                ),
            )
            connection.execute(
                "UPDATE probe_askings SET taken_until = NULL WHERE probe = ? AND digest = ?", (name, digest)
            )
            connection.execute(
                "DELETE FROM probe_answers WHERE probe = ?1 AND id <= "
                "(SELECT id FROM probe_answers WHERE probe = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                (name, KEPT),
            )

    def newest(self, name: str, digest: str) -> KeptAnswer | None:
        """The newest answer of a probe; None: there is none, or another version wrote it."""
        with self._file.reading() as connection:
            return _newest(connection, name, digest)


def _taken(connection: sqlite3.Connection, name: str, digest: str, at: datetime, every_s: float) -> bool:
    """Whether it was begun in the interval before, or is being asked. What lies far ahead is of another clock."""
    row = connection.execute(
        "SELECT asked_at, taken_until FROM probe_askings WHERE probe = ? AND digest = ?", (name, digest)
    ).fetchone()
    if row is None:
        return False
    asked_at, until = time_of(row[0]), time_of(row[1]) if row[1] is not None else None
    interval = timedelta(seconds=every_s)
    return abs(at - asked_at) < interval or (until is not None and asked_at <= at < until)


def _newest(connection: sqlite3.Connection, name: str, digest: str) -> KeptAnswer | None:
    rows = named(connection).execute(
        "SELECT * FROM probe_answers WHERE probe = ? AND digest = ? ORDER BY id DESC LIMIT 1", (name, digest)
    )
    return next(iter(understood(_kept_of, rows)), None)


def _kept_of(row: sqlite3.Row) -> KeptAnswer:
    ok = None if row["ok"] is None else bool(row["ok"])
    answer = ProbeAnswer(ok, row["detail"], json.loads(row["value"]))
    return KeptAnswer(answer, time_of(row["at"]), time_of(row["since"]), row["times"])
