"""The sentences of `validate` about what is wrong with a suite: they name the part of it, and harm no terminal."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

PLAN = """
plan: words
timezone: UTC
warehouse: {backend: duckdb, path: wh}
phases:
  judged: {suites: [s], dates: {start: 2024-01-01, end: 2024-01-04}}
suites:
  s:
"""
COUNTED = "metrics: {rows: {sql: COUNT(*), at_least: 1}}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    table = tmp_path / "wh" / "d" / "games"
    table.mkdir(parents=True)
    duckdb.sql(
        "SELECT DATE '2024-01-01' + i::INT AS day, i + 8 AS n, i = 3 AS flag, '' AS nothing, "
        "CASE WHEN i = 2 THEN 'nan'::DOUBLE ELSE i END AS x FROM range(4) t(i)"
    ).write_parquet(str(table / "a.parquet"))
    return tmp_path


def validate(folder: Path, suite: str, *options: str, verb: str = "validate") -> subprocess.CompletedProcess[str]:
    (folder / "plan.yaml").write_text(PLAN + "".join(f"    {line}\n" for line in suite.splitlines()))
    words = [sys.executable, "-m", "backfill_tui", verb, "plan.yaml", *options]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def checks(folder: Path, suite: str) -> dict[str, dict[str, Any]]:
    told = json.loads(validate(folder, suite, "judged", "--json").stdout)
    return {check["name"]: check for check in told["phases"][0]["suites"][0]["checks"]}


@pytest.mark.parametrize(
    ("suite", "detail"),
    [
        ("table: games\ndate_column: day", "games: table games has no dataset"),
        ("table: d.*\ndate_column: day", "d.*: the embedded warehouse has no wildcard tables such as d.*"),
        ("table: d.games\ndate_column: nosuch", "d.games: in `date_column`: there is no column nosuch"),
        ("table: d.games\ndate_column: day\nwhere: nosuch > 1", "d.games: in `where`: there is no column nosuch"),
        (
            "table: d.games\ndate_column: day\nwhere: COUNT(*) > 1",
            "d.games: in `where`: WHERE clause cannot contain aggregates",
        ),
    ],
)
def test_what_is_wrong_is_told_of_the_part_of_the_suite_that_it_is_in(
    folder: Path, suite: str, detail: str
) -> None:
    rows = checks(folder, f"{suite}\n{COUNTED}")["rows"]
    assert (rows["status"], rows["detail"]) == ("unknown", detail)
    assert "DATE" not in rows["todo"]


def test_a_value_that_is_no_number_is_told_as_what_it_is(folder: Path) -> None:
    found = checks(
        folder,
        "table: d.games\nmetrics:\n"
        "  nan: {sql: AVG(x), at_least: 0}\n"
        "  text: {sql: MAX(nothing), at_least: 0}\n"
        "  digits: {sql: MAX('12'), at_least: 0}\n"
        "  flag: {sql: COUNT(*), by: flag, each_at_least: 2}",
    )
    assert found["nan"]["detail"] == "nan (>= 0); is nan: rows have NaN (see IS_NAN)"
    assert found["text"]["detail"] == "'' (>= 0); is no number, but ''"
    assert found["digits"]["detail"] == "12 (>= 0); is no number, but the text '12'"
    assert found["flag"]["detail"] == "4; each >= 2, but true: 1"


def test_groups_that_are_numbers_stand_in_their_order(folder: Path) -> None:
    found = checks(folder, "table: d.games\nmetrics: {n: {sql: COUNT(*), at_least: 1, by: n}}")
    assert [part["group"] for part in found["n"]["parts"]] == [8, 9, 10, 11]


def test_what_a_program_prints_never_reaches_the_terminal_as_a_command_to_it(folder: Path) -> None:
    done = validate(folder, "commands: {c: {run: [sh, -c, 'printf \"\\033]0;evil\\007\"; exit 1']}}", "judged")
    assert "evil" in done.stdout
    assert not {"\x1b", "\x07"}.intersection(done.stdout)


def test_a_program_that_may_not_be_run_is_to_be_made_one_that_may(folder: Path) -> None:
    (folder / "check.sh").write_text("exit 0\n")
    check = checks(folder, "commands: {c: {run: [./check.sh]}}")["c"]
    assert (check["reason"], "executable" in check["todo"]) == ("not_run", True)


def test_a_command_that_wants_single_dates_is_told_what_there_is_instead(folder: Path) -> None:
    done = validate(folder, "commands: {c: {run: [echo, '{dates}']}}", verb="check")
    assert done.returncode == 78
    assert "write {start} and {end}" in done.stdout


@pytest.mark.parametrize("options", [(), ("--json",)])
@pytest.mark.parametrize(("least", "code"), [(1, 0), (9, 1)])
def test_the_exit_code_is_the_verdict_although_nobody_reads_the_words(
    folder: Path, options: tuple[str, ...], least: int, code: int
) -> None:
    suite = f"    table: d.games\n    metrics: {{rows: {{sql: COUNT(*), at_least: {least}}}}}\n"
    (folder / "plan.yaml").write_text(PLAN + suite)
    reading, writing = os.pipe()
    os.close(reading)
    words = [sys.executable, "-m", "backfill_tui", "validate", "plan.yaml", "judged", *options]
    done = subprocess.run(words, cwd=folder, stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (code, b"")
