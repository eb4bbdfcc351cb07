"""What a plan names beside itself: calendar, list of dates, thresholds."""

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backfill_tui.plan.calendar import read_calendar
from backfill_tui.plan.dates import gather_dates
from backfill_tui.plan.problems import PlanRefusedError
from backfill_tui.plan.thresholds import gather_thresholds
from backfill_tui.plan.yaml_text import read_file


def refusal_of_calendar(path: Path) -> list[str]:
    with pytest.raises(PlanRefusedError) as refused:
        read_calendar(path, "calendar.csv")
    return list(refused.value.problems)


def test_a_calendar_says_how_much_work_a_date_carries(tmp_path: Path) -> None:
    path = tmp_path / "calendar.csv"
    path.write_text("\ufeffDate, weight ,note\n2021-10-19,2,opening\n2021-10-20,11.5\n\n2021-10-21,0\n")
    weights = read_calendar(path)
    assert weights == {date(2021, 10, 19): 2.0, date(2021, 10, 20): 11.5, date(2021, 10, 21): 0.0}
    with pytest.raises(TypeError):
        weights[date(2021, 10, 22)] = 1.0  # type: ignore[index]


def test_every_wrong_row_of_a_calendar_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "calendar.csv"
    path.write_text(
        "date,weight\n2021-13-01,1\n2021-10-19,-1\n2021-10-20,nan\nYESTERDAY,1\n2021-10-21,1\n2021-10-21,2\n"
    )
    assert refusal_of_calendar(path) == [
        "calendar.csv:2: date: there is no such day as 2021-13-01",
        "calendar.csv:3: weight: must be a number of at least 0, not '-1'",
        "calendar.csv:4: weight: must be a number of at least 0, not 'nan'",
        "calendar.csv:5: date: must be a date such as 2026-01-03, not 'YESTERDAY'",
        "calendar.csv:7: date: 2021-10-21 is given twice; keep one",
    ]


def test_a_calendar_without_its_columns_says_what_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "calendar.csv"
    path.write_text("date,games\n2021-10-19,1\n")
    assert refusal_of_calendar(path) == [
        "calendar.csv:1: weight: there is no such column; it needs date, weight and has date, games",
    ]


def test_calendars_that_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "empty").write_text("")
    (tmp_path / "header").write_text("date,weight\n")
    assert "no such file" in refusal_of_calendar(tmp_path / "absent")[0]
    assert "not a plain file" in refusal_of_calendar(tmp_path)[0]
    assert "not a plain file" in refusal_of_calendar(tmp_path / "pipe")[0]
    assert "not a text file" in refusal_of_calendar(tmp_path / "binary")[0]
    assert "no such column" in refusal_of_calendar(tmp_path / "empty")[0]
    assert "has no dates" in refusal_of_calendar(tmp_path / "header")[0]


def test_a_calendar_full_of_mistakes_is_not_recited(tmp_path: Path) -> None:
    path = tmp_path / "calendar.csv"
    path.write_text("date,weight\n" + "x,1\n" * 5000)
    said = refusal_of_calendar(path)
    assert len(said) == 21
    assert "there are more mistakes below" in said[-1]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_a_calendar_or_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "calendar.csv"
    path.write_bytes(raw)
    assert refusal_of_calendar(path)  # 200 random bytes with a right header and row do not happen


def test_a_list_of_dates_is_in_order_and_distinct(tmp_path: Path) -> None:
    path = tmp_path / "dates.csv"
    path.write_text("date\n2022-01-09\n2022-01-05\n2022-01-09\n")
    assert gather_dates(path, "dates.csv") == ((date(2022, 1, 5), date(2022, 1, 9)), [])


def test_an_empty_list_of_dates_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dates.csv"
    path.write_text("date\n")
    assert [str(problem) for problem in gather_dates(path, "dates.csv")[1]] == [
        "dates.csv: the file lists no dates"
    ]


def test_thresholds_keep_their_sections_apart(tmp_path: Path) -> None:
    path = tmp_path / "thresholds.yaml"
    path.write_text("a: {min_success_rate: 95}\nb: {min_success_rate: 90, note: text}\nc:\n")
    found, problems = gather_thresholds(read_file(path), "thresholds.yaml")
    assert found == {"a.min_success_rate": 95, "b.min_success_rate": 90, "b.note": "text"}
    assert problems == []


def test_every_mistake_of_a_thresholds_file_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "thresholds.yaml"
    path.write_text("a: 5\nb:\n  x: [1]\n  y: 1\n  y: 2\n")
    _, problems = gather_thresholds(read_file(path, "thresholds.yaml"), "thresholds.yaml")
    assert sorted(map(str, problems)) == [
        "thresholds.yaml:1: a: must be a section: a mapping of names to numbers",
        "thresholds.yaml:3: b.x: must be a number or a text",
        "thresholds.yaml:5: b.y: is given twice, first on line 4; keep one",
    ]
