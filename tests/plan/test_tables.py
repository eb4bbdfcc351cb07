"""Names of tables: one table under several spellings is one, and two are never taken for one without doubt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.plan.tables import in_project, names_table, same_table, without_project

SPELLINGS = ["proj.nba.t", "`proj.nba.t`", "`proj`.`nba`.`t`", "proj:nba.t", "PROJ.nba.T", ' "proj"."nba"."t" ']


@pytest.mark.parametrize("other", [*SPELLINGS, "nba.t", "`nba.t`", "NBA.T"])
@pytest.mark.parametrize("one", SPELLINGS)
def test_one_table_is_one_however_it_is_written(one: str, other: str) -> None:
    assert same_table(one, other)
    assert same_table(other, one, project="Proj")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("nba.t", "nba.t2"),
        ("nba.t", "nhl.t"),
        ("nba.t", "t"),
        ("proj.nba.t", "other.nba.t"),
        ("example.com:proj.nba.t", "proj.nba.t"),
        ("t", "u"),
    ],
)
def test_two_tables_are_two(one: str, other: str) -> None:
    assert not same_table(one, other)
    assert not same_table(other, one)


def test_a_name_without_a_project_is_in_the_plan_s_and_in_any_where_that_is_not_known() -> None:
    assert same_table("nba.t", "proj.nba.t")
    assert same_table("nba.t", "proj.nba.t", project="proj")
    assert not same_table("nba.t", "proj.nba.t", project="other")
    assert same_table("nba.t", "NBA.t", project="other")


def test_a_project_may_have_dots_in_its_name() -> None:
    assert same_table("example.com:proj.nba.t", "`example.com.proj.nba.t`")
    assert same_table("nba.t", "`example.com.proj.nba.t`", project="example.com:proj")
    assert without_project("example.com:proj.NBA.t") == without_project("nba.t") == "nba.t"


def test_a_project_in_the_name_counts_before_another() -> None:
    assert in_project("nba.T", "Proj") == "proj.nba.t"
    assert in_project("`shared.nba.t`", "proj") == "shared.nba.t"


@pytest.mark.parametrize("name", [*SPELLINGS, "nba.t", "`nba`.t", "`proj.nba.t$20240101`"])
def test_a_table_is_found_in_sql_however_it_is_written_there(name: str) -> None:
    assert names_table(f"SELECT COUNT(*) FROM {name} WHERE day >= @start_date", "nba.t")
    assert names_table(f"SELECT u.x FROM nhl.u AS u JOIN {name.strip()}, other", "Proj.nba.t")


@pytest.mark.parametrize("sql", ["", "COUNT(*)", "SELECT 1 FROM nba.t2", "SELECT t.day FROM nba.tt, xnba.t AS t"])
def test_a_table_is_not_found_in_another_s_name(sql: str) -> None:
    assert not names_table(sql, "nba.t")


@given(st.text(), st.text(), st.none() | st.text())
def test_whatever_the_names_they_are_compared_both_ways_alike(one: str, other: str, project: str | None) -> None:
    assert same_table(one, one, project=project)
    assert same_table(one, other, project=project) is same_table(other, one, project=project)
