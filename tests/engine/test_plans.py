"""A plan that is read again: as of another time, but only as long as it says what it said."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from backfill_tui.engine.plans import OpenedPlan, open_plan
from backfill_tui.errors import PlanError

NOW = datetime(2026, 1, 3, 12, tzinfo=UTC)

PLAN = """
plan: t
timezone: UTC
thresholds: limits.yaml
notify: ["json://one"]
warehouse: {backend: duckdb, path: w.duckdb}
calendar: {csv: calendar.csv}
phases:
  relative: {command: ["true"], dates: {start: 2026-01-01, end: yesterday}, suites: [s]}
  listed: {command: ["true"], dates: {csv: dates.csv}}
suites:
  s: {table: d.t, date_column: day, metrics: {rows: {sql: COUNT(*), at_least: "${all.rows}"}}}
"""

FILES = {
    "backfill.yaml": PLAN,
    "limits.yaml": "all: {rows: 5}\n",
    "calendar.csv": "date,weight\n2026-01-01,1\n",
    "dates.csv": "date\n2026-01-01\n2026-01-03\n",
}


@pytest.fixture
def opened(tmp_path: Path) -> OpenedPlan:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return open_plan(tmp_path / "backfill.yaml", now=NOW, environ={})


def test_relative_dates_are_those_of_the_time_that_is_asked_for(opened: OpenedPlan) -> None:
    assert opened.as_of(NOW).phase("relative").dates == (date(2026, 1, 1), date(2026, 1, 2))
    assert opened.as_of(NOW + timedelta(days=3)).phase("relative").dates == (date(2026, 1, 1), date(2026, 1, 5))


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("backfill.yaml", "end: yesterday", "end: today"),
        ("limits.yaml", "rows: 5", "rows: 6"),
        ("calendar.csv", "2026-01-01,1", "2026-01-01,2"),
        ("dates.csv", "2026-01-01", "2026-01-02"),
    ],
)
def test_a_change_of_the_plan_or_of_a_file_that_it_names_is_refused(
    opened: OpenedPlan, tmp_path: Path, name: str, before: str, after: str
) -> None:
    opened.as_of(NOW + timedelta(days=1))
    (tmp_path / name).write_text(FILES[name].replace(before, after))
    for at in (NOW, NOW + timedelta(days=1)):
        with pytest.raises(PlanError, match="has changed since it was read"):
            opened.as_of(at)


def test_what_does_not_bear_on_the_work_may_change(opened: OpenedPlan, tmp_path: Path) -> None:
    (tmp_path / "backfill.yaml").write_text("# a remark\n" + PLAN.replace("json://one", "json://two"))
    assert opened.as_of(NOW) is opened.plan


def test_a_plan_that_can_not_be_read_any_more_says_what_is_wrong_with_it(
    opened: OpenedPlan, tmp_path: Path
) -> None:
    (tmp_path / "limits.yaml").unlink()
    with pytest.raises(PlanError, match=r"limits\.yaml"):
        opened.as_of(NOW)
