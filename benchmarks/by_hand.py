"""The suite of `validation` as a person would ask it of DuckDB: all metrics at once, or one after another.

Run as `python -m benchmarks.by_hand FOLDER {one,each}`; it prints the values as JSON. Nothing of the
product is imported.
"""

import json
import sys
from datetime import date
from pathlib import Path

import duckdb

DATES = (date(2021, 10, 19), date(2026, 1, 2))
_ISSUES = "list_contains(quality_issues, 'all_sources_failed') OR list_contains(quality_issues, 'missing_required')"

METRICS = {
    "record_count": "count(*)",
    "minutes_played": "100.0 * count(minutes_played) / count(*)",
    "usage_rate": "100.0 * count(*) FILTER (minutes_played > 0 AND usage_rate IS NOT NULL)"
    " / count(*) FILTER (minutes_played > 0)",
    "shot_zones": "100.0 * count(paint_attempts) / count(*)",
    "quality_score": "avg(quality_score)",
    "production_ready": "100.0 * count(*) FILTER (is_production_ready) / count(*)",
    "blocking_issues": f"count(*) FILTER ({_ISSUES})",
}


def one_query(folder: Path) -> dict[str, float]:
    """All metrics by one query, with the usage rate by season."""
    columns = ", ".join(f"{sql} AS {name}" for name, sql in METRICS.items())
    rows = _rows(f"SELECT {columns}, season_year {_source(folder)} GROUP BY GROUPING SETS ((), (season_year))")
    whole = max(rows, key=lambda row: row[0])
    return dict(zip(METRICS, whole, strict=False))


def query_a_metric(folder: Path) -> dict[str, float]:
    """Each by a query of its own, and the seasons by one more."""
    values = {name: _rows(f"SELECT {sql} {_source(folder)}")[0][0] for name, sql in METRICS.items()}
    _rows(f"SELECT season_year, {METRICS['usage_rate']} {_source(folder)} GROUP BY 1")
    return values


def _source(folder: Path) -> str:
    files = folder / "warehouse" / "nba_analytics" / "player_game_summary" / "*.parquet"
    return f"FROM read_parquet('{files}') WHERE game_date BETWEEN $first AND $last AND points IS NOT NULL"


def _rows(sql: str) -> list[tuple[float, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(sql, {"first": DATES[0], "last": DATES[1]}).fetchall()


ASK = {"one": one_query, "each": query_a_metric}

if __name__ == "__main__":
    json.dump(ASK[sys.argv[2]](Path(sys.argv[1])), sys.stdout)
