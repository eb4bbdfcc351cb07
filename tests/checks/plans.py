"""A small plan with suites, its tables in Parquet or in a BigQuery over the wire, and the program run on it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tests.checks import emulator

PHASE = "player_game_summary"

THRESHOLDS = "player: {usage_rate_pct: 95, shot_zones_pct: 40, min_records: 300}\n"

PLAN = """
plan: small
timezone: UTC
thresholds: thresholds.yaml
warehouse: {warehouse}
calendar:
  sql: SELECT game_date AS date, COUNT(*) AS weight FROM `ref.schedule`
    WHERE game_date BETWEEN @start_date AND @end_date GROUP BY 1
phases:
  player_game_summary:
    writes: stats.player
    dates: {start: 2024-01-01, end: 2024-01-10}
    checkpoint: player.json
    retry: [job.py, --dates, "{dates}"]
    suites: [player]
  empty_range:
    dates: {start: 2030-01-01, end: 2030-01-10}
    suites: [player]
  no_table:
    dates: {start: 2024-01-01, end: 2024-01-10}
    suites: [absent]
  no_column:
    dates: {start: 2024-01-01, end: 2024-01-10}
    suites: [columns]
  text_dates:
    dates: {start: 2024-01-01, end: 2024-01-10}
    suites: [texts]
suites:
  texts:
    table: stats.player
    date_column: player
    metrics: {records: {sql: COUNT(*), at_least: 1}, quality: {sql: AVG(quality), at_least: 1}}
  player:
    table: "`p.stats.player`"
    date_column: game_date
    where: points IS NOT NULL
    metrics:
      records: {sql: COUNT(*), at_least: "${player.min_records}"}
      games: {sql: COUNT(DISTINCT game_id)}
      usage_rate:
        sql: 100.0 * SAFE_DIVIDE(COUNTIF(minutes > 0 AND usage_rate IS NOT NULL), COUNTIF(minutes > 0))
        at_least: "${player.usage_rate_pct}"
        unit: "%"
        round: 1
        by: season
        sample: SELECT game_id FROM `stats.player`
          WHERE game_date BETWEEN @start_date AND @end_date AND usage_rate IS NULL ORDER BY 1
      shot_zones:
        sql: 100.0 * COUNTIF(paint_attempts IS NOT NULL) / COUNT(*)
        at_least: "${player.shot_zones_pct}"
        severity: warn
        unit: "%"
      blocking: {sql: "COUNTIF('all_sources_failed' IN UNNEST(quality_issues))", at_most: 0}
      quality: {sql: AVG(quality), at_least: 75, round: 1}
      newest: {sql: "DATE_DIFF(DATE '2024-01-11', MAX(game_date), DAY)", at_most: 1}
    completeness: {missing_at_most: 0, coverage_at_least: 95%}
    queries:
      high_scorers:
        sql: SELECT player, points FROM `stats.player`
          WHERE game_date BETWEEN @start_date AND @end_date QUALIFY
          ROW_NUMBER() OVER (ORDER BY points DESC, player) <= 3 ORDER BY points DESC, player
        expect: rows
        severity: info
      scheduled_games:
        sql: SELECT COUNT(*) AS games FROM `ref.schedule`
        at_least: 1
  absent:
    table: stats.nowhere
    date_column: game_date
    metrics: {records: {sql: COUNT(*), at_least: 1}}
  columns:
    table: stats.player
    date_column: game_date
    metrics:
      records: {sql: COUNT(*), at_least: 1}
      nowhere: {sql: AVG(no_such_column), at_least: 1}
"""

_PLAYER = (
    "game_date DATE, season INT64, game_id STRING, player STRING, points INT64, minutes FLOAT64, "
    "usage_rate FLOAT64, paint_attempts INT64, quality FLOAT64, quality_issues ARRAY<STRING>"
)
_TABLES = {"stats.player": _PLAYER, "ref.schedule": "game_date DATE, game_id STRING"}
_IN_DUCKDB = (
    ("INT64", "BIGINT"),
    ("FLOAT64", "DOUBLE"),
    ("ARRAY<STRING>", "VARCHAR[]"),
    ("STRING", "VARCHAR"),
)


@dataclass
class Night:
    """A folder with a plan and 400 player rows on ten dates; which of them are whole is up to the test."""

    folder: Path
    endpoint: str | None = None

    def fill(self, *, used: float, zones: float = 60.0, lacking: int | None = None) -> None:
        """Write the tables. `used` and `zones` are percentages; on the day `lacking` nothing is written."""
        rows = []
        for number in range(400):
            day = number % 10 + 1
            if day == lacking:
                continue
            place = number * 37 % 400 / 4  # spreads the shares evenly over days and seasons
            usage = "0.2" if place < used else "NULL"
            zone = "3" if place < zones else "NULL"
            cells = (
                f"DATE '2024-01-{day:02}'",
                2022 + number // 10 % 2,
                f"'g{number // 20}'",
                f"'player {number}'",
                number % 41,
                30.0 if number % 50 else 0.0,
                usage,
                zone,
                80.0 + number % 7,
                "['late']" if number % 2 else "[]",
            )
            rows.append(f"({', '.join(map(str, cells))})")
        games = ", ".join(f"(DATE '2024-01-{day:02}', 'g{day}')" for day in range(1, 11))
        if self.endpoint is None:
            self._fill_parquet(", ".join(rows), games)
        else:
            self._fill_emulator(", ".join(rows), games)

    def _fill_parquet(self, rows: str, games: str) -> None:
        with duckdb.connect() as connection:
            for schema in ("stats", "ref"):
                connection.execute(f"CREATE SCHEMA {schema}")
            for table, columns in _TABLES.items():
                for theirs, ours in _IN_DUCKDB:
                    columns = columns.replace(theirs, ours)  # noqa: PLW2901 - step by step
                connection.execute(f"CREATE TABLE {table} ({columns})")
            connection.execute(f"INSERT INTO stats.player VALUES {rows}")
            connection.execute(f"INSERT INTO ref.schedule VALUES {games}")
            for name in _TABLES:
                folder = self.folder / "warehouse" / name.replace(".", "/")
                folder.mkdir(parents=True, exist_ok=True)
                connection.execute(f"COPY {name} TO '{folder}/all.parquet' (FORMAT parquet)")

    def _fill_emulator(self, rows: str, games: str) -> None:
        client = emulator.client(self.endpoint or "")
        for sql in (
            *(f"CREATE SCHEMA IF NOT EXISTS {schema}" for schema in ("stats", "ref")),
            *(f"CREATE OR REPLACE TABLE {table} ({columns})" for table, columns in _TABLES.items()),
            f"INSERT INTO stats.player VALUES {rows}",
            f"INSERT INTO ref.schedule VALUES {games}",
        ):
            client.query(sql).result()

    def validate(self, *words: str) -> tuple[int, dict[str, Any]]:
        """The exit code of `validate --json` and what it printed."""
        done = self.run("validate", "backfill.yaml", *words, "--json")
        assert "Traceback" not in done.stderr
        return done.returncode, json.loads(done.stdout)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "backfill_tui", *words],
            cwd=self.folder,
            env={**os.environ, "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def state(self, phase: str = PHASE) -> dict[str, Any]:
        """The phase as `status --json` has it."""
        told = json.loads(self.run("status", "backfill.yaml", "--json").stdout)
        found: dict[str, Any] = next(one for one in told["phases"] if one["name"] == phase)
        return found


def night_in(folder: Path, endpoint: str | None = None) -> Night:
    place = f"{{backend: bigquery, project: {emulator.PROJECT}, api_endpoint: '{endpoint}'}}"
    warehouse = place if endpoint else "{backend: duckdb, path: warehouse}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "backfill.yaml").write_text(PLAN.replace("{warehouse}", warehouse))
    (folder / "thresholds.yaml").write_text(THRESHOLDS)
    days = [f"2024-01-{day:02}" for day in range(1, 11)]
    done = {
        "start_date": days[0],
        "end_date": days[-1],
        "successful_dates": days,
        "failed_dates": [],
        "last_successful_date": days[-1],
    }
    (folder / "player.json").write_text(json.dumps(done))
    return Night(folder, endpoint)
