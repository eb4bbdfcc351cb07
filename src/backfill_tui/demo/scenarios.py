"""The nights that can be played, as data: which jobs there are, and what people did to them, and when."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from backfill_tui.demo.warehouse import ALWAYS, NEVER

COMPRESSION = 140.0
"""Seconds of the night in one of the clock's, at `--speed 1`."""


@dataclass(frozen=True, slots=True)
class Job:
    """One backfill of the night: a phase of the plan, and the words of its command line."""

    phase: str
    title: str
    job: str  # the job program's --job
    writes: str
    start: date
    end: date
    log: str
    retry_log: str | None = None  # where people let a retry write; none: nobody retries it
    workers: int | None = None  # in parallel, on so many
    fresh_workers: int = 15  # of a fresh start, which is always in parallel: then people are in a hurry
    pace: float = 1.0  # so many times as fast as its kind usually is
    fail_rate: float = 0.0
    broken_until: date = NEVER  # team offense: writes rows with the bug up to this date
    game_dates_only: bool = False
    after: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()  # that judge it; their text is that of config/nba.yaml
    inputs: tuple[str, ...] = ()  # suites that must pass on what it reads


class Act(StrEnum):
    """What somebody does."""

    START = "start"  # the first time, or again: the job then resumes from its checkpoint
    START_FRESH = "start fresh"  # from its first date, whatever its checkpoint says; no date fails again
    KILL = "kill"  # with SIGKILL
    RETRY = "retry"  # its failed dates
    ORCHESTRATE = "orchestrate"  # start a script that waits for this job


@dataclass(frozen=True, slots=True)
class At:
    """So many seconds after the beginning, at `--speed 1`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reached:
    """Once that share of the job's dates has ended."""

    share: float


@dataclass(frozen=True, slots=True)
class Ended:
    """So many seconds, at `--speed 1`, after the job's n-th run has ended, and after `others` have ended theirs.

    Of another job at least so many runs must have ended, and none be running.
    """

    runs: int
    seconds: float
    others: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Who does what to which job, and when; the triggers mean the step's own job."""

    act: Act
    phase: str
    when: At | Reached | Ended


@dataclass(frozen=True, slots=True)
class Scenario:
    """One night."""

    name: str
    story: str
    jobs: tuple[Job, ...]
    steps: tuple[Step, ...]
    deadline_s: float  # from the beginning, at `--speed 1`
    yesterday: bool = True  # whether the warehouse has rows of all seasons already
    broken_until: date = NEVER  # up to here they carry the bug
    go_check: tuple[
        str, ...
    ] = ()  # suites that say on the whole range whether a model may be trained; none: no model
    thresholds: tuple[tuple[str, str, float], ...] = ()  # section, key, value: instead of the shipped ones

    def job(self, phase: str) -> Job:
        """The job of that phase."""
        return next(job for job in self.jobs if job.phase == phase)


_OLD_FEED_ENDS = date(2024, 5, 1)
_TEAM_OFFENSE = "nba_analytics.team_offense_game_summary"
_PLAYER_GAME_SUMMARY = "nba_analytics.player_game_summary"
_COMPOSITE_FACTORS = "nba_precompute.player_composite_factors"

NBA_NIGHT = Scenario(
    name="nba-night",
    story="3 January 2026: two writers on one table, a consumer of dirty data, a resume over holes, and the repair",
    jobs=(
        Job(
            phase="team_offense",
            title="Team offense, phase 1",
            job="team_offense",
            writes=_TEAM_OFFENSE,
            start=date(2021, 10, 19),
            end=date(2026, 1, 2),
            log="logs/team_offense_backfill_phase1.log",
            fail_rate=0.015,
            broken_until=_OLD_FEED_ENDS,
            suites=("team_offense",),
        ),
        Job(
            phase="team_offense_fix",
            title="Team offense, bug fix",
            job="team_offense",
            writes=_TEAM_OFFENSE,
            start=date(2021, 10, 1),
            end=_OLD_FEED_ENDS,
            log="logs/team_offense_bug_fix.log",
            pace=1.6,
            suites=("team_totals",),
        ),
        Job(
            phase="player_game_summary",
            title="Player game summary",
            job="player_game_summary",
            writes=_PLAYER_GAME_SUMMARY,
            start=_OLD_FEED_ENDS,
            end=date(2026, 1, 2),
            log="logs/player_game_summary_backfill.log",
            retry_log="logs/player_game_summary_backfill_retry.log",
            workers=15,
            fresh_workers=30,
            fail_rate=0.02,
            after=("team_offense_fix",),
            suites=("player_game_summary",),
        ),
        Job(
            phase="player_game_summary_history",
            title="Player game summary, older seasons",
            job="player_game_summary",
            writes=_PLAYER_GAME_SUMMARY,
            start=date(2021, 10, 19),
            end=_OLD_FEED_ENDS - timedelta(days=1),
            log="logs/player_game_summary_backfill_history.log",
            workers=30,
            pace=2.0,
            after=("team_offense_fix",),
            suites=("player_game_summary",),
        ),
        Job(
            phase="composite_factors",
            title="Player composite factors",
            job="player_composite_factors",
            writes=_COMPOSITE_FACTORS,
            start=date(2021, 10, 19),
            end=date(2026, 1, 2),
            log="logs/phase4_pcf_backfill.log",
            game_dates_only=True,
            after=("player_game_summary", "player_game_summary_history"),
            suites=("composite_factors",),
            inputs=("player_game_summary", "phase3_ready"),
        ),
    ),
    steps=(
        Step(Act.START, "team_offense", At(0)),
        Step(Act.ORCHESTRATE, "team_offense", At(1)),
        Step(Act.START, "composite_factors", At(2)),
        Step(Act.START, "team_offense_fix", At(8)),
        Step(Act.START, "player_game_summary", At(20)),
        Step(Act.KILL, "player_game_summary", Reached(0.54)),
        Step(Act.START, "player_game_summary", Ended(1, 8)),
        Step(Act.RETRY, "player_game_summary", Ended(2, 8)),
        # The repair, once phase 1 can overwrite nothing any more: each table only after what it is computed from.
        Step(Act.START_FRESH, "team_offense_fix", Ended(1, 4, others=(("team_offense", 1),))),
        Step(Act.START_FRESH, "player_game_summary", Ended(2, 3, others=(("team_offense_fix", 2),))),
        Step(Act.START, "player_game_summary_history", Ended(0, 3, others=(("team_offense_fix", 2),))),
        Step(
            Act.START_FRESH,
            "composite_factors",
            Ended(1, 3, others=(("player_game_summary", 3), ("player_game_summary_history", 1))),
        ),
    ),
    deadline_s=390,
    broken_until=ALWAYS,
    go_check=(
        "team_offense",
        "team_totals",
        "player_game_summary",
        "phase3_ready",
        "composite_factors",
        "training_rows",
    ),
)

QUIET_NIGHT = Scenario(
    name="quiet-night",
    story="two ordinary backfills, nothing wrong",
    jobs=(
        Job(
            phase="team_offense",
            title="Team offense, season 2024-25",
            job="team_offense",
            writes=_TEAM_OFFENSE,
            start=date(2024, 10, 1),
            end=date(2025, 6, 30),
            log="logs/team_offense_backfill.log",
            suites=("team_offense", "team_totals"),
        ),
        Job(
            phase="player_game_summary",
            title="Player game summary, season 2023-24",
            job="player_game_summary",
            writes=_PLAYER_GAME_SUMMARY,
            start=date(2023, 10, 1),
            end=date(2024, 6, 30),
            log="logs/player_game_summary_backfill.log",
            workers=15,
            suites=("player_game_summary",),
        ),
    ),
    steps=(Step(Act.START, "team_offense", At(0)), Step(Act.START, "player_game_summary", At(2))),
    deadline_s=180,
    thresholds=(("team_offense", "min_games", 1200), ("player_game_summary", "min_records", 25_000)),
)

FIRST_MINUTE = Scenario(
    name="first-minute",
    story="one small backfill of four weeks, a few seconds long",
    jobs=(
        Job(
            phase="team_offense",
            title="Team offense, November 2023",
            job="team_offense",
            writes=_TEAM_OFFENSE,
            start=date(2023, 11, 1),
            end=date(2023, 11, 28),
            log="logs/team_offense_backfill.log",
            suites=("team_offense", "team_totals"),
        ),
    ),
    steps=(Step(Act.START, "team_offense", At(0)),),
    deadline_s=60,
    yesterday=False,
    thresholds=(("team_offense", "min_games", 150),),
)

SCENARIOS = {scenario.name: scenario for scenario in (NBA_NIGHT, QUIET_NIGHT, FIRST_MINUTE)}
DEFAULT_SCENARIO = NBA_NIGHT.name
