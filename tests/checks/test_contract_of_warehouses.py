"""The same question has the same answer in every warehouse, and the same failure the same name."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from backfill_tui.checks.duckdb_warehouse import DuckDBWarehouse
from backfill_tui.checks.model import Reason, Value
from backfill_tui.checks.question import Group, Measured, SuiteQuery, measured
from backfill_tui.checks.warehouse import AskError, Question, Stop, Warehouse
from tests.checks import warehouses
from tests.checks.memory import Aggregate, MemoryWarehouse, PerRow, Row
from tests.checks.warehouses import ALL_DATES, DAYS, KINDS, ROWS, TABLE


def points(rows: Sequence[Row]) -> list[float]:
    return [float(str(row["points"])) for row in rows if row["points"] is not None]


def having(issue: str) -> Aggregate:
    return lambda rows: sum(issue in row["issues"] for row in rows if isinstance(row["issues"], tuple))


def qualities(rows: Sequence[Row]) -> list[float]:
    return [float(str(row["quality"])) for row in rows]


EXPRESSIONS: dict[str, Aggregate] = {
    "COUNT(*)  -- all of them": len,
    "COUNT(points)": lambda rows: len(points(rows)),
    "AVG(points)": lambda rows: sum(points(rows)) / len(points(rows)) if points(rows) else None,
    "SUM(points)": lambda rows: sum(points(rows)) or None,
    "SUM(price)": lambda rows: sum(float(str(row["price"])) for row in rows) or None,
    "COUNT(DISTINCT season)": lambda rows: len({row["season"] for row in rows} - {None}),
    "COUNTIF(ready)": lambda rows: sum(row["ready"] is True for row in rows),
    "100.0 * COUNTIF(ready) / COUNT(*)": lambda rows: 100.0 * sum(bool(row["ready"]) for row in rows) / len(rows),
    "COUNTIF('all_sources_failed' IN UNNEST(issues))": having("all_sources_failed"),
    "COUNTIF(ARRAY_LENGTH(issues) > 1)": having("late"),
    "COUNTIF(quality >= 75)": lambda rows: sum(one >= 75 for one in qualities(rows)),
    "COUNTIF(quality < 75)": lambda rows: sum(one < 75 for one in qualities(rows)),
    "COUNTIF(quality BETWEEN 0 AND 1000)": lambda rows: sum(0 <= one <= 1000 for one in qualities(rows)),
    "COUNTIF(quality = quality)": lambda rows: sum(not math.isnan(one) for one in qualities(rows)),
    "IS_NAN(MIN(quality))": lambda rows: any(map(math.isnan, qualities(rows))),
    "IS_NAN(MAX(quality))": lambda rows: any(map(math.isnan, qualities(rows))),
    "COUNTIF(ARRAY_LENGTH(issues) = 0)": lambda rows: sum(not row["issues"] for row in rows),
    "SAFE_DIVIDE(COUNT(points), COUNT(*))": lambda rows: len(points(rows)) / len(rows) if rows else None,
    "SAFE_DIVIDE(COUNT(*), 0)": lambda _: None,
    "MAX(game_date)": lambda rows: max((row["game_date"] for row in rows), key=str, default=None),
    "SUM(points) / (COUNT(*) - COUNT(*))": lambda _: 1 // 0,
    "SUM(nope)": lambda rows: rows[0]["nope"],
}
PER_ROW: dict[str, PerRow] = {
    "points IS NOT NULL  -- only these": lambda row: row["points"] is not None,
    "team = 'A' OR points > 105": lambda row: row["team"] == "A" or float(str(row["points"] or 0)) > 105,
    "IF(ready, 'ready', 'raw')  -- in words": lambda row: "ready" if row["ready"] else "raw",
    "DATE(tipoff)": lambda row: row["tipoff"],
}
FREE: dict[str, Sequence[Row]] = {
    "SELECT game_id FROM `d.games` ORDER BY game_id": [{"game_id": i} for i in range(30)],
    "SELECT game_id FROM `d.games` WHERE game_id < 0": [],
}


@pytest.fixture(scope="module", params=KINDS)
def warehouse(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    made: Warehouse
    if request.param == "memory":
        made = MemoryWarehouse({TABLE: ROWS}, EXPRESSIONS, PER_ROW, FREE)
    elif request.param == "emulator":
        endpoint = request.getfixturevalue("bigquery_endpoint")
        warehouses.fill_emulator(endpoint)
        made = warehouses.bigquery_at(endpoint)
    else:
        file = tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb"
        warehouses.fill_file(file)
        if request.param == "folder":
            warehouses.fill_folder(file.parent / "folder", file)
        made = DuckDBWarehouse(file if request.param == "file" else file.parent / "folder")
    yield made
    made.close()


def question(query: SuiteQuery, dates: tuple[date, date] = ALL_DATES) -> Question:
    return Question(query.sql, dates, timeout_s=30, suite=query, labels={"phase": "Team Offense", "suite": "x"})


def free(sql: str, rows_at_most: int = 100) -> Question:
    return Question(sql, ALL_DATES, timeout_s=30, rows_at_most=rows_at_most)


GAMES = SuiteQuery(TABLE, "game_date", None, ("COUNT(*)",))


def ask(warehouse: Warehouse, query: SuiteQuery, dates: tuple[date, date] = ALL_DATES) -> Measured:
    warehouse.estimate(question(query, dates), Stop())
    return measured(query, warehouse.ask(question(query, dates), Stop()))


def refusal(warehouse: Warehouse, asked: Question) -> AskError:
    with pytest.raises(AskError) as caught:
        warehouse.ask(asked, Stop())
    assert str(caught.value).count("\n") == 0
    assert caught.value.where
    assert re.fullmatch(r".*[^.][.?!…]", caught.value.what)
    return caught.value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("COUNT(*)", 30),
        ("COUNT(*)  -- all of them", 30),
        ("COUNT(points)", 24),
        ("AVG(points)", 95.0),
        ("SUM(price)", 442.5),
        ("COUNT(DISTINCT season)", 2),
        ("COUNTIF(ready)", 20),
        ("100.0 * COUNTIF(ready) / COUNT(*)", 100 * 2 / 3),
        ("COUNTIF('all_sources_failed' IN UNNEST(issues))", 3),
        ("COUNTIF(ARRAY_LENGTH(issues) > 1)", 3),
        ("SAFE_DIVIDE(COUNT(points), COUNT(*))", 0.8),
        ("SAFE_DIVIDE(COUNT(*), 0)", None),
        ("MAX(game_date)", date(2024, 1, 11)),
    ],
)
def test_an_expression_has_one_value(warehouse: Warehouse, expression: str, expected: Value) -> None:
    found = ask(warehouse, replace(GAMES, expressions=(expression,)))
    assert found.rows == 30
    (value,) = found.values
    assert type(value) is type(expected)
    assert value == (pytest.approx(expected, abs=1e-9) if isinstance(expected, float) else expected)


@pytest.mark.parametrize(
    "warehouse", ["folder", "file", "memory"], indirect=True
)  # the emulator means what DuckDB does
@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("COUNTIF(quality >= 75)", 5),
        ("COUNTIF(quality < 75)", 22),
        ("COUNTIF(quality BETWEEN 0 AND 1000)", 27),
        ("COUNTIF(quality = quality)", 27),
        ("IS_NAN(MIN(quality))", True),
        ("IS_NAN(MAX(quality))", True),
        ("COUNTIF(ARRAY_LENGTH(issues) = 0)", 24),
    ],
)
def test_nan_is_like_no_number_and_a_list_is_never_null(
    warehouse: Warehouse, expression: str, expected: Value
) -> None:
    """As BigQuery documents it."""
    (value,) = ask(warehouse, replace(GAMES, expressions=(expression,))).values
    assert value == expected


def test_many_expressions_are_one_query(warehouse: Warehouse) -> None:
    query = replace(GAMES, expressions=("COUNT(*)  -- all of them", "AVG(points)", "COUNTIF(ready)"))
    assert ask(warehouse, query).values == (30, 95.0, 20)


def test_a_breakdown_has_a_group_for_null_and_leaves_the_whole_as_it_is(warehouse: Warehouse) -> None:
    found = ask(warehouse, replace(GAMES, expressions=("COUNT(points)",), by=("season",)))
    assert (found.rows, found.values) == (30, (24,))
    assert found.groups == ((Group("2023-24", 12, (9,)), Group("2024-25", 12, (10,)), Group(None, 6, (5,))),)


def test_two_breakdowns_stand_beside_each_other(warehouse: Warehouse) -> None:
    by = ("season", "IF(ready, 'ready', 'raw')  -- in words")
    found = ask(warehouse, replace(GAMES, expressions=("COUNTIF(ready)",), by=by))
    assert [(group.group, group.rows) for group in found.groups[0]] == [("2023-24", 12), ("2024-25", 12), (None, 6)]
    assert found.groups[1] == (Group("raw", 10, (0,)), Group("ready", 20, (20,)))
    assert found.values == (20,)


def test_the_days_that_have_rows_are_dates(warehouse: Warehouse) -> None:
    assert ask(warehouse, replace(GAMES, days=True)).days == DAYS
    assert ask(warehouse, replace(GAMES, days=True, by=("season",))).days == DAYS


def test_a_date_column_may_be_an_expression(warehouse: Warehouse) -> None:
    found = ask(warehouse, replace(GAMES, date_column="DATE(tipoff)", days=True))
    assert (found.rows, found.days) == (30, (date(2024, 1, 1),))


def test_both_ends_of_the_range_count(warehouse: Warehouse) -> None:
    found = ask(warehouse, replace(GAMES, days=True), (date(2024, 1, 5), date(2024, 1, 7)))
    assert (found.rows, found.days) == (6, (date(2024, 1, 5), date(2024, 1, 7)))


def test_of_a_date_column_with_times_the_last_day_counts_whole(warehouse: Warehouse) -> None:
    query = replace(GAMES, date_column="played", days=True)
    found = ask(warehouse, query, (date(2024, 1, 5), date(2024, 1, 7)))
    assert (found.rows, found.days) == (6, (date(2024, 1, 5), date(2024, 1, 7)))


def test_an_empty_range_has_no_rows_and_null_values(warehouse: Warehouse) -> None:
    query = replace(GAMES, expressions=("AVG(points)", "COUNT(*)"), by=("season",), days=True)
    found = ask(warehouse, query, (date(2030, 1, 1), date(2030, 1, 31)))
    assert found == Measured(0, (None, 0), (), ((),))


def test_an_or_in_where_lets_nothing_in_from_other_dates(warehouse: Warehouse) -> None:
    query = replace(GAMES, where="team = 'A' OR points > 105")
    assert ask(warehouse, query).rows == 17
    assert ask(warehouse, query, (date(2024, 1, 1), date(2024, 1, 2))).rows == 3


def test_a_comment_ends_with_its_line(warehouse: Warehouse) -> None:
    query = replace(GAMES, where="points IS NOT NULL  -- only these")
    assert ask(warehouse, query).rows == 24


@pytest.mark.parametrize("name", ["d.games", "`d.games`", "p.d.games", "`p`.`d`.`games`"])
def test_a_table_may_be_quoted_and_qualified(warehouse: Warehouse, name: str) -> None:
    assert ask(warehouse, replace(GAMES, table=name)).rows == 30


@pytest.mark.parametrize(
    ("query", "reason", "names"),
    [
        (replace(GAMES, table="d.nothing"), Reason.MISSING_TABLE, "nothing"),
        (replace(GAMES, expressions=("COUNT(*)", "SUM(nope)")), Reason.MISSING_COLUMN, "nope"),
        (replace(GAMES, where="nope"), Reason.MISSING_COLUMN, "nope"),
        (replace(GAMES, by=("nope",)), Reason.MISSING_COLUMN, "nope"),
        (replace(GAMES, date_column="nope"), Reason.MISSING_COLUMN, "nope"),
        (replace(GAMES, expressions=("COUNT(",)), Reason.WRONG_SQL, ""),
        (replace(GAMES, expressions=("NO_SUCH_FUNCTION(points)",)), Reason.WRONG_SQL, ""),
        (replace(GAMES, expressions=("SUM(team)",)), Reason.WRONG_SQL, ""),
    ],
)
def test_a_question_that_can_not_be_asked_is_refused_before_it_is(
    warehouse: Warehouse, query: SuiteQuery, reason: Reason, names: str
) -> None:
    assert refusal(warehouse, question(query)).reason is reason
    with pytest.raises(AskError) as caught:
        warehouse.estimate(question(query), Stop())
    assert caught.value.reason is reason
    assert names in caught.value.what


def test_a_division_by_zero_is_named(warehouse: Warehouse) -> None:
    query = replace(GAMES, expressions=("SUM(points) / (COUNT(*) - COUNT(*))",))
    assert refusal(warehouse, question(query)).reason is Reason.DIVISION_BY_ZERO


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM d.games WHERE true",
        "DROP TABLE d.games",
        "CREATE TABLE d.more AS SELECT 1 AS x",
        "SELECT 1 AS x; DELETE FROM d.games WHERE true",
    ],
)
def test_only_a_select_is_run(warehouse: Warehouse, sql: str) -> None:
    assert refusal(warehouse, free(sql)).reason is Reason.WRONG_SQL
    assert ask(warehouse, GAMES).rows == 30


@pytest.mark.parametrize("wanted", [0, 1, 4, 29, 30, 31])
def test_more_rows_than_wanted_are_counted_and_not_fetched(warehouse: Warehouse, wanted: int) -> None:
    answer = warehouse.ask(free("SELECT game_id FROM `d.games` ORDER BY game_id", rows_at_most=wanted), Stop())
    assert (answer.columns, answer.total_rows) == (("game_id",), 30)
    assert answer.rows == tuple((i,) for i in range(min(wanted, 30)))


def test_no_rows_is_an_answer(warehouse: Warehouse) -> None:
    answer = warehouse.ask(free("SELECT game_id FROM `d.games` WHERE game_id < 0"), Stop())
    assert (answer.rows, answer.total_rows) == ((), 0)


def test_who_wanted_to_stop_before_gets_no_answer(warehouse: Warehouse) -> None:
    stop = Stop()
    stop.request()
    with pytest.raises(AskError) as caught:
        warehouse.ask(question(GAMES), stop)
    assert caught.value.reason is Reason.CANCELLED


@pytest.mark.parametrize("warehouse", ["folder", "file", "emulator"], indirect=True)  # a fake has its own types
def test_a_cell_has_one_python_value(warehouse: Warehouse) -> None:
    columns = {
        "game_date": date(2024, 1, 3),
        "tipoff": datetime(2024, 1, 1, 7, 30, tzinfo=UTC),
        "price": 7.25,
        "ready": True,
        "points": 87.0,
        "team": "B",
        "issues": ("late", "partial"),
        "STRUCT(game_id AS id, team AS team)": '{"id": 7, "team": "B"}',
        "CAST(NULL AS STRING)": None,
        "@start_date": date(2024, 1, 1),
        "DATE_DIFF(game_date, @start_date, DAY)": 2,
        "FORMAT_DATE('%Y-%m', game_date)": "2024-01",
        "EXTRACT(YEAR FROM game_date)": 2024,
    }
    named = ", ".join(f"{text} AS c{i}" for i, text in enumerate(columns))
    answer = warehouse.ask(free(f"SELECT {named} FROM `d.games` WHERE game_id = 7"), Stop())
    assert answer.rows == (tuple(columns.values()),)
    assert [type(cell) for cell in answer.rows[0]] == [type(value) for value in columns.values()]
