"""A night to report of that is over and good, with a launch against its gate and a GO by a person."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from backfill_tui.control.attempt import Acceptance, Attempt, Kind, Order, Stage
from backfill_tui.control.model import Condition, Conflict, PhaseState, Writer
from backfill_tui.control.offer import Entry
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.progress.account import RunEnd
from backfill_tui.sources.presence import Identity
from tests.tui import example, suites

NOW = example.NOW
NEXT_STEPS = ("Train XGBoost v5", "Compare to the 4.27 MAE baseline")


def attempt(phase: str, number: int, began: datetime, stage: Stage = Stage.ENDED, **known: object) -> Attempt:
    """A launch at a command line; its process was there a second later."""
    order = Order(phase, (("python", f"{phase}.py"),), Path("/srv/night"), known.pop("kind", Kind.RUN))  # type: ignore[arg-type]
    blank = Attempt(order, number, "command", "ana", began, stage, started_at=began + timedelta(seconds=1))
    return replace(blank, **known)  # type: ignore[arg-type]


def night_over() -> tuple[Snapshot, tuple[Attempt, ...]]:
    """The fix was adopted, the summary was launched twice, the factors were accepted."""
    hour = timedelta(hours=1)
    fixed = example.phase(
        "team_offense_fix",
        PhaseState.PASSED,
        title="Team offense, bug fix",
        why="complete by its own account; team_offense passes",
        writes="nba_analytics.team_offense_game_summary",
        dates=example.FIX,
        account=example.account(
            example.FIX,
            944,
            running=False,
            runs=(example.run(NOW - 5 * hour, NOW - 2 * hour, RunEnd.COMPLETED, example.FIX, 944),),
        ),
        process=example.gone(3142833, 2 * hour),
        suites=(replace(suites.offense(), stale=""),),
        judgement=suites.PASSED,
    )
    first = attempt("player_game_summary", 1, NOW - 2 * hour, ended_at=NOW - 1.9 * hour, signal="SIGKILL")
    second = attempt(
        "player_game_summary",
        2,
        NOW - 1.5 * hour,
        asked_by="screen",
        override="the fix is good enough | ask Bo",
        ended_at=NOW - 0.5 * hour,
        exit_code=0,
        identity=Identity("boot", 4711, 1.0),
    )
    summary = example.phase(
        "player_game_summary",
        PhaseState.WARNED,
        why="complete, with 2 dates failed",
        dates=example.FIX,
        account=example.account(example.FIX, 944, failed=example.days(example.FIX)[100:102], running=False),
        attempt=second,
    )
    factors = example.phase(
        "composite_factors",
        PhaseState.PASSED,
        why="accepted by Bo: spot checks are fine",
        dates=example.FOUR_YEARS,
        account=example.account(example.FOUR_YEARS, 1537, running=False),
        suites=suites.of_factors(),
        judgement=suites.FAILED,
        accepted=Acceptance("composite_factors", "spot checks are fine", "Bo", NOW - timedelta(minutes=5)),
    )
    snapshot = replace(example.night(), phases=(fixed, summary, factors), alerts=(), conflicts=(conflict(),))
    return snapshot, (first, replace(second, stage=Stage.RUNNING, ended_at=None, exit_code=None))


def conflict() -> Conflict:
    """Two writers that are no longer both there."""
    return Conflict(
        (Writer("team_offense"), Writer("team_offense_fix")),
        "nba_analytics.team_offense_game_summary",
        (example.FOUR_YEARS[0], example.FIX[1]),
        926,
        live=False,
    )


def history() -> tuple[Entry, ...]:
    """Newest first, as the ledger gives them."""
    return (
        Entry(
            NOW - timedelta(minutes=5),
            "accept",
            "composite_factors",
            "Bo",
            "composite_factors",
            "spot checks are fine",
        ),
        Entry(
            NOW - timedelta(hours=1.5), "launch", "player_game_summary", "ana", "attempt 2", "ask Bo", "exit code 0"
        ),
    )


def shut() -> tuple[Condition, ...]:
    """A gate of which one condition is met, one is not and of one nobody knows."""
    return (
        Condition("team_offense_fix", True, "passed: complete"),
        Condition("input player_game_summary", False, "usage_rate 47.7 % (>= 95 %)"),
        Condition("only writer of t", None, "the registry can't be read"),
    )
