"""Two plans of one user on one table, with real jobs: what is refused, what is said at once, what is remembered."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import psutil
import pytest

from backfill_tui import cli
from tests.headless.shells import UNTIL_GO

SLEEPS = "import signal; signal.pause()"
FIX = "dates: {start: 2021-10-01, end: 2024-05-01}"
FOUR_YEARS = "dates: {start: 2021-10-19, end: 2026-01-02}"
LATER = "dates: {start: 2026-01-03, end: 2026-02-01}"


@dataclass
class Plans:
    """Folders of plans beside each other; what they have started is ended with the test."""

    folder: Path
    ending: ExitStack
    pids: list[int] = field(default_factory=list)

    def plan(self, name: str, phases: str) -> Path:
        """A plan of that name in a folder of its own."""
        path = self.folder / name / "night.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"plan: {name}\ntimezone: UTC\nphases:\n{phases}")
        return path

    def run(self, *words: str | Path) -> tuple[int, str, str]:
        """A command as it is given in some other folder, with its exit code, its output and its narration."""
        out, err = StringIO(), StringIO()
        with chdir(self.folder), redirect_stdout(out), redirect_stderr(err):
            code = cli.run([str(word) for word in words])
        return code, out.getvalue(), err.getvalue()

    def status(self, plan: Path, *words: str) -> dict[str, Any]:
        code, out, err = self.run("status", plan, "--json", *words)
        assert code == 0, err
        told: dict[str, Any] = json.loads(out)
        return told

    def launch(self, plan: Path, phase: str, *words: str) -> tuple[int, dict[str, Any]]:
        """What a launch says; the job it has started waits for the file `go` in the plan's folder."""
        code, out, _ = self.run("launch", plan, phase, "--yes", "--json", *words)
        told: dict[str, Any] = json.loads(out) if out else {}
        if (pid := told.get("pid")) is not None:
            self.pids.append(pid)
        return code, told

    def job(self, *argv: str) -> subprocess.Popen[bytes]:
        """A job that somebody has started in another shell."""
        words = argv or (sys.executable, "-c", SLEEPS)
        job = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
        self.ending.callback(self.end, job)
        return job

    def end(self, job: subprocess.Popen[bytes]) -> None:
        with suppress(ProcessLookupError):
            os.killpg(job.pid, signal.SIGKILL)
        job.wait()


@pytest.fixture
def plans(tmp_path: Path) -> Iterator[Plans]:
    with ExitStack() as ending:
        made = Plans(tmp_path, ending)
        try:
            yield made
        finally:
            for folder in tmp_path.iterdir():
                if folder.is_dir():
                    (folder / "go").touch()
            for pid in made.pids:
                with suppress(psutil.Error):
                    psutil.Process(pid).kill()


def phase(name: str, dates: str, table: str = "nba.offense", more: str = "") -> str:
    return f"  {name}: {{writes: '{table}', {dates}, {more}command: [sh, -c, '{UNTIL_GO}']}}\n"


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.05)


def written(told: dict[str, Any], name: str) -> dict[str, Any]:
    """The gate's condition about other writers."""
    gate = next(one["gate"] for one in told["phases"] if one["name"] == name)
    found: dict[str, Any] = next(one for one in gate["conditions"] if one["kind"] == "writer")
    return found


@pytest.mark.parametrize("first", ["nightly", "weekly"])
def test_whichever_plan_begins_the_other_is_refused(plans: Plans, first: str) -> None:
    known = {
        "nightly": (plans.plan("nightly", phase("phase1", FOUR_YEARS)), "phase1"),
        "weekly": (plans.plan("weekly", phase("fix", FIX, "`Proj`.NBA.`offense`")), "fix"),
    }
    second = "weekly" if first == "nightly" else "nightly"
    code, told = plans.launch(*known[first])
    assert code == 0
    pid = told["pid"]
    code, _, narration = plans.run("launch", *known[second], "--yes")
    assert code == 1
    assert f"{known[first][1]} of the plan {first} (pid {pid}) writes" in narration
    status = plans.status(known[second][0])
    assert written(status, known[second][1])["ok"] is False
    (conflict,) = status["conflicts"]
    assert (conflict["phases"][1], conflict["live"], conflict["days"]) == (f"{first}:{known[first][1]}", False, 926)
    (known[first][0].parent / "go").touch()
    until(lambda: written(plans.status(known[second][0]), known[second][1])["ok"])
    assert plans.launch(*known[second])[0] == 0


def test_ranges_without_a_day_in_common_are_nobodys_business(plans: Plans) -> None:
    assert plans.launch(plans.plan("nightly", phase("phase1", FIX)), "phase1")[0] == 0
    weekly = plans.plan("weekly", phase("fix", LATER))
    assert plans.launch(weekly, "fix")[0] == 0
    assert plans.status(weekly)["conflicts"] == []


def test_two_live_writers_of_two_plans_are_a_conflict_in_both_and_the_named_command_ends_it(plans: Plans) -> None:
    nightly = plans.plan("nightly", phase("phase1", FOUR_YEARS))
    weekly = plans.plan("weekly", phase("fix", FIX))
    assert plans.launch(nightly, "phase1")[0] == 0
    assert plans.launch(weekly, "fix", "--override", "it is urgent")[0] == 0
    for plan, phases in ((nightly, ["phase1", "weekly:fix"]), (weekly, ["fix", "nightly:phase1"])):
        told = plans.status(plan)
        (conflict,) = told["conflicts"]
        assert conflict["phases"] == phases
        assert (conflict["table"], conflict["days"], conflict["live"]) == ("nba.offense", 926, True)
        assert conflict["dates"] == ["2021-10-19", "2024-05-01"]
        assert conflict["since"] is not None
        assert sorted(writer["pid"] for writer in conflict["writers"]) == sorted(plans.pids)
        (alert,) = [one for one in told["alerts"] if one["id"].startswith("conflict:")]
        assert (alert["severity"], alert["phase"]) == ("critical", phases[0])
        assert "926 days" in alert["detail"]
        assert told["health"] == "critical"
        other = conflict["writers"][1]
        assert other["stop"] in alert["action"]
    other = plans.status(weekly)["conflicts"][0]["writers"][1]
    program, *words = shlex.split(other["stop"])
    assert program == "backfill-tui"
    assert plans.run(*words, "--reason", "the fix wins", "--yes")[0] == 0
    told = plans.status(weekly)
    assert not any(one["live"] for one in told["conflicts"])
    assert not any(one["id"].startswith("conflict:") for one in told["alerts"])


def test_an_adopted_job_of_one_plan_closes_the_gate_of_the_other_once_it_has_been_looked_at(plans: Plans) -> None:
    job = plans.job()
    nightly = plans.plan("nightly", f"  old: {{writes: nba.offense, {FOUR_YEARS}, process: {{pid: {job.pid}}}}}\n")
    weekly = plans.plan("weekly", phase("fix", FIX))
    plans.status(nightly)
    code, _, narration = plans.run("launch", weekly, "fix", "--yes")
    assert code == 1
    assert f"old of the plan nightly (pid {job.pid})" in narration
    plans.end(job)
    assert plans.launch(weekly, "fix")[0] == 0


def test_a_read_only_status_tells_nobody(plans: Plans) -> None:
    job = plans.job()
    nightly = plans.plan("nightly", f"  old: {{writes: nba.offense, {FOUR_YEARS}, process: {{pid: {job.pid}}}}}\n")
    weekly = plans.plan("weekly", phase("fix", FIX))
    plans.status(nightly, "--read-only")
    assert written(plans.status(weekly), "fix")["ok"] is True


def test_one_job_that_two_plans_watch_is_not_its_own_rival(plans: Plans) -> None:
    job = plans.job()
    text = f"  old: {{writes: nba.offense, {FOUR_YEARS}, process: {{pid: {job.pid}}}}}\n"
    nightly, weekly = plans.plan("nightly", text), plans.plan("weekly", text)
    plans.status(nightly)
    assert plans.status(weekly)["conflicts"] == []
    plans.end(job)
    (old,) = plans.status(nightly)["phases"]
    assert "has written its dates" not in json.dumps(old)


JUDGED = """
  fix: {{writes: nba.offense, {fix}, command: ["true"], suites: [good]}}
  after: {{after: [fix], command: ["true"]}}
suites:
  good: {{commands: {{ok: {{run: ["true"]}}}}}}
"""


def test_what_another_plan_wrote_after_a_verdict_makes_it_stale_until_it_is_judged_again(plans: Plans) -> None:
    weekly = plans.plan("weekly", JUDGED.format(fix=FIX))
    nightly = plans.plan("nightly", phase("phase1", FOUR_YEARS))
    assert plans.launch(weekly, "fix", "--wait")[0] == 0
    assert plans.run("validate", weekly, "fix")[0] == 0
    assert plans.status(weekly)["phases"][0]["verdict_stale"] is None
    assert plans.launch(nightly, "phase1")[0] == 0
    (nightly.parent / "go").touch()
    until(lambda: not plans.status(nightly)["phases"][0]["process"]["alive"])
    told = plans.status(weekly)
    assert told["phases"][0]["verdict_stale"] == "good: its table was written since"
    assert told["phases"][1]["state"] == "waiting"
    assert plans.run("validate", weekly, "fix")[0] == 0
    told = plans.status(weekly)
    assert told["phases"][0]["verdict_stale"] is None
    assert told["phases"][1]["state"] == "ready"


def test_an_upstream_without_suites_is_not_fresh_once_another_plan_has_written_its_dates(plans: Plans) -> None:
    weekly = plans.plan(
        "weekly",
        f'  fix: {{writes: nba.offense, {FIX}, command: ["true"]}}\n  after: {{after: [fix], command: ["true"]}}\n',
    )
    nightly = plans.plan("nightly", phase("phase1", FOUR_YEARS))
    assert plans.launch(weekly, "fix", "--wait")[0] == 0
    assert plans.status(weekly)["phases"][1]["state"] == "ready"
    assert plans.launch(nightly, "phase1")[0] == 0
    (before,) = [one for one in plans.status(weekly)["phases"][1]["gate"]["conditions"] if one["name"] == "fix"]
    assert before["ok"] is False
    assert "phase1 of the plan nightly writes its dates now" in before["detail"]
    (nightly.parent / "go").touch()
    until(lambda: not plans.status(nightly)["phases"][0]["process"]["alive"])
    (before,) = [one for one in plans.status(weekly)["phases"][1]["gate"]["conditions"] if one["name"] == "fix"]
    assert "phase1 of the plan nightly has written its dates since" in before["detail"]


def test_another_plans_run_that_would_start_a_writer_is_a_conflict_to_come(plans: Plans) -> None:
    nightly = plans.plan("nightly", phase("phase1", FOUR_YEARS))
    weekly = plans.plan("weekly", phase("again", FIX, more="start: auto, "))
    assert plans.launch(nightly, "phase1")[0] == 0
    words = [sys.executable, "-m", "backfill_tui", "run", str(weekly)]
    driver = plans.job(*words)
    until(lambda: plans.status(nightly)["conflicts"])
    (conflict,) = plans.status(nightly)["conflicts"]
    assert (conflict["phases"], conflict["live"]) == (["phase1", "weekly:again"], False)
    assert conflict["last_writer"]["phase"] == "weekly:again"
    (sentence,) = conflict["restarters"]
    assert sentence.startswith(f"Process {driver.pid}, which drives the plan weekly, will start again by itself")
    assert not any(one["id"].startswith("conflict:") for one in plans.status(nightly)["alerts"])
    assert "conflict to come: phase1 and weekly:again" in plans.run("status", nightly)[1]
    code, out, _ = plans.run("stop", nightly, "phase1", "--reason", "not tonight", "--yes", "--json")
    assert (code, json.loads(out)["restarters"]) == (0, [sentence])
    until(lambda: plans.status(weekly)["phases"][0]["process"]["alive"])
    plans.pids.append(plans.status(weekly)["phases"][0]["process"]["pid"])


def test_an_old_orchestrator_that_names_a_writers_number_is_named_before_that_is_stopped(plans: Plans) -> None:
    (plans.folder / "wait_and_go_on.sh").write_text("sleep 60 & wait\n")
    old, fix = plans.job(), plans.job()
    shell = ("bash", str(plans.folder / "wait_and_go_on.sh"), "--phase1-pid", str(old.pid))
    watched, unwatched = plans.job(*shell), plans.job(*shell)
    plan = plans.plan(
        "night",
        f"  phase1: {{writes: nba.offense, {FOUR_YEARS}, process: {{pid: {old.pid}}}}}\n"
        f"  fix: {{writes: nba.offense, {FIX}, process: {{pid: {fix.pid}}}}}\n"
        f"  orchestrator: {{process: {{pid: {watched.pid}}}}}\n",
    )
    told = plans.status(plan)
    (conflict,) = told["conflicts"]
    assert conflict["live"]
    first, second = sorted(conflict["restarters"], key=lambda one: "orchestrator" not in one)
    assert first.startswith(f"orchestrator (pid {watched.pid}) has its number, {old.pid}, in its command line")
    assert f"unless that is ended first (backfill-tui stop {plan} orchestrator), it may start it again" in first
    assert f"unless that is ended first (kill {unwatched.pid})" in second
    (alert,) = [one for one in told["alerts"] if one["id"] == "conflict:phase1:fix"]
    assert f"stop phase1 (pid {old.pid}): backfill-tui stop {plan} phase1" in alert["action"]
    assert "Beware: " in alert["action"]
