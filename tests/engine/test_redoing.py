"""Suspect dates done anew by a real process, from inputs that a real warehouse has found to be good again."""

from collections.abc import Callable
from datetime import UTC, datetime

import duckdb
import pytest

from backfill_tui.control.gate import is_open
from backfill_tui.control.model import PhaseState
from backfill_tui.engine.bench import Bench
from backfill_tui.engine.launching import GateClosedError
from tests.engine.benches import Site, until

JOB = """
import sys
from datetime import datetime, timezone
def say(message):
    now = datetime.now(timezone.utc)
    print(f"{now:%Y-%m-%d %H:%M:%S},{now.microsecond // 1000:03d} - INFO - {message}", flush=True)
days = sys.argv[1].split(",")
say(f"Processing {len(days)} specific dates")
for number, day in enumerate(days, start=1):
    say(f"Processing date {number}/{len(days)}: {day}")
    say("  ✓ Success: 7 records")
say("SPECIFIC DATES PROCESSING SUMMARY:")
"""

PLAN = """
plan: small
timezone: UTC
warehouse: {backend: duckdb, path: warehouse.duckdb}
phases:
  factors:
    dates: {start: 2024-01-01, end: 2024-01-03}
    log: factors.log
    command: ["{python}", job.py, "2024-01-01,2024-01-02,2024-01-03"]
    retry: ["{python}", job.py, "{dates}"]
    inputs: [{suite: usage}]
  training:
    command: ["true"]
    after: [factors]
suites:
  usage:
    table: d.t
    date_column: day
    metrics: {usage_rate: {sql: 100.0 * COUNTIF(used) / COUNT(*), at_least: 95}}
"""


@pytest.fixture
def bench(site: Site) -> Bench:
    (site.folder / "job.py").write_text(JOB)
    input_is(site, good=True)
    return site.bench(PLAN)


def input_is(site: Site, *, good: bool) -> None:
    with duckdb.connect(str(site.folder / "warehouse.duckdb")) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS d")
        rows = f"SELECT DATE '2024-01-01' + range::INTEGER AS day, {good} AS used FROM range(3)"
        connection.execute(f"CREATE OR REPLACE TABLE d.t AS {rows}")


def judged(bench: Bench) -> None:
    bench.look()
    bench.judging.judge("factors", is_input=True, asked_by="command")


def ended(bench: Bench, site: Site, launch: Callable[[], None]) -> None:
    launch()
    until(lambda: bench.look().phase("factors").process.alive is not True)


def test_suspect_dates_wait_for_good_inputs_and_a_retry_makes_them_clean(site: Site, bench: Bench) -> None:
    ended(bench, site, lambda: site_launch(site, bench))
    input_is(site, good=False)
    judged(bench)
    before = bench.look()
    assert len(before.phase("factors").suspects.dates) == 3
    assert before.phase("factors").state is PhaseState.FAILED
    assert not is_open(before.phase("training").gate)

    with pytest.raises(GateClosedError, match="usage_rate 0"):
        bench.operator.launch(bench.operator.offer_retry("factors"), again=True)

    input_is(site, good=True)
    offer = bench.operator.offer_retry("factors")
    assert offer.order.days == before.phase("factors").suspects.dates

    def retry() -> None:
        attempt = bench.operator.launch(offer, again=True)  # which judges the inputs first
        assert attempt.identity is not None
        site.keep(attempt.identity.pid)

    ended(bench, site, retry)
    after = bench.look()
    assert after.phase("factors").suspects.dates == ()
    assert after.phase("factors").state in {PhaseState.PASSED, PhaseState.WARNED}
    assert is_open(after.phase("training").gate)
    assert not [alert for alert in after.alerts if alert.id.startswith("dirty")]


def site_launch(site: Site, bench: Bench) -> None:
    attempt = bench.operator.launch(bench.operator.offer_launch("factors"))
    assert attempt.identity is not None
    site.keep(attempt.identity.pid)
    assert attempt.intended_at <= datetime.now(UTC)
