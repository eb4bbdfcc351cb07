"""The logs are of the families that real jobs print: each shape of line is one that a sample has, or documented."""

import re
from pathlib import Path

import pytest

from tests.demo.stage import Stage

TOLD_BY_THE_SAMPLES_README = {
    "🔄 --no-resume specified, starting fresh (clearing checkpoint)",
    "📂 Found checkpoint - resuming from D",
    "📂 Resuming from D",
    "   Skipping N already-processed dates",
    "RESUMING from checkpoint: D",
    "  ✗ Failed: Processing failed",
    "  ✗ D: Processing failed",
    "  ✗ D: REJECTED",
    "Processing N game dates with N parallel workers",
    "  ✓ D: N players",
    "  ⏭ D: bootstrap period",
    "Processing N specific dates",
    "Processing date N/N: D",
    "SPECIFIC DATES PROCESSING SUMMARY:",
}
LIKE_OTHER_FAMILIES = {  # of lines that the samples show in another family only, or not at all
    "Exception processing D: REJECTED",
    "  ✗ Failed: REJECTED",
    "  Total dates: N",
    "  Successful: N",
    "  Failed: N",
    "  Success rate: N%",
    "  Total records processed: N",
    "  Failed dates (N):",
    "    DATES",
}
SPAN = ("--start-date", "2022-09-20", "--end-date", "2022-11-20")


def shapes(log: str) -> set[str]:
    """The lines of a log with all that varies taken out: `LEVEL message`, and the tails of longer records."""
    log = re.sub(r"(?ms)^Traceback .*?(?=^\w+Error: )", "Traceback\n", log)
    log = re.sub(r"400 POST \S+ Could not cast literal \"YESTERDAY\" to type DATE", "REJECTED", log)
    log = re.sub(r"\bpython (-m \S+|\S+\.py)(?: .*?)? --dates", "python JOB --dates", log)
    log = re.sub(r"\S*/(\w+?)_\d{4}-\d\d-\d\d_\d{4}-\d\d-\d\d\.json", r"\1.json", log)
    log = re.sub(r"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - (\w+) - ", r"\1 ", log)
    log = re.sub(r"\d{4}-\d\d-\d\d", "D", log)
    log = re.sub(r": (True|False)$", ": FLAG", log, flags=re.MULTILINE)
    log = re.sub(r"D(, ?D)+|(?<=^INFO     )D$", "DATES", log, flags=re.MULTILINE)
    log = re.sub(r"--dates \S+", "--dates DATES", log)
    return set(re.sub(r"\d+([.,]\d+)*", "N", log).splitlines())


def messages(log: str) -> set[str]:
    return {re.sub(r"^(INFO|WARNING|ERROR) ", "", shape) for shape in shapes(log)}


def run_of_every_kind(stage: Stage, *job: str) -> str:
    """A run with failures, a killed one, its resume, a fresh start and a retry, all in one log."""
    failing = ("--fail-rate", "0.3")
    stage.run(*job, *SPAN, *failing, "--crash-at", "0.6")
    stage.run(*job, *SPAN, *failing)
    stage.run(*job, *SPAN, "--no-resume", *failing)
    stage.run(*job, "--dates", "2022-10-20,2022-10-21,2022-11-02,2022-11-03,2022-07-04", *failing)
    return stage.log()


FAMILIES = {
    "day-by-day": (("--job", "team_offense"), "team_offense_backfill_phase1.log"),
    "parallel": (("--job", "player_game_summary", "--parallel"), "player_game_summary_backfill_phase2.log"),
    "game-dates": (("--job", "player_composite_factors"), "phase4_pcf_backfill_20260103_v2.log"),
    "parallel-game-dates": (
        ("--job", "player_composite_factors", "--parallel"),
        "phase4_pcf_backfill_20260103_v2.log",
    ),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_prints_what_its_sample_prints_and_nothing_of_another_shape(
    stage: Stage, samples: Path, family: str
) -> None:
    job, sample = FAMILIES[family]
    printed = run_of_every_kind(stage, *job)
    real = (samples / sample).read_text(encoding="utf-8")
    day_by_day = (samples / FAMILIES["day-by-day"][1]).read_text(encoding="utf-8")  # as retries are in every family
    known = messages(real) | messages(day_by_day) | TOLD_BY_THE_SAMPLES_README | LIKE_OTHER_FAMILIES
    assert messages(printed) - known == set()
    if not family.startswith("parallel-"):  # of which there is no sample
        assert shapes(real) - shapes(printed) == set()
