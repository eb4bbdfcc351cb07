"""3 January 2026, with all that went wrong: the whole night, and the same mistakes within a minute on one season.

Its six mistakes: two writers of one table; a consumer of dirty data; a run that calls itself complete over holes;
an end that was reckoned by hand; a script that passes what is not good; the word YESTERDAY where a date belongs.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from backfill_tui.demo.script import GO_CHECK, Act, At, Ended, Job, Reached, Scenario, Step, judges
from backfill_tui.demo.tables import COMPOSITE_FACTORS, PLAYER_GAME_SUMMARY, TEAM_OFFENSE
from backfill_tui.demo.warehouse import ALWAYS

_QUARTER_OF_AN_HOUR_S = 6.4
"""Of the night, in seconds at `--speed 1`. Jobs need a second or two of the clock to begin, at any speed."""


@dataclass(frozen=True, slots=True)
class _Crew:
    """How many workers a job has, how fast each is, and how many a fresh start gets."""

    workers: int
    pace: float
    fresh: int


@dataclass(frozen=True, slots=True)
class _Measure:
    """How much of the past such a night is about, and the seconds at which people start things."""

    fix_start: date  # before the season, so that its first dates are quick
    start: date
    old_feed_ends: date  # up to here the rows have the bug, and the fix writes them anew
    end: date
    fix_at: float
    players_at: float
    unresolved_at: float
    pause: float  # between what has ended and what people do about it
    players: _Crew
    history: _Crew
    fail_rate: float  # of the player summaries


def _jobs(size: _Measure) -> tuple[Job, ...]:
    return (*_team_jobs(size), *_player_jobs(size), _factors_job(size))


def _team_jobs(size: _Measure) -> tuple[Job, Job]:
    """Two writers of one table: the rows have a bug, and what mends it runs beside."""
    return (
        Job(
            phase="team_offense",
            title="Team offense, phase 1",
            job="team_offense",
            writes=TEAM_OFFENSE,
            start=size.start,
            end=size.end,
            log="logs/team_offense_backfill_phase1.log",
            fail_rate=0.015,
            broken_until=size.old_feed_ends,
            suites=("team_offense",),
        ),
        Job(
            phase="team_offense_fix",
            title="Team offense, bug fix",
            job="team_offense",
            writes=TEAM_OFFENSE,
            start=size.fix_start,
            end=size.old_feed_ends,
            log="logs/team_offense_bug_fix.log",
            pace=1.6,
            reckoned_by_hand=True,
            suites=("team_totals",),
        ),
    )


def _player_jobs(size: _Measure) -> tuple[Job, Job]:
    """One table in two pieces, each with workers."""
    return (
        Job(
            phase="player_game_summary",
            title="Player game summary",
            job="player_game_summary",
            writes=PLAYER_GAME_SUMMARY,
            start=size.old_feed_ends,
            end=size.end,
            log="logs/player_game_summary_backfill.log",
            retry_log="logs/player_game_summary_backfill_retry.log",
            workers=size.players.workers,
            fresh_workers=size.players.fresh,
            pace=size.players.pace,
            fail_rate=size.fail_rate,
            after=("team_offense_fix",),
            suites=("player_game_summary",),
        ),
        Job(
            phase="player_game_summary_history",
            title="Player game summary, older seasons",
            job="player_game_summary",
            writes=PLAYER_GAME_SUMMARY,
            start=size.start,
            end=size.old_feed_ends - timedelta(days=1),
            log="logs/player_game_summary_backfill_history.log",
            workers=size.history.workers,
            fresh_workers=size.history.fresh,
            pace=size.history.pace,
            after=("team_offense_fix",),
            suites=("player_game_summary",),
        ),
    )


def _factors_job(size: _Measure) -> Job:
    """The consumer of it all."""
    return Job(
        phase="composite_factors",
        title="Player composite factors",
        job="player_composite_factors",
        writes=COMPOSITE_FACTORS,
        start=size.start,
        end=size.end,
        log="logs/phase4_pcf_backfill.log",
        game_dates_only=True,
        after=("player_game_summary", "player_game_summary_history"),
        suites=("composite_factors",),
        inputs=("player_game_summary", "phase3_ready"),
    )


def _steps(size: _Measure) -> tuple[Step, ...]:
    fix, players, history, factors = (job.phase for job in _jobs(size)[1:])
    pause = size.pause
    return (
        Step(Act.START, "team_offense", At(0)),
        Step(Act.ORCHESTRATE, "team_offense", At(1)),
        Step(Act.START, factors, At(2)),
        Step(Act.START, fix, At(size.fix_at)),
        Step(Act.START, players, At(size.players_at)),
        Step(Act.START_UNRESOLVED, history, At(size.unresolved_at)),
        Step(Act.KILL, players, Reached(0.54)),
        Step(Act.START, players, Ended(1, 2 * pause)),
        Step(Act.RETRY, players, Ended(2, pause)),
        # It is found out once phase 1 can overwrite nothing any more, and repaired from upstream down.
        Step(Act.VALIDATE, fix, Ended(1, pause / 2, others=(("team_offense", 1),))),
        Step(Act.START_FRESH, fix, Ended(1, 2 * pause, others=((judges(fix), 1),))),
        Step(Act.START_FRESH, players, Ended(2, 2 * pause, others=((fix, 2), (players, 2)))),
        Step(Act.START_FRESH, history, Ended(1, pause, others=((fix, 2),))),
        Step(Act.VALIDATE_INPUTS, factors, Ended(1, pause / 2, others=((players, 3), (history, 2)))),
        Step(Act.START_FRESH, factors, Ended(1, pause, others=((judges(factors, inputs=True), 1),))),
    )


_WHOLE = _Measure(
    fix_start=date(2021, 10, 1),
    start=date(2021, 10, 19),
    old_feed_ends=date(2024, 5, 1),
    end=date(2026, 1, 2),
    fix_at=8,
    players_at=20,
    unresolved_at=30,
    pause=4,
    players=_Crew(15, 1.0, 30),
    history=_Crew(30, 2.0, 30),
    fail_rate=0.02,
)
_BRIEF = _Measure(
    fix_start=date(2024, 10, 1),
    start=date(2024, 10, 22),
    old_feed_ends=date(2024, 12, 25),
    end=date(2025, 2, 10),
    fix_at=3,
    players_at=5,
    unresolved_at=7,
    pause=1.5,
    players=_Crew(6, 3.0, 9),
    history=_Crew(8, 7.0, 8),
    fail_rate=0.04,
)

NBA_NIGHT = Scenario(
    name="nba-night",
    story="3 January 2026: two writers on one table, a consumer of dirty data, a resume over holes, and the repair",
    jobs=_jobs(_WHOLE),
    steps=_steps(_WHOLE),
    deadline_s=480,
    broken_until=ALWAYS,
    go_check=GO_CHECK,
    late_by_s=3 * _QUARTER_OF_AN_HOUR_S,
)

BAD_MINUTE = Scenario(
    name="bad-minute",
    story="the mistakes of nba-night over one season, within a minute",
    jobs=_jobs(_BRIEF),
    steps=_steps(_BRIEF),
    deadline_s=120,
    since=date(2024, 10, 22),
    broken_until=ALWAYS,
    go_check=GO_CHECK,
    thresholds=(
        ("team_offense", "min_games", 500),
        ("player_game_summary", "min_records", 6_000),
        ("training", "min_rows", 8_000),
    ),
    late_by_s=_QUARTER_OF_AN_HOUR_S,
)
