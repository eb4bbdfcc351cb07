from datetime import UTC, date, datetime
from pathlib import Path
from textwrap import dedent

import pytest

from backfill_tui.errors import PlanError
from backfill_tui.plan.load import lint, load_plan
from backfill_tui.plan.resolved import Plan, PlannedProcess
from backfill_tui.plan.shipped import shipped
from backfill_tui.plan.two_phases import Range, RunsAlready, first_of, keys_of, second_of
from backfill_tui.plan.variation import Variation

EVENING = datetime(2026, 1, 4, 1, 20, tzinfo=UTC)
ENVIRON = {"TZ": "UTC"}


def span(start: str, end: str) -> Range:
    return Range((start, end), (date.fromisoformat(start), date.fromisoformat(end)))


def told(*, pid: int = 77, log: str = "/elsewhere/one.log", dates: Range | None = None) -> RunsAlready:
    return RunsAlready(pid, Path(log), dates or span("2021-10-19", "2026-01-02"))


def night(path: Path, given: RunsAlready, dates: Range | None = None, folder: Path | None = None) -> Plan:
    """The plan as the flags want it."""
    written = load_plan(path, now=EVENING, environ=ENVIRON)
    first = first_of(written)
    keys = keys_of(written, first, second_of(written, first), given, dates)
    return load_plan(path, now=EVENING, environ=ENVIRON, variation=Variation(folder, None, keys))


def written(folder: Path, text: str) -> Path:
    path = folder / "backfill.yaml"
    path.write_text(dedent(text))
    return path


def names(plan: Plan) -> list[str]:
    return [phase.name for phase in plan.phases]


def test_the_shipped_plan_keeps_the_two_phases_and_who_writes_their_tables(tmp_path: Path) -> None:
    plan = night(shipped("nba.yaml"), told(), folder=tmp_path)
    assert names(plan) == [
        "team_offense",
        "team_offense_fix",
        "player_game_summary",
        "player_game_summary_history",
    ]
    second = plan.phase("player_game_summary")
    assert (second.after, second.start) == (("team_offense",), "auto")
    assert second.dates == (date(2024, 5, 1), date(2026, 1, 2))
    assert plan.deadline is None
    assert set(plan.suites) == {"team_offense", "team_totals", "player_game_summary"}


def test_only_phase_2_can_be_started(tmp_path: Path) -> None:
    plan = night(shipped("nba.yaml"), told(), folder=tmp_path)
    assert [phase.name for phase in plan.phases if phase.command] == ["player_game_summary"]
    assert [phase.name for phase in plan.phases if phase.start == "auto"] == ["player_game_summary"]


def test_phase_1_is_the_process_the_log_and_the_dates_that_were_given() -> None:
    dates = span("2023-01-01", "2023-01-31")
    first = night(shipped("nba.yaml"), told(pid=5, log="/l/a.log", dates=dates)).phase("team_offense")
    assert first.process == PlannedProcess(5, None)
    assert (first.logs, first.dates) == (("/l/a.log",), dates.days)
    assert first.checkpoint is not None
    assert first.checkpoint.name == "team_offense_game_summary_2023-01-01_2023-01-31.json"
    assert first.suites == ("team_offense",)


def test_a_log_whose_name_looks_like_a_pattern_is_that_file() -> None:
    first = night(shipped("nba.yaml"), told(log="/l/{start} [1]*.log")).phase("team_offense")
    assert first.logs == ("/l/{start} [[]1][*].log",)


def test_phase_2_gets_its_dates_everywhere() -> None:
    second = night(shipped("nba.yaml"), told(), span("2025-01-01", "2025-01-31")).phase("player_game_summary")
    assert second.dates == (date(2025, 1, 1), date(2025, 1, 31))
    assert second.command is not None
    assert second.command[3:6:2] == ("2025-01-01", "2025-01-31")
    assert second.checkpoint is not None
    assert second.checkpoint.name == "player_game_summary_2025-01-01_2025-01-31.json"


def test_relative_paths_start_where_the_command_was_given(tmp_path: Path) -> None:
    plan = night(shipped("nba.yaml"), told(), folder=tmp_path)
    second = plan.phase("player_game_summary")
    assert plan.state_dir == tmp_path / ".backfill-tui"
    assert second.cwd == tmp_path
    assert second.logs == (str(tmp_path / "logs/player_game_summary_backfill_phase2.log"),)


@pytest.mark.parametrize(
    "given",
    [
        told(dates=span("2021-10-01", "2024-05-01")),
        told(pid=3142833),
    ],
    ids=["by its dates", "by its pid"],
)
def test_a_phase_that_is_phase_1_under_another_name_is_left_out(given: RunsAlready) -> None:
    assert "team_offense_fix" not in names(night(shipped("nba.yaml"), given))


def test_a_phase_that_reads_the_log_of_phase_1_is_left_out(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        plan: p
        phases:
          a: {writes: t, dates: {start: 2024-01-01, end: 2024-01-02}, log: a.log}
          b: {command: [b], after: [a]}
          again: {writes: t, dates: {start: 2024-01-01, end: 2024-01-09}, log: "*.log"}
        """,
    )
    assert names(night(path, told(log=str(tmp_path / "x.log")))) == ["a", "b"]


def test_who_writes_a_table_of_theirs_under_another_spelling_is_watched_too(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        plan: p
        phases:
          a: {writes: nba.t, dates: {start: 2024-01-01, end: 2024-01-02}, log: a.log}
          b: {command: [b], after: [a]}
          again: {writes: "`Proj.nba.t`", dates: {start: 2023-01-01, end: 2023-01-09}, log: b.log}
          other: {writes: nba.t2, dates: {start: 2023-01-01, end: 2023-01-09}, log: c.log}
        """,
    )
    assert names(night(path, told())) == ["a", "b", "again"]


def test_without_the_names_of_that_night_the_first_with_dates_and_what_waits_for_it_are_meant(
    tmp_path: Path,
) -> None:
    path = written(
        tmp_path,
        """
        plan: p
        phases:
          watcher: {process: {match: x}}
          one: {dates: {start: 2024-01-01, end: 2024-01-02}, command: [a]}
          other: {command: [b]}
          two: {command: [c], after: [one]}
        """,
    )
    assert names(night(path, told())) == ["one", "two"]


def test_what_stands_behind_is_phase_2_where_nothing_waits(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        plan: p
        phases:
          one: {dates: {start: 2024-01-01, end: 2024-01-02}, command: [a]}
          seen: {log: s.log}
          two: {command: [c]}
        """,
    )
    assert names(night(path, told())) == ["one", "two"]


@pytest.mark.parametrize(
    ("phases", "sentence"),
    [
        ("one: {command: [a]}", "no phase has dates"),
        ("one: {dates: {start: 2024-01-01, end: 2024-01-02}, log: l}", "there is no phase 2"),
    ],
)
def test_a_plan_without_two_such_phases_is_refused(tmp_path: Path, phases: str, sentence: str) -> None:
    path = written(tmp_path, f"plan: p\nphases:\n  {phases}\n")
    with pytest.raises(PlanError, match=sentence):
        night(path, told())


def test_given_thresholds_come_first_and_what_they_leave_to_the_plan_is_told(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("a: {x: 1, y: 2}\nunused: {z: 3}\n")
    (tmp_path / "given.yaml").write_text("a: {x: 10}\n")
    path = written(
        tmp_path,
        """
        plan: p
        thresholds: own.yaml
        polling: {progress_every: "${a.x}", interval: "${a.y}s"}
        phases: {one: {command: [a]}}
        """,
    )
    given = Variation(thresholds=tmp_path / "given.yaml")
    plan = load_plan(path, now=EVENING, environ=ENVIRON, variation=given)
    assert (plan.polling.progress_every, plan.polling.interval_s) == (10, 2)
    (warning,) = plan.warnings
    assert warning.key == "thresholds"
    assert "does not tell a.y;" in warning.message


def test_mistakes_in_given_thresholds_are_told_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "given.yaml").write_text("a: {x: 1}\nb: 7\n")
    path = written(tmp_path, 'plan: "${a.x}"\nphases: {one: {command: [a]}}\n')
    given = Variation(thresholds=tmp_path / "given.yaml")
    plan, problems = lint(path, now=EVENING, environ=ENVIRON, variation=given)
    assert plan is None
    assert [(problem.file, problem.line, problem.key) for problem in problems] == [
        (str(tmp_path / "given.yaml"), 2, "b")
    ]
