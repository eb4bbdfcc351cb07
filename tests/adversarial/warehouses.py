"""Small warehouses and plans for the outside view of `validate`: written, then asked by the real command line."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from backfill_tui.cli import run

FIRST, LAST = "2024-01-01", "2024-01-10"
TEN_DAYS = "SELECT DATE '2024-01-01' + (i % 10)::int AS game_date, i AS id FROM range(100) t(i)"


@dataclass(slots=True)
class Lab:
    """A folder with a plan and a warehouse, and the command line that is asked about them."""

    folder: Path
    output: pytest.CaptureFixture[str]

    def table(self, name: str, rows: str = TEN_DAYS, file: str = "part.parquet") -> Path:
        """Writes what the SQL `rows` gives as one Parquet file of `dataset.table`."""
        path = self.folder / "warehouse" / name.replace(".", "/") / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.sql(rows).write_parquet(str(path))
        return path

    def plan(
        self, phases: str, suites: str, top: str = "", *, name: str = "plan.yaml", warehouse: str = ""
    ) -> Path:
        asked = warehouse or "{backend: duckdb, path: warehouse/}"
        path = self.folder / name
        path.write_text(
            f"plan: p\ntimezone: UTC\nwarehouse: {asked}\n{top}\nphases:\n{phases}\nsuites:\n{suites}\n",
            encoding="utf-8",
        )
        return path

    def one(self, suite: str, top: str = "", *, keys: str = "", dates: tuple[str, str] = (FIRST, LAST)) -> Path:
        """A plan of one phase `a` that is judged by one suite `s`."""
        span = f"dates: {{start: {dates[0]}, end: {dates[1]}}}"
        return self.plan(f"  a: {{{span}, suites: [s]{keys}}}", f"  s: {suite}", top)

    def validate(self, plan: Path, *words: str) -> tuple[int, dict[str, Any]]:
        """The exit code and the JSON. Nothing but narration may be on stderr, and never a traceback."""
        code = run(["validate", str(plan), *(words or ("a",)), "--json"])
        told = self.output.readouterr()
        assert "Traceback" not in told.err
        return code, json.loads(told.out)

    def refused(self, *words: str) -> tuple[int, str]:
        """The exit code and the sentence of a call that prints no data."""
        code = run(["validate", *words])
        told = self.output.readouterr()
        assert told.out == ""
        return code, told.err

    def status(self, plan: Path) -> dict[str, dict[str, Any]]:
        run(["status", str(plan), "--json"])
        return {phase["name"]: phase for phase in json.loads(self.output.readouterr().out)["phases"]}


def checks(answer: dict[str, Any], phase: int = 0) -> dict[str, dict[str, Any]]:
    """All checks of one phase, by name."""
    return {check["name"]: check for suite in answer["phases"][phase]["suites"] for check in suite["checks"]}


def metrics(**sqls: str) -> str:
    """A suite of metrics over `ds.t`; each value is what stands between the braces."""
    inner = ", ".join(f"{name}: {{{words}}}" for name, words in sqls.items())
    return f"{{table: ds.t, date_column: game_date, metrics: {{{inner}}}}}"


def queries(**sqls: str) -> str:
    inner = ", ".join(f"{name}: {{{words}}}" for name, words in sqls.items())
    return f"{{queries: {{{inner}}}}}"


def without_costs(value: Any) -> Any:
    """The JSON without what may differ between two warehouses: bytes, durations and times."""
    if isinstance(value, dict):
        costs = {"bytes_estimated", "bytes_billed", "duration_s", "at"}
        return {key: without_costs(one) for key, one in value.items() if key not in costs}
    return [without_costs(one) for one in value] if isinstance(value, list) else value


def literal(value: object) -> str:
    """`value` as BigQuery writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, date):
        return f"DATE '{value}'"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return "'" + value.replace("'", "\\'") + "'" if isinstance(value, str) else str(value)
