"""The shipped suites, asked of the night's own tables: what they find before anything has run."""

from datetime import UTC, datetime

import pytest

from backfill_tui.checks.duckdb_warehouse import DuckDBWarehouse
from backfill_tui.checks.judge import Court, judge, sample
from backfill_tui.checks.model import Check, Status
from backfill_tui.checks.subject import Subject, WorkCalendar
from backfill_tui.checks.warehouse import Stop
from backfill_tui.demo.nba_night import NBA_NIGHT
from backfill_tui.demo.night import prepare
from backfill_tui.demo.scenarios import QUIET_NIGHT
from backfill_tui.plan.load import load_plan
from backfill_tui.plan.resolved import Plan

NOW = datetime(2026, 1, 3, 18, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def nba(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = tmp_path_factory.mktemp("nba") / "night"
    return load_plan(prepare(folder, NBA_NIGHT, seed=7, speed=1.0, now=NOW), now=NOW)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = tmp_path_factory.mktemp("quiet") / "night"
    return load_plan(prepare(folder, QUIET_NIGHT, seed=7, speed=1.0, now=NOW), now=NOW)


def court_of(plan: Plan) -> Court:
    assert plan.warehouse
    assert plan.warehouse.path
    return Court(DuckDBWarehouse(plan.warehouse.path), plan.folder, Stop())


def subject_of(plan: Plan, phase: str) -> Subject:
    assert plan.calendar
    return Subject(phase, plan.name, plan.phase(phase).dates, calendar=WorkCalendar(plan.calendar.weights))


def asked_of_tables(plan: Plan, phase: str, suite: str) -> dict[str, Check]:
    """The checks of a suite that ask the warehouse; nobody has run yet, so accounts say nothing."""
    result = judge(plan.suites[suite], subject_of(plan, phase), court_of(plan), now=NOW)
    return {check.name: check for check in result.checks if check.kind != "progress"}


@pytest.mark.parametrize("phase", ["player_game_summary", "ml_ready"])
def test_yesterdays_usage_rate_fails_with_47_7_against_95_in_every_season_and_nothing_else_does(
    nba: Plan, phase: str
) -> None:
    checks = asked_of_tables(nba, phase, "player_game_summary")
    usage = checks.pop("usage_rate")
    assert usage.status is Status.FAIL
    assert usage.detail.startswith("47.7 % (>= 95 %)")
    assert len(usage.parts) == (5 if phase == "ml_ready" else 3)
    assert {part.status for part in usage.parts} == {Status.FAIL}
    assert {name: check.status for name, check in checks.items() if check.status is not Status.PASS} == {}


def test_a_sample_shows_players_whose_team_has_lost_its_totals(nba: Plan) -> None:
    suite, subject = nba.suites["player_game_summary"], subject_of(nba, "player_game_summary")
    shown = sample(suite, "usage_rate", subject, court_of(nba))
    assert shown.problem == ""
    assert shown.columns[-3:] == ("team_fg_attempts", "team_ft_attempts", "team_turnovers")
    assert {row[-3:] for row in shown.rows} == {(None, None, None)}


def test_nobody_sees_it_in_the_team_rows_but_who_asks_for_their_totals(nba: Plan) -> None:
    checks = asked_of_tables(nba, "team_offense", "team_offense")
    assert {check.status for check in checks.values()} == {Status.PASS}
    assert asked_of_tables(nba, "team_offense_fix", "team_totals")["totals"].status is Status.FAIL


def test_dates_are_all_there_though_their_rows_are_not_whole(nba: Plan) -> None:
    checks = asked_of_tables(nba, "ml_ready", "phase3_ready")
    assert {(check.status, check.value) for check in checks.values()} == {(Status.PASS, 100.0)}


def test_a_quiet_nights_tables_pass_before_anything_has_run(quiet: Plan) -> None:
    for phase in quiet.phases:
        for suite in phase.suites:
            statuses = {check.status for check in asked_of_tables(quiet, phase.name, suite).values()}
            assert statuses == {Status.PASS}
