"""Launches that are killed: the short form of the matrix that `python -m benchmarks.launch_crash` runs whole."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from backfill_tui.control.launch.launcher import STEPS
from benchmarks.crashes import Trial

CALLERS = 20


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    folder = tmp_path_factory.mktemp("crashes")
    words = ["--random", "10", "--callers", str(CALLERS), "--lines", "25"]
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.crashes", str(folder), *words],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout
    return [Trial(**json.loads(line)) for line in told.splitlines()]


def of(trials: list[Trial], what: str) -> list[Trial]:
    found = [trial for trial in trials if trial.what == what]
    assert found
    return found


def test_no_job_runs_twice_whoever_is_killed_whenever(trials: list[Trial]) -> None:
    assert [trial for trial in trials if trial.twice] == []
    assert [trial for trial in trials if trial.ran_before is not None and trial.ran_before > 1] == []


def test_a_launcher_killed_at_any_step_leaves_a_launch_that_can_be_completed_once(trials: list[Trial]) -> None:
    at_steps = of(trials, "launcher killed at a step")
    assert len(at_steps) == len(STEPS) * 2 * 2
    assert all(trial.killed for trial in at_steps)
    assert [trial for trial in at_steps if not trial.exactly_once] == []


def test_a_launcher_killed_at_any_moment_leaves_a_launch_that_can_be_completed_once(trials: list[Trial]) -> None:
    assert [trial for trial in of(trials, "launcher killed at random") if not trial.exactly_once] == []


def test_a_shim_killed_anywhere_loses_no_launch_without_a_word(trials: list[Trial]) -> None:
    killed = of(trials, "shim killed at a line")
    assert all(trial.killed for trial in killed)
    assert [trial for trial in killed if trial.silently_lost] == []


def test_of_twenty_that_launch_at_once_one_does_and_the_others_are_told(trials: list[Trial]) -> None:
    (race,) = of(trials, "launched at once")
    assert race.exactly_once
    assert race.where == f"launched it: 1, told of it: {CALLERS - 1}"


def test_twenty_that_complete_one_intent_all_see_the_same_run(trials: list[Trial]) -> None:
    (race,) = of(trials, "completed at once")
    assert race.exactly_once
    answers = dict(answer.split(": ") for answer in race.where.split(", "))
    assert set(answers) <= {"running", "ended"}
    assert sum(map(int, answers.values())) == CALLERS
