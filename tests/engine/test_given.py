"""What is left out of `watch` is found: a process's log and dates, a log's process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from backfill_tui.engine.found import FoundPhase
from backfill_tui.engine.given import Given
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.watch import PlanWatch
from backfill_tui.plan.by_hand import plan_of
from backfill_tui.sources.discovery.finder import JobFinder

RANGE = ["--start-date", "2022-01-01", "--end-date", "2022-01-05"]
Start = Callable[..., int]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a job whose output is a log; it has begun when it has written there."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*words: str, log: str = "job.log") -> int:
        program = "print('begun', flush=True); import time; time.sleep(120)"
        with (tmp_path / log).open("ab") as output:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-c", program, *words], cwd=tmp_path, stdout=output, stderr=output
                )
            )
        deadline = time.monotonic() + 10
        while not (tmp_path / log).stat().st_size:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return started[-1].pid

    yield run
    for process in started:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)


def look(folder: Path, logs: list[str], pids: list[int]) -> tuple[FoundPhase, ...]:
    plan = plan_of([Path(log) for log in logs], [], pids, folder=folder, zone=ZoneInfo("UTC"))
    return Given(plan, JobFinder()).look()


def test_a_pid_leads_to_its_log_dates_and_checkpoint(start: Start, tmp_path: Path) -> None:
    (tmp_path / "checkpoints").mkdir()
    checkpoint = tmp_path / "checkpoints" / "prices_2022-01-01_2022-01-05.json"
    checkpoint.write_text("{}")
    pid = start("--job", "prices", *RANGE)
    (one,) = look(tmp_path, [], [pid])
    assert one.phase.name == f"pid-{pid}"
    assert one.phase.logs == (str(tmp_path / "job.log"),)
    assert one.phase.dates == (date(2022, 1, 1), date(2022, 1, 5))
    assert one.phase.checkpoint == checkpoint
    assert one.identity is not None
    assert one.identity.pid == pid


def test_a_pid_that_names_no_dates_leads_to_its_log_all_the_same(start: Start, tmp_path: Path) -> None:
    (one,) = look(tmp_path, [], [start("--all")])
    assert (one.phase.logs, one.phase.dates) == ((str(tmp_path / "job.log"),), None)


def test_a_log_leads_to_who_writes_it(start: Start, tmp_path: Path) -> None:
    named, unnamed = start(*RANGE, log="named.log"), start(log="unnamed.log")
    first, second, third = look(tmp_path, ["named.log", "unnamed.log", "absent.log"], [])
    assert [one.identity and one.identity.pid for one in (first, second, third)] == [named, unnamed, None]
    assert first.phase.dates is not None


def test_a_pid_with_a_log_is_taken_as_it_was_given(start: Start, tmp_path: Path) -> None:
    pid = start(*RANGE)
    (one,) = look(tmp_path, ["job.log"], [pid])
    assert one.identity is None
    assert one.phase.process is not None
    assert (one.phase.process.pid, one.phase.dates) == (pid, None)


def test_several_are_watched_together_and_ended_by_their_numbers(start: Start, tmp_path: Path) -> None:
    pids = [start(*RANGE, log="a.log"), start(*RANGE, log="b.log")]
    plan = plan_of([], [], [*pids, 2**22 + 1], folder=tmp_path, zone=ZoneInfo("UTC"))
    watch = PlanWatch(OpenedPlan(plan), roster=Given(plan, JobFinder()))
    try:
        seen = watch.look()
    finally:
        watch.close()
    assert [view.process.alive for view in seen.phases] == [True, True, False]
    assert [len(view.logs) for view in seen.phases] == [1, 1, 0]
