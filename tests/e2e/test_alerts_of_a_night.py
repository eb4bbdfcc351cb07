"""Which alerts a night raises, when, and which it does not: real processes, watched by the real engine."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from backfill_tui.control.model import Severity
from backfill_tui.demo.nba_night import BAD_MINUTE, NBA_NIGHT
from backfill_tui.demo.scenarios import QUIET_NIGHT
from backfill_tui.demo.script import Scenario
from tests.e2e.night_watch import Evidence, Watched, alive, gone_without, judged_bad, said, text_of, watch

PLAYERS = "logs/player_game_summary_backfill.log"
HISTORY = "logs/player_game_summary_backfill_history.log"
TRACEBACK, DONE = "Traceback (most recent call last)", "  ✓ "

TICKS = 2

MISTAKES: Mapping[str, Evidence] = {
    # 1. Two writers, one table.
    "conflict:team_offense:team_offense_fix": alive("team_offense", "team_offense_fix"),
    # 2. A consumer of dirty data.
    "dirty:composite_factors": judged_bad("composite_factors", "player_game_summary", is_input=True),
    # 3. Claimed complete, but wasn't: killed, then resumed over its holes.
    "gone:player_game_summary": gone_without("player_game_summary", PLAYERS, "PARALLEL BACKFILL COMPLETE"),
    "missing:player_game_summary": said(PLAYERS, "Resuming from"),
    # 5. A script calls good what is not.
    "data:team_offense_fix": judged_bad("team_offense_fix", "team_totals", is_input=False),
    # 6. The word YESTERDAY reaches a DATE column: three failed dates are beyond chance, ten tracebacks are a loop.
    "failures:player_game_summary_history": said(HISTORY, TRACEBACK, 3),
    "loop:player_game_summary_history": said(HISTORY, TRACEBACK, 10, not_before=DONE),
}
RECKONED_BY_HAND = "late:team_offense_fix"
"""4. An end that was reckoned by hand; its evidence is the forecast itself."""

IN_ORDER = {"skipped", "empty", "resting"}
"""What is told of a night as information."""


@pytest.mark.parametrize(
    ("scenario", "speed"),
    [
        pytest.param(
            BAD_MINUTE, 1.25, id="bad-minute", marks=pytest.mark.long
        ),  # its ticks lean on a free processor
        pytest.param(NBA_NIGHT, 1.5, id="nba-night", marks=pytest.mark.long),
    ],
)
def test_every_mistake_of_the_night_is_told_once_within_two_ticks_and_nothing_else_is(
    tmp_path: Path, scenario: Scenario, speed: float
) -> None:
    night = watch(scenario, tmp_path / "night", speed=speed, evidence=MISTAKES)
    late = {name for name in night.shown if name.startswith("late:")} - {RECKONED_BY_HAND}  # a loaded machine is
    told = night.of(Severity.CRITICAL, Severity.WARNING) - (late - {RECKONED_BY_HAND})
    assert told == {*MISTAKES, RECKONED_BY_HAND}
    assert night.shown[RECKONED_BY_HAND].alert.severity is Severity.WARNING
    assert {name: night.shown[name].alert.severity for name in MISTAKES} == dict.fromkeys(
        MISTAKES, Severity.CRITICAL
    )
    assert {name: night.delay(name) for name in MISTAKES if night.delay(name) > TICKS} == {}
    assert {name: one.spells for name, one in night.shown.items() if one.spells > 1 and name in told} == {}
    assert {name.partition(":")[0] for name in night.of(Severity.INFO)} <= IN_ORDER
    assert_repaired(night)
    assert_nobody_else_saw_it(tmp_path / "night")


def assert_repaired(night: Watched) -> None:
    """Once all is repaired, nothing is said any more."""
    assert night.last is not None
    assert {alert.id for alert in night.last.alerts} == set()
    assert night.last.health == "healthy"


def assert_nobody_else_saw_it(folder: Path) -> None:
    """The script that was to guard phase 1 found it good enough, and takes a parallel run for one that failed."""
    said_by_the_script = text_of(folder / "logs/orchestrator.log")
    assert "Check 1/2: success rate 9" in said_by_the_script
    assert "FAILED: phase 1" not in said_by_the_script
    assert "did not complete properly" in said_by_the_script


@pytest.mark.parametrize("speed", [2.0, pytest.param(1.0, marks=pytest.mark.long)])
def test_a_quiet_night_raises_no_alert_at_all_from_its_start_to_its_end(tmp_path: Path, speed: float) -> None:
    night = watch(QUIET_NIGHT, tmp_path / "night", speed=speed, evidence={})
    assert night.shown == {}
    assert night.looks > 20
    assert night.last is not None
    assert all(view.account.complete for view in night.last.phases)
