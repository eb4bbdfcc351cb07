"""`retry` on real processes: the dates that are run again, and what it says where there are none."""

import json

import pytest

from tests.headless.shells import Shells
from tests.processes import eventually


def test_it_runs_the_failed_dates_by_the_plans_command(shells: Shells) -> None:
    code, told = shells.json("retry", "dated", "--wait")
    assert (code, told["state"], told["kind"], told["attempt"]) == (0, "passed", "retry", 1)
    assert told["retried_dates"] == ["2024-01-02", "2024-01-04"]
    assert told["commands"][0][1:] == ["retry.py", "--dates", "2024-01-02,2024-01-04"]
    assert (shells.runs / "dated.1" / "output.log").read_text() == "2024-01-02,2024-01-04\n"


def test_it_shows_the_dates_and_returns_once_the_process_is_recorded(shells: Shells) -> None:
    done = shells.run("retry", "dated")
    assert (done.returncode, done.stdout) == (0, f"dated attempt 1 pid {shells.pid('dated.1')}\n")
    assert "2 dates: 2024-01-02, 2024-01-04" in done.stderr


def test_without_failed_and_missing_dates_there_is_nothing_to_run_again(shells: Shells) -> None:
    shells.run("retry", "dated", "--wait")
    done = shells.run("retry", "dated")
    assert (done.returncode, done.stdout) == (0, "")
    assert "dated has no failed and no missing dates: nothing to run again." in done.stderr
    code, told = shells.json("retry", "dated")
    assert (code, told["attempt"], told["error"]) == (0, None, None)
    assert not (shells.runs / "dated.2").exists()


def test_it_is_refused_while_the_main_run_lives(shells: Shells) -> None:
    assert shells.run("launch", "dated").returncode == 0
    done = shells.run("retry", "dated")
    assert (done.returncode, done.stdout) == (1, "")
    assert "its main run lives" in done.stderr
    assert not (shells.runs / "dated.2").exists()


def test_a_phase_without_a_retry_command_can_not_be_retried(shells: Shells) -> None:
    shells.run("launch", "failing", "--wait")
    done = shells.run("retry", "failing")
    assert done.returncode == 1
    assert "failing has no retry command in the plan" in done.stderr


def test_what_has_never_run_has_nothing_to_run_again(shells: Shells) -> None:
    (shells.folder / "dated.json").unlink()
    done = shells.run("retry", "dated")
    assert done.returncode == 1
    assert "it has not run" in done.stderr


def test_at_a_terminal_it_is_asked(shells: Shells) -> None:
    with shells.terminal("retry", "dated") as shown:
        shown.wait("Start it? [y/N]")
        shown.press("n", "\r")
        assert shown.wait_end() == 1
    assert json.loads((shells.folder / "dated.json").read_text())["failed_dates"]
    with shells.terminal("retry", "dated") as shown:
        shown.wait("Start it? [y/N]")
        shown.press("y", "\r")
        assert shown.wait_end() == 0
    eventually(lambda: not json.loads((shells.folder / "dated.json").read_text() or "{}").get("failed_dates", [1]))


@pytest.mark.parametrize("words", [["dated", "--read-only"], ["dtaed"], [], ["dated", "slow"]])
def test_wrong_words_are_wrong_usage(shells: Shells, words: list[str]) -> None:
    assert shells.run("retry", *words).returncode == 64


def test_it_may_follow_an_attempt_that_has_ended(shells: Shells) -> None:
    shells.go()
    assert shells.run("launch", "dated", "--wait").returncode == 2
    code, told = shells.json("retry", "dated", "--wait")
    assert (code, told["attempt"], told["kind"]) == (0, 2, "retry")
