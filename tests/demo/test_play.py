"""The whole: real processes, played, left, found again and stopped."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import psutil
import pytest

from backfill_tui.demo import cast
from backfill_tui.demo.conductor import Conductor
from backfill_tui.demo.nba_night import NBA_NIGHT
from backfill_tui.demo.night import MARKER, Night, night_in, prepare, start
from backfill_tui.demo.play import play
from backfill_tui.demo.scenarios import FIRST_MINUTE
from backfill_tui.demo.script import Act, At, Ended, Reached, Scenario, Step
from backfill_tui.demo.season import HANDOVER, HANDOVER_PARALLEL, UNATTENDED_NIGHT
from backfill_tui.plan.load import load_plan
from tests.processes import eventually, lives


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "night"
    cast.stop(tmp_path / "night", grace_s=2)


def of_night(folder: Path) -> list[psutil.Process]:
    """The jobs of the night in that folder, found by its tag."""
    night = night_in(folder)
    assert night
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        words = process.info["cmdline"] or []
        if night.tag in words and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def quick(scenario: Scenario) -> Scenario:
    """The same story on two months, in a second or two."""
    jobs = tuple(
        replace(job, start=date(2024, 11, 1), end=date(2024, 12, 31), pace=job.pace * 60) for job in scenario.jobs
    )
    return replace(scenario, jobs=jobs, yesterday=False)


@dataclass
class FrontEnds:
    """What a night was handed to."""

    opened: list[tuple[str, bool]] = field(default_factory=list)
    driven: list[str] = field(default_factory=list)

    def open_dashboard(self, plan: Path, *, auto: bool) -> int:
        assert plan.is_file()
        self.opened.append((plan.name, auto))
        return 0

    def drive(self, plan: Path) -> int:
        assert plan.is_file()
        self.driven.append(plan.name)
        return 1


def play_it(
    folder: Path,
    *,
    scenario: Scenario = FIRST_MINUTE,
    headless: bool = False,
    cleanup: bool = False,
    speed: float = 1.0,
    to: FrontEnds | None = None,
    print_status: Callable[[Path], str] = lambda plan: f"status of {plan.name}",
) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    front_ends = to or FrontEnds()
    code = play(
        scenario=scenario.name,
        speed=speed,
        folder=folder,
        headless=headless,
        cleanup=cleanup,
        seed=7,
        open_dashboard=front_ends.open_dashboard,
        drive=front_ends.drive,
        print_status=print_status,
        out=out,
        err=err,
    )
    return code, out.getvalue(), err.getvalue()


def test_a_killed_parallel_job_is_resumed_over_holes_calls_itself_complete_and_its_failures_are_retried(
    tmp_path: Path,
) -> None:
    job = replace(quick(NBA_NIGHT).job("player_game_summary"), fail_rate=0.1)
    steps = (
        Step(Act.START, job.phase, At(0)),
        Step(Act.ORCHESTRATE, job.phase, At(0)),
        Step(Act.KILL, job.phase, Reached(0.54)),
        Step(Act.START, job.phase, Ended(1, 0.1)),
        Step(Act.RETRY, job.phase, Ended(2, 0.1)),
    )
    scenario = replace(NBA_NIGHT, jobs=(job,), steps=steps, yesterday=False, go_check=())
    folder = tmp_path  # without the fixture that stops the cast: here the test itself is the conductor
    prepare(folder, scenario, seed=7, speed=1.0)
    conductor = Conductor(folder, Night(**json.loads((folder / MARKER).read_text())), scenario)
    try:
        conductor.open()
        conductor.play()
    finally:
        conductor.stop()
        conductor.play()
    assert [a.process.returncode for a in conductor.appearances if a.role == job.phase] == [-signal.SIGKILL, 0, 0]
    log = (folder / job.log).read_text()
    assert log.count("PARALLEL BACKFILL MODE") == 2
    assert log.count("PARALLEL BACKFILL COMPLETE") == 1
    kept = json.loads(next((folder / "checkpoints").glob("*.json")).read_text())
    assert kept["last_successful_date"] == "2024-12-31"
    assert kept["stats"]["processed"] < kept["stats"]["total_days"]
    assert job.retry_log
    retried = re.findall(r"Processing date \S+: (\S+)", (folder / job.retry_log).read_text())
    assert retried == kept["failed_dates"]
    assert "Phase 1 has ended. Validating" in (folder / "logs" / "orchestrator.log").read_text()


def test_a_repair_begins_from_scratch_once_what_would_overwrite_it_has_ended_and_consumers_come_after_it(
    tmp_path: Path,
) -> None:
    whole = quick(NBA_NIGHT)
    phase1, fix = whole.job("team_offense"), replace(whole.job("team_offense_fix"), end=date(2024, 11, 30))
    history = replace(whole.job("player_game_summary_history"), start=date(2024, 12, 1))
    steps = (
        Step(Act.START, phase1.phase, At(0)),
        Step(Act.START, fix.phase, At(0)),
        Step(Act.START_FRESH, fix.phase, Ended(1, 0, others=((phase1.phase, 1),))),
        Step(Act.START, history.phase, Ended(0, 0, others=((fix.phase, 2),))),
    )
    scenario = replace(NBA_NIGHT, jobs=(phase1, fix, history), steps=steps, yesterday=False, go_check=())
    prepare(tmp_path, scenario, seed=7, speed=1.0)
    conductor = Conductor(tmp_path, Night(**json.loads((tmp_path / MARKER).read_text())), scenario)
    try:
        conductor.open()
        conductor.play()
    finally:
        conductor.stop()
        conductor.play()
    first, spoilt, again, after = conductor.appearances
    assert [a.role for a in conductor.appearances] == [phase1.phase, fix.phase, fix.phase, history.phase]
    for earlier, later in ((first, again), (spoilt, again), (again, after)):
        assert earlier.process.returncode == 0
        assert earlier.ended_at is not None
        assert later.ended_at is not None
        assert earlier.ended_at < later.ended_at
    log = (tmp_path / fix.log).read_text()
    assert log.index("DAY-BY-DAY BACKFILL SUMMARY") < log.index("--no-resume specified, starting fresh")
    assert log.count("PARALLEL BACKFILL COMPLETE") == 1


def test_the_jobs_are_sessions_of_their_own_and_the_plan_finds_exactly_its_own(
    folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    try:
        for place in (folder, other):
            prepare(place, FIRST_MINUTE, seed=7, speed=0.5)
            start(place)
        eventually(lambda: len(of_night(folder)) == 1 == len(of_night(other)))
        jobs = {process.pid: " ".join(process.cmdline()) for process in [*of_night(folder), *of_night(other)]}
        assert all(os.getsid(pid) == pid for pid in jobs)
        plan = load_plan(folder / "backfill.yaml", now=datetime.now(UTC))
        for phase in plan.phases:
            assert phase.process
            assert phase.process.match
            matching = [pid for pid, line in jobs.items() if re.search(phase.process.match, line)]
            assert matching == [member.pid for member in cast.running(folder) if member.role == phase.name]
    finally:
        cast.stop(other, grace_s=2)


def test_cleanup_stops_the_whole_night_and_nothing_else(folder: Path) -> None:
    prepare(folder, FIRST_MINUTE, seed=7, speed=0.5)
    start(folder)
    eventually(lambda: len(cast.running(folder)) == 2)
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        members = cast.running(folder)
        recycled = cast.Member(
            "team_offense", bystander.pid, psutil.Process(bystander.pid).create_time() - 90, "x.log"
        )
        cast.write_cast(folder, [*members, recycled])
        code, _, err = play_it(folder, cleanup=True)
        assert code == 0
        assert all(str(member.pid) in err for member in members)
        assert not of_night(folder)
        assert not cast.running(folder)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_jobs_whose_conductor_was_killed_are_still_found_and_stopped(folder: Path) -> None:
    prepare(folder, FIRST_MINUTE, seed=7, speed=0.5)
    start(folder)
    conductor = cast.running(folder)[0]
    assert conductor.role == cast.CONDUCTOR
    os.kill(conductor.pid, signal.SIGKILL)
    eventually(lambda: conductor.process() is None)
    assert len(of_night(folder)) == 1
    cast.stop(folder)
    assert not of_night(folder)


def test_sigterm_to_the_conductor_ends_its_jobs(folder: Path) -> None:
    prepare(folder, FIRST_MINUTE, seed=7, speed=0.5)
    start(folder)
    os.kill(cast.running(folder)[0].pid, signal.SIGTERM)
    eventually(lambda: not cast.running(folder))
    assert not of_night(folder)


def test_jobs_do_not_outlive_the_folder_of_their_night(folder: Path) -> None:
    prepare(folder, FIRST_MINUTE, seed=7, speed=0.5)
    start(folder)
    (job,) = of_night(folder)
    (folder / MARKER).unlink()
    eventually(lambda: not lives(job.pid))


def test_leaving_the_screen_tells_what_still_runs_and_coming_back_starts_nothing_twice(folder: Path) -> None:
    code, _, err = play_it(folder, speed=0.5)
    assert code == 0
    (job,) = of_night(folder)
    assert re.search(rf"{job.pid}  team_offense +{folder}/logs/team_offense_backfill\.log", err)
    assert f"kill {' '.join(str(member.pid) for member in cast.running(folder))}" in err
    assert f"backfill-tui demo --dir {folder} --cleanup" in err
    assert f"backfill-tui {folder}/backfill.yaml" in err
    _, _, again = play_it(folder, speed=2.0, cleanup=False)
    assert "still runs" in again
    assert "at speed 0.5" in again
    assert [process.pid for process in of_night(folder)] == [job.pid]


def test_headless_prints_status_until_the_night_is_over(folder: Path) -> None:
    code, out, err = play_it(folder, headless=True, speed=20.0)
    assert code == 0
    assert set(out.splitlines()) == {"status of backfill.yaml"}
    assert "Nothing runs any more" in err
    assert "DAY-BY-DAY BACKFILL SUMMARY" in (folder / "logs/team_offense_backfill.log").read_text()


def test_headless_is_left_with_130_on_sigint_and_cleans_up_if_asked(folder: Path) -> None:
    def interrupt(_plan: Path) -> str:
        signal.raise_signal(signal.SIGINT)
        return ""

    code, _, err = play_it(folder, headless=True, cleanup=True, speed=0.2, print_status=interrupt)
    assert code == 130
    assert "Stopped: conductor" in err
    assert not of_night(folder)


def test_a_night_that_can_not_begin_says_where_to_look(folder: Path) -> None:
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "backfill_tui.demo.conductor", "--folder", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert done.returncode == 1
    assert "no demo was prepared here" in done.stderr


def test_an_unattended_night_is_driven_with_and_without_a_screen_whatever_is_asked_for_later(folder: Path) -> None:
    to = FrontEnds()
    code, _, err = play_it(folder, scenario=UNATTENDED_NIGHT, speed=0.5, to=to)
    assert (code, to.opened, to.driven) == (0, [("backfill.yaml", True)], [])
    assert f"backfill-tui {folder}/backfill.yaml --auto" in err
    assert f"backfill-tui run {folder}/backfill.yaml" in err
    code, _, err = play_it(folder, scenario=FIRST_MINUTE, headless=True, to=to)  # opened again, as what it is
    assert "It is unattended-night" in err
    assert (code, to.driven) == (1, ["backfill.yaml"])


def test_without_a_screen_the_exit_code_of_an_unattended_night_is_that_of_its_run(folder: Path) -> None:
    to = FrontEnds()
    code, _, _ = play_it(folder, scenario=UNATTENDED_NIGHT, headless=True, speed=0.5, to=to)
    assert (code, to.opened, to.driven) == (1, [], ["backfill.yaml"])


@pytest.mark.parametrize("scenario", [HANDOVER, HANDOVER_PARALLEL], ids=lambda one: str(one.name))
def test_a_handover_has_phase_1_at_work_with_pid_and_log_and_nothing_of_phase_2(
    folder: Path, scenario: Scenario
) -> None:
    prepare(folder, scenario, seed=7, speed=0.5)
    start(folder)
    (job,) = of_night(folder)
    (member,) = [member for member in cast.running(folder) if member.role == "team_offense"]
    assert member.pid == job.pid
    eventually(lambda: "days from 2024-10-01 to 2025-06-30" in (folder / member.log).read_text())
    mode = "PARALLEL BACKFILL MODE" in (folder / member.log).read_text()
    assert mode is (scenario is HANDOVER_PARALLEL)
    phase2 = scenario.job("player_game_summary")
    assert not (folder / phase2.log).exists()
    assert not list((folder / "checkpoints").glob("player*"))
