"""What found jobs are called: told apart by what differs, each by a name of its own that others do not change."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfill_tui.engine.found_names import names_of
from backfill_tui.sources.discovery.command_line import read_command
from backfill_tui.sources.discovery.finder import FoundJob
from backfill_tui.sources.discovery.label import label_of
from backfill_tui.sources.presence import Identity


def job(first: str, last: str, *words: str, program: str = "load.py") -> FoundJob:
    command = ("python", program, "--start-date", first, "--end-date", last, *words)
    told = read_command(command)
    assert told is not None
    return FoundJob(Identity("b", 7, 7.0), 1, told, label_of(told), command)


def season(year: int, *words: str) -> FoundJob:
    return job(f"{year}-10-19", f"{year + 1}-06-12", *words)


def within(folder: str) -> FoundJob:
    return replace(season(2021), cwd=Path(folder))


@pytest.mark.parametrize(
    ("jobs", "names"),
    [
        ([season(2021)], ["load"]),
        ([season(2021), season(2022)], ["load-2021_22", "load-2022_23"]),
        ([job("2021-01-01", "2021-12-31"), job("2022-01-01", "2022-12-31")], ["load-2021", "load-2022"]),
        (
            [job("2021-01-01", "2021-03-31"), job("2021-04-01", "2021-04-30")],
            ["load-2021-01_2021-03", "load-2021-04"],
        ),
        (
            [job("2021-01-01", "2021-01-09"), job("2021-01-10", "2021-01-10")],
            ["load-2021-01-01_2021-01-09", "load-2021-01-10"],
        ),
        ([season(2021, "--team", "LAL"), season(2021, "--team=BOS")], ["load-LAL", "load-BOS"]),
        ([season(2021, "lal"), season(2021, "bos")], ["load-lal", "load-bos"]),
        ([season(2021), season(2021, "--no-resume")], ["load", "load-no-resume"]),
        (
            [season(y, "--team", team, "-v") for y in (2021, 2022) for team in ("LAL", "BOS")],
            ["load-2021_22-LAL", "load-2021_22-BOS", "load-2022_23-LAL", "load-2022_23-BOS"],
        ),
        (
            [season(2021), season(2022, "--team", "LAL"), season(2022, "--team", "BOS")],
            ["load-2021_22", "load-2022_23-LAL", "load-2022_23-BOS"],
        ),
        ([within("/a/dev"), within("/a/prod")], ["load-dev", "load-prod"]),
        ([season(2021), season(2021)], ["load", "load-2"]),
        ([season(2021), job("2021-10-19", "2022-06-12", program="other.py")], ["load", "other"]),
    ],
)
def test_jobs_of_one_label_are_called_by_what_differs(jobs: list[FoundJob], names: list[str]) -> None:
    assert names_of(jobs) == names


def test_who_has_a_name_keeps_it_and_who_comes_is_told_from_it() -> None:
    first = season(2021)
    assert names_of([season(2022)], {"load": first}) == ["load-2022_23"]
    assert names_of([season(2021)], {"load": first, "load-2": first}) == ["load-3"]


def test_a_range_that_is_no_date_is_told_by_its_word() -> None:
    assert names_of([job("2021-10-19", "YESTERDAY"), job("2021-10-19", "TODAY")]) == [
        "load-YESTERDAY",
        "load-TODAY",
    ]


def test_no_name_is_taken_for_a_plan_file() -> None:
    assert names_of([season(2021, "--conf", "a.yaml"), season(2021, "--conf", "b.yml")]) == [
        "load-a_yaml",
        "load-b_yml",
    ]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 40), st.integers(0, 40), st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
        )
    )
)
def test_any_jobs_have_names_of_their_own_fit_for_a_phase(known: list[tuple[int, int, str]]) -> None:
    day = date(2021, 12, 20).toordinal()
    jobs = [
        job(date.fromordinal(day + start).isoformat(), date.fromordinal(day + start + days).isoformat(), word)
        for start, days, word in known
    ]
    names = names_of(jobs)
    assert len(set(names)) == len(jobs)
    assert all(name == name.strip() and "/" not in name and name.isprintable() for name in names)
