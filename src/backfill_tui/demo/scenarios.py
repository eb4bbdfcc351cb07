"""The nights that can be played, by name."""

from datetime import date, timedelta

from backfill_tui.demo.script import GO_CHECK, Act, At, Ended, Job, Reached, Scenario, Step
from backfill_tui.demo.season import HANDOVER, HANDOVER_PARALLEL, UNATTENDED_BROKEN, UNATTENDED_NIGHT
from backfill_tui.demo.tables import COMPOSITE_FACTORS, PLAYER_GAME_SUMMARY, TEAM_OFFENSE
from backfill_tui.demo.warehouse import ALWAYS

_OLD_FEED_ENDS = date(2024, 5, 1)

NBA_NIGHT = Scenario(
    name="nba-night",
    story="3 January 2026: two writers on one table, a consumer of dirty data, a resume over holes, and the repair",
    jobs=(
        Job(
            phase="team_offense",
            title="Team offense, phase 1",
            job="team_offense",
            writes=TEAM_OFFENSE,
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
            writes=TEAM_OFFENSE,
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
            writes=PLAYER_GAME_SUMMARY,
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
            writes=PLAYER_GAME_SUMMARY,
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
            writes=COMPOSITE_FACTORS,
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
    go_check=GO_CHECK,
)

QUIET_NIGHT = Scenario(
    name="quiet-night",
    story="two ordinary backfills, nothing wrong",
    jobs=(
        Job(
            phase="team_offense",
            title="Team offense, season 2024-25",
            job="team_offense",
            writes=TEAM_OFFENSE,
            start=date(2024, 10, 1),
            end=date(2025, 6, 30),
            log="logs/team_offense_backfill.log",
            suites=("team_offense", "team_totals"),
        ),
        Job(
            phase="player_game_summary",
            title="Player game summary, season 2023-24",
            job="player_game_summary",
            writes=PLAYER_GAME_SUMMARY,
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
            writes=TEAM_OFFENSE,
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

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        NBA_NIGHT,
        UNATTENDED_NIGHT,
        UNATTENDED_BROKEN,
        HANDOVER,
        HANDOVER_PARALLEL,
        QUIET_NIGHT,
        FIRST_MINUTE,
    )
}
DEFAULT_SCENARIO = NBA_NIGHT.name
