"""One table, 30 rows of it, in every kind of warehouse there is, so that the same question can be put to each."""

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

import duckdb

from backfill_tui.checks.bigquery_warehouse import BigQueryWarehouse
from backfill_tui.checks.model import Value
from backfill_tui.plan.resolved import Warehouse as Settings
from tests.checks import emulator
from tests.checks.memory import Row

KINDS = ("folder", "file", "emulator", "memory")
TABLE = "d.games"
ALL_DATES = (date(2024, 1, 1), date(2024, 1, 31))
DAYS = tuple(date(2024, 1, day) for day in (1, 2, 3, 4, 5, 7, 8, 9, 10, 11))  # three rows each; none on the 6th

TYPES = {
    "game_date": ("DATE", "DATE"),
    "game_id": ("INT64", "BIGINT"),
    "season": ("STRING", "VARCHAR"),
    "team": ("STRING", "VARCHAR"),
    "points": ("FLOAT64", "DOUBLE"),
    "ready": ("BOOL", "BOOLEAN"),
    "price": ("NUMERIC", "DECIMAL(38, 9)"),
    "tipoff": ("TIMESTAMP", "TIMESTAMPTZ"),
    "issues": ("ARRAY<STRING>", "VARCHAR[]"),
    "quality": ("FLOAT64", "DOUBLE"),
    "played": ("DATETIME", "TIMESTAMP"),
}
"""Each column's type in BigQuery and in DuckDB."""


def row(i: int) -> Row:
    """The i-th row. Every fifth has no points, the last six no season; of ten one quality is NaN, one list NULL."""
    issues = {3: ("all_sources_failed",), 5: None, 7: ("late", "partial")}.get(i % 10, ())
    return {
        "game_date": DAYS[i // 3],
        "game_id": i,
        "season": "2023-24" if i < 12 else "2024-25" if i < 24 else None,
        "team": "AB"[i % 2],
        "points": None if i % 5 == 0 else 80.0 + i,
        "ready": i % 3 != 0,
        "price": i + 0.25,
        "tipoff": datetime(2024, 1, 1, i % 24, 30, tzinfo=UTC),
        "issues": issues,
        "quality": math.nan if i % 10 == 4 else 50.0 + i,
        "played": datetime.combine(DAYS[i // 3], time(23, 30), UTC),
    }


ROWS: tuple[Row, ...] = tuple(row(i) for i in range(30))


def literal(value: Value) -> str:
    """The value as SQL that BigQuery and DuckDB both read; a date or a time is text that its column reads."""
    match value:
        case None:
            return "NULL"
        case tuple():
            return f"[{', '.join(literal(one) for one in value)}]"
        case datetime():
            return f"'{value:%Y-%m-%d %H:%M:%S}'"
        case float() if math.isnan(value):
            return "'NaN'"
        case str() | date():
            return f"'{value}'"
        case _:
            return str(value)


def statements(dialect: int) -> Sequence[str]:
    """What makes the table, in BigQuery's SQL (0) or DuckDB's (1)."""
    columns = ", ".join(f"{name} {types[dialect]}" for name, types in TYPES.items())
    rows = ", ".join(f"({', '.join(literal(value) for value in one.values())})" for one in ROWS)
    return (
        "CREATE SCHEMA IF NOT EXISTS d",
        f"CREATE TABLE IF NOT EXISTS {TABLE} ({columns})",
        f"TRUNCATE TABLE {TABLE}",
        f"INSERT INTO {TABLE} VALUES {rows}",
    )


def fill_emulator(endpoint: str) -> None:
    """Make the table there."""
    client = emulator.client(endpoint)
    for sql in statements(0):
        client.query(sql).result()


def fill_file(path: Path) -> None:
    """Make a DuckDB file with the table."""
    with duckdb.connect(path) as connection:
        for sql in statements(1):
            connection.execute(sql)


def fill_folder(path: Path, file: Path) -> None:
    """Make a folder with the table in Parquet files, one a day, from a file that was filled."""
    with duckdb.connect(file, read_only=True) as connection:
        for day in DAYS:
            part = path / "d" / "games" / f"{day}" / "part.parquet"
            part.parent.mkdir(parents=True)
            connection.execute(
                f"COPY (SELECT * FROM {TABLE} WHERE game_date = '{day}') TO '{part}' (FORMAT parquet)"
            )


def bigquery_at(endpoint: str, max_bytes_billed: int | None = None) -> BigQueryWarehouse:
    """The warehouse that a plan with such an `api_endpoint` has."""
    return BigQueryWarehouse(
        Settings("bigquery", project=emulator.PROJECT, api_endpoint=endpoint, max_bytes_billed=max_bytes_billed)
    )
