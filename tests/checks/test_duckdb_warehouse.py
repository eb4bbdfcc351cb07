"""The embedded warehouse against real files, real locks and real damage."""

import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backfill_tui.checks import duckdb_sources, parquet_folder
from backfill_tui.checks.duckdb_errors import not_opened
from backfill_tui.checks.duckdb_warehouse import DuckDBWarehouse
from backfill_tui.checks.model import Reason
from backfill_tui.checks.parquet_folder import TableFiles
from backfill_tui.checks.question import SuiteQuery, measured
from backfill_tui.checks.warehouse import Answer, AskError, Question, Stop

DATES = (date(2024, 1, 1), date(2024, 1, 31))
ENDLESS = "SELECT SUM(a.x + b.x + c.x) FROM d.long AS a, d.long AS b, d.long AS c WHERE a.x + b.x > c.x"


def parquet(path: Path, select: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f".{path.name}.tmp")
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({select}) TO '{written}' (FORMAT parquet)")
    return written.replace(path)


def asked(root: Path, sql: str, *, timeout_s: float = 30, rows_at_most: int = 100) -> Answer:
    return DuckDBWarehouse(root).ask(Question(sql, DATES, timeout_s, rows_at_most), Stop())


def refused(root: Path, sql: str, *, timeout_s: float = 30) -> AskError:
    with pytest.raises(AskError) as raised:
        asked(root, sql, timeout_s=timeout_s)
    assert "\n" not in str(raised.value)
    assert raised.value.what.endswith(".")
    assert ".." not in raised.value.what
    return raised.value


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse nobody writes to."""
    root = tmp_path_factory.mktemp("warehouse")
    for day in range(3):
        parquet(
            root / "d" / "t" / f"2024-01-0{day + 1}.parquet",
            f"SELECT DATE '2024-01-01' + {day} AS game_date, i AS points, 'g' || i AS game_id, "
            "CASE WHEN i % 2 = 0 THEN ['bad'] ELSE [] END AS issues, 1.5::DECIMAL(9, 2) AS price, "
            "{'a': i} AS whole, TIMESTAMPTZ '2024-01-01 12:00:00+02' AS at FROM range(10) AS r(i)",
        )
    parquet(root / "d" / "long" / "a.parquet", "SELECT range AS x FROM range(20000)")
    return root


# What is read


def test_a_suite_is_answered_in_one_query_over_all_files(root: Path) -> None:
    query = SuiteQuery(
        table="proj-1.d.t",
        date_column="game_date",
        where="points IS NOT NULL",
        expressions=(
            "COUNT(DISTINCT game_id)",
            "100.0 * COUNTIF('bad' IN UNNEST(issues)) / COUNT(*)",
            "AVG(price)",
        ),
        by=("EXTRACT(DAY FROM game_date)",),
        days=True,
    )
    found = measured(query, asked(root, query.sql))
    assert found.rows == 30
    assert found.values == (10, 50.0, 1.5)
    assert found.days == tuple(date(2024, 1, day) for day in (1, 2, 3))
    assert [(group.group, group.rows) for group in found.groups[0]] == [(1, 10), (2, 10), (3, 10)]


def test_cells_are_plain(root: Path) -> None:
    answer = asked(
        root, "SELECT price, whole, issues, at, SUM(points) OVER () AS s FROM d.t WHERE points = 1 LIMIT 1"
    )
    assert answer.columns == ("price", "whole", "issues", "at", "s")
    assert str(answer.rows[0]) == (
        "(1.5, '{\"a\": 1}', (), datetime.datetime(2024, 1, 1, 10, 0, tzinfo=datetime.timezone.utc), 3)"
    )


def test_rows_beyond_the_limit_are_counted_and_not_fetched(root: Path) -> None:
    answer = asked(root, "SELECT x FROM d.long ORDER BY x", rows_at_most=3)
    assert (answer.rows, answer.total_rows) == (((0,), (1,), (2,)), 20000)


def test_a_column_that_old_files_lack_is_null_there(tmp_path: Path) -> None:
    parquet(tmp_path / "d/t/1.parquet", "SELECT 1 AS a")
    parquet(tmp_path / "d/t/2.parquet", "SELECT 'x' AS b, 2 AS a")
    assert asked(tmp_path, "SELECT a, b FROM d.t ORDER BY a").rows == ((1, None), (2, "x"))


def test_a_file_with_no_value_in_a_column_says_nothing_of_its_type(tmp_path: Path) -> None:
    parquet(tmp_path / "d/t/1.parquet", "SELECT NULL AS a")
    parquet(tmp_path / "d/t/2.parquet", "SELECT 'x' AS a")
    assert asked(tmp_path, "SELECT COUNT(a), COUNT(*) FROM d.t").rows == ((1, 2),)


def test_folders_may_name_a_column(tmp_path: Path) -> None:
    for day, more in (("2024-01-01", ""), ("2024-01-02", ", 5 AS b")):
        parquet(tmp_path / f"a=b/d/t/game_date={day}/kind=x%20y/part.parquet", f"SELECT 1 AS a{more}")
    parquet(tmp_path / "a=b/d/t/game_date=__HIVE_DEFAULT_PARTITION__/kind=7/part.parquet", "SELECT 1 AS a")
    sql = "SELECT * FROM d.t WHERE game_date BETWEEN @start_date AND @end_date ORDER BY game_date"
    answer = asked(tmp_path / "a=b", sql)
    assert set(answer.columns) == {"a", "b", "game_date", "kind"}
    place = [answer.columns.index(name) for name in ("game_date", "kind", "b")]
    assert [tuple(row[i] for i in place) for row in answer.rows] == [
        (date(2024, 1, 1), "x y", None),
        (date(2024, 1, 2), "x y", 5),
    ]


def test_what_is_not_a_finished_parquet_file_is_not_read(tmp_path: Path) -> None:
    parquet(tmp_path / "d/t/deep/er/1.parquet", "SELECT 1 AS a")
    (tmp_path / "d/t/.2.parquet").write_bytes(b"half")
    (tmp_path / "d/t/readme.txt").write_text("half")
    (tmp_path / "d/t/.hidden").mkdir()
    parquet(tmp_path / "d/t/.hidden/3.parquet", "SELECT 3 AS a")
    parquet(tmp_path / "d/t/_temporary/0/4.parquet", "SELECT 4 AS a")
    parquet(tmp_path / "d/t/_delta_log/5.parquet", "SELECT 5 AS a")
    (tmp_path / "d/t/_6.parquet").write_bytes(b"half")
    (tmp_path / "d/t/deep/loop").symlink_to(tmp_path / "d/t")
    assert asked(tmp_path, "SELECT a FROM d.t").rows == ((1,),)


def test_a_list_that_is_null_is_empty(tmp_path: Path) -> None:
    """BigQuery keeps no NULL of an ARRAY column."""
    parquet(tmp_path / "d/t/1.parquet", "SELECT 1 AS a, ['x'] AS b UNION ALL SELECT 2, NULL")
    parquet(tmp_path / "d/t/2.parquet", "SELECT 3 AS a")
    sql = "SELECT a, b, b IS NULL, ARRAY_LENGTH(b) FROM d.t ORDER BY a"
    assert asked(tmp_path, sql).rows == ((1, ("x",), False, 1), (2, (), False, 0), (3, (), False, 0))


@pytest.mark.parametrize("column", ["_loaded", "kind"])
def test_a_folder_that_names_a_column_is_read_whatever_the_column_is_called(tmp_path: Path, column: str) -> None:
    parquet(tmp_path / f"d/t/{column}=7/1.parquet", "SELECT 1 AS a")
    assert asked(tmp_path, f"SELECT a, {column} FROM d.t").rows == ((1, 7),)


def test_what_an_estimate_found_is_used_by_the_question_and_not_for_other_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding, found = parquet_folder.columns_of, []

    def find(connection: duckdb.DuckDBPyConnection, files: TableFiles) -> dict[str, str]:
        found.append(len(files.paths))
        return finding(connection, files)

    monkeypatch.setattr(duckdb_sources, "columns_of", find)
    warehouse = DuckDBWarehouse(tmp_path)
    question = Question("SELECT * FROM d.t ORDER BY 1", None, 30)
    parquet(tmp_path / "d/t/1.parquet", "SELECT 1 AS a")
    warehouse.estimate(question, Stop())
    assert warehouse.ask(question, Stop()).columns == ("a",)
    assert found == [1]
    parquet(tmp_path / "d/t/2.parquet", "SELECT 2 AS a, 3 AS b")
    assert warehouse.ask(question, Stop()).rows == ((1, None), (2, 3))
    parquet(tmp_path / "d/t/1.parquet", "SELECT 'x' AS b")
    with pytest.raises(AskError, match="column b is"):
        warehouse.ask(question, Stop())
    assert found == [1, 2, 2]


def test_a_place_in_sql_that_the_user_has_not_written_is_not_told(root: Path) -> None:
    query = SuiteQuery(table="d.t", date_column=None, where=None, expressions=("COUNT(",))
    with pytest.raises(AskError) as raised:
        DuckDBWarehouse(root).ask(Question(query.sql, DATES, 30, suite=query), Stop())
    assert "it can't be read" in raised.value.what
    assert "line" not in raised.value.what
    assert "line" in refused(root, query.sql).what


@pytest.mark.parametrize("kind", ["DATE", "TIMESTAMP", "TIMESTAMPTZ"])
def test_the_last_day_of_a_range_is_in_it_whole_and_in_utc(tmp_path: Path, kind: str) -> None:
    last = "23:59:59.999999"
    times = (f"2023-12-31 {last}", "2024-01-01 00:00:00", f"2024-01-31 {last}", "2024-02-01 00:00:00")
    offset = "+00" if kind == "TIMESTAMPTZ" else ""
    parquet(
        tmp_path / "d/t/1.parquet", " UNION ALL ".join(f"SELECT '{one}{offset}'::{kind} AS day" for one in times)
    )
    query = SuiteQuery(table="d.t", date_column="day", where=None, expressions=("COUNT(*)",), days=True)
    found = measured(query, asked(tmp_path, query.sql))
    assert (found.rows, found.days) == (2, DATES)


def test_a_replaced_file_is_read_anew(tmp_path: Path) -> None:
    warehouse = DuckDBWarehouse(tmp_path)
    for total in (3, 5):
        parquet(tmp_path / "d/t/1.parquet", f"SELECT * FROM range({total}) AS r(a)")
        assert warehouse.ask(Question("SELECT COUNT(*) FROM d.t", None, 30), Stop()).rows == ((total,),)


def test_while_files_are_replaced_every_answer_is_of_whole_files(tmp_path: Path) -> None:
    """Old and new differ in length and in values: a footer of one over rows of the other would show."""
    versions = [
        parquet(tmp_path / "spare/1.parquet", "SELECT 1 AS a, 'old' AS b FROM range(50000)"),
        parquet(tmp_path / "spare/2.parquet", "SELECT 2 AS a, 'new and longer' AS b FROM range(20)"),
    ]
    parquet(tmp_path / "w/d/t/1.parquet", "SELECT 1 AS a, 'old' AS b FROM range(50000)")
    done = threading.Event()

    def replace() -> None:
        turn = 0
        while not done.wait(0.001):
            turn += 1
            copy = tmp_path / "w/d/t/.copy"
            copy.write_bytes(versions[turn % 2].read_bytes())
            copy.replace(tmp_path / "w/d/t/1.parquet")

    thread = threading.Thread(target=replace)
    thread.start()
    try:
        sql = "SELECT COUNT(*), MIN(a), MAX(a), MIN(b), MAX(b) FROM d.t"
        answers = {asked(tmp_path / "w", sql).rows[0] for _ in range(25)}
    finally:
        done.set()
        thread.join()
    assert answers <= {(50000, 1, 1, "old", "old"), (20, 2, 2, "new and longer", "new and longer")}


def test_a_file_that_vanishes_between_listing_and_reading_is_looked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet(tmp_path / "d/t/1.parquet", "SELECT 1 AS a")
    gone = parquet(tmp_path / "d/t/2.parquet", "SELECT 2 AS a")
    listing = parquet_folder.files_of

    def list_then_remove(*args: object) -> object:
        files = listing(*args)  # type: ignore[arg-type]
        gone.unlink(missing_ok=True)
        return files

    monkeypatch.setattr(duckdb_sources, "files_of", list_then_remove)
    assert asked(tmp_path, "SELECT a FROM d.t").rows == ((1,),)


def test_several_threads_may_ask_at_once(root: Path, database: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        folder = pool.map(lambda _: asked(root, "SELECT COUNT(*) FROM d.t").rows, range(16))
        file = pool.map(lambda _: asked(database, "SELECT a FROM s.T").rows, range(16))
        assert set(folder) == {((30,),)}
        assert set(file) == {((1,),)}


def test_fifteen_hundred_files_are_read_within_seconds(tmp_path: Path) -> None:
    folder = tmp_path / "d/t"
    one = parquet(folder / "0.parquet", "SELECT DATE '2024-01-01' AS game_date, i AS a FROM range(20) AS r(i)")
    for number in range(1, 1537):
        os.link(one, folder / f"{number}.parquet")
    began = time.monotonic()
    found = asked(tmp_path, "SELECT COUNT(*), AVG(a), COUNTIF(a > 3), MIN(a), MAX(game_date) FROM d.t")
    assert found.rows[0][0] == 1537 * 20
    assert time.monotonic() - began < 5  # a fraction of a second on an idle machine


# What can't be told


@pytest.mark.parametrize(
    ("sql", "reason", "said"),
    [
        ("SELECT COUNT(*) FROM d.tt", Reason.MISSING_TABLE, "Did you mean d.t?"),
        ("SELECT COUNT(*) FROM d.T", Reason.MISSING_TABLE, "Did you mean d.t?"),
        ("SELECT COUNT(*) FROM other.thing", Reason.MISSING_TABLE, "other/thing"),
        ("SELECT AVG(pionts) FROM d.t", Reason.MISSING_COLUMN, "no column pionts. Did you mean points?"),
        ("SELECT AVG(t.pionts) FROM d.t", Reason.MISSING_COLUMN, "Did you mean points?"),
        ("SELECT whole.b FROM d.t", Reason.MISSING_COLUMN, "no column b"),
        ("SELECT filename FROM d.t", Reason.MISSING_COLUMN, "no column filename"),
        ("SELECT SUM(game_id) FROM d.t", Reason.WRONG_SQL, "sum(VARCHAR)"),
        ("SELECT points + issues FROM d.t", Reason.WRONG_SQL, "argument types"),
        ("SELECT nonsense(points) FROM d.t", Reason.WRONG_SQL, "nonsense"),
        ("SELECT points, COUNT(*) FROM d.t", Reason.WRONG_SQL, "GROUP BY"),
        ("SELECT CAST(game_id AS INT64) FROM d.t", Reason.WRONG_SQL, "Could not convert"),
        ("SELECT COUNT(*) / COUNTIF(points < 0) FROM d.t", Reason.DIVISION_BY_ZERO, "the query divides by zero."),
        ("SELECT read_text('/etc/passwd')", Reason.WRONG_SQL, "read_text"),
    ],
)
def test_what_is_wrong_is_named(root: Path, sql: str, reason: Reason, said: str) -> None:
    error = refused(root, sql)
    assert error.reason is reason
    assert said in str(error)


def test_an_estimate_costs_nothing_and_proves_the_sql(root: Path) -> None:
    warehouse = DuckDBWarehouse(root)
    assert warehouse.estimate(Question("SELECT AVG(points) FROM d.t", None, 30), Stop()) == 0
    assert not warehouse.bills
    with pytest.raises(AskError) as raised:
        warehouse.estimate(Question("SELECT AVG(pionts) FROM d.t", None, 30), Stop())
    assert raised.value.reason is Reason.MISSING_COLUMN


def test_a_warehouse_that_is_not_there_is_named(tmp_path: Path) -> None:
    error = refused(tmp_path / "absent", "SELECT 1 FROM d.t")
    assert error.reason is Reason.MISSING_TABLE
    assert error.where == str(tmp_path / "absent")


def test_a_folder_without_files_is_a_missing_table(tmp_path: Path) -> None:
    (tmp_path / "d/t/2024").mkdir(parents=True)
    error = refused(tmp_path, "SELECT COUNT(*) FROM d.t")
    assert (error.reason, error.where) == (Reason.MISSING_TABLE, str(tmp_path / "d/t"))


def test_without_dates_none_can_be_bound(root: Path) -> None:
    with pytest.raises(AskError) as raised:
        DuckDBWarehouse(root).ask(Question("SELECT @start_date", None, 30), Stop())
    assert raised.value.reason is Reason.NO_DATES


def test_files_that_do_not_fit_together_are_named(tmp_path: Path) -> None:
    parquet(tmp_path / "d/t/1.parquet", "SELECT 1 AS a")
    parquet(tmp_path / "d/t/2.parquet", "SELECT 'x' AS a")
    error = refused(tmp_path, "SELECT COUNT(*) FROM d.t")
    assert error.reason is Reason.DAMAGED
    assert "column a is a number in 1.parquet and text in 2.parquet." in str(error)


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a listing that is refused: whoever runs tests as root may read everything."""
    parquet(tmp_path / "d/t/1.parquet", "SELECT 1 AS a")

    def refuse(path: str | Path) -> Iterator[os.DirEntry[str]]:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    error = refused(tmp_path, "SELECT a FROM d.t")
    assert error.reason is Reason.PERMISSION_DENIED
    assert str(tmp_path) in str(error)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_is_told(tmp_path: Path) -> None:
    parquet(tmp_path / "d/t/1.parquet", "SELECT 1 AS a")
    (tmp_path / "d/t/1.parquet").chmod(0)
    assert refused(tmp_path, "SELECT a FROM d.t").reason is Reason.PERMISSION_DENIED


# Damage


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "t.parquet"
    return parquet(path, "SELECT i AS a, 'text ' || i AS b, [i] AS c FROM range(200) AS r(i)").read_bytes()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_off_anywhere_is_damaged_and_named(share: float, whole: bytes, tmp_path: Path) -> None:
    parquet(tmp_path / "d/t/1.parquet", "SELECT 1 AS a")
    cut = tmp_path / "d/t/2.parquet"
    cut.write_bytes(whole[: math.floor(share * len(whole))])
    error = refused(tmp_path, "SELECT COUNT(*) FROM d.t")
    assert (error.reason, error.where) == (Reason.DAMAGED, str(cut))


def test_a_file_whose_footer_is_sound_and_whose_rows_are_not_is_damaged(whole: bytes, tmp_path: Path) -> None:
    parquet(tmp_path / "d/t/1.parquet", "SELECT 1 AS a, 'x' AS b")
    holed = tmp_path / "d/t/2.parquet"
    holed.write_bytes(whole[:4] + bytes(600) + whole[604:])
    error = refused(tmp_path, "SELECT SUM(a), MAX(b) FROM d.t")
    assert (error.reason, error.where) == (Reason.DAMAGED, str(holed))


def test_something_else_by_that_name_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "d/t").mkdir(parents=True)
    (tmp_path / "d/t/1.parquet").write_text("a,b\n1,2\n" * 10)
    error = refused(tmp_path, "SELECT COUNT(*) FROM d.t")
    assert (error.reason, error.what) == (Reason.DAMAGED, "this is not a Parquet file.")


# Time


@pytest.mark.parametrize("again", range(3))
def test_a_question_that_takes_too_long_is_interrupted(root: Path, again: int) -> None:
    began = time.monotonic()
    assert refused(root, ENDLESS, timeout_s=0.3).reason is Reason.TIMED_OUT
    assert time.monotonic() - began < 3


def test_a_question_may_be_cancelled(root: Path) -> None:
    stop = Stop()
    threading.Timer(0.2, stop.request).start()
    began = time.monotonic()
    with pytest.raises(AskError) as raised:
        DuckDBWarehouse(root).ask(Question(ENDLESS, None, 60), stop)
    assert raised.value.reason is Reason.CANCELLED
    assert time.monotonic() - began < 5


def test_a_wish_made_before_the_question_cancels_it_at_once(root: Path) -> None:
    stop = Stop()
    stop.request()
    for ask in (DuckDBWarehouse(root).ask, DuckDBWarehouse(root).estimate):
        with pytest.raises(AskError) as raised:
            ask(Question(ENDLESS, None, 60), stop)
        assert raised.value.reason is Reason.CANCELLED


def test_a_file_system_that_hangs_does_not_hold_whoever_asks(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    listing = os.scandir

    def hang(path: str) -> object:
        released.wait(30)
        return listing(path)

    monkeypatch.setattr(os, "scandir", hang)
    began = time.monotonic()
    assert refused(root, "SELECT COUNT(*) FROM d.t", timeout_s=0.1).reason is Reason.TIMED_OUT
    assert time.monotonic() - began < 10
    released.set()


# A .duckdb file


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "house.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE SCHEMA s; CREATE TABLE s.T AS SELECT 1 AS a; CREATE VIEW s.v AS FROM s.T")
    return path


@pytest.fixture
def writer(database: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the file open for writing."""
    script = (
        f"import duckdb, sys; c = duckdb.connect({str(database)!r}); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process


def test_a_database_file_is_read(database: Path) -> None:
    assert asked(database, "SELECT a FROM `p.s.T`").rows == ((1,),)
    assert asked(database, "SELECT a, CURRENT_DATE() >= @start_date FROM s.v").rows == ((1, True),)


def test_a_question_leaves_the_file_to_writers(database: Path) -> None:
    warehouse = DuckDBWarehouse(database)
    warehouse.ask(Question("SELECT a FROM s.T", None, 30), Stop())
    script = f"import duckdb; duckdb.connect({str(database)!r}).execute('INSERT INTO s.T VALUES (2)')"
    subprocess.run([sys.executable, "-c", script], check=True)
    assert warehouse.ask(Question("SELECT SUM(a) FROM s.T", None, 30), Stop()).rows == ((3,),)


def test_a_file_that_is_being_written_is_locked_by_that_process(
    database: Path, writer: subprocess.Popen[str]
) -> None:
    error = refused(database, "SELECT a FROM s.T")
    assert error.reason is Reason.LOCKED
    assert f"process {writer.pid} is writing to it." in str(error)


@pytest.mark.parametrize(
    ("sql", "reason", "said"),
    [
        ("SELECT a FROM s.t", Reason.MISSING_TABLE, "Did you mean s.T?"),
        ("SELECT b FROM s.T", Reason.MISSING_COLUMN, "there is no column b."),
        ("SELECT 1/(a-1) FROM s.T", Reason.DIVISION_BY_ZERO, "s.T"),
    ],
)
def test_what_is_wrong_with_a_question_to_a_file_is_named(
    database: Path, sql: str, reason: Reason, said: str
) -> None:
    error = refused(database, sql)
    assert error.reason is reason
    assert said in str(error)


def test_a_view_of_the_file_reads_nothing_outside_of_it(database: Path) -> None:
    outside = parquet(database.with_name("outside.parquet"), "SELECT 1 AS a")
    with duckdb.connect(database) as connection:
        connection.execute(f"CREATE VIEW s.leak AS FROM read_parquet('{outside}')")
    error = refused(database, "SELECT a FROM s.leak")
    assert error.reason is Reason.PERMISSION_DENIED
    assert "outside the warehouse" in error.what
    assert "a view of files" in str(error.todo)


def cut(content: bytes) -> bytes:
    return content[:5000]


def flipped(content: bytes) -> bytes:
    return content[:16] + bytes([content[16] ^ 0xFF]) + content[17:]


@pytest.mark.parametrize("damage", [cut, flipped, lambda _: b"", lambda _: b"text\n" * 1000])
def test_a_damaged_file_is_named(database: Path, damage: Callable[[bytes], bytes]) -> None:
    database.write_bytes(damage(database.read_bytes()))
    error = refused(database, "SELECT a FROM s.T")
    assert (error.reason, error.where) == (Reason.DAMAGED, str(database))
    assert error.what == "this is not a DuckDB database, or it is damaged."


def test_a_file_of_a_newer_version_says_so() -> None:
    said = (
        "IO Error: Trying to read a database file with version number 99, but we can only read versions up to 67."
    )
    error = not_opened(duckdb.IOException(f"{said}\nIt was created with a newer version."), Path("house.duckdb"))
    assert error.reason is Reason.DAMAGED
    assert "version of DuckDB that wrote it" in str(error)


def test_nothing_is_written_beside_the_file(database: Path) -> None:
    before = sorted(database.parent.iterdir())
    asked(database, "SELECT a FROM s.T ORDER BY a")
    assert sorted(database.parent.iterdir()) == before


def test_a_day_is_a_day_whatever_the_machines_time_zone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    try:
        found = asked(root, "SELECT DATE(at), TIMESTAMP_DIFF(CURRENT_TIMESTAMP(), at, DAY) > 0 FROM d.t LIMIT 1")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert found.rows == ((date(2024, 1, 1), True),)
