"""What is remembered of writers that have ended, with real processes and files: until when, for whom, how long."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from backfill_tui.control.launch.claim import in_warehouse
from backfill_tui.control.launch.claim_ends import KEPT_FOR, end_of, remembered
from backfill_tui.control.launch.registry import Claim, Ended, Registry
from backfill_tui.sources.presence import Identity
from tests.control.launch.processes import Start, python, starting

READY = "print('ready', flush=True); import signal; signal.pause()"
BEFORE_THE_BOOT = Identity("another boot", 1, 0.0)
FIX = (date(2021, 10, 1), date(2024, 5, 1))


@pytest.fixture
def start() -> Iterator[Start]:
    with starting() as start:
        yield start


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "writers")


def claim(plan: Path, identity: Identity | None, **more: object) -> Claim:
    values = {
        "plan": plan.stem,
        "plan_path": plan,
        "state_dir": plan.parent,
        "phase": "fix",
        "table": "d.t",
        **more,
    }
    return Claim(**values, identity=identity, dates=FIX)  # type: ignore[arg-type]


def ended(start: Start) -> Identity:
    """A process that was, and is no more."""
    job = start(*python(READY))
    job.process.kill()
    job.process.wait()
    return job.identity


def test_the_end_of_another_plans_writer_is_remembered_with_the_time_until_which_it_may_have_written(
    registry: Registry, tmp_path: Path, start: Start
) -> None:
    job = start(*python(READY))
    theirs = claim(tmp_path / "yours.yaml", job.identity)
    registry.publish(theirs.plan_path, lambda: ((theirs,), ()))
    before = datetime.now(UTC)
    assert registry.others(tmp_path / "mine.yaml").ended == ()
    job.process.kill()
    job.process.wait()
    told = registry.others(tmp_path / "mine.yaml")
    (one,) = told.ended
    assert (one.claim, told.claims, told.unsettled) == (theirs, (), True)
    assert before <= one.at <= datetime.now(UTC)


def test_once_somebody_has_settled_it_its_time_stays(registry: Registry, tmp_path: Path, start: Start) -> None:
    mine, theirs = tmp_path / "mine.yaml", claim(tmp_path / "yours.yaml", ended(start))
    registry.publish(theirs.plan_path, lambda: ((theirs,), ()))
    registry.settle(mine)
    first = registry.others(mine)
    assert not first.unsettled
    assert registry.others(mine).ended == first.ended
    registry.publish(theirs.plan_path, lambda: ((), ()))
    assert registry.others(mine).ended == first.ended


def test_a_plan_does_not_hear_of_its_own_writers_that_have_ended(
    registry: Registry, tmp_path: Path, start: Start
) -> None:
    mine = claim(tmp_path / "mine.yaml", ended(start))
    registry.publish(mine.plan_path, lambda: ((mine,), ()))
    registry.publish(mine.plan_path, lambda: ((), ()))
    assert registry.others(mine.plan_path, mine.state_dir).ended == ()
    (one,) = registry.others(mine.plan_path, tmp_path / "another_state").ended
    assert one.claim == mine


def test_a_launch_ended_when_its_shim_recorded_it(tmp_path: Path, start: Start) -> None:
    folder = tmp_path / "runs" / "fix.1"
    folder.mkdir(parents=True)
    identity = ended(start)
    at = datetime(2026, 1, 3, 20, tzinfo=UTC)
    who = {name: getattr(identity, name) for name in ("boot_id", "pid", "started_at", "since_boot_s")}
    common = {"intended_at": (at - timedelta(hours=1)).isoformat(), "command": 0}
    (folder / "started.json").write_text(json.dumps({**common, **who, "at": at.isoformat(), "shim": who}))
    end = {"ended_at": at.isoformat(), "exit_code": 0, "signal": None, "error": ""}
    (folder / "exit.json").write_text(json.dumps({**common, **end}))
    one = end_of(claim(tmp_path / "p.yaml", identity, run_folder=folder), datetime.now(UTC))
    assert one is not None
    assert one.at == at


def test_an_adopted_job_ended_when_its_files_were_last_written(tmp_path: Path, start: Start) -> None:
    log, identity = tmp_path / "job.log", ended(start)
    log.write_text("done\n")
    written = datetime.now(UTC) + timedelta(seconds=30)
    os.utime(log, (written.timestamp(), written.timestamp()))
    one = end_of(claim(tmp_path / "p.yaml", identity, files=(log,)), written + timedelta(hours=1))
    assert one is not None
    assert abs(one.at - written) < timedelta(seconds=1)


def test_a_log_that_is_older_than_the_process_tells_nothing_of_its_end(tmp_path: Path, start: Start) -> None:
    log, identity, now = tmp_path / "job.log", ended(start), datetime.now(UTC)
    log.write_text("of an earlier run\n")
    os.utime(log, (0, 0))
    assert end_of(claim(tmp_path / "p.yaml", identity, files=(log, tmp_path / "none")), now) == Ended(
        claim(tmp_path / "p.yaml", identity, files=(log, tmp_path / "none")), now
    )


def test_what_ran_before_the_last_boot_has_ended_by_then(tmp_path: Path) -> None:
    now = datetime.now(UTC) + timedelta(days=1)
    one = end_of(claim(tmp_path / "p.yaml", BEFORE_THE_BOOT), now)
    assert one is not None
    assert one.at < now - timedelta(hours=23)


def test_a_launch_that_came_to_nothing_has_written_nothing(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    assert end_of(claim(tmp_path / "p.yaml", None), now) is None
    assert end_of(claim(tmp_path / "p.yaml", None, run_folder=tmp_path / "runs" / "fix.1"), now) is None


def test_of_each_phase_and_range_the_newest_end_is_kept_and_none_for_ever(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    one = claim(tmp_path / "p.yaml", BEFORE_THE_BOOT)
    again = replace(one, identity=Identity("another boot", 2, 9.0))
    elsewhere = replace(one, phase="other")
    ends = [
        Ended(one, now - timedelta(hours=2)),
        Ended(again, now - timedelta(hours=1)),
        Ended(elsewhere, now - KEPT_FOR - timedelta(seconds=1)),
    ]
    assert remembered(ends, now) == (ends[1],)
    assert remembered(ends[::-1], now) == (ends[1],)


@pytest.mark.parametrize(
    ("table", "there", "here", "name"),
    [
        ("d.t", None, None, "d.t"),
        ("d.t", "duckdb /w", None, "d.t"),
        ("p.d.t", "duckdb /w", "duckdb /w", "d.t"),
        ("d.t", "duckdb /w", "duckdb /x", None),
        ("d.t", "bigquery https://b p", "bigquery https://b q", "p.d.t"),
        ("d.t", "bigquery https://b p", "bigquery https://emulator p", None),
    ],
)
def test_a_table_is_named_as_the_asking_plan_would_know_it(
    table: str, there: str | None, here: str | None, name: str | None
) -> None:
    assert in_warehouse(table, there, here) == name
