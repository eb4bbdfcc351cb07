"""Acceptances: a person's GO for a phase, with the reason, kept for ever."""

from backfill_tui.control.attempt import Acceptance
from backfill_tui.control.ledger.file import LedgerFile
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
        """The one that was given to a phase last."""
        with self._file.reading() as connection:
            row = connection.execute(
                "SELECT phase, reason, person, at FROM acceptances WHERE phase = ? ORDER BY id DESC LIMIT 1",
                (phase,),
            ).fetchone()
        return None if row is None else _acceptance(*row)

    def recent(self, limit: int) -> tuple[Acceptance, ...]:
        """The newest of all phases, the newest first."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT phase, reason, person, at FROM acceptances ORDER BY id DESC LIMIT ?", (limit,)
            ).fetchall()
        return tuple(_acceptance(*row) for row in rows)


def _acceptance(phase: str, reason: str, person: str, at: str) -> Acceptance:
    return Acceptance(phase, reason, person, time_of(at))
