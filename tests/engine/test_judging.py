"""Suites run in the background of a screen, against real warehouses: results, intervals, and leaving."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from backfill_tui.checks.model import Status
from backfill_tui.control.ledger import Ledger
from backfill_tui.control.model import PhaseState
from backfill_tui.engine.docket import Docket
from backfill_tui.engine.judging import Judging
from backfill_tui.engine.plans import open_plan
from backfill_tui.engine.snapshot import Snapshot, SuiteView
from backfill_tui.engine.watch import PlanWatch
from backfill_tui.errors import BackfillError
from backfill_tui.plan.resolved import Plan
from tests.checks.api_server import hangs_in_running, is_cancel, is_run, serving

PLAN = """
plan: small
timezone: UTC
warehouse: {warehouse}
phases:
  wrote:
    dates: {{start: 2024-01-01, end: 2024-01-10}}
    suites: [rows]
  reads:
    command: ["true"]
    dates: {{start: 2024-01-05, end: 2024-01-10}}
    inputs: [{{suite: rows, lookback: 2d, every: 1h}}]
suites:
  rows:
    table: d.t
    date_column: day
    metrics:
      used:
        sql: 100.0 * COUNTIF(used) / COUNT(*)
        at_least: 95
        sample: SELECT day FROM d.t WHERE NOT used ORDER BY 1
      rows: {{sql: COUNT(*)}}
"""


@dataclass
class Desk:
    """A plan under watch, and the judge of its screen."""

    watch: PlanWatch
    judge: Judging
    ledger: Ledger
    snapshot: Snapshot

    def look(self) -> Snapshot:
        self.snapshot = self.watch.look()
        return self.snapshot

    def suite(self, phase: str) -> SuiteView:
        return self.look().phase(phase).suites[0]


@contextmanager
def desk(folder: Path, warehouse: str = "{backend: duckdb, path: warehouse}") -> Iterator[Desk]:
    plan = folder / "backfill.yaml"
    plan.write_text(PLAN.format(warehouse=warehouse))
    opened = open_plan(plan, now=datetime.now(UTC), environ={})
    ledger, docket = Ledger.open(opened.plan.state_dir), Docket()
    watch = PlanWatch(opened, ledger, docket)
    made = Desk(watch, Judging(opened.plan, ledger, docket, lambda: made.snapshot), ledger, watch.look())
    try:
        yield made
    finally:
        made.judge.close()
        watch.close()
        ledger.close()


def fill(folder: Path, used: int) -> None:
    """Ten rows, one a day, of which the first `used` are used."""
    table = folder / "warehouse" / "d" / "t"
    table.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT DATE '2024-01-01' + range::INTEGER AS day, range < {used} AS used FROM range(10)) "
            f"TO '{table}/all.parquet' (FORMAT parquet)"
        )


async def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)  # the pace of asking


async def test_what_a_validation_finds_is_in_the_next_snapshot(tmp_path: Path) -> None:
    fill(tmp_path, used=5)
    with desk(tmp_path) as one:
        assert one.look().phase("wrote").state is PhaseState.READY
        await one.judge.validate("wrote")
        view = one.look().phase("wrote")
        assert view.state is PhaseState.FAILED
        assert view.judgement is not None
        assert view.judgement.verdict is Status.FAIL
        assert "used 50 (>= 95)" in view.why
        fill(tmp_path, used=10)
        await one.judge.validate("wrote")
        assert one.look().phase("wrote").state is PhaseState.PASSED
        assert [point.value for point in one.suite("wrote").trends["used"]] == [50.0, 100.0]


async def test_an_input_is_judged_on_the_range_that_is_read_with_its_days_before(tmp_path: Path) -> None:
    fill(tmp_path, used=10)
    with desk(tmp_path) as one:
        gate = one.look().phase("reads").gate
        assert (gate[0].name, gate[0].ok) == ("input rows", None)
        await one.judge.validate("reads")
        result = one.suite("reads").result
        assert result is not None
        assert result.dates is not None
        assert [day.isoformat() for day in result.dates] == ["2024-01-03", "2024-01-10"]
        assert result.rows == 8
        assert one.snapshot.phase("reads").gate[0].ok is True


async def test_an_interval_runs_its_suite_by_itself_and_not_again_before_its_time(tmp_path: Path) -> None:
    fill(tmp_path, used=10)
    with desk(tmp_path) as one:
        one.judge.tick(one.snapshot)
        await until(lambda: one.suite("reads").result is not None)
        assert one.suite("wrote").result is None
        first = one.suite("reads").result
        one.judge.tick(one.snapshot)
        assert one.ledger.claim_validation("reads", "rows", at=datetime.now(UTC), every_s=3600) is None
        later = datetime.now(UTC) + timedelta(hours=1, minutes=1)
        assert one.ledger.claim_validation("reads", "rows", at=later, every_s=3600) is not None
        assert one.suite("reads").result == first


async def test_rows_that_fail_are_sampled_by_the_metric_s_own_query(tmp_path: Path) -> None:
    fill(tmp_path, used=8)
    with desk(tmp_path) as one:
        found = await one.judge.sample("wrote", "rows", "used")
        assert [str(row[0]) for row in found.rows] == ["2024-01-09", "2024-01-10"]
        assert "no metric" in (await one.judge.sample("wrote", "rows", "nothing")).problem


async def test_it_is_validating_while_the_suites_run_and_leaving_cancels_the_job(tmp_path: Path) -> None:
    with serving(hangs_in_running) as server:
        place = f"{{backend: bigquery, project: p, api_endpoint: '{server.endpoint}'}}"
        with desk(tmp_path, place) as one:
            assert one.judge.bills
            assert await one.judge.estimate("wrote") == 10
            running = asyncio.create_task(one.judge.validate("wrote"))
            await asyncio.to_thread(server.wait_for, is_run)
            assert one.look().phase("wrote").state is PhaseState.VALIDATING
            assert one.suite("wrote").running
            one.judge.cancel("wrote")
            await asyncio.wait_for(running, 10)
            await asyncio.to_thread(server.wait_for, is_cancel)
            assert not one.suite("wrote").running
            assert one.suite("wrote").result is None  # what was stopped counts for nothing
            assert one.look().phase("wrote").state is PhaseState.READY


async def test_closing_the_screen_stops_what_is_asked_and_leaves_no_thread_waiting(tmp_path: Path) -> None:
    with serving(hangs_in_running) as server:
        place = f"{{backend: bigquery, project: p, api_endpoint: '{server.endpoint}'}}"
        with desk(tmp_path, place) as one:
            running = asyncio.create_task(one.judge.validate("wrote"))
            await asyncio.to_thread(server.wait_for, is_run)
        await asyncio.wait_for(running, 10)
        await asyncio.to_thread(server.wait_for, is_cancel)
        left = [thread.name for thread in threading.enumerate()]
        assert not [name for name in left if name.startswith(("judging", "inputs", "suite"))]


async def test_a_ledger_that_fails_is_said_and_the_suites_are_run_all_the_same(tmp_path: Path) -> None:
    fill(tmp_path, used=10)
    with desk(tmp_path) as one:
        one.ledger.close()
        with pytest.raises(BackfillError, match="could not be recorded"):
            await one.judge.validate("wrote")


async def test_before_anything_was_seen_nothing_is_judged(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        judge = Judging(one.watch.plan, one.ledger, Docket(), lambda: None)
        with pytest.raises(BackfillError, match="Nothing has been seen"):
            await judge.validate("wrote")
        judge.close()


async def test_an_input_that_breaks_by_itself_is_unknown_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_plan: Plan) -> None:
        raise ImportError("no client library")

    fill(tmp_path, used=10)
    with desk(tmp_path) as one, monkeypatch.context() as patch:
        patch.setattr("backfill_tui.engine.judging.open_warehouse", broken)
        one.judge.tick(one.snapshot)
        await until(lambda: one.suite("reads").result is not None)
        condition = one.snapshot.phase("reads").gate[0]
        assert (condition.ok, one.suite("reads").stale) == (None, "")
        assert "could not be run: ImportError: no client library" in condition.detail
        assert one.ledger.claim_validation("reads", "rows", at=datetime.now(UTC), every_s=3600) is None
        patch.undo()
        await one.judge.validate("reads")
        assert one.look().phase("reads").gate[0].ok is True


async def test_what_breaks_an_input_before_the_ledger_knows_of_it_is_raised_once_by_the_next_tick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def broken(phase: str, *_: object, **__: object) -> None:
        asked.append(phase)
        raise ValueError("an odd row")

    def raised() -> bool:
        try:
            one.judge.tick(one.snapshot)
        except ValueError as error:
            return str(error) == "an odd row"
        return False

    with desk(tmp_path) as one:
        monkeypatch.setattr(one.ledger, "claim_validation", broken)
        await until(raised)
        assert asked[0] == "reads"
        taken = threading.Event()
        monkeypatch.setattr(one.ledger, "claim_validation", lambda *_, **__: taken.set())
        await until(lambda: raised() or taken.is_set())
        await until(lambda: not raised())
