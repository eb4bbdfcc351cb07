"""`stop` on real processes: the whole tree, one that does not heed SIGTERM, one that nobody runs."""

import sqlite3

import pytest

from tests.headless.shells import Shells
from tests.processes import eventually, lives


def running(shells: Shells, phase: str) -> int:
    assert shells.run("launch", phase).returncode == 0
    return shells.pid(f"{phase}.1")


def test_it_ends_the_process_and_its_children(shells: Shells) -> None:
    pid = running(shells, "family")
    eventually((shells.folder / "child.pid").exists)
    child = int((shells.folder / "child.pid").read_text())
    done = shells.run("stop", "family", "--reason", "wrong dates")
    assert done.returncode == 0
    assert done.stdout.startswith("family stopped pid ")
    assert {str(pid), str(child)} <= set(done.stdout.replace(",", "").split())
    assert "SIGTERM to 3 processes, then wait 20s at most" in done.stderr
    assert not lives(pid)
    assert not lives(child)
    state = shells.state("family")
    assert state["state"] == "stopped"
    assert "wrong dates" in state["why"]


def test_the_object_of_a_stop_has_everything_about_it(shells: Shells) -> None:
    pid = running(shells, "slow")
    code, told = shells.json("stop", "slow")
    assert code == 0
    assert pid in {target["pid"] for target in told["targets"]}
    assert told | {"targets": [], "why": ""} == {
        "phase": "slow",
        "result": "ended",
        "signal": "SIGTERM",
        "targets": [],
        "grace_s": 20.0,
        "adopted": False,
        "restarters": [],
        "reason": "asked at the command line",
        "state": "stopped",
        "why": "",
        "error": None,
    }


def test_one_that_does_not_heed_it_is_killed_by_the_same_command_again(shells: Shells) -> None:
    pid = running(shells, "deaf")
    eventually((shells.folder / "deaf.ran").exists)
    first = shells.run("stop", "deaf", "--reason", "it hangs")
    assert first.returncode == 1
    assert first.stdout.startswith("deaf still there pid ")
    assert "deaf has not ended in its grace of 1s. The same command again sends SIGKILL." in first.stderr
    assert lives(pid)
    code, told = shells.json("stop", "deaf")
    assert (code, told["result"], told["signal"]) == (0, "ended", "SIGKILL")
    assert not lives(pid)
    ledger = sqlite3.connect(shells.folder / ".backfill-tui" / "ledger.sqlite3")
    kept = ledger.execute("SELECT reason, killed_at IS NOT NULL FROM stops").fetchall()
    ledger.close()
    assert kept == [("it hangs", 1)]


def test_at_a_terminal_each_signal_is_asked_for(shells: Shells) -> None:
    pid = running(shells, "deaf")
    eventually((shells.folder / "deaf.ran").exists)
    with shells.terminal("stop", "deaf") as shown:
        shown.wait("Send SIGTERM? [y/N]")
        shown.press("y", "\r")
        shown.wait("Send SIGKILL? [y/N]")
        assert lives(pid)
        shown.press("y", "\r")
        assert shown.wait_end() == 0
    assert not lives(pid)


def test_while_its_grace_runs_it_is_told_when_sigkill_is_offered(shells: Shells) -> None:
    plan = shells.folder / "backfill.yaml"
    plan.write_text(plan.read_text().replace("grace: 1s", "grace: 10m"))
    pid = running(shells, "deaf")
    eventually((shells.folder / "deaf.ran").exists)
    with shells.terminal("stop", "deaf") as shown:
        shown.wait("Send SIGTERM? [y/N]")
        shown.press("y", "\r")
        shown.wait("waiting 10m at most")
        shown.press("\x03")
        assert shown.wait_end() == 130
    with shells.terminal("stop", "deaf") as shown:
        shown.wait("Send SIGTERM again? [y/N]")
        assert "It was sent SIGTERM before; SIGKILL is offered in 9m." in shown.text
        shown.press("\r")
        assert shown.wait_end() == 1
    assert lives(pid)


def test_at_a_terminal_no_sends_nothing(shells: Shells) -> None:
    pid = running(shells, "slow")
    with shells.terminal("stop", "slow") as shown:
        shown.wait("Send SIGTERM? [y/N]")
        shown.press("n", "\r")
        assert shown.wait_end() == 1
        assert "nothing was stopped" in shown.text
    assert lives(pid)
    assert shells.state("slow")["state"] == "running"


def test_at_a_terminal_no_to_sigkill_leaves_it_there(shells: Shells) -> None:
    pid = running(shells, "deaf")
    eventually((shells.folder / "deaf.ran").exists)
    with shells.terminal("stop", "deaf") as shown:
        shown.wait("Send SIGTERM? [y/N]")
        shown.press("y", "\r")
        shown.wait("Send SIGKILL? [y/N]")
        shown.press("\r")
        assert shown.wait_end() == 1
        assert "The same command again sends SIGKILL" in shown.text
    assert lives(pid)


def test_where_nothing_runs_there_is_nothing_to_stop(shells: Shells) -> None:
    done = shells.run("stop", "slow")
    assert (done.returncode, done.stdout) == (1, "")
    assert "slow" in done.stderr
    assert "nothing of it is known to run" in done.stderr


@pytest.mark.parametrize("words", [["slow", "--read-only"], ["slwo"], [], ["slow", "--reason", " "]])
def test_wrong_words_are_wrong_usage(shells: Shells, words: list[str]) -> None:
    assert shells.run("stop", *words).returncode == 64
