"""How long judging takes in a process whose imports are done, beside plain DuckDB in the same process.

Run as `python -m benchmarks.judging FOLDER ROUNDS`; it prints the seconds of each contender as JSON.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from backfill_tui.checks.duckdb_warehouse import DuckDBWarehouse
from backfill_tui.checks.judge import Court, judge
from backfill_tui.checks.model import SuiteResult
from backfill_tui.checks.subject import Subject
from backfill_tui.checks.warehouse import Stop
from backfill_tui.plan.load import load_plan
from benchmarks.by_hand import DATES, one_query, query_a_metric
from benchmarks.timing import alternate, seconds_of
from benchmarks.warehouse import METRICS


def measure(folder: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds of `ours`, `one` and `each`, a list each."""
    now = datetime.now(UTC)
    suite = load_plan(folder / "backfill.yaml", now=now, environ={}, python=sys.executable).suites[METRICS]
    subject = Subject(METRICS, dates=DATES)

    def ours() -> SuiteResult:
        return judge(suite, subject, Court(DuckDBWarehouse(folder / "warehouse"), folder, Stop()), now=now)

    contenders = {"ours": ours, "one": lambda: one_query(folder), "each": lambda: query_a_metric(folder)}
    seconds = alternate(rounds, {name: lambda call=call: seconds_of(call) for name, call in contenders.items()})  # type: ignore[misc]
    return dict(seconds)


if __name__ == "__main__":
    json.dump(measure(Path(sys.argv[1]), int(sys.argv[2])), sys.stdout)
