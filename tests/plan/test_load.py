import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from backfill_tui.errors import PlanError
from backfill_tui.plan.load import load_plan
from backfill_tui.plan.problems import PlanRefusedError
from backfill_tui.plan.resolved import Bound, Input, Plan
from backfill_tui.plan.shipped import shipped

EVENING = datetime(2026, 1, 4, 1, 20, tzinfo=UTC)
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
Loads = Callable[..., Plan]

# The plan of the contract, with the phase, the suite and the time that it leaves to the reader.
WHOLE = (Path(__file__).parent / "contract.yaml").read_text(encoding="utf-8")


@pytest.fixture
def whole(loads: Loads, tmp_path: Path) -> Plan:
    (tmp_path / "backfill_thresholds.yaml").write_text("team_offense: {min_games: 5600}\n")
    return loads(WHOLE, {"SLACK_URL": "slack://token"})


def test_the_plan_of_the_contract_is_understood_whole(whole: Plan, tmp_path: Path) -> None:
    fix = whole.phase("team_offense_fix")
    assert (whole.name, whole.path, whole.folder) == ("nba-night", tmp_path / "backfill.yaml", tmp_path)
    assert whole.tz == LOS_ANGELES
    assert whole.deadline is not None
    assert whole.deadline.by == datetime(2026, 1, 4, 6, 30, tzinfo=LOS_ANGELES)
    assert whole.state_dir == tmp_path / ".backfill-tui"
    assert whole.next_steps == ("Train XGBoost v5", "Compare to the 4.27 MAE baseline")
    assert whole.warehouse is not None
    assert whole.warehouse.path == tmp_path / "warehouse"
    assert whole.notify == ("slack://token",)
    assert (whole.alerts.stall_after_s, whole.alerts.rate_drop, whole.alerts.memory_growth) == (1800, 0.3, 0.5)
    assert (whole.polling.interval_s, whole.polling.progress_every) == (60, 10)
    assert fix.dates == (date(2021, 10, 1), date(2024, 5, 1))
    assert fix.logs == (str(tmp_path / "logs/team_offense_bug_fix.log"),)
    assert fix.log_timezone == ZoneInfo("UTC")
    assert fix.checkpoint == Path("/tmp/backfill_checkpoints/team_offense_game_summary_2021-10-01_2024-05-01.json")  # noqa: S108 - the contract's
    assert fix.process is not None
    assert fix.process.pid == 3142833
    assert fix.command is not None
    assert fix.command[2:] == ("--start-date", "2021-10-01", "--end-date", "2024-05-01")
    assert (fix.cwd, dict(fix.env)) == (tmp_path, {"PYTHONPATH": "."})
    assert (fix.timeout_s, fix.on_timeout, fix.grace_s, fix.start) == (28800, "alert", 30, "manual")
    assert fix.expect.duration_s == timedelta(hours=4, minutes=47).total_seconds()
    assert fix.expect.finish_by == datetime(2026, 1, 3, 21, 15, tzinfo=LOS_ANGELES)
    assert fix.inputs == (Input("player_game_summary", lookback_days=14, every_s=900),)
    assert whole.phase("ml_training").command == ("/usr/bin/python3", "train.py")
    assert whole.warnings == ()


def test_the_suites_of_the_contract_are_understood_whole(whole: Plan) -> None:
    suite = whole.suites["team_offense"]
    by_name = {metric.name: metric for metric in suite.metrics}
    assert list(by_name) == ["game_count", "record_count", "quality_score", "production_ready", "critical_issues"]
    assert by_name["game_count"].bound == Bound(at_least=5600)
    assert by_name["record_count"].bound == Bound()
    assert (by_name["production_ready"].severity, by_name["production_ready"].by) == ("warn", "season_year")
    assert by_name["production_ready"].unit == "%"
    assert (suite.max_age_s, suite.where) == (21600, "points_scored IS NOT NULL")
    assert {check.value for check in suite.progress} == {"success_rate", "fatal_errors", "missing"}
    assert suite.completeness is not None
    assert suite.completeness.missing_at_most == 0
    assert suite.queries[0].expect == "rows"
    (command,) = suite.commands
    phase = whole.phase("team_offense_fix")
    assert whole.command_of(command, phase, phase.dates)[1:] == (
        "validate_team_offense.sh",
        "2021-10-01",
        "2024-05-01",
    )


def test_a_retry_is_filled_with_dates_when_they_are_known(whole: Plan) -> None:
    fix = whole.phase("team_offense_fix")
    assert fix.retry_of([date(2022, 1, 5), date(2022, 1, 9)]) == (
        ".venv/bin/python", "backfill_jobs/…_backfill.py", "--dates", "2022-01-05,2022-01-09",
    )  # fmt: skip
    assert whole.phase("ml_training").retry_of([date(2022, 1, 5)]) is None


def test_a_metric_may_bound_every_group_beside_the_whole(loads: Loads) -> None:
    plan = loads(
        """
        plan: n
        warehouse: {backend: bigquery}
        phases: {a: {suites: [s]}}
        suites:
          s:
            table: d.t
            metrics:
              only_groups: {sql: COUNT(*), by: season, each_at_least: 3, each_at_most: 4}
              both: {sql: COUNT(*), at_least: 9, by: season, each_at_least: 3}
        """
    )
    only_groups, both = plan.suites["s"].metrics
    assert (only_groups.bound, only_groups.each) == (Bound(), Bound(3, 4))
    assert (both.bound, both.each) == (Bound(at_least=9), Bound(at_least=3))


def test_a_command_of_a_suite_without_the_dates_that_it_wants_is_an_error(whole: Plan) -> None:
    (command,) = whole.suites["team_offense"].commands
    with pytest.raises(PlanError, match=r"\{start\}"):
        whole.command_of(command, whole.phase("ml_training"), None)


def test_a_plan_is_frozen_and_keeps_its_addresses_to_itself(whole: Plan) -> None:
    with pytest.raises(FrozenInstanceError):
        whole.name = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        whole.suites["x"] = whole.suites["team_offense"]  # type: ignore[index]
    assert "slack://" not in repr(whole)


def test_only_a_name_and_phases_are_required(loads: Loads) -> None:
    plan = loads("plan: night\nphases: {a: {log: a.log}}\n")
    assert plan.phase("a").title == "a"
    assert plan.phase("a").dates is None
    assert plan.tz == ZoneInfo("UTC")
    with pytest.raises(KeyError):
        plan.phase("b")


def test_every_sign_of_life_is_enough(loads: Loads) -> None:
    plan = loads("""
        plan: night
        phases:
          a: {command: [true]}
          b: {process: {pid: 1}}
          c: {process: {match: x}}
          d: {log: [a.log, 'b/*.log']}
          e: {checkpoint: c.json}
          f: {suites: [s]}
        suites: {s: {progress: {missing: {at_most: 0}}}}
        """)
    assert [phase.name for phase in plan.phases] == ["a", "b", "c", "d", "e", "f"]
    assert plan.phase("a").command == ("true",)
    assert plan.phase("d").logs[1].endswith("b/*.log")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("today", date(2026, 1, 3)), ("YESTERDAY", date(2026, 1, 2)), ("Today-3d", date(2025, 12, 31))],
)
def test_today_is_that_of_the_plans_time_zone(loads: Loads, typed: str, meant: date) -> None:
    plan = loads(f"""
        plan: night
        timezone: America/Los_Angeles
        phases: {{a: {{log: "{{end}}.log", dates: {{start: 2021-10-19, end: {typed}}}}}}}
        """)
    assert plan.phase("a").dates == (date(2021, 10, 19), meant)
    assert plan.phase("a").logs[0].endswith(f"/{meant}.log")


def test_times_with_an_offset_are_shown_in_the_plans_time_zone(loads: Loads) -> None:
    plan = loads("""
        plan: night
        timezone: America/Los_Angeles
        deadline: {phase: a, by: 2026-01-04T14:30Z}
        phases: {a: {log: a.log}}
        """)
    assert plan.deadline is not None
    assert plan.deadline.by.isoformat() == "2026-01-04T06:30:00-08:00"


def test_listed_dates_come_from_a_file_and_are_known_to_the_command(loads: Loads, tmp_path: Path) -> None:
    (tmp_path / "dates.csv").write_text("date\n2022-01-09\n2022-01-05\n")
    plan = loads('plan: n\nphases: {a: {dates: {csv: dates.csv}, command: [run, "{dates}", "{start}"]}}\n')
    phase = plan.phase("a")
    assert phase.dates == (date(2022, 1, 5), date(2022, 1, 9))
    assert phase.listed_dates == (date(2022, 1, 5), date(2022, 1, 9))
    assert phase.command == ("run", "2022-01-05,2022-01-09", "2022-01-05")


def test_a_calendar_file_is_read_with_the_plan(loads: Loads, tmp_path: Path) -> None:
    (tmp_path / "calendar.csv").write_text("date,weight\n2022-01-05,7\n")
    plan = loads("plan: n\ncalendar: {csv: calendar.csv}\nphases: {a: {log: x, units: calendar}}\n")
    assert plan.calendar is not None
    assert plan.calendar.weights == {date(2022, 1, 5): 7.0}


def test_arguments_are_the_text_that_was_typed(loads: Loads) -> None:
    plan = loads("plan: n\nphases: {a: {command: [run, --workers, 15, -v, 1.10, true, no, ''], env: {N: 007}}}\n")
    assert plan.phase("a").command == ("run", "--workers", "15", "-v", "1.10", "true", "no", "")
    assert plan.phase("a").env["N"] == "007"


def test_a_threshold_keeps_its_type_and_can_be_part_of_a_text(loads: Loads, tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("a: {hours: 8, rows: 70.5, table: t}\n")
    plan = loads("""
        plan: n
        thresholds: t.yaml
        warehouse: {backend: bigquery}
        phases: {a: {command: [run], timeout: "${a.hours}h", suites: [s]}}
        suites: {s: {table: "d.${a.table}", metrics: {n: {sql: "COUNTIF(x > ${a.rows})", at_least: "${a.rows}"}}}}
        """)
    assert plan.phase("a").timeout_s == 8 * 3600
    assert plan.suites["s"].metrics[0].sql == "COUNTIF(x > 70.5)"
    assert plan.suites["s"].metrics[0].bound.at_least == 70.5
    assert plan.suites["s"].table == "d.t"


def test_a_glob_is_not_disturbed_by_the_folders_own_brackets(tmp_path: Path) -> None:
    folder = tmp_path / "night [1]"
    folder.mkdir()
    (folder / "backfill.yaml").write_text(
        "plan: n\nphases: {a: {log: [plain.log, 'logs/*.log', '{plan_dir}/*.txt']}}\n"
    )
    logs = load_plan(folder / "backfill.yaml", now=EVENING, environ={}).phase("a").logs
    escaped = str(folder).replace("[", "[[]")
    assert logs == (f"{folder}/plain.log", f"{escaped}/logs/*.log", f"{escaped}/*.txt")


def test_the_home_folder_may_be_written_short(loads: Loads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    plan = loads("plan: n\nphases: {a: {log: ~/a.log, checkpoint: ~nobody-of-that-name/c.json}}\n")
    assert plan.phase("a").logs == ("/home/someone/a.log",)
    assert plan.phase("a").checkpoint == plan.folder / "~nobody-of-that-name/c.json"


def test_an_unset_address_does_not_keep_a_screen_from_opening(loads: Loads) -> None:
    plan = loads('plan: n\nnotify: ["${SLACK_URL}", "mailto://x"]\nphases: {a: {log: x}}\n')
    assert plan.notify == ("${SLACK_URL}", "mailto://x")
    assert [str(w).partition("backfill.yaml:")[2] for w in plan.warnings] == [
        "2: notify[0]: warning: the environment variable SLACK_URL is not set, so nobody is told there"
    ]


def test_another_state_folder_can_be_asked_for(write: Callable[[str], Path], tmp_path: Path) -> None:
    path = write("plan: n\nphases: {a: {command: [run, '{state_dir}/x']}}\n")
    plan = load_plan(path, now=EVENING, environ={}, state_dir=tmp_path / "other")
    assert plan.state_dir == tmp_path / "other"
    assert plan.phase("a").command == ("run", f"{tmp_path}/other/x")


def test_a_refusal_has_every_mistake_and_exit_code_78(write: Callable[[str], Path]) -> None:
    path = write("plan: n\ncolor: red\nphases: {a: {dates: {start: 2024-13-01, end: today}}}\n")
    with pytest.raises(PlanRefusedError) as refused:
        load_plan(path, now=EVENING, environ={})
    assert refused.value.exit_code == 78
    assert [problem.key for problem in refused.value.found] == ["color", "phases.a", "phases.a.dates.start"]
    assert str(refused.value).count("\n") == 2
    assert pickle.loads(pickle.dumps(refused.value)).problems == refused.value.problems  # noqa: S301 - our own bytes


def test_the_plan_of_the_night_loads() -> None:
    plan = load_plan(shipped("nba.yaml"), now=EVENING, environ={"SLACK_URL": "slack://x"})
    names = "team_offense team_offense_fix player_game_summary player_game_summary_history composite_factors"
    assert [phase.name for phase in plan.phases] == [*names.split(), "orchestrator", "ml_ready", "ml_training"]
    assert plan.warnings == ()
    assert plan.phase("team_offense_fix").process is not None
    first, second = plan.phase("team_offense"), plan.phase("team_offense_fix")
    assert first.writes == second.writes
    assert first.dates is not None
    assert second.dates is not None
    assert (min(first.dates[1], second.dates[1]) - max(first.dates[0], second.dates[0])).days + 1 == 926
    assert plan.thresholds["team_offense.min_games"] == 5600
    assert plan.polling.interval_s == 60
