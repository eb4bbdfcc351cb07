"""What command lines tell of a backfill, in every usual spelling, and which tell nothing."""

import shlex
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.sources.discovery.command_line import day_of, options_of, read_command, spelled
from backfill_tui.sources.discovery.label import label_of

FIRST, LAST = date(2021, 10, 19), date(2026, 1, 2)
DAYS = st.dates(date(1990, 1, 1), date(2040, 1, 1))


@pytest.mark.parametrize(
    "line",
    [
        "python job.py --start-date 2021-10-19 --end-date 2026-01-02",
        "python job.py --start-date=2021-10-19 --end-date=2026-01-02",
        "python job.py --end-date 2026-01-02 --workers 4 --start-date 2021-10-19",
        "python job.py --start_date 2021-10-19 --end_date 2026-01-02",
        "python job.py --startDate=2021-10-19 --endDate=2026-01-02",
        "java -jar job.jar -start-date 2021-10-19 -end-date 2026-01-02",
        "python job.py --start-date 20211019 --end-date 2026/01/02",
        "python job.py --start-date 2021-10-19T00:00:00Z --end-date '2026-01-02 23:59:59'",
        """python job.py --start-date "'2021-10-19'" --end-date 2026-01-02""",
        "python job.py --from-date 2021-10-19 --to-date 2026-01-02",
        "python job.py --start 2021-10-19 --end 2026-01-02",
        "python -m jobs.load start_date=2021-10-19 end_date=2026-01-02",
        "papermill a.ipynb b.ipynb -p start_date 2021-10-19 -p end_date 2026-01-02",
        """dbt run --vars '{"start_date": "2021-10-19", "end_date": "2026-01-02"}'""",
        "job --start-date 2020-01-01 --end-date 2026-01-02 --start-date 2021-10-19",
    ],
)
def test_every_usual_spelling_of_a_range_is_read(line: str) -> None:
    told = read_command(shlex.split(line))
    assert told is not None
    assert told.dates == (FIRST, LAST)
    assert not told.doubt


@pytest.mark.parametrize(
    "line",
    [
        "python job.py",
        "python job.py --start-time 12:00 --end-time 13:00",
        "journalctl --since 2021-10-19 --until 2026-01-02",
        "ffmpeg --start 00:01 --end 00:02",
        "python job.py --start server --end client",
        "bash -c 'python job.py --start-date 2021-10-19 --end-date 2026-01-02'",
        "python job.py --end-date 2026-01-02",
        "",
    ],
)
def test_a_command_line_without_a_range_of_dates_is_no_backfill(line: str) -> None:
    assert read_command(shlex.split(line)) is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--start-date 2021-10-19 --end-date YESTERDAY", "'YESTERDAY' for a date"),
        ("--start-date 2021-02-30 --end-date 2021-03-01", "'2021-02-30' for a date"),
        ("--start-date 2022-01-02 --end-date 2022-01-01", "before it starts"),
        ("--start-date 2021-10-19", "no last date"),
    ],
)
def test_what_is_no_date_is_said_and_never_guessed(words: str, said: str) -> None:
    told = read_command(["python", "job.py", *words.split()])
    assert told is not None
    assert told.dates is None
    assert said in told.doubt


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("python backfill_jobs/analytics/team_offense/team_offense_backfill.py", "team_offense"),
        ("python3.11 -u -X dev -m nba.jobs.team_offense", "team_offense"),
        ("python -m backfill_tui.demo.job --job team_offense", "team_offense"),
        ("/usr/bin/load_prices.sh", "load_prices"),
        ("java -Xmx4g -jar /opt/loader-1.2.jar", "loader-1.2"),
        ("python prices/main.py", "prices"),
        ("python -c pass --job prices", "prices"),
        ("bin/etl --task prices", "prices"),
        ("python load.yaml", "load_yaml"),
        ("node --max-old-space-size=99 /srv/app/load-prices.js", "load-prices"),
    ],
)
def test_a_job_is_called_by_its_program_or_by_what_that_was_told_to_do(line: str, label: str) -> None:
    told = read_command([*shlex.split(line), "--start-date", "2021-10-19", "--end-date", "2026-01-02"])
    assert told is not None
    assert label_of(told) == label


def test_a_table_and_a_checkpoint_are_taken_from_their_options() -> None:
    words = [
        "job.py",
        "--table",
        "nba.t",
        "--checkpoint-dir",
        "/c",
        "--start-date=2021-10-19",
        "--end-date=2026-01-02",
    ]
    told = read_command(words)
    assert told is not None
    assert (told.table, told.checkpoint_folder, told.checkpoint) == ("nba.t", "/c", None)
    told = read_command([*words, "--table", "no table", "--checkpoint-file=c.json"])
    assert told is not None
    assert (told.table, told.checkpoint) == (None, "c.json")


@given(st.lists(st.text(max_size=12), max_size=12))
def test_any_words_are_read_without_a_fault(words: list[str]) -> None:
    read_command(words)
    assert all(isinstance(value, str) for _, value in options_of(words))


@given(DAYS, DAYS)
def test_a_range_is_read_as_it_was_written(one: date, other: date) -> None:
    first, last = sorted((one, other))
    told = read_command(["job", f"--start-date={first:%Y%m%d}", "--end-date", last.isoformat()])
    assert told is not None
    assert told.dates == (first, last)


@given(st.text(max_size=20))
def test_a_text_is_a_date_or_none(text: str) -> None:
    assert day_of(text) is None or any(sign.isdigit() for sign in text)


def test_options_are_compared_without_their_dashes_and_case() -> None:
    assert spelled("start-date") == spelled("Start_Date") == spelled("startDate") == "startdate"
