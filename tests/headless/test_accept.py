"""`accept`: a person's GO, kept with its reason, and what it opens."""

import getpass

import pytest

from tests.headless.shells import Shells


def test_a_failed_phase_counts_as_passed_and_opens_what_comes_after_it(shells: Shells) -> None:
    plan = shells.folder / "backfill.yaml"
    plan.write_text(plan.read_text().replace("after: [quick]", "after: [failing]"))
    assert shells.run("launch", "failing", "--wait").returncode == 1
    assert shells.run("launch", "downstream").returncode == 1
    done = shells.run("accept", "failing", "--reason", " two dates without games ")
    assert done.returncode == 0
    assert done.stdout == f"failing accepted by {getpass.getuser()}: two dates without games\n"
    assert "failing was failed: ended with exit code 7" in done.stderr
    state = shells.state("failing")
    assert (state["state"], state["accepted"]["reason"]) == ("passed", "two dates without games")
    assert shells.run("launch", "downstream", "--wait").returncode == 0


def test_a_run_that_begins_afterwards_is_not_excused(shells: Shells) -> None:
    shells.run("launch", "failing", "--wait")
    shells.run("accept", "failing", "--reason", "good enough")
    assert shells.run("launch", "failing", "--again", "--wait").returncode == 1
    assert shells.state("failing")["accepted"] is None


def test_its_object_says_by_whom_and_when(shells: Shells) -> None:
    shells.run("launch", "failing", "--wait")
    code, told = shells.json("accept", "failing", "--reason", "good enough")
    assert code == 0
    assert told["accepted"].pop("at").endswith("+00:00")
    assert told | {"why": ""} == {
        "phase": "failing",
        "accepted": {"by": getpass.getuser(), "reason": "good enough"},
        "state": "passed",
        "why": "",
    }


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["failing"], "--reason"),
        (["failing", "--reason", "  "], "--reason is empty"),
        (["failin", "--reason", "r"], "Did you mean 'failing'?"),
        (["failing", "--reason", "r", "--read-only"], "accept changes things"),
    ],
)
def test_wrong_words_are_wrong_usage_and_record_nothing(shells: Shells, words: list[str], sentence: str) -> None:
    done = shells.run("accept", *words)
    assert done.returncode == 64
    assert sentence in done.stderr
    assert not (shells.folder / ".backfill-tui").exists()


def test_a_ledger_that_can_not_be_written_accepts_nothing(shells: Shells) -> None:
    (shells.folder / ".backfill-tui").write_text("in the way")
    done = shells.run("accept", "failing", "--reason", "good enough")
    assert done.returncode != 0
    assert done.stdout == ""
    assert "backfill-tui: " in done.stderr
