"""Nights over one season that somebody, or something, has to drive: one job is started, and the next is not."""

from dataclasses import replace
from datetime import date

from backfill_tui.demo.script import GO_CHECK, Act, At, Job, Scenario, Step
from backfill_tui.demo.tables import COMPOSITE_FACTORS, PLAYER_GAME_SUMMARY, TEAM_OFFENSE
from backfill_tui.demo.warehouse import ALWAYS

_OPENS, _ENDS = date(2024, 10, 1), date(2025, 6, 30)
_THRESHOLDS = (
    ("team_offense", "min_games", 1200),
    ("player_game_summary", "min_records", 25_000),
    ("training", "min_rows", 20_000),
)

_FIX = Job(
    phase="team_offense_fix",
    title="Team offense, bug fix",
    job="team_offense",
    writes=TEAM_OFFENSE,
    start=_OPENS,
    end=_ENDS,
    log="logs/team_offense_bug_fix.log",
    pace=1.6,
    fail_rate=0.01,
    suites=("team_offense",),  # which sees nothing of the bug: that is why the night can go on to notice it later
)
_PLAYERS = Job(
    phase="player_game_summary",
    title="Player game summary",
    job="player_game_summary",
    writes=PLAYER_GAME_SUMMARY,
    start=_OPENS,
    end=_ENDS,
    log="logs/player_game_summary_backfill.log",
    workers=30,
    fail_rate=0.01,
    after=("team_offense_fix",),
    auto=True,
    suites=("player_game_summary",),
)
_FACTORS = Job(
    phase="composite_factors",
    title="Player composite factors",
    job="player_composite_factors",
    writes=COMPOSITE_FACTORS,
    start=_OPENS,
    end=_ENDS,
    log="logs/phase4_pcf_backfill.log",
    pace=1.6,
    game_dates_only=True,
    after=("player_game_summary",),
    auto=True,
    suites=("composite_factors",),
    inputs=("player_game_summary", "phase3_ready"),
)

UNATTENDED_NIGHT = Scenario(
    name="unattended-night",
    story="one season: a person starts the fix and goes to bed; the rest starts by itself, on good data only",
    jobs=(_FIX, _PLAYERS, _FACTORS),
    steps=(Step(Act.START, _FIX.phase, At(0)),),
    deadline_s=150,
    broken_until=ALWAYS,
    go_check=GO_CHECK,
    thresholds=_THRESHOLDS,
)

UNATTENDED_BROKEN = replace(
    UNATTENDED_NIGHT,
    name="unattended-broken",
    story="the same plan, but what was started as the fix still has the bug, and nothing in its own rows says so",
    jobs=(replace(_FIX, broken_until=ALWAYS), _PLAYERS, _FACTORS),
)

_PHASE_1 = replace(
    _FIX, phase="team_offense", title="Team offense, phase 1", log="logs/team_offense_backfill_phase1.log"
)
_PHASE_2 = replace(
    _PLAYERS, after=(_PHASE_1.phase,), auto=False, log="logs/player_game_summary_backfill_phase2.log"
)

HANDOVER = Scenario(
    name="handover",
    story="phase 1 runs in somebody's shell; phase 2 has not begun, and nobody is there to begin it",
    jobs=(_PHASE_1, _PHASE_2),
    steps=(Step(Act.START, _PHASE_1.phase, At(0)),),
    deadline_s=120,
    broken_until=ALWAYS,
    thresholds=_THRESHOLDS,
)

HANDOVER_PARALLEL = replace(
    HANDOVER,
    name="handover-parallel",
    story="phase 1 runs on 15 workers in somebody's shell: its log ends without the summary that scripts look for",
    jobs=(replace(_PHASE_1, workers=15, pace=0.2), _PHASE_2),
)
