"""Acknowledgements: which occurrences of which alerts somebody has seen and answers for."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from backfill_tui.control.ledger.file import LedgerFile
from backfill_tui.control.ledger.rows import named, understood
from backfill_tui.control.ledger.times import text_of, time_of
from backfill_tui.control.ledger.words import kept


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """That a person has seen an alert: `alert` is its id, `since` tells which occurrence. Times are aware, UTC."""

    alert: str
    since: datetime
    person: str
    at: datetime


class Acknowledgements:
    """The acknowledgements of all alerts."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file

    def acknowledge(self, alert: str, since: datetime, *, person: str, at: datetime) -> None:
        """Note that a person has seen an alert that stands since then. Whoever was first is kept."""
        with self._file.writing() as connection:
            connection.execute(
                "INSERT INTO acknowledgements (alert, since, person, at) VALUES (?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                (alert, text_of(since), kept(person), text_of(at)),
            )

    def all(self) -> frozenset[tuple[str, datetime]]:
        """The ids of the alerts that were acknowledged, each with the time since when it stood."""
        with self._file.reading() as connection:
            rows = named(connection).execute("SELECT alert, since FROM acknowledgements")
            return frozenset(understood(lambda row: (row["alert"], time_of(row["since"])), rows))

    def recent(self, limit: int) -> tuple[Acknowledged, ...]:
        """The newest, the newest first."""
        with self._file.reading() as connection:
            rows = named(connection).execute("SELECT * FROM acknowledgements ORDER BY id DESC LIMIT ?", (limit,))
            return understood(_acknowledged_of, rows)


def _acknowledged_of(row: sqlite3.Row) -> Acknowledged:
    return Acknowledged(row["alert"], time_of(row["since"]), row["person"], time_of(row["at"]))
