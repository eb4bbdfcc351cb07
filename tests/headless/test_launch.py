"""`launch` as a user and as a script run it: real processes, their exit codes, what is printed and recorded."""

import json
import os
import signal
import sqlite3
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.headless.shells import Shells
from tests.processes import eventually, lives


def overrides(shells: Shells) -> list[str | None]:
    ledger = sqlite3.connect(shells.folder / ".backfill-tui" / "ledger.sqlite3")
    found = [row[0] for row in ledger.execute("SELECT override FROM attempts ORDER BY phase, number")]
    ledger.close()
    return found


def test_a_launch_prints_who_the_process_is_once_that_is_recorded(shells: Shells) -> None:
    done = shells.run("launch", "slow")
    assert done.returncode == 0
    assert done.stdout == f"slow attempt 1 pid {shells.pid('slow.1')}\n"
    assert lives(shells.pid("slow.1"))
    assert shells.state("slow")["state"] == "running"


def test_what_is_started_is_shown_beside_the_data(shells: Shells) -> None:
    shown = shells.run("launch", "quick").stderr
    assert "sh -c 'echo once >> quick.ran'" in shown
    assert f"folder      {shells.folder}" in shown
    assert str(shells.runs / "quick.1") in shown
    assert "ok  start: manual: a person starts it" in shown


def test_while_an_attempt_runs_another_launch_tells_of_it_and_starts_nothing(shells: Shells) -> None:
    first = shells.run("launch", "slow")
    second = shells.run("launch", "slow", "--again")
    assert (second.returncode, second.stdout) == (0, first.stdout)
    assert "attempt 1 of slow runs already" in second.stderr
    assert shells.ran("slow") == 1


def test_what_has_ended_is_started_again_only_if_that_is_said(shells: Shells) -> None:
    assert shells.run("launch", "quick", "--wait").returncode == 0
    refused = shells.run("launch", "quick")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "attempt 1 of quick is over: it ended with exit code 0. --again makes attempt 2." in refused.stderr
    again = shells.run("launch", "quick", "--again", "--wait")
    assert again.returncode == 0
    assert again.stdout.startswith(f"quick attempt 2 pid {shells.pid('quick.2')}\n")
    assert shells.ran("quick") == 2


def test_what_was_run_by_others_is_run_again_only_if_that_is_said(shells: Shells) -> None:
    assert shells.run("accept", "quick", "--reason", "ran elsewhere").returncode == 0
    refused = shells.run("launch", "quick")
    assert (refused.returncode, shells.ran("quick")) == (1, 0)
    assert "--again" in refused.stderr


def test_a_closed_gate_lists_its_conditions_and_starts_nothing(shells: Shells) -> None:
    done = shells.run("launch", "downstream")
    assert (done.returncode, done.stdout) == (1, "")
    assert "NO  quick: ready" in done.stderr
    assert "downstream was not started, its gate is closed" in done.stderr
    code, told = shells.json("launch", "downstream")
    conditions = {one["name"]: one["ok"] for one in told["gate"]["conditions"]}
    assert (code, told["attempt"], told["pid"], told["run_folder"]) == (1, None, None, None)
    assert (told["gate"]["state"], conditions["quick"], conditions["start"]) == ("blocked", False, True)
    assert "its gate is closed" in told["error"]
    assert not list(shells.runs.glob("*"))
    assert shells.state("downstream")["attempt"] is None


def test_an_unknown_condition_closes_the_gate_too(shells: Shells) -> None:
    code, told = shells.json("launch", "in_doubt")
    assert (code, {one["name"]: one["ok"] for one in told["gate"]["conditions"]}["only_seen"]) == (1, None)
    assert shells.ran("in_doubt") == 0


def test_a_gate_that_has_been_closed_is_closed_to_another_attempt_too(shells: Shells) -> None:
    shells.run("launch", "quick", "--wait")
    assert shells.run("launch", "downstream", "--wait").returncode == 0
    shells.run("launch", "failing", "--wait")
    plan = shells.folder / "backfill.yaml"
    plan.write_text(plan.read_text().replace("after: [quick]", "after: [failing]"))
    assert shells.run("launch", "downstream", "--again").returncode == 1
    assert shells.ran("downstream") == 1


def test_an_override_starts_it_all_the_same_and_its_reason_is_kept(shells: Shells) -> None:
    code, told = shells.json("launch", "downstream", "--override", " it is only a test ", "--wait")
    assert (code, told["state"], told["override"]) == (0, "passed", "it is only a test")
    assert told["gate"]["state"] == "blocked"
    assert overrides(shells) == ["it is only a test"]


def test_an_override_of_an_open_gate_is_not_recorded_as_one(shells: Shells) -> None:
    assert shells.run("launch", "quick", "--override", "to be sure").returncode == 0
    assert overrides(shells) == [None]


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_override_without_a_reason_is_wrong_usage(shells: Shells, reason: str) -> None:
    done = shells.run("launch", "downstream", "--override", reason)
    assert done.returncode == 64
    assert "--override is empty" in done.stderr


@pytest.mark.parametrize(("exit_code", "code", "ran"), [("0", 0, 1), ("2", 0, 1), ("1", 1, 0), ("9", 1, 0)])
def test_what_it_reads_is_judged_before_it_is_started(shells: Shells, exit_code: str, code: int, ran: int) -> None:
    (shells.folder / "verdict").write_text(exit_code)
    done = shells.run("launch", "choosy")
    assert done.returncode == code
    if ran:
        eventually(lambda: shells.ran("choosy") == 1)
    assert shells.ran("choosy") == ran
    assert bool(list(shells.runs.glob("*"))) is bool(ran)


def test_a_program_that_is_not_there_is_a_condition_with_a_sentence(shells: Shells) -> None:
    done = shells.run("launch", "nowhere")
    assert done.returncode == 1
    assert "NO  command:" in done.stderr
    assert "no-such-program" in done.stderr
    assert not list(shells.runs.glob("*"))


def test_a_program_that_is_not_there_can_not_be_started_by_an_override_either(shells: Shells) -> None:
    done = shells.run("launch", "nowhere", "--override", "I know better")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nowhere was not started" in done.stderr
    assert "never started" in shells.state("nowhere")["why"]


def test_a_phase_without_a_command_is_only_watched(shells: Shells) -> None:
    done = shells.run("launch", "only_seen")
    assert done.returncode == 1
    assert "only_seen has no command in the plan" in done.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["slwo"], "Did you mean 'slow'?"),
        (["slow", "quick"], "one phase is meant, and 2 are named: slow, quick"),
        (["backfill.yaml"], "no phase is named"),
        (["slow", "--read-only"], "launch changes things, and --read-only changes nothing"),
    ],
)
def test_wrong_words_are_wrong_usage_and_start_nothing(shells: Shells, words: list[str], sentence: str) -> None:
    done = shells.run("launch", *words)
    assert done.returncode == 64
    assert sentence in done.stderr
    assert not (shells.folder / ".backfill-tui").exists()


@pytest.mark.parametrize(
    ("phase", "verdict", "code", "state"),
    [
        ("quick", None, 0, "passed"),
        ("failing", None, 1, "failed"),
        ("killed", None, 1, "failed"),
        ("judged", "0", 0, "passed"),
        ("judged", "2", 2, "warned"),
        ("judged", "1", 1, "failed"),
        ("judged", "9", 3, "finished"),
    ],
)
def test_waiting_ends_with_what_became_of_the_phase(
    shells: Shells, phase: str, verdict: str | None, code: int, state: str
) -> None:
    (shells.folder / "verdict").write_text(verdict or "0")
    ended, told = shells.json("launch", phase, "--wait")
    assert (ended, told["state"], told["stage"]) == (code, state, "ended")
    assert (told["exit_code"], told["signal"]) == {"failing": (7, None), "killed": (None, "SIGKILL")}.get(
        phase, (0, None)
    )
    words = {"0": "pass", "1": "fail", "2": "warn", "9": "unknown", None: None}
    assert told["verdict"] == words[verdict]
    assert shells.state(phase)["state"] == state


def test_a_job_that_ended_badly_is_not_judged_by_its_suites(shells: Shells) -> None:
    plan = shells.folder / "backfill.yaml"
    plan.write_text(plan.read_text().replace("'exit 7']", "'exit 7']\n    suites: [by_command]"))
    code, told = shells.json("launch", "failing", "--wait")
    assert (code, told["verdict"]) == (1, None)


def test_the_object_of_a_launch_has_everything_about_it(shells: Shells) -> None:
    code, told = shells.json("launch", "slow")
    assert code == 0
    assert told["started_at"].endswith("+00:00")
    assert told | {"commands": [], "gate": {}, "started_at": ""} == {
        "phase": "slow",
        "attempt": 1,
        "kind": "run",
        "stage": "running",
        "pid": shells.pid("slow.1"),
        "started_at": "",
        "ended_at": None,
        "exit_code": None,
        "signal": None,
        "state": "running",
        "why": "running",
        "verdict": None,
        "run_folder": str(shells.runs / "slow.1"),
        "log": str(shells.runs / "slow.1" / "output.log"),
        "commands": [],
        "cwd": str(shells.folder),
        "dates": None,
        "retried_dates": None,
        "override": None,
        "gate": {},
        "error": None,
    }
    assert told["commands"][0][:2] == ["sh", "-c"]
    assert json.loads((shells.runs / "slow.1" / "command.json").read_text())["commands"] == told["commands"]


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_stops_waiting_is_told_that_the_job_goes_on(shells: Shells, told: signal.Signals) -> None:
    with shells.begun("launch", "slow", "--wait") as waiting:
        eventually(lambda: shells.ran("slow") == 1)
        assert waiting.stdout is not None
        assert waiting.stdout.readline() == f"slow attempt 1 pid {shells.pid('slow.1')}\n"
        waiting.send_signal(told)
        _, said = waiting.communicate(timeout=30)
    assert waiting.returncode == 130
    assert f"interrupted; attempt 1 of slow goes on with pid {shells.pid('slow.1')}." in said
    assert lives(shells.pid("slow.1"))


def test_of_several_launches_at_once_one_starts_it_and_all_tell_of_it(shells: Shells) -> None:
    with ExitStack() as stack:
        launches = [stack.enter_context(shells.begun("launch", "slow")) for _ in range(4)]
        told = [process.communicate(timeout=90) for process in launches]
    assert {out for out, _ in told} == {f"slow attempt 1 pid {shells.pid('slow.1')}\n"}, told
    assert {process.returncode for process in launches} == {0}
    assert shells.ran("slow") == 1


def test_at_a_terminal_it_is_asked_and_no_answer_is_a_no(shells: Shells) -> None:
    with shells.terminal("launch", "quick") as shown:
        shown.wait("Start it? [y/N]")
        shown.press("\r")
        assert shown.wait_end() == 1
        assert "nobody said yes" in shown.text
    assert not list(shells.runs.glob("*"))
    with shells.terminal("launch", "quick") as shown:
        shown.wait("Start it? [y/N]")
        shown.press("y", "\r")
        assert shown.wait_end() == 0
        assert "quick attempt 1 pid" in shown.text


def test_at_a_terminal_yes_is_not_asked(shells: Shells) -> None:
    with shells.terminal("launch", "downstream", "--override", "it is late", "--yes") as shown:
        assert shown.wait_end() == 0
    assert overrides(shells) == ["it is late"]


@pytest.mark.parametrize(("typed", "code"), [("upstream", 1), ("downstream", 0)])
def test_at_a_terminal_an_override_wants_the_name_of_the_phase(shells: Shells, typed: str, code: int) -> None:
    with shells.terminal("launch", "downstream", "--override", "it is late") as shown:
        shown.wait("type its name (downstream):")
        shown.press(typed, "\r")
        if code == 0:
            shown.wait("Start it? [y/N]")
            shown.press("y", "\r")
        assert shown.wait_end() == code
    assert bool(list(shells.runs.glob("*"))) is (code == 0)


def test_the_state_folder_may_be_elsewhere(shells: Shells, tmp_path: Path) -> None:
    code, told = shells.json("launch", "quick", "--state-dir", str(tmp_path / "elsewhere"))
    assert (code, told["run_folder"]) == (0, str(tmp_path / "elsewhere" / "runs" / "quick.1"))


def test_whoever_waits_is_told_how_far_it_is(shells: Shells) -> None:
    plan = shells.folder / "backfill.yaml"
    plan.write_text(plan.read_text().replace("timezone: UTC", "timezone: UTC\npolling: {interval: 1s}"))
    with shells.begun("launch", "slow", "--wait") as waiting:
        assert waiting.stderr is not None
        assert any("UTC  slow: running, elapsed " in line for line in waiting.stderr)
        shells.go()
        out, _ = waiting.communicate(timeout=30)
    assert waiting.returncode == 0
    assert out.splitlines()[1] == "slow passed: ended with exit code 0"


def test_an_attempt_whose_end_nobody_recorded_is_not_called_good(shells: Shells) -> None:
    with shells.begun("launch", "slow", "--wait", "--json") as waiting:
        eventually(lambda: shells.ran("slow") == 1)
        started = json.loads((shells.runs / "slow.1" / "started.json").read_text())
        for pid in (started["shim"]["pid"], started["pid"]):
            os.kill(pid, signal.SIGKILL)
        out, _ = waiting.communicate(timeout=30)
    told = json.loads(out)
    assert (waiting.returncode, told["stage"], told["state"], told["exit_code"]) == (3, "lost", "finished", None)
