"""`validate`, and what `status` then says, judged by the contract alone: plans and faults of an outsider."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import psutil
import pytest

from tests.adversarial.warehouses import (
    FIRST,
    LAST,
    TEN_DAYS,
    Lab,
    checks,
    literal,
    metrics,
    queries,
    without_costs,
)
from tests.checks import emulator
from tests.logs import LogWriter, days

COUNT = 'sql: "COUNT(*)"'
HANGING = "SELECT SUM(a.id * b.id) FROM ds.big a CROSS JOIN ds.big b CROSS JOIN ds.big c"


@pytest.fixture
def lab(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Lab:
    return Lab(tmp_path, capsys)


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    absent = emulator.missing()
    if absent is not None:
        pytest.skip(absent)
    with emulator.emulator(tmp_path_factory.mktemp("emulator") / "emulator.log") as address:
        yield address


# The verdict and its exit code


@pytest.mark.parametrize(
    ("checked", "verdict", "code"),
    [
        (f"{COUNT}, at_least: 100, at_most: 100", "pass", 0),
        (f"{COUNT}, at_least: 101", "fail", 1),
        (f"{COUNT}, at_least: 101, severity: warn", "warn", 2),
        ('sql: "SUM(nosuch)", at_least: 1, severity: warn', "warn", 2),
        ('sql: "SUM(nosuch)", at_least: 1', "unknown", 3),
        ('sql: "SUM(NULL)", at_least: 0', "unknown", 3),
        ('sql: "COUNT(*) / COUNTIF(id < 0)", at_least: 0', "unknown", 3),
        ('sql: "SAFE_DIVIDE(1, COUNTIF(id < 0))", at_least: 0', "unknown", 3),
        ('sql: "COUNT(* FROM", at_least: 0', "unknown", 3),
        ('sql: "NO_SUCH_FUNCTION(id)", at_least: 0', "unknown", 3),
        ('sql: "LOGICAL_OR(id > 0)", at_least: 0', "unknown", 3),
        ('sql: "IEEE_DIVIDE(1, COUNTIF(id < 0))", at_least: 0', "unknown", 3),
    ],
)
def test_one_metric_gives_its_verdict_and_the_others_are_still_asked(
    lab: Lab, checked: str, verdict: str, code: int
) -> None:
    lab.table("ds.t")
    got, answer = lab.validate(lab.one(metrics(judged=checked, other=f"{COUNT}, at_least: 1")))
    assert (got, answer["verdict"]) == (code, verdict)
    assert checks(answer)["other"]["status"] == "pass"
    assert answer["phases"][0]["suites"][0]["rows"] == 100


def test_over_several_phases_the_worst_counts_and_unknown_is_worse_than_warn(lab: Lab) -> None:
    lab.table("ds.t")
    span = f"dates: {{start: {FIRST}, end: {LAST}}}"
    plan = lab.plan(
        "\n".join(f"  {name}: {{{span}, suites: [{name}]}}" for name in ("pass", "warn", "unknown", "fail")),
        "\n".join(
            f"  {name}: {metrics(n=words)}"
            for name, words in {
                "pass": f"{COUNT}, at_least: 1",
                "warn": f"{COUNT}, at_least: 101, severity: warn",
                "unknown": 'sql: "SUM(nosuch)", at_least: 1',
                "fail": f"{COUNT}, at_least: 101",
            }.items()
        ),
    )
    assert lab.validate(plan, "pass", "warn")[0] == 2
    assert lab.validate(plan, "warn", "unknown", "pass")[0] == 3
    code, answer = lab.validate(plan, "pass", "fail", "unknown")
    assert (code, answer["verdict"]) == (1, "fail")
    assert [phase["verdict"] for phase in answer["phases"]] == ["pass", "fail", "unknown"]


def test_info_never_counts(lab: Lab) -> None:
    lab.table("ds.t")
    shown = f"{COUNT}, at_least: 101, severity: info"
    code, answer = lab.validate(lab.one(metrics(shown=shown, n=f"{COUNT}, at_least: 1")))
    assert (code, checks(answer)["shown"]["status"]) == (0, "fail")


def test_a_suite_that_only_informs_passes(lab: Lab) -> None:
    lab.table("ds.t")
    assert lab.validate(lab.one(metrics(shown=f"{COUNT}, at_least: 101, severity: info")))[0] == 0


def test_wrong_usage_and_bad_plans_have_their_own_codes(lab: Lab) -> None:
    lab.table("ds.t")
    plan = str(lab.one(metrics(n=f"{COUNT}, at_least: 1")))
    assert lab.refused(plan)[0] == 64
    code, sentence = lab.refused(plan, "aa")
    assert (code, "Did you mean 'a'?" in sentence) == (64, True)
    assert lab.refused(plan + "x.yaml", "a")[0] == 78
    for bound in ("at_least: abc", "at_least: .nan", "at_least: 5, at_most: 4", 'at_least: "95%"', "at_leest: 5"):
        code, sentence = lab.refused(str(lab.one(metrics(n=f"{COUNT}, {bound}"))), "a")
        assert (code, "plan.yaml:" in sentence) == (78, True)
    assert lab.refused(str(lab.one(metrics(n=COUNT))), "a")[0] == 78


# Values and bounds


def test_bounds_apply_to_unrounded_values(lab: Lab) -> None:
    lab.table("ds.t")
    code, answer = lab.validate(
        lab.one(metrics(low='sql: "94.96", at_least: 95, round: 1', high='sql: "95.04", at_most: 95, round: 1'))
    )
    assert code == 1
    assert {check["status"] for check in checks(answer).values()} == {"fail"}


def test_a_bound_is_shown_as_it_is(lab: Lab) -> None:
    lab.table("ds.t")
    _, answer = lab.validate(
        lab.one(metrics(a='sql: "99.9995", at_least: 99.999', b='sql: "0.0004", at_most: 0.0005'))
    )
    first, second = checks(answer).values()
    assert (first["bound"], second["bound"]) == (">= 99.999", "<= 0.0005")
    assert "99.999)" in first["detail"]
    assert "0.0005)" in second["detail"]


def test_a_bound_beside_expect_is_kept_or_refused(lab: Lab) -> None:
    lab.table("ds.t")
    plan = lab.one(queries(q='sql: "SELECT 50", expect: rows, at_least: 100'))
    code, answer = lab.validate(plan)
    assert (code, checks(answer)["q"]["status"]) == (1, "fail")


def test_usage_rate_fails_then_thresholds_or_data_change_and_it_passes(lab: Lab) -> None:
    rows = (
        "SELECT DATE '2024-01-01' AS game_date, CASE WHEN i < {} THEN 0.2 END AS usage_rate FROM range(1000) t(i)"
    )
    lab.table("ds.t", rows.format(477))
    limits = lab.folder / "limits.yaml"
    limits.write_text("s:\n  pct: 95\n")
    rate = 'sql: "100.0 * COUNTIF(usage_rate IS NOT NULL) / COUNT(*)", at_least: "${s.pct}", unit: "%", round: 1'
    plan = lab.one(metrics(usage_rate=rate), "thresholds: limits.yaml")
    assert lab.status(plan)["a"]["verdict"] is None
    code, answer = lab.validate(plan)
    assert (code, checks(answer)["usage_rate"]["value"]) == (1, 47.7)
    assert checks(answer)["usage_rate"]["detail"].startswith("47.7 % (>= 95")
    assert (lab.status(plan)["a"]["verdict"], lab.status(plan)["a"]["state"]) == ("fail", "failed")
    lab.table("ds.t", rows.format(960))
    assert lab.status(plan)["a"]["state"] == "failed"
    assert lab.validate(plan)[0] == 0
    assert (lab.status(plan)["a"]["verdict"], lab.status(plan)["a"]["state"]) == ("pass", "passed")
    limits.write_text("s:\n  pct: 97\n")
    assert lab.status(plan)["a"]["state"] != "passed"
    assert lab.validate(plan)[0] == 1
    limits.write_text("s:\n  pct: 90\n")
    assert lab.validate(plan)[0] == 0


def test_where_with_or_keeps_the_range(lab: Lab) -> None:
    lab.table("ds.t")
    suite = (
        "{table: ds.t, date_column: game_date, where: id < 5 OR TRUE, metrics: {n: {sql: COUNT(*), at_least: 1}}}"
    )
    code, answer = lab.validate(lab.one(suite, dates=("2025-01-01", "2025-01-02")))
    assert (code, answer["phases"][0]["suites"][0]["rows"]) == (3, 0)


def test_a_filter_cannot_leave_its_brackets(lab: Lab) -> None:
    lab.table("ds.t")
    suite = (
        '{table: ds.t, date_column: game_date, where: "TRUE) OR (TRUE", metrics: {n: {sql: COUNT(*), at_least: 1}}}'
    )
    assert lab.validate(lab.one(suite, dates=("2025-01-01", "2025-01-02")))[0] == 3


def test_the_last_day_of_a_timestamp_column_counts_or_is_unknown(lab: Lab) -> None:
    lab.table("ds.t", "SELECT TIMESTAMP '2024-01-01 18:00:00' + INTERVAL (i) DAY AS game_date FROM range(10) t(i)")
    assert lab.validate(lab.one(metrics(n=f"{COUNT}, at_least: 10")))[0] != 1


def test_no_rows_make_every_check_of_the_query_unknown(lab: Lab) -> None:
    lab.table("ds.t")
    suite = metrics(n=f"{COUNT}, at_most: 5", m='sql: "COUNTIF(id < 0)", at_most: 0, severity: warn')
    code, answer = lab.validate(lab.one(suite, dates=("2025-01-01", "2025-01-02")))
    assert code == 3
    assert {(check["status"], check["value"]) for check in checks(answer).values()} == {("unknown", None)}


def test_every_unknown_says_what_to_do(lab: Lab) -> None:
    lab.table("ds.t")
    for words in ('sql: "SUM(NULL)", at_least: 0', 'sql: "LOGICAL_OR(id > 0)", at_least: 0'):
        assert checks(lab.validate(lab.one(metrics(n=words)))[1])["n"]["todo"]


# Completeness


def test_missing_dates_are_those_of_the_calendar_and_come_with_their_command(lab: Lab) -> None:
    lab.table("ds.t", f"SELECT * FROM ({TEN_DAYS}) WHERE id % 10 NOT IN (2, 4)")
    (lab.folder / "calendar.csv").write_text(
        "date,weight\n2024-01-01,3\n2024-01-03,0\n2024-01-05,2\n2023-12-31,1\n"
    )
    keys = ', command: [job], retry: [python, "my job.py", --dates, "{dates}"]'
    suite = "{table: ds.t, date_column: game_date, completeness: {missing_at_most: 0}}"
    code, answer = lab.validate(lab.one(suite, "calendar: {csv: calendar.csv}", keys=keys))
    (check,) = checks(answer).values()
    assert (code, check["value"], check["missing_dates"]) == (1, 1, ["2024-01-05"])
    assert check["command"] == ["python", "my job.py", "--dates", "2024-01-05"]


def test_a_calendar_that_cannot_be_asked_is_named(lab: Lab) -> None:
    lab.table("ds.t", f"SELECT * FROM ({TEN_DAYS}) WHERE id % 10 <> 4")
    suite = "{table: ds.t, date_column: game_date, completeness: {missing_at_most: 0}}"
    code, answer = lab.validate(lab.one(suite, 'calendar: {sql: "SELECT day AS date FROM `ref.nosuch`"}'))
    assert code == 3
    assert "ref.nosuch" in json.dumps(answer)


def test_a_bound_that_holds_on_every_day_holds_without_a_calendar(lab: Lab) -> None:
    lab.table("ds.t", f"SELECT * FROM ({TEN_DAYS}) WHERE id % 10 <> 4")
    suite = "{table: ds.t, date_column: game_date, completeness: {missing_at_most: 5}}"
    assert lab.validate(lab.one(suite))[0] == 0


# Warehouses that are not well


def test_a_table_that_cannot_be_read_is_unknown_with_its_file(lab: Lab) -> None:
    part = lab.table("ds.t")
    plan = lab.one(metrics(n=f"{COUNT}, at_least: 1"))
    whole = part.read_bytes()
    for body in (whole[:200], b"", b"\x07" * 5000):
        (part.parent / "late.parquet").write_bytes(body)
        code, answer = lab.validate(plan)
        assert (code, "late.parquet" in checks(answer)["n"]["detail"]) == (3, True)
    for path in part.parent.iterdir():
        path.unlink()
    assert lab.validate(plan)[0] == 3
    part.parent.rmdir()
    assert lab.validate(plan)[0] == 3


def test_a_database_that_is_absent_damaged_or_being_written_is_unknown(lab: Lab) -> None:
    path = lab.folder / "w.duckdb"
    span = f"dates: {{start: {FIRST}, end: {LAST}}}"
    plan = lab.plan(
        f"  a: {{{span}, suites: [s]}}",
        f"  s: {metrics(n=f'{COUNT}, at_least: 1')}",
        warehouse="{backend: duckdb, path: w.duckdb}",
    )
    assert lab.validate(plan)[0] == 3
    path.write_bytes(b"\x00\x01" * 4000)
    assert lab.validate(plan)[0] == 3
    path.unlink()
    making = f"import duckdb,sys; c=duckdb.connect(sys.argv[1]); c.sql('CREATE SCHEMA ds'); c.sql('CREATE TABLE ds.t AS {TEN_DAYS.replace(chr(39), chr(92) + chr(39))}'); c.commit(); print(1, flush=True); sys.stdin.read()"  # noqa: E501 - one program
    with subprocess.Popen(
        [sys.executable, "-c", making, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        code, answer = lab.validate(plan)
        assert (code, str(writer.pid) in checks(answer)["n"]["detail"]) == (3, True)
        writer.communicate()
    assert lab.validate(plan)[0] == 0


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE ds.t",
        "DELETE FROM ds.t WHERE TRUE",
        "SELECT 1; DROP TABLE ds.t",
        "COPY (SELECT 1) TO 'warehouse/out.csv'",
        "SELECT * FROM read_text('/etc/hostname')",
        "ATTACH 'x.db'",
    ],
)
def test_sql_that_is_no_question_changes_nothing_and_is_unknown(lab: Lab, sql: str) -> None:
    lab.table("ds.t")
    before = sorted(lab.folder.joinpath("warehouse").rglob("*"))
    assert lab.validate(lab.one(queries(q=f'sql: "{sql}", expect: rows')))[0] == 3
    assert sorted(lab.folder.joinpath("warehouse").rglob("*")) == before


def test_a_metric_cannot_bring_a_second_statement(lab: Lab) -> None:
    lab.table("ds.t")
    words = 'sql: "COUNT(*)) FROM ds.t; DROP TABLE ds.t; SELECT (COUNT(*)", at_least: 0'
    assert lab.validate(lab.one(metrics(n=words)))[0] == 3


# Commands


def test_a_command_judges_by_its_exit_code_alone(lab: Lab) -> None:
    runs = {
        "a": "exit 0",
        "b": "exit 1",
        "c": "exit 2",
        "d": "exit 3",
        "e": "kill -9 $$",
        "f": "test $0 = 2024-01-01",
    }
    inner = ", ".join(f'{name}: {{run: [sh, -c, "{line}", "{{start}}"]}}' for name, line in runs.items())
    code, answer = lab.validate(lab.one(f"{{commands: {{{inner}, g: {{run: [no-such-program]}}}}}}"))
    told = [check["status"] for check in checks(answer).values()]
    assert (code, told) == (1, ["pass", "fail", "warn", "unknown", "unknown", "pass", "unknown"])


def test_a_command_that_takes_too_long_is_unknown(lab: Lab) -> None:
    suite = '{commands: {slow: {run: [sh, -c, "sleep 300 & sleep 300"], timeout: 1s}}}'
    began = time.monotonic()
    assert lab.validate(lab.one(suite))[0] == 3
    assert time.monotonic() - began < 10


def test_a_slow_query_is_unknown(lab: Lab) -> None:
    lab.table("ds.big", "SELECT i AS id FROM range(200000) t(i)")
    suite = f'{{timeout: 1s, queries: {{q: {{sql: "{HANGING}", at_least: 1}}}}}}'
    code, answer = lab.validate(lab.one(suite))
    assert (code, checks(answer)["q"]["reason"]) == (3, "timed_out")


# Accounts, and the ledger


def test_a_verdict_older_than_a_later_run_does_not_count(lab: Lab) -> None:
    lab.table("ds.t")
    log = LogWriter().header(FIRST, LAST)
    for index, day in enumerate(days(FIRST, 10), 1):
        log.unit(index, 10, day)
    log.summary()
    path = lab.folder / "job.log"
    path.write_bytes(log.body)
    suite = metrics(n=f"{COUNT}, at_least: 1")[:-1] + ", progress: {success_rate: {at_least: 95}}}"
    plan = lab.one(suite, keys=", log: job.log")
    assert lab.validate(plan)[0] == 0
    assert lab.status(plan)["a"]["state"] == "passed"
    again = LogWriter(at=log.at.replace(year=log.at.year + 30)).header(FIRST, LAST, fresh=True)
    again.unit(1, 10, days(FIRST, 1)[0])
    path.write_bytes(log.body + again.body)
    assert lab.status(plan)["a"]["state"] != "passed"


def test_the_ledger_is_a_wal_with_a_version_and_two_may_write_at_once(lab: Lab) -> None:
    lab.table("ds.t")
    plan = lab.one(metrics(n=f"{COUNT}, at_least: 1"))
    words = [sys.executable, "-m", "backfill_tui", "validate", str(plan), "a", "--json"]
    both = [subprocess.Popen(words, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [one.wait(60) for one in both] == [0, 0]
    with contextlib.closing(sqlite3.connect(lab.folder / ".backfill-tui" / "ledger.sqlite3")) as ledger:
        assert ledger.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert ledger.execute("PRAGMA user_version").fetchone()[0] > 0


def test_a_ledger_that_cannot_be_used_is_told_and_left_alone(lab: Lab) -> None:
    lab.table("ds.t")
    plan = lab.one(metrics(n=f"{COUNT}, at_least: 1"))
    ledger = lab.folder / ".backfill-tui" / "ledger.sqlite3"
    ledger.parent.mkdir()
    ledger.write_bytes(b"garbage" * 1000)
    assert lab.validate(plan)[0] == 0
    assert ledger.read_bytes() == b"garbage" * 1000
    ledger.unlink()
    with contextlib.closing(sqlite3.connect(ledger)) as newer:
        newer.execute("PRAGMA user_version = 99")
    assert lab.validate(plan)[0] == 0
    assert lab.validate(plan, "a", "--state-dir", str(lab.folder / "elsewhere"))[0] == 0
    assert (lab.folder / "elsewhere" / "ledger.sqlite3").exists()
    assert lab.validate(plan, "a", "--read-only", "--state-dir", str(lab.folder / "nowhere"))[0] == 0
    assert not (lab.folder / "nowhere").exists()


def test_status_says_that_the_ledger_cannot_be_read(lab: Lab) -> None:
    lab.table("ds.t")
    plan = lab.one(metrics(n=f"{COUNT}, at_least: 1"))
    (lab.folder / ".backfill-tui").mkdir()
    (lab.folder / ".backfill-tui" / "ledger.sqlite3").write_bytes(b"garbage" * 1000)
    told = subprocess.run(
        [sys.executable, "-m", "backfill_tui", "status", str(plan), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ledger" in told.stdout + told.stderr


# Interrupted


@contextlib.contextmanager
def validating(plan: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A `validate` that has begun its checks; whatever it leaves behind is ended."""
    words = [sys.executable, "-m", "backfill_tui", "validate", str(plan), "a"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    family: list[psutil.Process] = []
    try:
        ledger = plan.parent / ".backfill-tui" / "ledger.sqlite3"
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not (_began(ledger) and (family or "queries" in plan.read_text())):
            family = psutil.Process(process.pid).children(recursive=True)
            time.sleep(0.05)  # the pace of looking
        yield process
    finally:
        for one in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        process.kill()
        process.wait()


def _began(ledger: Path) -> bool:
    """Whether a validation is under way by the ledger: its row comes before what it does."""
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as seen,
    ):
        return seen.execute("SELECT 1 FROM validations WHERE ended_at IS NULL").fetchone() is not None
    return False


def test_a_terminated_validate_leaves_no_command_behind(lab: Lab) -> None:
    with validating(lab.one('{commands: {c: {run: [sh, -c, "sleep 300 & sleep 300"]}}}')) as process:
        family = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        process.wait(10)
        assert psutil.wait_procs(family, timeout=2)[1] == []


def test_ctrl_c_during_a_hanging_query_ends_at_once(lab: Lab) -> None:
    lab.table("ds.big", "SELECT i AS id FROM range(200000) t(i)")
    with validating(lab.one(queries(q=f'sql: "{HANGING}", at_least: 1'))) as process:
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(10) == 130


def test_ctrl_c_takes_no_verdict_back(lab: Lab) -> None:
    lab.table("ds.t")
    sleeper = lab.folder / "judge.sh"
    sleeper.write_text("exit 0\n")
    plan = lab.one("{commands: {c: {run: [sh, judge.sh]}}}")
    assert lab.validate(plan)[0] == 0
    sleeper.write_text("exec sleep 300\n")
    with validating(plan) as process:
        os.kill(process.pid, signal.SIGINT)
        process.wait(10)
    assert lab.status(plan)["a"]["verdict"] == "pass"


def test_ctrl_c_ends_a_stubborn_command_too(lab: Lab) -> None:
    plan = lab.one("{commands: {c: {run: [sh, -c, \"trap '' INT TERM; sleep 300 & sleep 300\"]}}}")
    with validating(plan) as process:
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(6) == 130


# The same on both warehouses

SAME = {
    "m": """
    table: p.ds.t
    date_column: game_date
    where: id > 3 OR flag
    metrics:
      share: {sql: 100.0 * COUNTIF(flag) / COUNT(*), at_least: 80, unit: "%", round: 1, by: season}
      arrays: {sql: "COUNTIF('a' IN UNNEST(arr))", at_least: 1}
      safe: {sql: "SAFE_DIVIDE(SUM(pts), COUNTIF(id < 0))", at_least: 1}
      span: {sql: "DATE_DIFF(MAX(game_date), MIN(game_date), DAY)", at_least: 1}
      late: {sql: "COUNTIF(game_date >= DATE_SUB(@end_date, INTERVAL 3 DAY))", at_least: 1}
      month: {sql: "MAX(FORMAT_DATE('%Y-%m', game_date))"}
      weekday: {sql: "SUM(EXTRACT(DAYOFWEEK FROM game_date))", at_least: 1}
      mean: {sql: AVG(pts), at_least: 1, round: 3}
    completeness: {missing_at_most: 3}
""",
    "q": """
    queries:
      joined:
        sql: "WITH x AS (SELECT player, COUNT(*) AS c FROM `p.ds.t` GROUP BY player)
              SELECT a.player, x.c FROM `ds.t` AS a JOIN x USING (player) WHERE a.id < 9 ORDER BY a.id"
        expect: rows
      window: {sql: "SELECT id FROM ds.t WHERE TRUE QUALIFY ROW_NUMBER() OVER (PARTITION BY player ORDER BY id) = 1 ORDER BY 1", expect: no_rows}
      array: {sql: "SELECT e, COUNT(*) AS c FROM ds.t, UNNEST(arr) AS e GROUP BY e ORDER BY e", expect: rows}
      none: {sql: "SELECT id FROM ds.t WHERE FALSE", at_least: 1}
""",  # noqa: E501 - a plan's line
}
FAULTS = """
    queries:
      table: {sql: SELECT 1 AS one FROM ds.nothere, expect: no_rows}
      column: {sql: SELECT nosuch FROM ds.t, expect: no_rows}
"""
ROWS = """SELECT DATE '2023-12-30' + (i % 15)::int AS game_date, i AS id,
  CASE WHEN i % 3 > 0 THEN i * 1.5 END AS pts,
  CASE WHEN i % 4 = 0 THEN ['a', 'b'] ELSE [] END AS arr, CASE WHEN i % 2 = 0 THEN 'x''y' END AS season,
  i % 4 = 0 AS flag, 'p' || (i % 7) AS player FROM range(90) t(i)"""


def both(lab: Lab, address: str, suite: str) -> list[tuple[int, object]]:
    """What the two backends answer about the same rows."""
    part = lab.table("ds.t", ROWS)
    with duckdb.connect() as connection:
        rows = connection.sql(f"SELECT * FROM '{part}' ORDER BY id").fetchall()
    client = emulator.client(address)
    client.create_dataset("ds", exists_ok=True)
    values = ", ".join("(" + ", ".join(map(literal, row)) + ")" for row in rows)
    columns = "game_date DATE, id INT64, pts FLOAT64, arr ARRAY<STRING>, season STRING, flag BOOL, player STRING"
    client.query(f"CREATE OR REPLACE TABLE ds.t ({columns})").result()
    client.query(f"INSERT INTO ds.t VALUES {values}").result()
    client.close()  # type: ignore[no-untyped-call]
    answers: list[tuple[int, object]] = []
    for name, backend in (
        ("d", "{backend: duckdb, path: warehouse/}"),
        ("b", f"{{backend: bigquery, project: p, api_endpoint: {address}}}"),
    ):
        plan = lab.plan(
            f"  a: {{dates: {{start: {FIRST}, end: 2024-01-20}}, suites: [s]}}",
            f"  s:{suite}",
            f"state_dir: state-{name}",
            name=f"{name}.yaml",
            warehouse=backend,
        )
        code, answer = lab.validate(plan)
        answers.append((code, without_costs(answer)))
    return answers


@pytest.mark.parametrize("suite", SAME)
def test_both_warehouses_give_the_same_json(lab: Lab, endpoint: str, suite: str) -> None:
    embedded, remote = both(lab, endpoint, SAME[suite])
    assert embedded == remote


def without_places(answer: tuple[int, object]) -> tuple[int, object]:
    """Without the sentences in which each warehouse says where it has looked for a table."""
    code, told = answer
    assert isinstance(told, dict)
    for phase in told["phases"]:
        phase.pop("why")
        for suite in phase["suites"]:
            for check in suite["checks"]:
                if check["reason"] == "missing_table":
                    assert "nothere" in check.pop("detail")
                    assert check.pop("todo")
    return code, told


def test_both_warehouses_tell_a_fault_in_the_same_json(lab: Lab, endpoint: str) -> None:
    embedded, remote = both(lab, endpoint, FAULTS)
    assert without_places(embedded) == without_places(remote)
