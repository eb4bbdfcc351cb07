"""The Gantt chart of the critical path: which phases are there, what of them, and what is said of the unknown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.control.model import Condition, ConditionKind, PhaseState, Timeline
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.progress.account import Account, RunEnd
from backfill_tui.progress.prospect import DeadlineProspect, Moments
from backfill_tui.views import gantt
from backfill_tui.views.spans import Line, Tone, line_text, line_width
from tests.tui import example
from tests.tui.example import NOW, ZONE

NIGHT = example.night()
ROOM, MOST = 74, 9


def chart(snapshot: Snapshot, room: int = ROOM, most: int = MOST) -> list[str]:
    return [line_text(line) for line in gantt.lines(snapshot, room, most)]


def row(snapshot: Snapshot, name: str, room: int = ROOM) -> Line:
    return next(line for line in gantt.lines(snapshot, room, MOST) if name in line_text(line))


def with_phase(name: str, **changes: object) -> Snapshot:
    views = [
        replace(view, **changes) if view.name == name else view  # type: ignore[arg-type]
        for view in NIGHT.phases
    ]
    return replace(NIGHT, phases=tuple(views))


def toned(line: Line, tone: Tone) -> str:
    return "".join(span.text for span in line if span.tone is tone)


@given(st.integers(0, 160), st.integers(0, 12))
def test_the_chart_fits_into_its_room(room: int, most: int) -> None:
    lines = gantt.lines(NIGHT, room, most)
    assert len(lines) <= most
    assert all(line_width(line) <= room for line in lines)


def test_the_night_has_hours_a_row_a_phase_now_and_the_deadline() -> None:
    assert chart(NIGHT) == [
        "                      16h   18h    20h    22h    4 Jan  02h    04h    06h ",
        "★ team_offense_fix     ██████████████▒▒░◆░                              ┊ ",
        "  team_offense        ███████████   ┊                                   ┊ ",
        "★ player_game_summary               ┊   ░◆░░                            ┊ ",
        "★ composite_factors       ██████████┊     ▒▒▒▒▒▒▒▒▒▒▒▒▒▒◆▒▒▒▒▒▒▒▒░░░░●░░┊░",
        "★ ml_training                       ┊                     ◆       ░░░●░░┊░",
        "                                    ▲ 20:14                    by 06:30 ┊ ",
    ]


def test_a_snapshot_a_moment_later_moves_nothing() -> None:
    later = replace(NIGHT, at=NIGHT.at + timedelta(seconds=20))
    assert chart(later) == chart(NIGHT)


def test_what_leads_nowhere_is_dim_and_the_first_to_go() -> None:
    line = row(NIGHT, "team_offense ")
    assert toned(line, Tone.QUIET) == "█" * 11
    assert "team_offense" in toned(line, Tone.DIM)
    assert not any("team_offense " in line for line in chart(NIGHT, most=6))
    assert len(chart(NIGHT, most=6)) == 6


def test_phases_of_the_path_that_have_no_room_are_counted() -> None:
    shown = chart(NIGHT, most=5)
    assert shown[-2] == "… and 2 more"
    assert [line[0] for line in shown].count("★") == 2


def test_what_lies_beyond_the_deadline_is_bad() -> None:
    assert "░" in toned(row(NIGHT, "composite"), Tone.BAD)
    tomorrow = replace(NIGHT, deadline=DeadlineProspect("ml_training", example.tonight((9, 0))))
    assert "░" not in toned(row(tomorrow, "composite"), Tone.BAD)


def test_the_plan_s_mark_tells_whether_it_is_kept() -> None:
    assert toned(row(NIGHT, "team_offense_fix"), Tone.GOOD).endswith("◆")
    assert "◆" in toned(row(NIGHT, "composite"), Tone.BAD)
    open_end = with_phase("ml_training", timeline=Timeline(example.tonight((2, 30)), None, None))
    assert "◆" in toned(row(open_end, "ml_training"), Tone.DIM)


def test_a_phase_of_the_path_of_which_nothing_is_known_says_so() -> None:
    lacking = with_phase("ml_training", prospect=None, timeline=None)
    assert "? not known" in line_text(row(lacking, "ml_training"))
    assert NIGHT.deadline is not None
    told = replace(NIGHT, deadline=replace(NIGHT.deadline, probability=None, lacking=("composite_factors", "x")))
    assert gantt.title(told, 80) == "Critical path to ml_training · not known: composite_factors, x"
    assert gantt.title(told, 60) == "Critical path · not known: composite_factors, x"
    assert gantt.title(told, 40) == "Critical path · 2 phases not known"


def test_how_long_something_takes_does_not_matter_where_its_start_is_due() -> None:
    bare = with_phase("ml_training", prospect=None, timeline=None)
    assert bare.deadline is not None
    start = replace(bare, deadline=replace(bare.deadline, of_start=True))
    assert "?" not in line_text(row(start, "ml_training"))


def test_the_words_of_what_is_not_known_cover_no_mark() -> None:
    near = with_phase("ml_training", prospect=None, timeline=Timeline(NOW + timedelta(hours=1), None, None))
    assert "? ◆" in line_text(row(near, "ml_training"))


def test_a_stalled_run_is_told_by_its_tone_and_its_frozen_forecast_steps_back() -> None:
    view = NIGHT.phase("team_offense_fix")
    assert view.prospect is not None
    stalled = with_phase("team_offense_fix", state=PhaseState.STALLED, prospect=replace(view.prospect, frozen=True))
    line = row(stalled, "team_offense_fix")
    assert "█" in toned(line, Tone.WARN)
    assert "▒" in toned(line, Tone.DIM)


def test_what_has_ended_on_the_way_is_there_without_a_forecast() -> None:
    ended = example.run(NOW - timedelta(hours=3), NOW - timedelta(hours=1), RunEnd.COMPLETED, example.FIX, 944)
    passed = with_phase(
        "team_offense_fix",
        state=PhaseState.PASSED,
        critical=False,
        forecast=None,
        prospect=None,
        timeline=None,
        account=Account(dates=example.FIX, runs=(ended,)),
    )
    line = row(passed, "team_offense_fix")
    assert line_text(line).startswith("  team_offense_fix ")
    assert not set("▒░●?") & set(line_text(line))
    assert "█" in toned(line, Tone.QUIET)


def test_a_step_without_a_log_is_drawn_from_its_process() -> None:
    step = with_phase(
        "ml_training", state=PhaseState.RUNNING, process=example.alive(1, timedelta(hours=2), "train")
    )
    assert "█" in toned(row(step, "ml_training"), Tone.GOOD)


def test_an_upstream_that_the_gate_names_leads_to_the_goal() -> None:
    gate = (Condition("odd", False, "", ConditionKind.UPSTREAM, "team_offense"),)
    for name in ("ml_training", "composite_factors"):
        leading = with_phase(name, gate=gate)
        assert "… and 2 more" in chart(leading, most=6)


def test_a_run_of_long_ago_does_not_squeeze_the_night() -> None:
    old = example.run(NOW - timedelta(days=90), NOW - timedelta(days=89), RunEnd.KILLED, example.FIX, 944)
    view = NIGHT.phase("team_offense_fix")
    runs = (old, *view.account.runs)
    assert chart(with_phase("team_offense_fix", account=replace(view.account, runs=runs))) == chart(NIGHT)


def test_a_deadline_far_off_does_not_squeeze_the_night() -> None:
    week = replace(NIGHT, deadline=DeadlineProspect("ml_training", NOW + timedelta(days=9)))
    shown = chart(week)
    assert "┊" not in shown[-1]
    assert "16h" in shown[0]


def test_the_slack_of_what_the_night_does_not_wait_for_is_told() -> None:
    told = example.prospect(None, ((21, 0), (22, 30), (23, 0)), "history")
    free = replace(told, slack_s=22_200.0, criticality=0.02)
    assert chart(with_phase("team_offense", prospect=free))[-1] == "slack: none on ★, team_offense 6h10"


def _alone(view: PhaseView) -> Snapshot:
    return replace(NIGHT, phases=(view,), deadline=None, critical_path=())


def test_there_is_a_chart_only_of_what_the_table_does_not_say_as_well() -> None:
    fix = replace(NIGHT.phase("team_offense_fix"), critical=False)
    assert gantt.worth_showing(NIGHT)
    assert not gantt.worth_showing(example.nothing())
    assert not gantt.worth_showing(_alone(example.phase("x")))
    assert not gantt.worth_showing(_alone(fix))
    other = replace(fix, name="other")
    both = replace(_alone(fix), phases=(fix, other))
    assert gantt.worth_showing(both)
    assert gantt.title(both, 60) == "Timeline"
    assert "▒" in toned(row(both, "other"), Tone.BUSY)


def test_a_deadline_of_a_start_says_so() -> None:
    assert NIGHT.deadline is not None
    start = replace(NIGHT, deadline=replace(NIGHT.deadline, of_start=True))
    assert "start by 06:30 ┊" in chart(start)[-1]


def test_the_legend_tells_of_the_plan_only_where_it_expects_something() -> None:
    assert gantt.legend(NIGHT, 60) == "█ done ▒ to come ░ 80 % range ● likely ◆ plan"
    assert gantt.legend(NIGHT, 30) == "░ 80 % range ● likely ◆ plan"
    bare = replace(NIGHT, phases=tuple(replace(view, timeline=None) for view in NIGHT.phases))
    assert "plan" not in gantt.legend(bare, 60)


@pytest.mark.parametrize("zone", [ZONE, UTC])
def test_forecasts_in_any_zone_lie_where_they_belong(zone: object) -> None:
    view = NIGHT.phase("ml_training")
    assert view.prospect is not None
    moved = [at.astimezone(zone) for at in _three(view.prospect.finish)]  # type: ignore[arg-type]
    finish = Moments(*moved)
    assert chart(with_phase("ml_training", prospect=replace(view.prospect, finish=finish))) == chart(NIGHT)


def _three(finish: Moments) -> list[datetime]:
    return [finish.p10, finish.p50, finish.p90]
