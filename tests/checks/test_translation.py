"""BigQuery's SQL, answered by a real DuckDB as BigQuery's function reference says it should be."""

from datetime import UTC, date, datetime
from fractions import Fraction
from math import inf, isclose, isnan
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfill_tui.checks.duckdb_warehouse import DuckDBWarehouse
from backfill_tui.checks.model import Reason, Value
from backfill_tui.checks.translation import TableName, translate
from backfill_tui.checks.warehouse import AskError, Question, Stop

NOWHERE = DuckDBWarehouse(Path(__file__).parent)  # a folder without tables: these questions need none
DATES = (date(2024, 1, 1), date(2024, 1, 31))


def rows(sql: str) -> tuple[tuple[Value, ...], ...]:
    return NOWHERE.ask(Question(sql, DATES, 30), Stop()).rows


def value(expression: str) -> Value:
    ((found,),) = rows(f"SELECT {expression}")
    return found


def reason(sql: str) -> Reason:
    with pytest.raises(AskError) as raised:
        rows(sql)
    assert "\n" not in str(raised.value)
    return raised.value.reason


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # Division
        ("7/2", 3.5),
        ("1/2*3", 1.5),
        ("8/(4/2)", 4.0),
        ("NULL/0", None),
        ("1/NULL", None),
        ("DIV(7, 2)", 3),
        ("DIV(-7, 2)", -3),
        ("2*DIV(7, 3)", 4),
        ("DIV(7, 2+1)", 2),
        ("MOD(-7, 2)", -1),
        ("2*MOD(7, 4)", 6),
        ("SAFE_DIVIDE(1, 0)", None),
        ("SAFE_DIVIDE(6, 4)", 1.5),
        ("SAFE.DIV(1, 0)", None),
        ("IEEE_DIVIDE(1, 0)", inf),
        ("0.1 + 0.2", 0.1 + 0.2),
        # Rounding and casts
        ("ROUND(2.5)", 3.0),
        ("ROUND(-2.5)", -3.0),
        ("ROUND(1.005, 2)", 1.0),
        ("CAST(2.5 AS INT64)", 3),
        ("CAST(-2.5 AS INT64)", -3),
        ("CAST('12' AS INT64)", 12),
        ("CAST(9007199254740993 AS INT64)", 9007199254740993),
        ("SAFE_CAST('x' AS INT64)", None),
        ("CAST(TRUE AS STRING)", "true"),
        ("CAST(2.5 AS INT)", 3),
        ("CAST('99999999999' AS INTEGER)", 99_999_999_999),
        ("CAST(' -7 ' AS INT64)", -7),
        ("SAFE_CAST('1.5' AS INT64)", None),
        ("SAFE_CAST('1_000' AS INT64)", None),
        ("SAFE_CAST('' AS INT64)", None),
        ("CAST(9.0 AS STRING)", "9"),
        ("CAST(100.0 AS STRING)", "100"),
        ("CAST(0.25 AS STRING)", "0.25"),
        ("CAST(NUMERIC '1.50' AS STRING)", "1.5"),
        ("CAST('1.50' AS STRING)", "1.50"),
        ("CAST(100 AS STRING)", "100"),
        ("CAST(0.0004 AS NUMERIC)", 0.0004),
        ("SAFE_CAST('0.000000001' AS NUMERIC)", 0.000000001),
        ("CAST('1.26' AS NUMERIC(10, 1))", 1.3),
        ("BIGNUMERIC '0.0000000001'", 0.0000000001),
        # Text and lists
        ("'a' = 'A'", False),
        ("'a' IN UNNEST(['A', 'b'])", False),
        ("'a' IN UNNEST(['A', NULL, 'a'])", True),
        ("'z' IN UNNEST(CAST(NULL AS ARRAY<STRING>))", False),
        ("CONCAT('a', NULL)", None),
        ("REGEXP_CONTAINS('abc', 'b')", True),
        ("REGEXP_EXTRACT('abc', 'z')", None),
        ("REGEXP_EXTRACT('abc', 'x*')", ""),
        ("REGEXP_EXTRACT('abc', 'a(b)c')", "b"),
        ("REGEXP_EXTRACT('abcb', 'c', 4)", None),
        ("REGEXP_EXTRACT('abcb', 'b', 1, 2)", "b"),
        ("REGEXP_EXTRACT('abcb', 'b', 1, 3)", None),
        ("SUBSTR('abc', 0, 2)", "ab"),
        ("SUBSTR('abc', -2)", "bc"),
        ("BYTE_LENGTH('ä')", 2),
        ("BYTE_LENGTH(b'abc')", 3),
        ("FORMAT('%05d', 7)", "00007"),
        ("FORMAT('%.1f %% of %s', 47.75, 'all')", "47.8 % of all"),
        ("FORMAT('%t, %t, %t', DATE '2024-01-02', 1.0, NULL)", "2024-01-02, 1.0, NULL"),
        ("FORMAT('%d', CAST(NULL AS INT64))", None),
        ("ARRAY_LENGTH([1, 2])", 2),
        ("[1, 2][OFFSET(0)]", 1),
        ("[1, 2][SAFE_OFFSET(9)]", None),
        ("STRUCT(1 AS a, 'x' AS b)", '{"a": 1, "b": "x"}'),
        ("STRUCT(1 AS a).a", 1),
        ("IF(FALSE, 1, 2)", 2),
        ("IFNULL(NULL, 3)", 3),
        ("GREATEST(1, NULL)", None),
        # Dates
        ("DATE_ADD(DATE '2024-01-31', INTERVAL 1 MONTH)", date(2024, 2, 29)),
        ("DATE_ADD('2024-01-01', INTERVAL -3 DAY)", date(2023, 12, 29)),
        ("DATE_SUB(DATE '2024-03-01', INTERVAL 1 DAY)", date(2024, 2, 29)),
        ("DATE_DIFF(DATE '2010-07-07', DATE '2008-12-25', DAY)", 559),
        ("DATE_DIFF(DATE '2024-01-01', DATE '2024-01-03', DAY)", -2),
        ("DATE_DIFF(DATE '2017-10-15', DATE '2017-10-14', WEEK)", 1),
        ("DATE_DIFF(DATE '2017-10-15', DATE '2017-10-14', ISOWEEK)", 0),
        ("DATE_DIFF(DATE '2017-12-18', DATE '2017-12-17', WEEK(MONDAY))", 1),
        ("DATE_DIFF(DATE '2017-12-30', DATE '2014-12-30', YEAR)", 3),
        ("DATE_DIFF(DATE '2024-01-01', DATE '2023-12-31', MONTH)", 1),
        ("DATE_TRUNC(DATE '2008-12-25', MONTH)", date(2008, 12, 1)),
        ("DATE_TRUNC(DATE '2017-11-05', WEEK)", date(2017, 11, 5)),
        ("DATE_TRUNC(DATE '2017-11-05', WEEK(MONDAY))", date(2017, 10, 30)),
        ("DATE_TRUNC(DATE '2017-11-08', ISOWEEK)", date(2017, 11, 6)),
        ("DATE_TRUNC(DATE '2017-11-08', WEEK(WEDNESDAY))", date(2017, 11, 8)),
        ("EXTRACT(DAYOFWEEK FROM DATE '2024-01-07')", 1),
        ("EXTRACT(WEEK FROM DATE '2024-01-06')", 0),
        ("EXTRACT(WEEK FROM DATE '2024-01-07')", 1),
        ("EXTRACT(ISOWEEK FROM DATE '2024-01-07')", 1),
        ("EXTRACT(ISOYEAR FROM DATE '2021-01-01')", 2020),
        ("EXTRACT(DATE FROM TIMESTAMP '2024-01-07 10:00:00+00')", date(2024, 1, 7)),
        ("FORMAT_DATE('%Y-%m', DATE '2024-01-07')", "2024-01"),
        ("FORMAT_DATE('%F', DATE '2024-01-07')", "2024-01-07"),
        ("PARSE_DATE('%Y%m%d', '20240107')", date(2024, 1, 7)),
        ("DATE_FROM_UNIX_DATE(1)", date(1970, 1, 2)),
        ("FORMAT_TIMESTAMP('%F %H', TIMESTAMP '2024-01-07 03:00:00+00', 'America/Los_Angeles')", "2024-01-06 19"),
        ("PARSE_TIMESTAMP('%F %H', '2024-01-06 19', 'America/Los_Angeles')", datetime(2024, 1, 7, 3, tzinfo=UTC)),
        ("LAST_DAY(DATE '2024-02-03')", date(2024, 2, 29)),
        ("TIMESTAMP_DIFF(TIMESTAMP '2001-02-01 01:00:00', TIMESTAMP '2001-02-01 00:00:01', HOUR)", 0),
        ("DATETIME_DIFF(DATETIME '2001-02-01 01:00:00', DATETIME '2001-02-01 00:00:01', HOUR)", 1),
        ("TIMESTAMP '2024-01-01 00:00:00+02'", datetime(2023, 12, 31, 22, tzinfo=UTC)),
        ("[TIMESTAMP '2024-01-01 00:00:00+02']", (datetime(2023, 12, 31, 22, tzinfo=UTC),)),
        ("CURRENT_DATE() = CURRENT_DATE('UTC')", True),
        ("ABS(DATETIME_DIFF(CURRENT_DATETIME(), DATETIME(CURRENT_TIMESTAMP()), MINUTE)) <= 1", True),
        ("DATETIME_DIFF(CURRENT_DATETIME('Asia/Tokyo'), CURRENT_DATETIME(), MINUTE)", 540),
        # Parameters
        ("@start_date", date(2024, 1, 1)),
        ("DATE_DIFF(@end_date, @START_DATE, DAY)", 30),
    ],
)
def test_an_expression_has_the_value_that_bigquery_documents(expression: str, expected: Value) -> None:
    assert value(expression) == expected
    assert type(value(expression)) is type(expected)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT COUNTIF(x > 9), SUM(x) / COUNT(*) FROM UNNEST([1, 2]) AS x WHERE x > 5", ((0, None),)),
        ("SELECT COUNTIF(x) FROM UNNEST([TRUE, FALSE, NULL]) AS x", ((1,),)),
        ("SELECT COUNTIF(x > 1) OVER (ORDER BY x) FROM UNNEST([1, 2, 3]) AS x", ((0,), (1,), (2,))),
        ("SELECT ARRAY_AGG(DISTINCT x) FROM UNNEST([1, 1]) AS x", (((1,),),)),
        (
            "SELECT ARRAY_AGG(x IGNORE NULLS ORDER BY x DESC LIMIT 2) FROM UNNEST([1, 3, NULL, 2]) AS x",
            (((3, 2),),),
        ),
        (
            "SELECT APPROX_QUANTILES(x, 4)[OFFSET(2)], APPROX_COUNT_DISTINCT(x) FROM UNNEST([1,2,3,4,5]) x",
            ((3, 5),),
        ),
        ("SELECT x FROM UNNEST([1, 2, 3]) AS x QUALIFY ROW_NUMBER() OVER (ORDER BY x DESC) = 1", ((3,),)),
        (
            "SELECT GROUPING(x), x, COUNT(*) FROM UNNEST([1, 1, 2]) x GROUP BY GROUPING SETS ((), (x)) ORDER BY 2",
            ((1, None, 3), (0, 1, 2), (0, 2, 1)),
        ),
        ("SELECT x FROM UNNEST([1, NULL]) AS x ORDER BY x", ((None,), (1,))),
        ("SELECT at, `end`, a.offset FROM (SELECT 1 AS at, 2 AS `end`, 3 AS offset) AS a", ((1, 2, 3),)),
        ("SELECT MOD(x, 2) AS x, COUNT(*) FROM UNNEST([1, 2, 3]) AS x GROUP BY x ORDER BY 1", ((0, 1), (1, 2))),
        ("SELECT * FROM (SELECT 1 AS a, 2 AS b)", ((1, 2),)),
        ("SELECT * EXCEPT (a) FROM (SELECT 1 AS a, 2 AS b)", ((2,),)),
        ("SELECT x.a FROM UNNEST([STRUCT(1 AS a), STRUCT(2 AS a)]) AS x", ((1,), (2,))),
        ("WITH t AS (SELECT 1 AS a UNION ALL SELECT 2) SELECT SUM(a) FROM T", ((3,),)),
        ("SELECT 1 -- a comment", ((1,),)),
    ],
)
def test_a_query_has_the_rows_that_bigquery_documents(query: str, expected: object) -> None:
    assert rows(query) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("COUNTIF(x >= 1)", 2),
        ("COUNTIF(x > 1)", 1),
        ("COUNTIF(5 < x)", 0),
        ("COUNTIF(x <= 5)", 2),
        ("COUNTIF(5 >= x)", 2),
        ("COUNTIF(x = x)", 2),
        ("COUNTIF(x != x)", 1),
        ("COUNTIF(x != 3)", 2),
        ("COUNTIF(x BETWEEN 0 AND 100)", 2),
        ("COUNTIF(2 BETWEEN 0 AND x)", 1),
        ("COUNTIF(NOT (x >= 1))", 1),
        ("COUNTIF((x >= 1) IS NULL)", 1),
        ("COUNTIF((x = y) IS NULL)", 4),
        ("COUNTIF(x + 1 > 2 * x)", 0),
        ("COUNTIF(CAST(x AS FLOAT64) >= 1)", 2),
        ("COUNTIF(STRUCT(x AS a).a >= 1)", 2),
        ("COUNTIF(LEAST(x, 2) >= 1)", 2),
        ("COUNTIF(IF(x > 2, x, 0) > 0)", 1),
        ("COUNTIF(IS_NAN(x))", 1),
        ("COUNTIF(IS_NAN(LEAST(x, 2)) AND IS_NAN(GREATEST(x, 2)))", 1),
        ("CAST(MIN(x) AS STRING)", "nan"),
        ("CAST(MAX(x) AS STRING)", "nan"),
        ("COUNTIF(x > (SELECT 2))", 1),
    ],
)
def test_nothing_is_more_or_less_than_nan_nor_equal_to_it(expression: str, expected: Value) -> None:
    source = "SELECT x, CAST(NULL AS FLOAT64) AS y FROM UNNEST([1.0, 3.0, CAST('nan' AS FLOAT64), NULL]) AS x"
    assert rows(f"SELECT {expression} FROM ({source})") == ((expected,),)


def test_the_least_of_a_window_is_nan_too() -> None:
    sql = (
        "SELECT IS_NAN(MIN(x) OVER (PARTITION BY k)) FROM UNNEST([1.0, CAST('nan' AS FLOAT64)]) AS x, UNNEST([1]) k"
    )
    assert rows(sql) == ((True,), (True,))


@pytest.mark.parametrize("kind", ["BIGINT", "DATE", "VARCHAR", "BIGINT[]", "STRUCT(a BIGINT)", "TIMESTAMPTZ"])
def test_what_is_no_float_is_compared_as_it_stands(kind: str) -> None:
    """The guard is folded away, so that it keeps no filter from the files and no join from its hash table."""
    sql = translate("SELECT COUNT(*) FROM d.t WHERE x >= y").sql.replace('"temp"."main"."table_0"', '"t"')
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t (x {kind}, y {kind})")
        ((_, plan),) = connection.execute(f"EXPLAIN {sql}").fetchall()
    assert "CASE" not in plan
    assert "isnan" not in plan.lower()


@pytest.mark.parametrize(
    "expression",
    [
        "1/0",
        "0/0",
        "DIV(1, 0)",
        "MOD(1, 0)",
        "1/(1/0)",
        "(1/0)/2",
        "8/(x-1) FROM UNNEST([1]) AS x",
        "COUNT(*)/COUNTIF(FALSE)",
    ],
)
def test_division_by_zero_is_an_error_and_no_number(expression: str) -> None:
    assert reason(f"SELECT {expression}") is Reason.DIVISION_BY_ZERO


numbers = st.none() | st.integers(-3, 3)
sums = st.recursive(numbers, lambda inner: st.tuples(st.sampled_from("/*"), inner, inner), max_leaves=6)


def written(tree: object) -> str:
    if isinstance(tree, tuple):
        return f"({written(tree[1])} {tree[0]} {written(tree[2])})"
    return "CAST(NULL AS INT64)" if tree is None else f"({tree})"


def leaves(tree: object) -> list[object]:
    return [*leaves(tree[1]), *leaves(tree[2])] if isinstance(tree, tuple) else [tree]


def computed(tree: object) -> Fraction | None:
    if isinstance(tree, tuple):
        left, right = computed(tree[1]), computed(tree[2])
        if left is None or right is None:
            return None
        return left / right if tree[0] == "/" else left * right
    return None if tree is None else Fraction(int(str(tree)))


@settings(max_examples=60, deadline=None)
@given(sums)
def test_divisions_however_nested_divide_as_arithmetic_does(tree: object) -> None:
    try:
        expected = computed(tree)
    except ZeroDivisionError:
        if None in leaves(tree):
            return  # whether NULL / (1/0) is NULL or fails depends on which side is looked at first
        assert reason(f"SELECT {written(tree)}") is Reason.DIVISION_BY_ZERO
        return
    found = value(written(tree))
    if expected is None:
        assert found is None
    else:
        assert isinstance(found, (int, float))
        assert not isnan(found)
        assert isclose(found, expected, rel_tol=1e-9)


def test_a_long_chain_of_divisions_stays_a_short_query() -> None:
    chain = " / ".join(f"x{i}" for i in range(40))
    assert len(translate(f"SELECT {chain}").sql) < 200 * len(chain)


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("`proj.d.t`", TableName("d", "t")),
        ("`proj`.`d`.`t`", TableName("d", "t")),
        ("my-proj-1.d.t", TableName("d", "t")),
        ("d.t", TableName("d", "t")),
        ("`d.T` AS x", TableName("d", "T")),
        ("d.order", TableName("d", "order")),
    ],
)
def test_a_table_is_known_without_its_project(table: str, name: TableName) -> None:
    assert translate(f"SELECT * FROM {table}").tables == (name,)


def test_each_table_is_read_once_and_a_query_of_its_own_is_none() -> None:
    translation = translate(
        "WITH a AS (SELECT * FROM d.t) SELECT * FROM a JOIN d.u ON a.x = u.x JOIN d.t AS b USING (x)"
    )
    assert set(translation.tables) == {("d", "t"), ("d", "u")}


def test_only_the_parameters_in_use_are_bound() -> None:
    assert translate("SELECT @end_date").parameters == ("end_date",)
    assert translate("SELECT '@end_date'").parameters == ()


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "-- nothing",
        "SELECT 1; SELECT 2",
        "DELETE FROM d.t WHERE TRUE",
        "WITH a AS (DELETE FROM d.t WHERE TRUE) SELECT 1",
        "INSERT INTO d.t VALUES (1)",
        "UPDATE d.t SET x = 1 WHERE TRUE",
        "MERGE d.t USING d.u ON FALSE WHEN NOT MATCHED THEN INSERT ROW",
        "TRUNCATE TABLE d.t",
        "CREATE TABLE d.t AS SELECT 1",
        "DROP TABLE d.t",
        "ALTER TABLE d.t ADD COLUMN x INT64",
        "EXPORT DATA OPTIONS(uri='x') AS SELECT 1",
        "LOAD DATA INTO d.t FROM FILES(uris=['x'])",
        "DECLARE x INT64",
        "SET x = 1",
        "BEGIN",
        "CALL p()",
        "COPY d.t TO 'x'",
        "ATTACH 'x'",
        "PRAGMA version",
        "INSTALL httpfs",
        "EXPLAIN SELECT 1",
        "SELECT * FROM d.t FOR UPDATE",
        "SELECT * INTO x FROM d.t",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_parquet('x.parquet')",
        "SELECT * FROM glob('/*')",
        "SELECT (SELECT COUNT(*) FROM read_text('/etc/passwd'))",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM `/etc/passwd`",
        "SELECT * FROM `d./etc/passwd`",
        "SELECT * FROM `../x.t`",
        "SELECT * FROM `d`.`../../x`",
        "SELECT * FROM `d`.`..`",
        "SELECT * FROM `..`.`t`",
        "SELECT * FROM t",
        "SELECT * FROM `d.events_*`",
        "SELECT * FROM d.t FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()",
        "SELECT @foo",
        "SELECT @@version",
        "SELECT ?",
        "SELECT 'abc",
        "SELECT FROM WHERE",
        "SELECT " + "(" * 5000 + "1",
    ],
)
def test_what_is_not_one_select_is_refused_before_any_engine_sees_it(sql: str) -> None:
    with pytest.raises(AskError) as raised:
        translate(sql)
    assert raised.value.reason is Reason.WRONG_SQL
    assert "\n" not in str(raised.value)


def test_a_mistake_is_told_with_its_place() -> None:
    with pytest.raises(AskError, match=r"line 2, column \d+, near 'WHERE'"):
        translate("SELECT x\nFROM WHERE")


def test_an_unknown_parameter_is_told_which_there_are() -> None:
    with pytest.raises(AskError, match=r"@since.*only @start_date and @end_date"):
        translate("SELECT @since")


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="SELECT FROM`'\"()@,.*;/-\n\\ dtx1", max_size=60) | st.text(max_size=40))
def test_any_text_is_translated_or_refused_with_a_reason(text: str) -> None:
    for sql in (text, f"SELECT {text}", f"SELECT x FROM d.t WHERE {text}"):
        try:
            translate(sql)
        except AskError as error:
            assert error.reason is Reason.WRONG_SQL  # noqa: PT017 - anything else than AskError fails the test


def test_what_duckdb_cannot_answer_alike_is_refused_and_not_approximated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert reason("SELECT APPROX_TOP_COUNT(x, 3) FROM UNNEST([1]) AS x") is Reason.WRONG_SQL
    assert capsys.readouterr().err == ""


def test_columns_without_a_name_are_called_as_bigquery_calls_them() -> None:
    answer = NOWHERE.ask(Question("SELECT 1, 2 AS b, COUNT(*)", None, 30), Stop())
    assert answer.columns == ("f0_", "b", "f1_")


@pytest.mark.parametrize(
    "expression",
    [
        "CAST('1.5' AS INT64)",
        "FORMAT('%d', 1.5)",
        "FORMAT('%d')",
        "FORMAT('%d', 1, 2)",
        "FORMAT('%T', 'a')",
        "FORMAT('%*d', 5, 1)",
        "FORMAT('100%', 1)",
        "FORMAT(CONCAT('%', 'd'), 1)",
    ],
)
def test_what_bigquery_would_answer_otherwise_is_refused_and_not_guessed(expression: str) -> None:
    assert reason(f"SELECT {expression}") is Reason.WRONG_SQL


@pytest.mark.parametrize(
    "expression",
    ["REGEXP_EXTRACT('a')", "REGEXP_EXTRACT()", "BYTE_LENGTH()", "FORMAT()", "SUBSTR()", "MOD(1)", "DATE_TRUNC(x)"],
)
def test_a_function_without_its_arguments_is_wrong_sql_and_no_mistake_of_the_program(expression: str) -> None:
    assert reason(f"SELECT {expression}") is Reason.WRONG_SQL
