"""Logs of jobs that are none of ours, followed as they grow in files: bars, counted lines, JSON lines."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backfill_tui.engine.plans import open_plan
from backfill_tui.engine.watch import PlanWatch

DIALECTS = r"""
dialects:
  loader:
    unit_done: ['\[{index}/{of}\] {date} ok {seconds}s']
  service:
    run:       [{json: {event: start, days: "{units}"}}]
    unit_done: [{json: {event: done, date: "{date}"}}]
    summary:   [{json: {event: finished}}]
"""


def object_line(**values: object) -> str:
    return json.dumps({"ts": datetime.now(UTC).isoformat(), "level": "info", **values}) + "\n"


def of_json(i: int) -> str:
    start = object_line(event="start", days=4) if i == 1 else ""
    end = object_line(event="finished") if i == 4 else ""
    return start + object_line(event="done", date=f"2024-01-{i:02d}", rows=7) + end


def of_counted(i: int) -> str:
    return f"[{i}/4] 2024-01-{i:02d} ok 3.2s\n"


def of_bar(i: int) -> str:
    bar = f"\rload: {25 * i:3d}%|{'█' * i:<4}| {i}/4 [00:0{i}<00:0{4 - i},  1.00s/it]"
    return f"\rload:   0%|    | 0/4 [00:00<?, ?it/s]{bar}\r" if i == 1 else f"{bar}\n" if i == 4 else f"{bar}\r"


@pytest.mark.parametrize("line", [of_json, of_counted, of_bar])
def test_a_strangers_log_moves_a_bar_as_it_grows_and_is_complete_at_its_end(
    tmp_path: Path, line: Callable[[int], str]
) -> None:
    (tmp_path / "dialects.yaml").write_text(DIALECTS)
    (tmp_path / "backfill.yaml").write_text("plan: t\nphases: {job: {log: job.log}}\n")
    now = datetime.now(UTC)
    watch = PlanWatch(open_plan(tmp_path / "backfill.yaml", now=now, environ={"TZ": "UTC", "HOME": str(tmp_path)}))
    watch.look()
    seen = []
    for i in range(1, 5):
        with (tmp_path / "job.log").open("a") as log:
            log.write(line(i))
        seen.append(watch.look().phase("job").account)
    watch.close()
    done = [account.counts.done or 0 for account in seen]
    assert done == pytest.approx([1, 2, 3, 4], abs=1)  # of a bar, the state before the last is known to be whole
    assert done[-1] == seen[-1].counts.total == 4
    assert [account.complete for account in seen] == [False, False, False, True]


@pytest.mark.parametrize("line", [lambda i: f"uploaded {i}/40\n", lambda i: f"[{i}/40] {of_day(i)} ok 3.2s\n"])
def test_what_comes_in_without_times_has_a_rate_and_a_forecast_by_when_it_came_in(
    tmp_path: Path, line: Callable[[int], str]
) -> None:
    (tmp_path / "dialects.yaml").write_text(DIALECTS)
    (tmp_path / "backfill.yaml").write_text("plan: t\nphases: {job: {log: job.log}}\n")
    (tmp_path / "job.log").write_text("".join(map(line, range(1, 11))))  # before anybody looked
    now = datetime.now(UTC)
    watch = PlanWatch(open_plan(tmp_path / "backfill.yaml", now=now, environ={"TZ": "UTC", "HOME": str(tmp_path)}))
    assert watch.look(now).phase("job").rate_per_hour is None
    for i in range(11, 21):
        with (tmp_path / "job.log").open("a") as log:
            log.write(line(i))
        now += timedelta(seconds=30)
        watch.look(now)
    job = watch.look(now).phase("job")
    watch.close()
    assert job.rate_per_hour == pytest.approx(120)
    assert job.forecast is not None
    assert job.forecast.remaining_p50_s == pytest.approx(20 * 30, rel=0.3)
    assert [run.started_at for run in job.account.runs] == [None], "when it was done is told by no line"


def of_day(i: int) -> str:
    return (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=i - 1)).date().isoformat()
