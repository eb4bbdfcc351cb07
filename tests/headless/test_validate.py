"""`validate` as a user runs it, on Parquet files and on a BigQuery over the wire: its JSON and its exit code."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.checks.plans import PHASE, THRESHOLDS, Night, night_in


@pytest.fixture(params=["duckdb", "bigquery"])
def night(request: pytest.FixtureRequest, tmp_path: Path) -> Night:
    endpoint = request.getfixturevalue("bigquery_endpoint") if request.param == "bigquery" else None
    return night_in(tmp_path, endpoint)


def checks(told: dict[str, Any], phase: int = 0) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for suite in told["phases"][phase]["suites"] for check in suite["checks"]}


def test_a_usage_rate_of_47_7_fails_and_says_so_and_passes_once_it_is_repaired(night: Night) -> None:
    night.fill(used=47.7)
    code, told = night.validate(PHASE)
    usage = checks(told)["usage_rate"]
    assert (code, told["verdict"], usage["status"]) == (1, "fail", "fail")
    assert usage["value"] == pytest.approx(47.7, abs=0.3)
    assert "47." in usage["detail"]
    assert "(>= 95 %)" in usage["detail"]
    assert [part["group"] for part in usage["parts"]] == [2022, 2023]
    assert night.state()["state"] == "failed"
    night.fill(used=99.0)
    code, told = night.validate(PHASE)
    assert (code, told["verdict"], told["phases"][0]["state"]) == (0, "pass", "passed")
    state = night.state()
    assert (state["state"], state["verdict"]) == ("passed", "pass")


def test_shot_zones_at_30_percent_alone_only_warn(night: Night) -> None:
    night.fill(used=99.0, zones=30.0)
    code, told = night.validate(PHASE)
    assert (code, told["verdict"]) == (2, "warn")
    assert [name for name, check in checks(told).items() if check["status"] != "pass"] == ["shot_zones"]


def test_an_empty_range_a_missing_table_and_a_missing_column_are_unknown(night: Night) -> None:
    night.fill(used=99.0)
    code, told = night.validate("empty_range")
    assert code == 3
    assert {
        check["status"] for name, check in checks(told).items() if check["kind"] in {"metric", "completeness"}
    } == {"unknown"}
    code, told = night.validate("no_table")
    assert (code, checks(told)["records"]["reason"]) == (3, "missing_table")
    assert "nowhere" in checks(told)["records"]["detail"]
    code, told = night.validate("no_column")
    assert (code, checks(told)["nowhere"]["reason"]) == (3, "missing_column")
    assert checks(told)["records"]["status"] == "pass"
    assert "no_such_column" in checks(told)["nowhere"]["detail"]


def test_a_date_column_of_texts_is_named_with_what_makes_dates_of_them(night: Night) -> None:
    night.fill(used=99.0)
    code, told = night.validate("text_dates")
    for check in checks(told).values():
        assert (code, check["reason"]) == (3, "wrong_sql")
        assert "`date_column: player` can't be held against dates" in check["detail"]
        assert "`CAST(player AS DATE)`" in check["todo"]


def test_dates_of_the_calendar_without_rows_are_listed_with_their_command(night: Night) -> None:
    night.fill(used=99.0, lacking=4)
    code, told = night.validate(PHASE)
    missing = checks(told)["missing_dates"]
    assert (code, missing["missing_dates"]) == (1, ["2024-01-04"])
    assert missing["command"] == ["job.py", "--dates", "2024-01-04"]
    assert checks(told)["coverage"]["value"] == pytest.approx(90.0)


def test_thresholds_that_were_changed_on_purpose_judge_again_and_both_are_kept(tmp_path: Path) -> None:
    night = night_in(tmp_path)
    night.fill(used=90.0)
    assert night.validate(PHASE)[0] == 1
    (tmp_path / "thresholds.yaml").write_text(THRESHOLDS.replace("95", "80"))
    assert night.state()["state"] == "finished"  # judged by other rules: it must be run again
    assert night.validate(PHASE)[0] == 0
    assert night.state()["state"] == "passed"
    ledger = sqlite3.connect(tmp_path / ".backfill-tui" / "ledger.sqlite3")
    kept = ledger.execute("SELECT verdict, digest FROM suite_results ORDER BY id").fetchall()
    ledger.close()
    assert [verdict for verdict, _ in kept] == ["fail", "pass"]
    assert kept[0][1] != kept[1][1]


@pytest.fixture
def both(tmp_path: Path, bigquery_endpoint: str) -> Iterator[tuple[Night, Night]]:
    here, there = night_in(tmp_path / "duckdb"), night_in(tmp_path / "bigquery", bigquery_endpoint)
    yield here, there
    shutil.rmtree(tmp_path)


def test_the_same_suites_on_the_same_data_give_the_same_json_on_both_warehouses(both: tuple[Night, Night]) -> None:
    answers = []
    for night in both:
        night.fill(used=47.7, zones=30.0, lacking=7)
        code, told = night.validate(PHASE, "empty_range", "no_column")
        answers.append((code, _comparable(told)))
    assert answers[0] == answers[1]


def _comparable(told: Any) -> Any:
    """Without times, durations, bytes and the warehouses' own words about what went wrong."""
    if isinstance(told, dict):
        words = ("detail", "todo") if told.get("reason") else ()
        left_out = ("at", "duration_s", "bytes_estimated", "bytes_billed", "digest", "why", *words)
        return {key: _comparable(value) for key, value in told.items() if key not in left_out}
    if isinstance(told, list):
        return [_comparable(one) for one in told]
    return round(told, 9) if isinstance(told, float) else told


def test_read_only_judges_and_keeps_nothing(tmp_path: Path) -> None:
    night = night_in(tmp_path)
    night.fill(used=99.0)
    assert night.run("validate", PHASE, "--read-only").returncode == 0
    assert not (tmp_path / ".backfill-tui").exists()


def test_a_ledger_that_cannot_be_made_keeps_nothing_from_being_judged(tmp_path: Path) -> None:
    night = night_in(tmp_path)
    night.fill(used=99.0)
    (tmp_path / ".backfill-tui").write_text("in the way")
    done = night.run("validate", PHASE)
    assert done.returncode == 0
    assert "Nothing is recorded" in done.stderr


def test_a_phase_that_is_not_in_the_plan_is_wrong_usage_with_the_nearest_name(tmp_path: Path) -> None:
    night = night_in(tmp_path)
    done = night.run("validate", "player_game_sumary")
    assert done.returncode == 64
    assert "Did you mean 'player_game_summary'?" in done.stderr
    assert night.run("validate", "backfill.yaml").returncode == 64


def test_a_suite_in_place_of_a_phase_is_wrong_usage_with_the_phases_that_have_it(tmp_path: Path) -> None:
    done = night_in(tmp_path).run("validate", "player")
    assert done.returncode == 64
    assert "'player' is a suite, and validate takes phases" in done.stderr
    assert "Name a phase that has it: player_game_summary, empty_range." in done.stderr


def test_where_there_is_nothing_to_run_it_says_so_and_the_state_decides(tmp_path: Path) -> None:
    night = night_in(tmp_path)
    done = night.run("validate", PHASE, "--inputs")
    assert done.returncode == 3
    assert f"{PHASE} has no inputs; it is judged by its state." in done.stderr


def interrupted(night: Night, *words: str) -> tuple[int, str]:
    """The exit code and the narration of a `validate` of a program that hangs, once that has begun."""
    plan = night.folder / "backfill.yaml"
    hangs = "  hangs: {commands: {c: {run: [sh, -c, 'touch begun; exec sleep 300']}}}\n"
    quick = "  quick: {commands: {c: {run: ['true']}}}\n"
    phases = "  quick_one: {suites: [quick]}\n  slow_one: {suites: [hangs]}\n"
    text = plan.read_text()
    plan.write_text(text.replace("suites:\n  texts:", f"{phases}suites:\n{hangs}{quick}  texts:"))
    program = [sys.executable, "-m", "backfill_tui", "validate", *words]
    with subprocess.Popen(program, cwd=night.folder, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 30
        while not (night.folder / "begun").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=30)[1]
    return process.returncode, said


def test_an_interrupt_says_what_is_recorded_all_the_same(tmp_path: Path) -> None:
    code, said = interrupted(night_in(tmp_path), "quick_one", "slow_one")
    assert code == 130
    assert "stopped; recorded are the results of 1 of 2 suites (quick_one: quick)." in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [((), "stopped; no result is recorded."), (("--read-only",), "stopped; nothing is recorded.")],
)
def test_an_interrupt_before_anything_was_found_says_so(
    tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    code, said = interrupted(night_in(tmp_path), "slow_one", *words)
    assert (code, sentence in said) == (130, True)
