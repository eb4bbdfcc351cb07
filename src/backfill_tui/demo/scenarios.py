"""The nights that can be played, as data: which jobs there are, and what people did to them, and when."""

from dataclasses import dataclass
from datetime import date
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
    pace: float = 1.0  # so many times as fast as its kind usually is
    fail_rate: float = 0.0
    broken_until: date = NEVER  # team offense: writes rows with the bug up to this date
    game_dates_only: bool = False
    after: tuple[str, ...] = ()


class Act(StrEnum):
    """What somebody does."""

    START = "start"  # the first time, or again: the job then resumes from its checkpoint
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
    """So many seconds after the job's n-th run has ended, at `--speed 1`."""

    runs: int
    seconds: float


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
    training: bool = False  # whether a model is to be trained at the end

    def job(self, phase: str) -> Job:
        """The job of that phase."""
        return next(job for job in self.jobs if job.phase == phase)


_OLD_FEED_ENDS = date(2024, 5, 1)
_TEAM_OFFENSE = "nba_analytics.team_offense_game_summary"
_PLAYER_GAME_SUMMARY = "nba_analytics.player_game_summary"
_COMPOSITE_FACTORS = "nba_precompute.player_composite_factors"

NBA_NIGHT = Scenario(
    name="nba-night",
    story="3 January 2026: two writers on one table, a consumer of dirty data, a resume over holes",
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
            fail_rate=0.02,
            after=("team_offense_fix",),
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
            after=("player_game_summary",),
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
    ),
    deadline_s=300,
    broken_until=ALWAYS,
    training=True,
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
        ),
    ),
    steps=(Step(Act.START, "team_offense", At(0)), Step(Act.START, "player_game_summary", At(2))),
    deadline_s=180,
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
        ),
    ),
    steps=(Step(Act.START, "team_offense", At(0)),),
    deadline_s=60,
    yesterday=False,
)

SCENARIOS = {scenario.name: scenario for scenario in (NBA_NIGHT, QUIET_NIGHT, FIRST_MINUTE)}
DEFAULT_SCENARIO = NBA_NIGHT.name
