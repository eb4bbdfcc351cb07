"""Acknowledgements: which occurrences of which alerts somebody has seen and answers for."""

import sqlite3
from datetime import datetime

from backfill_tui.control.attempt import Acknowledged
from backfill_tui.control.ledger.file import LedgerFile
from backfill_tui.control.ledger.rows import named, understood
from backfill_tui.control.ledger.times import text_of, time_of
from backfill_tui.control.ledger.words import kept
from backfill_tui.control.model import Severity


class Acknowledgements:
    """The acknowledgements of all alerts."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file

    def acknowledge(
        self, alert: str, since: datetime, *, person: str, at: datetime, severity: Severity | None = None
    ) -> None:
        """Note that a person has seen an alert that stands since then.

        Of one occurrence the first is kept, and the first of those that saw it at its worst.
        """
        with self._file.writing() as connection:
            known = connection.execute(
                "SELECT severity FROM acknowledgements WHERE alert = ? AND since = ?", (alert, text_of(since))
            ).fetchone()
            if known is None:
                connection.execute(
                    "INSERT INTO acknowledgements (alert, since, person, at, severity) VALUES (?, ?, ?, ?, ?)",
                    (alert, text_of(since), kept(person), text_of(at), severity),
                )
            elif severity is not None and _worse(severity, known[0]):
                connection.execute(
                    "UPDATE acknowledgements SET person = ?, at = ?, severity = ? WHERE alert = ? AND since = ?",
                    (kept(person), text_of(at), severity, alert, text_of(since)),
                )

    def recent(self, limit: int) -> tuple[Acknowledged, ...]:
        """The newest, the newest first."""
        with self._file.reading() as connection:
            rows = named(connection).execute("SELECT * FROM acknowledgements ORDER BY at DESC LIMIT ?", (limit,))
            return understood(_acknowledged_of, rows)


def _acknowledged_of(row: sqlite3.Row) -> Acknowledged:
    severity = Severity(row["severity"]) if row["severity"] is not None else None
    return Acknowledged(row["alert"], time_of(row["since"]), row["person"], time_of(row["at"]), severity)


def _worse(severity: Severity, known: str | None) -> bool:
    return known is not None and severity.worse_than(Severity(known))
