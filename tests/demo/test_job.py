"""The job program, as a real process: what it keeps, how it resumes, how it ends."""

import json
import re
import signal
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from backfill_tui.demo.schedule import Calendar, days_between, make_calendar
from tests.demo.stage import SEED, Stage
from tests.processes import eventually

SPAN = ("--start-date", "2022-03-01", "--end-date", "2022-04-30")
TEAM = ("--job", "team_offense")
PLAYER = ("--job", "player_game_summary", "--parallel")
FACTORS = ("--job", "player_composite_factors")


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return make_calendar(SEED)


def checkpoint(stage: Stage) -> dict[str, Any]:
    (path,) = (stage.folder / "checkpoints").glob("*.json")
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def leave_checkpoint(stage: Stage, name: str, *, successful: list[str], failed: list[str]) -> None:
    """A checkpoint as a killed run of `SPAN` leaves it."""
    folder = stage.folder / "checkpoints"
    folder.mkdir()
    (folder / f"{name}_2022-03-01_2022-04-30.json").write_text(
        json.dumps(
            {
                "created_at": "2026-01-03T18:00:00",
                "successful_dates": successful,
                "failed_dates": failed,
                "skipped_dates": [],
            }
        )
    )


def written(stage: Stage, table: str) -> list[date]:
    return sorted(date.fromisoformat(path.stem) for path in (stage.folder / "warehouse" / table).glob("*.parquet"))


def test_every_date_of_the_range_has_an_outcome_and_every_done_one_its_file(
    stage: Stage, calendar: Calendar
) -> None:
    assert stage.run(*TEAM, *SPAN, "--fail-rate", "0.1") == 0
    kept = checkpoint(stage)
    days = [str(day) for day in days_between(date(2022, 3, 1), date(2022, 4, 30))]
    assert sorted(kept["successful_dates"] + kept["failed_dates"]) == days
    assert kept["failed_dates"]
    game_dates = calendar.game_dates(date(2022, 3, 1), date(2022, 4, 30))
    done = [day for day in game_dates if str(day) in kept["successful_dates"]]
    assert written(stage, "nba_analytics/team_offense_game_summary") == done


def test_a_resume_starts_after_the_last_successful_date_and_leaves_the_holes_before_it(stage: Stage) -> None:
    leave_checkpoint(
        stage, "player_game_summary", successful=["2022-03-01", "2022-03-02", "2022-04-25"], failed=["2022-03-03"]
    )
    assert stage.run(*PLAYER, *SPAN, "--fail-rate", "0") == 0
    log = stage.log()
    assert "📂 Resuming from 2022-04-26" in log
    assert "   Skipping 56 already-processed dates" in log
    assert "Processing 5 days with 15 parallel workers" in log
    assert "PARALLEL BACKFILL COMPLETE" in log
    assert "BACKFILL SUMMARY" not in log
    kept = checkpoint(stage)
    assert kept["last_successful_date"] == "2022-04-30"
    assert "2022-03-04" not in kept["successful_dates"]
    assert kept["failed_dates"] == ["2022-03-03"]


def test_day_by_day_counts_only_what_a_resume_has_left(stage: Stage) -> None:
    leave_checkpoint(stage, "team_offense_game_summary", successful=["2022-04-27"], failed=[])
    stage.run(*TEAM, *SPAN)
    log = stage.log()
    assert "📂 Found checkpoint - resuming from 2022-04-28" in log
    assert re.findall(r"Processing day (\S+: \S+)", log) == [
        "1/3: 2022-04-28",
        "2/3: 2022-04-29",
        "3/3: 2022-04-30",
    ]


def test_game_dates_keep_the_numbers_of_the_whole_after_a_resume(stage: Stage, calendar: Calendar) -> None:
    whole = calendar.game_dates(date(2022, 3, 1), date(2022, 4, 30))
    leave_checkpoint(stage, "player_composite_factors", successful=["2022-04-27"], failed=[])
    stage.run(*FACTORS, *SPAN)
    left = [day for day in whole if day > date(2022, 4, 27)]
    log = stage.log()
    assert "RESUMING from checkpoint: 2022-04-28" in log
    assert f"Processing {len(left)} game dates (of {len(whole)} total game dates)" in log
    assert f"Processing game date {len(whole) - len(left) + 1}/{len(whole)}: {left[0]}" in log


def test_no_resume_clears_the_checkpoint_and_begins_anew(stage: Stage) -> None:
    leave_checkpoint(stage, "team_offense_game_summary", successful=["2022-04-27"], failed=["2022-03-01"])
    stage.run(*TEAM, *SPAN, "--no-resume", "--fail-rate", "0")
    assert "🔄 --no-resume specified, starting fresh (clearing checkpoint)" in stage.log()
    assert "Processing day 1/61: 2022-03-01" in stage.log()
    assert len(checkpoint(stage)["successful_dates"]) == 61
    assert checkpoint(stage)["failed_dates"] == []


def test_a_list_of_dates_is_worked_without_a_checkpoint(stage: Stage) -> None:
    assert stage.run(*PLAYER, "--dates", "2022-03-04,2022-03-02", "--fail-rate", "0") == 0
    log = stage.log()
    assert log.count("Processing 2 specific dates") == 2
    assert "Processing date 2/2: 2022-03-02" in log
    assert "SPECIFIC DATES PROCESSING SUMMARY:" in log
    assert not (stage.folder / "checkpoints").exists()
    assert written(stage, "nba_analytics/player_game_summary") == [date(2022, 3, 2), date(2022, 3, 4)]


def test_the_retry_that_a_summary_recommends_repairs_the_dates_that_it_names(stage: Stage) -> None:
    stage.run(*TEAM, *SPAN, "--fail-rate", "0.05")
    (recommended,) = re.findall(r"python -m backfill_tui\.demo\.job (.*)", stage.log())
    words = recommended.replace("--fail-rate 0.05", "--fail-rate 0").split()
    assert stage.run(*words, log="retry.log") == 0
    failed = checkpoint(stage)["failed_dates"]
    assert re.findall(r"Processing date \S+: (\S+)", stage.log("retry.log")) == failed[:5]
    assert {date.fromisoformat(day) for day in failed[:5]} <= set(
        written(stage, "nba_analytics/team_offense_game_summary")
    )


def test_a_crash_of_a_parallel_run_leaves_no_summary_and_a_whole_checkpoint_with_holes(stage: Stage) -> None:
    code = stage.run(*PLAYER, *SPAN, "--crash-at", "0.5", "--speed", "4000", "--fail-rate", "0")
    assert code == -signal.SIGKILL
    assert "PARALLEL BACKFILL COMPLETE" not in stage.log()
    kept = checkpoint(stage)
    before = days_between(date(2022, 3, 1), date.fromisoformat(kept["last_successful_date"]))
    assert {str(day) for day in before} - set(kept["successful_dates"])


def test_a_hang_is_a_living_process_that_says_nothing_more(stage: Stage) -> None:
    process = stage.spawn(*TEAM, *SPAN, "--hang-at", "0.1", "--fail-rate", "0")
    eventually(lambda: "Processing day 8/61" in stage.log())
    with pytest.raises(Exception, match="timed out"):
        process.wait(0.3)
    assert "PROCESSOR_STEP Initialized TeamOffenseGameSummaryProcessor for 2022-03-08" not in stage.log()


def test_a_reader_never_meets_a_torn_checkpoint_and_no_date_disappears_from_it(stage: Stage) -> None:
    process = stage.spawn(*PLAYER, *SPAN, "--speed", "60000", "--fail-rate", "0")
    eventually(lambda: any((stage.folder / "checkpoints").glob("*.json")))
    seen: set[str] = set()
    readings = 0
    while process.poll() is None:
        successful = set(checkpoint(stage)["successful_dates"])
        assert seen <= successful
        seen, readings = successful, readings + 1
    assert readings > 5
    assert len(checkpoint(stage)["successful_dates"]) == 61


def test_the_same_seed_gives_the_same_log_the_same_failures_and_the_same_rows(tmp_path: Path, stage: Stage) -> None:
    def as_told(log: str) -> str:
        return re.sub(r"(?m)^\S+ \S+ - |in \d+\.\ds$", "", log)

    other = Stage(tmp_path / "other")
    other.folder.mkdir()
    (other.folder / "calendar.csv").write_bytes((stage.folder / "calendar.csv").read_bytes())
    for here in (stage, other):
        here.run(*TEAM, *SPAN, "--fail-rate", "0.1")
    assert as_told(stage.log()) == as_told(other.log())
    ones, others = (f"SELECT * FROM '{here.folder}/warehouse/**/*.parquet'" for here in (stage, other))
    assert duckdb.sql(f"({ones}) EXCEPT ALL ({others})").fetchall() == []
    assert duckdb.sql(f"({others}) EXCEPT ALL ({ones})").fetchall() == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--job", "team_offense"), "either --dates, or --start-date with --end-date"),
        (("--job", "team_offence", *SPAN), "invalid choice: 'team_offence'"),
        ((*TEAM, *SPAN, "--speed", "0"), "is not a number above 0"),
        ((*TEAM, *SPAN, "--calendar", "absent.csv"), "absent.csv"),
        ((*TEAM, "--start-date", "YESTERDAY", "--end-date", "2022-04-30"), "'YESTERDAY'"),
    ],
)
def test_wrong_words_are_refused_before_anything_is_written(
    stage: Stage, words: tuple[str, ...], said: str
) -> None:
    assert stage.run(*words) == 2
    assert said in stage.log()
    assert not (stage.folder / "warehouse").exists()
