"""Stops: who asked which process to end, and why. A row before the first signal is sent."""

import sqlite3
from datetime import datetime

from backfill_tui.control.attempt import IllegalStepError, StopAsked
from backfill_tui.control.ledger.file import LedgerFile
from backfill_tui.control.ledger.rows import identity_of_row, named, row_of_identity, understood
from backfill_tui.control.ledger.times import text_of, time_of
from backfill_tui.control.ledger.words import kept


class Stops:
    """The stops of all phases."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file

    def ask(self, stop: StopAsked) -> None:
        """Note that a process is about to be asked to end."""
        with self._file.writing() as connection:
            connection.execute(
                "INSERT INTO stops "
                "(phase, boot_id, pid, process_started, since_boot_s, reason, asked_by, person, at, killed_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    stop.phase,
                    *row_of_identity(stop.identity),
                    kept(stop.reason),
                    stop.asked_by,
                    kept(stop.person),
                    text_of(stop.at),
                    None if stop.killed_at is None else text_of(stop.killed_at),
                ),
            )

    def killed(self, stop: StopAsked, *, at: datetime) -> None:
        """Note that SIGKILL is about to follow. The first time counts.

        Raises IllegalStepError where this stop was never asked: nobody is killed before.
        """
        with self._file.writing() as connection:
            done = connection.execute(
                "UPDATE stops SET killed_at = coalesce(killed_at, ?) WHERE id = "
                "(SELECT max(id) FROM stops WHERE phase = ? AND boot_id = ? AND pid = ? AND at = ?)",
                (text_of(at), stop.phase, stop.identity.boot_id, stop.identity.pid, text_of(stop.at)),
            )
        if done.rowcount == 0:
            raise IllegalStepError(f"{stop.phase} was not asked to stop before it was to be killed.")

    def newest(self, phase: str) -> StopAsked | None:
        """The stop of a phase that was asked last; None also where that can't be read: no older one stands in."""
        with self._file.reading() as connection:
            rows = named(connection).execute(
                "SELECT * FROM stops WHERE phase = ? ORDER BY id DESC LIMIT 1", (phase,)
            )
            return next(iter(understood(_stop_of, rows)), None)

    def recent(self, limit: int) -> tuple[StopAsked, ...]:
        """The newest stops of all phases, the newest first."""
        with self._file.reading() as connection:
            rows = named(connection).execute("SELECT * FROM stops ORDER BY id DESC LIMIT ?", (limit,))
            return understood(_stop_of, rows)


def _stop_of(row: sqlite3.Row) -> StopAsked:
    return StopAsked(
        phase=row["phase"],
        identity=identity_of_row(row),
        reason=row["reason"],
        asked_by=row["asked_by"],
        person=row["person"],
        at=time_of(row["at"]),
        killed_at=None if row["killed_at"] is None else time_of(row["killed_at"]),
    )
