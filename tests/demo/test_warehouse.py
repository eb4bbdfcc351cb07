from datetime import date
from pathlib import Path

import duckdb
import pytest

from backfill_tui.demo import tables
from backfill_tui.demo.schedule import Calendar, make_calendar
from backfill_tui.demo.warehouse import ALWAYS, Warehouse

SEED = 7
DAY = date(2022, 1, 5)
COLUMNS = {
    tables.TEAM_OFFENSE: "game_date game_id team_abbr points_scored quality_score quality_tier is_production_ready "
    "quality_issues season_year",
    tables.PLAYER_GAME_SUMMARY: "game_date game_id player_lookup points minutes_played usage_rate paint_attempts "
    "quality_score is_production_ready quality_issues season_year",
    tables.COMPOSITE_FACTORS: "game_date analysis_date game_id player_lookup avg_usage_rate_last_7_games "
    "fatigue_score",
    tables.SCHEDULE: "game_date game_id season_year status",
}


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return make_calendar(SEED)


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory: pytest.TempPathFactory, calendar: Calendar) -> Warehouse:
    """In a folder whose name needs quoting: the bug everywhere, and one date of composite factors."""
    warehouse = Warehouse(tmp_path_factory.mktemp("it's a warehouse"), calendar, SEED)
    warehouse.write_schedule()
    warehouse.write_yesterday(broken_until=ALWAYS)
    warehouse.write_composite_factors(DAY)
    return warehouse


def ask(warehouse: Warehouse, table: str, what: str, where: str = "true") -> tuple[object, ...]:
    files = str(warehouse.root.joinpath(*table.split(".")) / "**" / "*.parquet").replace("'", "''")
    with duckdb.connect() as connection:
        row = connection.execute(f"SELECT {what} FROM read_parquet('{files}') WHERE {where}").fetchone()
    assert row is not None
    return tuple(row)


USAGE = "round(100.0 * count(usage_rate) / count(*) FILTER (minutes_played > 0), 1)"


@pytest.mark.parametrize("table", COLUMNS)
def test_a_table_is_read_as_its_folder_of_parquet_files_and_has_the_columns_that_suites_need(
    yesterday: Warehouse, table: str
) -> None:
    (rows,) = ask(yesterday, table, "count(*)")
    assert isinstance(rows, int)
    assert rows > 0
    ask(yesterday, table, ", ".join(f"any_value({name})" for name in COLUMNS[table].split()))


def test_yesterdays_usage_rate_is_47_percent_populated_whatever_the_stretch_of_dates(yesterday: Warehouse) -> None:
    for where in ("true", "season_year = 2022", "game_date >= DATE '2024-05-01'"):
        (usage,) = ask(yesterday, tables.PLAYER_GAME_SUMMARY, USAGE, where)
        assert usage == pytest.approx(47.7, abs=0.8)


def test_the_fix_of_team_offense_repairs_usage_rate_once_player_rows_are_computed_again(
    tmp_path: Path, calendar: Calendar
) -> None:
    warehouse = Warehouse(tmp_path, calendar, SEED)
    before = warehouse.write_team_offense(DAY, broken_until=DAY)
    rows = warehouse.write_player_game_summary(DAY)
    assert ask(warehouse, tables.PLAYER_GAME_SUMMARY, "count(*)") == (rows,)
    dirty = ask(warehouse, tables.PLAYER_GAME_SUMMARY, USAGE)
    assert warehouse.write_team_offense(DAY) == before
    assert ask(warehouse, tables.PLAYER_GAME_SUMMARY, USAGE) == dirty
    assert warehouse.write_player_game_summary(DAY) == rows
    assert ask(warehouse, tables.PLAYER_GAME_SUMMARY, USAGE) == (100.0,)
    assert dirty < (60.0,)


def test_player_rows_without_team_rows_have_no_usage_rate(tmp_path: Path, calendar: Calendar) -> None:
    warehouse = Warehouse(tmp_path, calendar, SEED)
    assert warehouse.write_player_game_summary(DAY) > 0
    assert ask(warehouse, tables.PLAYER_GAME_SUMMARY, "count(usage_rate)") == (0,)


def test_composite_factors_average_the_usage_rates_that_they_find(yesterday: Warehouse) -> None:
    means, games, with_usage = ask(
        yesterday,
        tables.COMPOSITE_FACTORS,
        "avg(avg_usage_rate_last_7_games), sum(games_in_window), sum(games_with_usage_rate)",
    )
    assert isinstance(means, float)
    assert 5 < means < 60
    assert isinstance(games, int)
    assert isinstance(with_usage, int)
    assert with_usage / games == pytest.approx(0.477, abs=0.1)


def test_a_date_is_replaced_and_no_half_written_file_stays(tmp_path: Path, calendar: Calendar) -> None:
    warehouse = Warehouse(tmp_path, calendar, SEED)
    for _ in range(2):
        warehouse.write_team_offense(DAY)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [f"{DAY}.parquet"]
