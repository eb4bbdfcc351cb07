"""Which phases a suite's verdict rests on: those that fill what it looks at, however that is written."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from backfill_tui.engine.cases import cases_of
from backfill_tui.engine.seen import Seen, WrittenElsewhere
from backfill_tui.plan.load import load_plan

HEARD = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
PLAN = """
plan: p
warehouse: {{backend: bigquery, project: proj}}
phases:
  fills: {{log: f.log, dates: {{start: 2024-01-01, end: 2024-01-09}}, writes: "{writes}"}}
  reads: {{command: [x], dates: {{start: 2024-01-05, end: 2024-01-09}}, inputs: [{{suite: rows}}]}}
suites:
  rows:
    table: {table}
    date_column: day
    metrics: {{n: {{sql: "COUNT(*) - (SELECT COUNT(*) FROM {other})", at_least: 1}}}}
"""


@pytest.mark.parametrize(
    ("writes", "table", "other", "rests_on_it"),
    [
        ("nba.t", "nba.t", "nba.u", True),
        ("`Proj.nba.t`", "nba.t", "nba.u", True),
        ("nba.t", "proj.nba.T", "nba.u", True),
        ("nba.t", "nba.u", "`proj`.nba.t", True),
        ("nba.t", "nba.t2", "nba.u", False),
        ("nba.t", "nba.u", "nba.t_old", False),
    ],
)
def test_a_verdict_rests_on_who_fills_the_table_however_its_name_is_spelt(
    tmp_path: Path, writes: str, table: str, other: str, rests_on_it: bool
) -> None:
    path = tmp_path / "backfill.yaml"
    path.write_text(PLAN.format(writes=writes, table=table, other=other))
    plan = load_plan(path, now=HEARD, environ={})
    phases = {phase.name: phase for phase in plan.phases}
    ranges = {name: phase.dates for name, phase in phases.items() if phase.dates is not None}
    seen = Seen(phases=phases, next_runs=phases, ranges=ranges, active_at={"fills": HEARD})
    (case,) = cases_of(plan, "reads", seen)
    assert case.written_at == (HEARD if rests_on_it else None)
    assert list(case.subject.accounts) == (["fills"] if rests_on_it else [])


@pytest.mark.parametrize(
    ("table", "dates", "rests_on_it"),
    [
        ("nba.t", (date(2024, 1, 8), date(2024, 2, 1)), True),
        ("proj.NBA.`t`", None, True),
        ("nba.t", (date(2024, 1, 10), date(2024, 2, 1)), False),
        ("nba.v", None, False),
    ],
)
def test_a_verdict_rests_on_other_plans_writers_of_its_dates_too(
    tmp_path: Path, table: str, dates: tuple[date, date] | None, rests_on_it: bool
) -> None:
    path = tmp_path / "backfill.yaml"
    path.write_text(PLAN.format(writes="nba.w", table="nba.t", other="nba.u"))
    plan = load_plan(path, now=HEARD, environ={})
    phases = {phase.name: phase for phase in plan.phases}
    seen = Seen(phases=phases, next_runs=phases, elsewhere=(WrittenElsewhere(table, dates, HEARD),))
    (case,) = cases_of(plan, "reads", seen)
    assert case.written_at == (HEARD if rests_on_it else None)


def test_a_suite_that_names_no_table_rests_on_who_writes_that_of_its_phase(tmp_path: Path) -> None:
    path = tmp_path / "backfill.yaml"
    path.write_text(
        "plan: p\nphases:\n  fix: {command: [x], writes: nba.t, suites: [s]}\n  late: {log: l.log, writes: NBA.T}\n"
        "suites:\n  s: {commands: {c: {run: [x]}}}\n"
    )
    plan = load_plan(path, now=HEARD, environ={})
    phases = {phase.name: phase for phase in plan.phases}
    within = Seen(phases=phases, next_runs=phases, active_at={"late": HEARD})
    beyond = Seen(phases=phases, next_runs=phases, elsewhere=(WrittenElsewhere("`nba.t`", None, HEARD),))
    assert [cases_of(plan, "fix", seen)[0].written_at for seen in (within, beyond, Seen(phases, phases))] == [
        HEARD,
        HEARD,
        None,
    ]
