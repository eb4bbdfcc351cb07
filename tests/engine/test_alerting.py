"""Alerts of a plan under watch, on real files and processes: at once, with their evidence, and acknowledged."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backfill_tui.control.ledger import Ledger
from backfill_tui.control.model import Alert, Severity
from backfill_tui.engine.plans import OpenedPlan, open_plan
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.engine.watch import PlanWatch
from tests.logs import LogWriter, days

START, END = "2022-01-01", "2022-01-20"
D = days(START, 20)


def opened(folder: Path, body: str) -> OpenedPlan:
    path = folder / "backfill.yaml"
    path.write_text(f"plan: t\ntimezone: UTC\n{body}")
    return open_plan(path, now=datetime.now(UTC), environ={"TZ": "UTC"})


def status(plan: OpenedPlan, ledger: Ledger | None = None) -> Snapshot:
    """What a one-shot look at the plan gives."""
    watch = PlanWatch(plan, ledger)
    try:
        return watch.look_whole(20.0)
    finally:
        watch.close()


def alert(snapshot: Snapshot, name: str) -> Alert:
    return next(one for one in snapshot.alerts if one.id == name)


def ids(snapshot: Snapshot) -> set[str]:
    return {one.id for one in snapshot.alerts if one.severity is not Severity.INFO}


@contextmanager
def process() -> Iterator[subprocess.Popen[bytes]]:
    program = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(program, stdin=subprocess.PIPE) as job:
        yield job
        job.communicate()


def log_until(at: datetime, units: int = 12, *, failed: int = 0, tracebacks: int = 0) -> LogWriter:
    """A run whose last line is of that time."""

    def walk(begun: datetime) -> LogWriter:
        log = LogWriter(at=begun).header(START, END)
        for i in range(units):
            log.unit(i + 1, 20, D[i], None if i < failed else 10, took=20.0)
        for _ in range(tracebacks):
            log.say("Attempt failed", "ERROR").raw("Traceback (most recent call last):", "ValueError: no rows")
            log.say("Trying again", "WARNING")
        return log

    end = at.replace(tzinfo=None, microsecond=0)
    return walk(end - (walk(end).at - end))


def written(path: Path, log: LogWriter, at: datetime) -> None:
    path.write_bytes(log.body)
    os.utime(path, (at.timestamp(), at.timestamp()))


def watched(folder: Path, pid: int, *, alerts: str = "{}") -> OpenedPlan:
    """A plan that watches the log and a process, which has the log's dates to do."""
    dates = f"{{start: {START}, end: {END}}}"
    phase = f"{{log: job.log, process: {{pid: {pid}}}, dates: {dates}, retry: [job, --dates, '{{dates}}']}}"
    return opened(folder, f"alerts: {alerts}\nphases:\n  fix: {phase}\n")


def test_a_live_job_that_is_silent_beyond_what_its_dates_take_is_critical(tmp_path: Path) -> None:
    at = datetime.now(UTC)
    with process() as job:
        written(tmp_path / "job.log", log_until(at), at + timedelta(seconds=1))
        watch = PlanWatch(watched(tmp_path, job.pid, alerts="{stall_after: 1s}"))
        watch.look()
        later = [watch.look(datetime.now(UTC) + timedelta(seconds=s)) for s in (40, 1000, 1000.5)]
        watch.close()
    assert "stalled:fix" not in ids(later[0])  # its dates take twenty seconds: it may be at one
    assert alert(later[2], "stalled:fix").severity is Severity.CRITICAL


def test_tracebacks_over_and_over_and_failed_dates_are_told_in_a_one_shot(tmp_path: Path) -> None:
    at = datetime.now(UTC)
    with process() as job:
        written(tmp_path / "job.log", log_until(at, failed=4, tracebacks=10), at + timedelta(seconds=1))
        snapshot = status(watched(tmp_path, job.pid))
    assert ids(snapshot) == {"loop:fix", "failures:fix"}
    assert alert(snapshot, "failures:fix").action.endswith(
        "job --dates 2022-01-01,2022-01-02,2022-01-03,2022-01-04"
    )
    assert shlex.quote(str(tmp_path / "job.log")) in alert(snapshot, "loop:fix").action


def test_a_suites_bound_on_the_success_rate_decides_what_may_fail(tmp_path: Path) -> None:
    at = datetime.now(UTC) - timedelta(hours=2)
    log = log_until(at, units=20, failed=2).summary()
    written(tmp_path / "job.log", log, at + timedelta(seconds=10))
    plan = (
        "phases:\n  fix: {log: job.log, suites: [s]}\nsuites:\n  s: {progress: {success_rate: {at_least: RATE}}}\n"
    )
    assert "failures:fix" in ids(status(opened(tmp_path, plan.replace("RATE", "95"))))
    assert "failures:fix" not in ids(status(opened(tmp_path, plan.replace("RATE", "80"))))


def test_holes_by_a_calendar_are_told_with_their_retry_and_assumed_ones_are_not(tmp_path: Path) -> None:
    done = [day.isoformat() for day in D if day not in (D[3], D[4])]
    checkpoint = {"start_date": START, "end_date": END, "successful_dates": done, "last_successful_date": done[-1]}
    (tmp_path / "job.json").write_text(json.dumps(checkpoint | {"last_updated": "2026-01-03T10:00:00"}))
    (tmp_path / "calendar.csv").write_text("date,weight\n" + "".join(f"{day},5\n" for day in D))
    phase = "phases:\n  fix: {checkpoint: job.json, log: job.log, retry: [job, --dates, '{dates}']}\n"
    (tmp_path / "job.log").write_bytes(b"")
    assumed = status(opened(tmp_path, phase))
    assert "holes:fix" not in ids(assumed)
    told = status(opened(tmp_path, "calendar: {csv: calendar.csv}\n" + phase))
    assert alert(told, "holes:fix").action == f"Run them again: job --dates {D[3]},{D[4]}"


def test_dates_with_work_by_the_calendar_that_come_out_empty_are_told(tmp_path: Path) -> None:
    at = datetime.now(UTC) - timedelta(hours=2)
    log = LogWriter(at=at.replace(tzinfo=None, microsecond=0)).header(START, END)
    for i, day in enumerate(D):
        log.unit(i + 1, 20, day, 0 if i < 4 else 10)
    (tmp_path / "job.log").write_bytes(log.summary().body)
    (tmp_path / "calendar.csv").write_text("date,weight\n" + "".join(f"{day},5\n" for day in D))
    phase = "phases:\n  fix: {log: job.log}\n"
    assert "empty:fix" not in ids(status(opened(tmp_path, phase)))
    told = status(opened(tmp_path, "calendar: {csv: calendar.csv}\n" + phase))
    assert "4 of 20 dates with work" in alert(told, "empty:fix").detail


def test_an_acknowledgement_is_kept_in_the_ledger_and_counts_for_every_later_look(tmp_path: Path) -> None:
    at = datetime.now(UTC) - timedelta(hours=2)
    written(tmp_path / "job.log", log_until(at, units=20, failed=3).summary(), at + timedelta(seconds=10))
    plan = opened(tmp_path, "phases:\n  fix: {log: job.log}\n")
    with_ledger = Ledger.open(tmp_path / ".backfill-tui")
    before = alert(status(plan, with_ledger), "failures:fix")
    assert not before.acknowledged
    with_ledger.acknowledgements.acknowledge(
        before.id, before.since, person="ana", at=datetime.now(UTC), severity=before.severity
    )
    with_ledger.close()
    again = Ledger.existing(tmp_path / ".backfill-tui")
    assert again is not None
    after = status(plan, again)
    assert alert(after, "failures:fix").acknowledged
    assert after.health == "healthy"
    again.close()


@pytest.mark.parametrize("units", [0, 1, 12, 20])
def test_an_ordinary_run_at_any_moment_raises_nothing(tmp_path: Path, units: int) -> None:
    at = datetime.now(UTC)
    with process() as job:
        written(tmp_path / "job.log", log_until(at, units=units), at + timedelta(seconds=1))
        assert ids(status(watched(tmp_path, job.pid))) == set()
