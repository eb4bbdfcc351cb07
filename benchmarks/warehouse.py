"""Makes the warehouse that `validation` asks: the demo's, with one file for every date of its range.

Run as a process of its own: `python -m benchmarks.warehouse FOLDER DATES`. It prints what it made as JSON.
"""

import json
import shutil
import sys
from datetime import date, timedelta
from pathlib import Path

import duckdb
import yaml

from backfill_tui.demo.night import prepare, scenario_named
from backfill_tui.plan.shipped import shipped

FIRST, LAST = date(2021, 10, 19), date(2026, 1, 2)
SUITE = "player_game_summary"
METRICS, WHOLE = "metrics", "whole"  # phases of the plan: the suite's one query alone, its free query too
_TABLE = Path("nba_analytics") / "player_game_summary"


def make(folder: Path, dates: int) -> dict[str, int]:
    """Fill a folder with a plan and the table's last `dates` files; returns how many files and rows there are."""
    prepare(folder, scenario_named("nba-night"), 1, 1.0)
    table = folder / "warehouse" / _TABLE
    _write_off_days(table)
    files = sorted(table.glob("*.parquet"))
    for file in files[:-dates]:
        file.unlink()
    (folder / "backfill.yaml").write_text(_plan(), encoding="utf-8")
    shutil.rmtree(folder / "logs")
    kept = str(table / "*.parquet")
    counted = duckdb.sql("SELECT count(*) FROM read_parquet($files)", params={"files": kept}).fetchall()
    return {"files": min(dates, len(files)), "rows": int(counted[0][0])}


def _write_off_days(table: Path) -> None:
    """A file without rows for each date that has no games."""
    some = next(table.glob("*.parquet"))
    empty = table / "empty"
    rows = f"SELECT * FROM read_parquet('{some}') WHERE false"  # noqa: S608 - a path of ours
    duckdb.sql(f"COPY ({rows}) TO '{empty}' (FORMAT parquet)")
    for n in range((LAST - FIRST).days + 1):
        file = table / f"{FIRST + timedelta(days=n)}.parquet"
        if not file.exists():
            shutil.copy(empty, file)
    empty.unlink()


def _plan() -> str:
    """Two phases that only judge, over all dates, by the shipped suite; no account is asked for."""
    shipped_suite = yaml.safe_load(shipped("nba.yaml").read_text(encoding="utf-8"))["suites"][SUITE]
    suites = {
        WHOLE: {key: value for key, value in shipped_suite.items() if key != "progress"},
        METRICS: {key: value for key, value in shipped_suite.items() if key not in {"progress", "queries"}},
    }
    dates = {"start": str(FIRST), "end": str(LAST)}
    plan = {
        "plan": "benchmark",
        "thresholds": "backfill_thresholds.yaml",
        "warehouse": {"backend": "duckdb", "path": "warehouse"},
        "phases": {name: {"dates": dates, "suites": [name]} for name in suites},
        "suites": suites,
    }
    return yaml.safe_dump(plan, sort_keys=False, allow_unicode=True)


if __name__ == "__main__":
    json.dump(make(Path(sys.argv[1]), int(sys.argv[2])), sys.stdout)
