"""The nights that can be played, by name."""

from datetime import date

from backfill_tui.demo.nba_night import BAD_MINUTE, NBA_NIGHT
from backfill_tui.demo.script import Act, At, Job, Scenario, Step
from backfill_tui.demo.season import HANDOVER, HANDOVER_PARALLEL, UNATTENDED_BROKEN, UNATTENDED_NIGHT
from backfill_tui.demo.tables import PLAYER_GAME_SUMMARY, TEAM_OFFENSE

QUIET_NIGHT = Scenario(
    name="quiet-night",
    story="two ordinary backfills, nothing wrong",
    jobs=(
        Job(
            phase="team_offense",
            title="Team offense, autumn 2024",
            job="team_offense",
            writes=TEAM_OFFENSE,
            start=date(2024, 10, 22),
            end=date(2025, 2, 13),
            log="logs/team_offense_backfill.log",
            pace=0.6,
            suites=("team_offense", "team_totals"),
        ),
        Job(
            phase="player_game_summary",
            title="Player game summary, autumn 2023",
            job="player_game_summary",
            writes=PLAYER_GAME_SUMMARY,
            start=date(2023, 10, 24),
            end=date(2024, 2, 15),
            log="logs/player_game_summary_backfill.log",
            workers=15,
            suites=("player_game_summary",),
        ),
    ),
    steps=(Step(Act.START, "team_offense", At(0)), Step(Act.START, "player_game_summary", At(2))),
    deadline_s=180,
    thresholds=(("team_offense", "min_games", 700), ("player_game_summary", "min_records", 15_000)),
)
"""On dates between the opening of a season and its All-Star break: not even a stretch without games is told of."""

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
        BAD_MINUTE,
        UNATTENDED_NIGHT,
        UNATTENDED_BROKEN,
        HANDOVER,
        HANDOVER_PARALLEL,
        QUIET_NIGHT,
        FIRST_MINUTE,
    )
}
