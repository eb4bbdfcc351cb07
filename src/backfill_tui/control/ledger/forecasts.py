"""Forecasts as they were shown, kept until it is known what became of them: ranges are calibrated by that."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from backfill_tui.control.ledger.file import LedgerFile
from backfill_tui.control.ledger.rows import named, understood
from backfill_tui.control.ledger.times import text_of, time_of
from backfill_tui.progress.account import RunEnd
from backfill_tui.progress.calibration import Made, Outcome, what_became

_A_HUNDREDTH = 0.01
_FIVE_MINUTES_S = 300

RUNS = 40
"""Ranges are calibrated by so many of the newest runs."""


def slot_of(made: Made) -> int:
    """Which place a forecast takes: one for each hundredth of a run's work, or before that for five minutes."""
    if made.run:
        return int(made.progress / _A_HUNDREDTH)
    return int(made.at.timestamp() / _FIVE_MINUTES_S)


class Forecasts:
    """What was forecast of the phases: of each slot of a run the first."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file

    def keep(self, made: Mapping[str, Made]) -> None:
        """Keep a forecast of each phase. Whoever may only look keeps nothing."""
        if self._file.read_only or not made:
            return
        rows = [
            (
                phase,
                one.run,
                slot_of(one),
                text_of(one.at),
                one.progress,
                one.p10_s,
                one.p50_s,
                one.p90_s,
                one.low_s,
                one.high_s,
            )
            for phase, one in made.items()
        ]
        with self._file.writing() as connection:
            connection.executemany(f"INSERT OR IGNORE INTO forecasts VALUES ({', '.join('?' * 10)})", rows)  # noqa: S608 - only marks

    def since(self, phase: str, at: datetime) -> tuple[Made, ...]:
        """The forecasts of a phase from that moment (aware) on, in order of time."""
        with self._file.reading() as connection:
            rows = named(connection).execute(
                "SELECT * FROM forecasts WHERE phase = ? AND at >= ? ORDER BY at", (phase, text_of(at))
            )
            return understood(_made_of, rows)

    def outcomes(self, phase: str | None = None) -> tuple[Outcome, ...]:
        """What became of the forecasts of the newest runs that came to their end, those of one phase or of all.

        In the order of the runs. A run that was killed tells nothing: nobody knows when it would have been done.
        """
        with self._file.reading() as connection:
            runs = connection.execute(
                "SELECT phase, started_at, ended_at FROM runs_seen WHERE ended = ? AND ended_at IS NOT NULL "
                "AND (? IS NULL OR phase = ?) AND EXISTS "
                "(SELECT 1 FROM forecasts f WHERE f.phase = runs_seen.phase AND f.run = runs_seen.started_at) "
                "ORDER BY ended_at DESC LIMIT ?",
                (RunEnd.COMPLETED.value, phase, phase, RUNS),
            ).fetchall()
            return tuple(one for run in reversed(runs) for one in _became(connection, run))


def _became(connection: sqlite3.Connection, run: Sequence[str]) -> list[Outcome]:
    phase, started_at, ended_at = run
    rows = named(connection).execute(
        "SELECT * FROM forecasts WHERE phase = ? AND run = ? ORDER BY at", (phase, started_at)
    )
    return what_became(understood(_made_of, rows), time_of(ended_at))


def _made_of(row: sqlite3.Row) -> Made:
    return Made(
        run=row["run"],
        at=time_of(row["at"]),
        progress=row["progress"],
        p10_s=row["p10_s"],
        p50_s=row["p50_s"],
        p90_s=row["p90_s"],
        low_s=row["low_s"],
        high_s=row["high_s"],
    )
