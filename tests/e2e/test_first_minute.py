"""The first minute: jobs run in other shells, one word is typed, they are there; then a plan is made of them."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.by_hand import Hands, hands_in
from tests.e2e.terminal import PROGRAM, terminal

TEAM = "--job team_offense --start-date 2021-10-19 --end-date 2022-06-30"
PLAYERS = "--job player_game_summary --start-date=2021-10-19 --end-date=2022-06-30 --parallel --workers 4"
FACTORS = "--job player_composite_factors --start-date 2021-10-19 --end-date 2022-06-30"
SAME = (
    "name",
    "title",
    "state",
    "units",
    "dates",
    "success_rate",
    "dialect",
    "failed_dates",
    "missing_dates",
    "attempt",
)


@pytest.fixture
def hands(tmp_path: Path) -> Iterator[Hands]:
    with hands_in(tmp_path) as made:
        yield made


def told(hands: Hands, *words: str) -> dict[str, Any]:
    """A verb's JSON."""
    done = subprocess.run(
        [*PROGRAM, *words, "--json"],
        cwd=hands.folder,
        env={**os.environ, **hands.env},
        capture_output=True,
        check=True,
        timeout=60,
    )
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def like(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.search(pattern, text) is not None


def test_jobs_of_other_shells_are_seen_appear_end_and_become_a_plan(hands: Hands) -> None:
    hands.type(f"nohup timeout 300 JOB {TEAM} > logs/team.log 2>&1")
    hands.type(f"JOB {PLAYERS} 2>&1 | tee logs/players.log > /dev/null")
    hands.pid("team_offense")
    hands.pid("player_game_summary")
    with terminal(cwd=hands.folder, env=hands.env) as screen:
        screen.wait(like(r"team_offense +running"))
        screen.wait(like(r"player_game_summary +running"))
        assert "read-only" in screen.text
        hands.type(f"JOB {FACTORS} > logs/factors.log 2>&1")
        screen.wait(like(r"player_composite_factors +running"))
        assert sum("running" in row for row in screen.rows) >= 3
        hands.kill("player_game_summary")
        screen.wait(like(r"player_game_summary +failed"))
        screen.press("2")
        screen.wait("gone without a summary")
        screen.press("L")
        screen.wait("This screen is read-only")
        screen.press("q")
        assert screen.wait_end() == 0

    found = told(hands, "status")
    assert [one["name"] for one in found["phases"]] == ["team_offense", "player_composite_factors"]
    written = told(hands, "init")
    assert written == {"path": "backfill.yaml", "phases": ["team_offense", "player_composite_factors"]}
    with terminal("backfill.yaml", cwd=hands.folder, env=hands.env) as screen:
        screen.wait(like(r"team_offense +running"))
        screen.wait(like(r"player_composite_factors +running"))
        screen.press("q")
        assert screen.wait_end() == 0


def test_a_plan_that_init_wrote_shows_what_was_found(hands: Hands) -> None:
    hands.type(f"timeout 300 JOB {TEAM} > logs/team.log 2>&1")
    hands.type(f"JOB {PLAYERS} > logs/players.log 2>&1")
    pids = [hands.pid("team_offense"), hands.pid("player_game_summary")]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)  # held, so that nothing changes between the looks
    found = told(hands, "status")
    told(hands, "init", "--output", "kept.yaml")
    planned = told(hands, "status", "kept.yaml", "--read-only")
    assert found["plan"] == planned["plan"]
    assert len(found["phases"]) == 2
    for one, other in zip(found["phases"], planned["phases"], strict=True):
        assert {key: one[key] for key in SAME} == {key: other[key] for key in SAME}
        assert (one["process"]["pid"], one["process"]["alive"]) == (other["process"]["pid"], True)
        assert one["process"]["started_at"] == other["process"]["started_at"]
        assert (one["checkpoint"] or {}).get("path") == (other["checkpoint"] or {}).get("path")


def test_init_asks_before_it_overwrites_and_refuses_where_nobody_can_be_asked(hands: Hands) -> None:
    hands.type(f"JOB {TEAM} > logs/team.log 2>&1")
    hands.pid("team_offense")
    (hands.folder / "backfill.yaml").write_text("mine")
    done = subprocess.run(
        [*PROGRAM, "init"],
        check=False,
        cwd=hands.folder,
        env={**os.environ, **hands.env},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "not overwritten without asking" in done.stderr
    for answer, kept in (("n", True), ("y", False)):
        with terminal("init", cwd=hands.folder, env=hands.env) as screen:
            screen.wait("Overwrite it? [y/N]")
            screen.press(answer + "\r")
            assert screen.wait_end() == int(kept)
        assert ((hands.folder / "backfill.yaml").read_text() == "mine") is kept


def test_with_nothing_running_the_dashboard_says_so_and_offers_the_demo(hands: Hands) -> None:
    with terminal(cwd=hands.folder, env=hands.env) as screen:
        screen.wait("backfill-tui demo")
        assert "No backfill runs here" in screen.text or "No running backfill" in screen.text
    assert told(hands, "status")["phases"] == []


def test_init_with_nothing_running_prints_an_object_for_scripts_and_is_1(hands: Hands) -> None:
    done = subprocess.run(
        [*PROGRAM, "init", "--json"],
        check=False,
        cwd=hands.folder,
        env={**os.environ, **hands.env},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, json.loads(done.stdout)) == (1, {"path": None, "phases": []})
    assert "nothing was found" in done.stderr
