"""What a warehouse said of the calendar, so that it is not asked at every start."""

import json
from collections.abc import Mapping
from datetime import date, datetime

from backfill_tui.control.ledger.file import LedgerFile
from backfill_tui.control.ledger.times import text_of, time_of


class Calendars:
    """The newest answer to each calendar's query, by a digest of the query, its range and the warehouse."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file

    def keep(self, digest: str, weights: Mapping[date, float], *, at: datetime) -> None:
        """Keep an answer. Whoever may only look keeps none: it is a saving, not a fact that could be lost."""
        if self._file.read_only:
            return
        text = json.dumps({day.isoformat(): weight for day, weight in weights.items()})
        with self._file.writing() as connection:
            connection.execute(
                "INSERT INTO calendars (digest, at, weights) VALUES (?, ?, ?) "
                "ON CONFLICT (digest) DO UPDATE SET at = excluded.at, weights = excluded.weights",
                (digest, text_of(at), text),
            )

    def kept(self, digest: str) -> tuple[datetime, dict[date, float]] | None:
        """The kept answer and when it was given (aware, UTC); None: none is. ValueError if it can't be read."""
        with self._file.reading() as connection:
            row = connection.execute("SELECT at, weights FROM calendars WHERE digest = ?", (digest,)).fetchone()
        if row is None:
            return None
        weights = {date.fromisoformat(day): float(weight) for day, weight in json.loads(row[1]).items()}
        return time_of(row[0]), weights
