"""The folder of a demo: what is in it, and what is never touched."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from backfill_tui.demo.nba_night import NBA_NIGHT
from backfill_tui.demo.night import night_in, prepare, scenario_named
from backfill_tui.demo.scenarios import FIRST_MINUTE, SCENARIOS
from backfill_tui.demo.script import Act, At, Ended, Scenario, Step, judges
from backfill_tui.demo.season import UNATTENDED_BROKEN, UNATTENDED_NIGHT
from backfill_tui.errors import BackfillError, UsageError
from backfill_tui.plan.load import load_plan
from backfill_tui.plan.shipped import shipped

NOW = datetime(2026, 1, 3, 18, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("nights with a space")
    return {
        name: prepare(folder / name, scenario, seed=7, speed=2.0, now=NOW) for name, scenario in SCENARIOS.items()
    }


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=list(SCENARIOS))
def test_the_plan_loads_and_knows_every_job(nights: dict[str, Path], scenario: Scenario) -> None:
    plan = load_plan(nights[scenario.name], now=NOW)
    assert plan.name == scenario.name
    assert not [warning for warning in plan.warnings if warning.severity == "error"]
    for job in scenario.jobs:
        phase = next(phase for phase in plan.phases if phase.name == job.phase)
        assert phase.dates == (job.start, job.end)
        assert phase.writes == job.writes
        assert phase.command
        assert phase.retry


def test_the_night_has_the_phases_of_the_story_with_their_order(nights: dict[str, Path]) -> None:
    plan = load_plan(nights["nba-night"], now=NOW)
    assert {phase.name: phase.after for phase in plan.phases} == {
        "team_offense": (),
        "team_offense_fix": (),
        "player_game_summary": ("team_offense_fix",),
        "player_game_summary_history": ("team_offense_fix",),
        "composite_factors": ("player_game_summary", "player_game_summary_history"),
        "ml_ready": tuple(job.phase for job in NBA_NIGHT.jobs),
        "ml_training": ("ml_ready",),
    }
    fix, first = NBA_NIGHT.job("team_offense_fix"), NBA_NIGHT.job("team_offense")
    assert fix.writes == first.writes
    assert (min(fix.end, first.end) - max(fix.start, first.start)).days + 1 == 926


def test_in_an_unattended_night_people_start_the_first_job_and_run_starts_all_others(
    nights: dict[str, Path],
) -> None:
    for scenario in (UNATTENDED_NIGHT, UNATTENDED_BROKEN):
        assert scenario.steps == (Step(Act.START, "team_offense_fix", At(0)),)
        plan = load_plan(nights[scenario.name], now=NOW)
        assert {phase.name: (phase.start, phase.after) for phase in plan.phases if phase.command} == {
            "team_offense_fix": ("manual", ()),
            "player_game_summary": ("auto", ("team_offense_fix",)),
            "composite_factors": ("auto", ("player_game_summary",)),
        }
        (go_check,) = [phase for phase in plan.phases if phase.judges_only]
        assert plan.deadline
        assert plan.deadline.phase == go_check.name  # no phase waits for a person: the night has an end
        assert {one.suite for one in plan.phase("composite_factors").inputs} >= {"player_game_summary"}


def test_two_unattended_nights_differ_in_the_job_that_was_started_and_in_no_rule(nights: dict[str, Path]) -> None:
    good, broken = (load_plan(nights[one.name], now=NOW) for one in (UNATTENDED_NIGHT, UNATTENDED_BROKEN))
    assert dict(good.suites) == dict(broken.suites)
    assert [(phase.suites, phase.inputs) for phase in good.phases] == [
        (phase.suites, phase.inputs) for phase in broken.phases
    ]
    commands = [plan.phase("team_offense_fix").command or () for plan in (good, broken)]
    assert ["--totals-broken-until" in command for command in commands] == [False, True]


def test_nobody_but_people_starts_anything_in_the_other_nights(nights: dict[str, Path]) -> None:
    for name in set(SCENARIOS) - {UNATTENDED_NIGHT.name, UNATTENDED_BROKEN.name}:
        assert {phase.start for phase in load_plan(nights[name], now=NOW).phases} == {"manual"}


def test_its_suites_are_the_shipped_ones_word_for_word(nights: dict[str, Path]) -> None:
    made, real = load_plan(nights["nba-night"], now=NOW), load_plan(shipped("nba.yaml"), now=NOW, environ={})
    assert dict(made.suites) == dict(real.suites)
    assert {name: made.phase(name).suites for name in ("team_offense_fix", "ml_ready")} == {
        name: real.phase(name).suites for name in ("team_offense_fix", "ml_ready")
    }
    wanted = [(one.suite, one.lookback_days) for one in made.phase("composite_factors").inputs]
    assert wanted == [(one.suite, one.lookback_days) for one in real.phase("composite_factors").inputs]


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=list(SCENARIOS))
def test_every_job_is_judged_and_no_suite_is_there_for_nothing(nights: dict[str, Path], scenario: Scenario) -> None:
    plan = load_plan(nights[scenario.name], now=NOW)
    assert all(plan.phase(job.phase).suites for job in scenario.jobs)
    assert plan.warnings == ()


def test_a_short_night_has_thresholds_of_its_own(nights: dict[str, Path]) -> None:
    least = {name: load_plan(path, now=NOW).thresholds["team_offense.min_games"] for name, path in nights.items()}
    assert least.pop("nba-night") == 5600
    assert least.pop("first-minute") == 150
    assert {least.pop("bad-minute"), least.pop("quiet-night")} == {500, 700}
    assert set(least.values()) == {1200}  # all others play one season


def test_every_step_is_about_a_job_and_the_first_comes_at_once() -> None:
    for scenario in SCENARIOS.values():
        roles = {job.phase for job in scenario.jobs}
        roles |= {judges(step.phase) for step in scenario.steps if step.act is Act.VALIDATE}
        roles |= {judges(step.phase, inputs=True) for step in scenario.steps if step.act is Act.VALIDATE_INPUTS}
        others = {name for step in scenario.steps if isinstance(step.when, Ended) for name, _ in step.when.others}
        assert {step.phase for step in scenario.steps} <= {job.phase for job in scenario.jobs}
        assert others <= roles
        assert scenario.steps[0].when == At(0)


def test_two_nights_with_one_seed_differ_only_in_their_tag(tmp_path: Path) -> None:
    def told(folder: Path) -> tuple[str, ...]:
        plan = prepare(folder, FIRST_MINUTE, seed=3, speed=1.0, now=NOW)
        night = night_in(folder)
        assert night
        return plan.read_text().replace(night.tag, "TAG"), (folder / "calendar.csv").read_text()

    assert told(tmp_path / "one") == told(tmp_path / "two")


def test_an_earlier_demo_is_replaced_and_what_else_lies_there_stays(tmp_path: Path) -> None:
    prepare(tmp_path, FIRST_MINUTE, seed=7, speed=1.0)
    (tmp_path / "logs" / "team_offense_backfill.log").write_text("yesterday's")
    (tmp_path / "notes.txt").write_text("mine")
    prepare(tmp_path, FIRST_MINUTE, seed=8, speed=1.0)
    assert not list((tmp_path / "logs").iterdir())
    assert (tmp_path / "notes.txt").read_text() == "mine"
    night = night_in(tmp_path)
    assert night
    assert night.seed == 8


def test_a_folder_that_is_not_ours_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(UsageError, match=r"not empty .* --dir"):
        prepare(tmp_path, FIRST_MINUTE, seed=7, speed=1.0)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan"), float("inf")])
def test_a_speed_that_is_none_is_refused(tmp_path: Path, speed: float) -> None:
    with pytest.raises(UsageError, match="speed"):
        prepare(tmp_path / "night", FIRST_MINUTE, seed=7, speed=speed)


def test_a_file_in_place_of_the_folder_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "night").write_text("")
    with pytest.raises(UsageError, match="this is a file"):
        prepare(tmp_path / "night", FIRST_MINUTE, seed=7, speed=1.0)
    with pytest.raises(BackfillError, match="--dir"):
        prepare(tmp_path / "night" / "below", FIRST_MINUTE, seed=7, speed=1.0)


def test_an_unknown_scenario_names_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"There are: nba-night, bad-minute, unattended-night, .*, first-minute\."):
        scenario_named("a-mid-summer-night")


@pytest.mark.parametrize(
    "text", ["", "[]", '{"scenario": "gone", "seed": 1, "speed": 1, "tag": "t", "zone": "UTC"}']
)
def test_a_marker_that_is_none_is_no_night(tmp_path: Path, text: str) -> None:
    (tmp_path / "demo.json").write_text(text)
    assert night_in(tmp_path) is None
