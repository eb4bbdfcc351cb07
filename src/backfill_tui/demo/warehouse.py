"""The warehouse of the night: one Parquet file per table and date, computed by DuckDB and renamed into place.

A reader sees the old rows of a date or the new ones, never half of them. Its files are
`<root>/<dataset>/<table>/<date>.parquet`, read as `<dataset>/<table>/**/*.parquet`.
"""

import json
import os
import threading
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from backfill_tui.demo import tables
from backfill_tui.demo.schedule import FIRST_DATE, Calendar
from backfill_tui.demo.slate import TeamNight, team_nights

if TYPE_CHECKING:
    import duckdb

NEVER = date(1, 1, 1)
ALWAYS = date(9999, 12, 31)
LOOKBACK = timedelta(days=16)
"""So far back the rolling windows of composite factors look: about seven games of a team."""


class Warehouse:
    """A folder of Parquet files and the connection that writes them; may be used from several threads."""

    def __init__(self, root: Path, calendar: Calendar, seed: int) -> None:
        self.root = root
        self._calendar = calendar
        self._seed = seed
        self._one_at_a_time = threading.Lock()
        self._connection = _connect(seed)

    def write_team_offense(self, day: date, *, broken_until: date = NEVER) -> int:
        """Replace that date's rows and return how many; up to `broken_until` they carry the bug."""
        with self._one_at_a_time:
            self._fill_slate(team_nights(self._calendar, day, self._seed))
            return self._replace(
                tables.TEAM_OFFENSE, day, tables.SELECT_TEAM_OFFENSE, {"broken_until": broken_until}
            )

    def write_player_game_summary(self, day: date) -> int:
        """Replace that date's rows and return how many, from the team rows as they are at this moment."""
        with self._one_at_a_time:
            self._fill_slate(team_nights(self._calendar, day, self._seed))
            self._present("team_offense", tables.TEAM_OFFENSE, [day])
            return self._replace(tables.PLAYER_GAME_SUMMARY, day, tables.SELECT_PLAYER_GAME_SUMMARY)

    def write_composite_factors(self, day: date) -> int:
        """Replace that date's rows and return how many, from the player rows of the days before as they are now."""
        window = self._calendar.game_dates(day - LOOKBACK, day - timedelta(days=1))
        with self._one_at_a_time:
            self._fill_slate(team_nights(self._calendar, day, self._seed))
            self._present("recent", tables.PLAYER_GAME_SUMMARY, window)
            return self._replace(tables.COMPOSITE_FACTORS, day, tables.SELECT_COMPOSITE_FACTORS)

    def write_schedule(self) -> None:
        """Write the schedule of all seasons, as one file."""
        with self._one_at_a_time:
            self._fill_slate(self._all_nights())
            path = self._table(tables.SCHEDULE) / "all.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._copy(tables.SELECT_SCHEDULE, path, {})

    def write_yesterday(self, *, broken_until: date, since: date = FIRST_DATE) -> None:
        """Fill team offense and player summaries as the night finds them, with the bug up to that date."""
        with self._one_at_a_time:
            self._fill_slate(self._all_nights(since))
            team_rows = tables.SELECT_TEAM_OFFENSE.replace("$broken_until", f"DATE '{broken_until}'")
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE team_offense AS {team_rows}")
            self._spread(tables.TEAM_OFFENSE, "SELECT * FROM team_offense")
            self._spread(tables.PLAYER_GAME_SUMMARY, tables.SELECT_PLAYER_GAME_SUMMARY)
            self._connection.execute("DROP TABLE team_offense")

    def _all_nights(self, since: date = FIRST_DATE) -> list[TeamNight]:
        days = sorted(day for day in self._calendar.games if day >= since)
        return [night for day in days for night in team_nights(self._calendar, day, self._seed)]

    def _fill_slate(self, nights: Sequence[TeamNight]) -> None:
        rows = [
            {
                "number": night.number,
                "game_date": night.day.isoformat(),
                "season_year": night.season,
                "game_id": night.game_id,
                "team_abbr": night.team,
                "players": night.players,
            }
            for night in nights
        ]
        # As one text: binding lists of values costs many times as much.
        self._connection.execute(tables.SLATE, {"slate": json.dumps(rows)})

    def _present(self, name: str, table: str, days: Iterable[date]) -> None:
        """Make the files of these dates readable as `name`; where there are none, an empty table of that shape."""
        files = [str(path) for day in days if (path := self._file(table, day)).exists()]
        if files:
            listed = ", ".join(map(_quoted, files))
            source = f"SELECT * FROM read_parquet([{listed}], hive_partitioning = false)"  # noqa: S608 - quoted paths
        else:
            source = f"SELECT * FROM no_{name}"  # noqa: S608 - a constant name
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {source}")

    def _replace(self, table: str, day: date, select: str, values: dict[str, object] | None = None) -> int:
        path = self._file(table, day)
        path.parent.mkdir(parents=True, exist_ok=True)
        return self._copy(select, path, values or {})

    def _copy(self, select: str, path: Path, values: dict[str, object]) -> int:
        written = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        copied = self._connection.execute(f"COPY ({select}) TO {_quoted(str(written))} (FORMAT parquet)", values)
        row = copied.fetchone()
        written.replace(path)
        return int(row[0]) if row else 0

    def _spread(self, table: str, select: str) -> None:
        """Write a SELECT over many dates as one file a date, in one go."""
        folder = self._table(table)
        parts = folder.with_name(f".{folder.name}.parts")
        parts.parent.mkdir(parents=True, exist_ok=True)
        self._connection.execute(
            f"COPY ({select} ORDER BY ALL) TO {_quoted(str(parts))} "
            "(FORMAT parquet, PARTITION_BY (game_date), WRITE_PARTITION_COLUMNS true)"
        )
        folder.mkdir(exist_ok=True)
        for part in parts.iterdir():
            (file,) = part.iterdir()
            file.replace(folder / f"{part.name.removeprefix('game_date=')}.parquet")
            part.rmdir()
        parts.rmdir()

    def _file(self, table: str, day: date) -> Path:
        return self._table(table) / f"{day}.parquet"

    def _table(self, table: str) -> Path:
        return self.root.joinpath(*table.split("."))


def _connect(seed: int) -> "duckdb.DuckDBPyConnection":
    import duckdb

    # Files are replaced under our eyes: none of what was read of them may be kept.
    connection = duckdb.connect(config={"threads": 1, "enable_external_file_cache": False})
    connection.execute(tables.MACROS.format(seed=int(seed), share=tables.INTACT_SHARE))
    # The shapes of what may not have been written yet.
    connection.execute(
        "CREATE TEMP TABLE no_team_offense (game_date DATE, game_id VARCHAR, team_abbr VARCHAR, "
        "fg_attempts INTEGER, ft_attempts INTEGER, turnovers INTEGER)"
    )
    connection.execute(
        "CREATE TEMP TABLE no_recent "
        "(game_date DATE, player_lookup VARCHAR, usage_rate DOUBLE, minutes_played DOUBLE)"
    )
    return connection


def _quoted(text: str) -> str:
    """The text as a literal of SQL: paths can't be bound in COPY."""
    return "'" + text.replace("'", "''") + "'"
