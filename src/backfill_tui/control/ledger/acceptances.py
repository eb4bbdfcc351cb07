"""Acceptances: a person's GO for a phase, with the reason, kept for ever."""

import sqlite3

from backfill_tui.control.attempt import Acceptance
from backfill_tui.control.ledger.file import LedgerFile
from backfill_tui.control.ledger.rows import named, understood
from backfill_tui.control.ledger.times import text_of, time_of
from backfill_tui.control.ledger.words import kept


class Acceptances:
    """The acceptances of all phases. Whether one still counts is not decided here."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file

    def accept(self, acceptance: Acceptance) -> None:
        """Keep one."""
        with self._file.writing() as connection:
            connection.execute(
                "INSERT INTO acceptances (phase, reason, person, at) VALUES (?, ?, ?, ?)",
                (acceptance.phase, kept(acceptance.reason), kept(acceptance.person), text_of(acceptance.at)),
            )

    def newest(self, phase: str) -> Acceptance | None:
        """The one that was given to a phase last; None also where that can't be read: no older one stands in."""
        with self._file.reading() as connection:
            rows = named(connection).execute(
                "SELECT * FROM acceptances WHERE phase = ? ORDER BY id DESC LIMIT 1", (phase,)
            )
            return next(iter(understood(_acceptance_of, rows)), None)

    def recent(self, limit: int) -> tuple[Acceptance, ...]:
        """The newest of all phases, the newest first."""
        with self._file.reading() as connection:
            rows = named(connection).execute("SELECT * FROM acceptances ORDER BY id DESC LIMIT ?", (limit,))
            return understood(_acceptance_of, rows)


def _acceptance_of(row: sqlite3.Row) -> Acceptance:
    return Acceptance(row["phase"], row["reason"], row["person"], time_of(row["at"]))
