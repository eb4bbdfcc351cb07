"""What `init` writes of a job: any command line comes back as it was, found by its pattern, with guesses marked."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfill_tui.engine.found import found_phase
from backfill_tui.headless.init_text import Entry, plan_text
from backfill_tui.headless.written_job import written_job
from backfill_tui.plan.load import load_plan
from backfill_tui.plan.resolved import Plan
from backfill_tui.sources.discovery.command_line import read_command
from backfill_tui.sources.discovery.finder import FoundJob
from backfill_tui.sources.discovery.label import label_of
from backfill_tui.sources.presence import Identity

AT = datetime(2026, 1, 3, 17, 20, tzinfo=UTC)
ZONE = ZoneInfo("America/Los_Angeles")
RANGE = ["--start-date", "2021-10-19", "--end-date", "2026-01-02"]
WORDS = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8), max_size=5)


def job_of(command: list[str], **more: object) -> FoundJob:
    told = read_command(command)
    assert told is not None
    identity = Identity("b", 7, AT.timestamp())
    return FoundJob(identity, 1, told, label_of(told), tuple(command), **more)  # type: ignore[arg-type]


def written(folder: Path, *jobs: FoundJob) -> tuple[str, Plan]:
    path = folder / "backfill.yaml"
    entries = [Entry(f"p{i}", job, words := written_job(job), words.near) for i, job in enumerate(jobs)]
    text = plan_text(entries, machine="vm", path=path, zone=ZONE, at=AT)
    path.write_text(text, encoding="utf-8")
    return text, load_plan(path, now=AT, environ={})


def test_a_job_is_written_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    job = job_of(
        [".venv/bin/python", "jobs/team_offense_backfill.py", *RANGE, "--no-resume", "--table", "nba.team"],
        cwd=tmp_path / "etl",
        environment={"TZ": "UTC", "PYTHONPATH": "."},
        logs=(tmp_path / "logs" / "a {x} [1].log", Path("/var/log/b.log")),
        checkpoint=Path("/c/team_2021-10-19_2026-01-02.json"),
        writes="nba.team",
    )
    text, plan = written(tmp_path, job)
    phase, found = plan.phases[0], found_phase(job, "p0", ZONE).phase
    assert (phase.writes, phase.dates, phase.checkpoint) == (found.writes, found.dates, found.checkpoint)
    assert (phase.log_timezone, phase.cwd, phase.title) == (found.log_timezone, found.cwd, found.title)
    assert phase.command == job.command
    assert phase.env == {"TZ": "UTC", "PYTHONPATH": "."}
    assert phase.logs == (str(tmp_path / "logs" / "a {x} [[]1].log"), "/var/log/b.log")
    assert phase.start == "manual"
    assert plan.tz == ZONE
    retry = phase.retry_of([date(2022, 1, 5), date(2022, 1, 9)])
    assert retry == (*job.command[:2], "--table", "nba.team", "--dates", "2022-01-05,2022-01-09")
    assert re.search(r"# A guess.*\n *retry:", text)
    assert "--start-date, '{start}', --end-date, '{end}'" in text


@pytest.mark.parametrize(
    ("names_dates", "said"), [(True, "has --dates."), (False, "has no --dates."), (None, "could not be seen.")]
)
def test_a_guessed_retry_comes_with_a_word_on_the_programs_text(names_dates: bool | None, said: str) -> None:
    job = job_of(["python", "load.py", *RANGE])
    entry = Entry("p", job, words := written_job(job), words.near, lists_dates=names_dates)
    text = plan_text([entry], machine="vm", path=Path("/x/backfill.yaml"), zone=ZONE, at=AT)
    guess = next(line for line in text.splitlines() if "# A guess" in line)
    assert f"{said} Try it before you rely on it." in guess


def test_the_deadline_that_is_shown_for_an_example_is_yet_to_come() -> None:
    job = job_of(["python", "load.py", *RANGE])
    entry = Entry("p", job, words := written_job(job), words.near)
    text = plan_text([entry], machine="vm", path=Path("/x/backfill.yaml"), zone=ZONE, at=AT)
    assert "# deadline: {phase: p, by: 2026-01-04T06:30}" in text


def test_what_is_not_known_is_left_to_fill_in(tmp_path: Path) -> None:
    text, plan = written(
        tmp_path, job_of(["load.py", "--start-date", "2021-10-19"], notes=("It can't be\x1b seen.",))
    )
    phase = plan.phases[0]
    assert (phase.writes, phase.dates, phase.logs, phase.checkpoint) == (None, None, (), None)
    assert phase.retry == ("load.py", "--dates", "{dates}")
    for line in ("# writes: dataset.table", "# dates: {start", "# log: ", "# checkpoint: ", "# It can't be? seen."):
        assert line in text


@pytest.mark.parametrize(
    "words",
    [
        RANGE,
        ["--start-date=2021-10-19", "--end-date=2026-01-02"],
        ["--start-date", "20211019", "--end-date=2026/01/02"],
        ["--start", "2021-10-19", "--end", "2021-10-19"],
    ],
)
def test_every_spelling_of_a_range_is_the_same_command_again(words: list[str], tmp_path: Path) -> None:
    job = job_of(["python", "load.py", "-v", *words])
    _, plan = written(tmp_path, job)
    assert plan.phases[0].command == job.command
    assert plan.phases[0].retry_of([date(2022, 1, 5)]) == ("python", "load.py", "-v", "--dates", "2022-01-05")


@settings(max_examples=60, deadline=None)
@given(WORDS, WORDS)
def test_any_command_line_comes_back_as_it_was_and_is_found_by_its_pattern(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], after: list[str]
) -> None:
    job = job_of(["python", "load.py", *before, *RANGE, *after])
    if job.told.dates is None:
        return
    _, plan = written(tmp_path_factory.mktemp("plan"), job)
    phase = plan.phases[0]
    assert phase.command == job.command
    assert phase.process is not None
    assert phase.process.match is not None
    assert re.search(phase.process.match, " ".join(job.command))
