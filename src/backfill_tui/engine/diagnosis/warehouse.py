"""Whether the warehouse answers: credentials, connection and each suite's table, proved without billing anything.

The backend is imported when it is asked, like everywhere.
"""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date

from backfill_tui.checks.model import Reason
from backfill_tui.checks.question import SuiteQuery
from backfill_tui.checks.warehouse import AskError, Question, Stop, Warehouse
from backfill_tui.engine.diagnosis.finding import Finding, Level
from backfill_tui.engine.warehouses import open_warehouse
from backfill_tui.plan.resolved import Plan, Suite

AREA = "warehouse"

_MAY_PASS = frozenset({Reason.MISSING_TABLE, Reason.LOCKED})
"""A table that is yet to be made, a writer at work: nothing is wrong with this machine."""

_NOT_TOLD = frozenset({Reason.TIMED_OUT, Reason.CANCELLED})


@dataclass(frozen=True, slots=True)
class _Table:
    """A suite's table, and the dates that it would be asked about."""

    suite: Suite
    dates: tuple[date, date] | None

    @property
    def sql(self) -> str:
        """How many rows; with the filter on dates that some tables demand."""
        return SuiteQuery.of(self.suite, ()).sql


def warehouse_findings(plan: Plan, *, within_s: float) -> Iterator[Finding]:
    """Whether it answers within so many seconds, then whether all tables can be asked. Only dry runs are made."""
    warehouse = open_warehouse(plan)
    if warehouse is None:
        yield Finding(AREA, Level.OK, "The plan names none: its phases are judged by what their runs tell.")
        return
    deadline = time.monotonic() + within_s
    with closing(warehouse):
        connected = _connected(plan, warehouse, within_s)
        yield connected
        if connected.level is Level.OK:
            yield from _of_tables(plan, warehouse, deadline)


def _connected(plan: Plan, warehouse: Warehouse, within_s: float) -> Finding:
    began = time.monotonic()
    try:
        warehouse.estimate(Question("SELECT 1 AS one", None, within_s, labels={"suite": "doctor"}), Stop())
    except AskError as error:
        level = Level.UNKNOWN if error.reason in _NOT_TOLD else Level.BAD
        return Finding(AREA, level, _sentence(error), error.todo or _mend(error.reason))
    took = time.monotonic() - began
    named = plan.warehouse
    assert named is not None  # noqa: S101 - there is a warehouse to ask
    if named.backend == "bigquery":
        who = "an emulator" if named.api_endpoint else "with these credentials"
        project = f"BigQuery project {named.project}" if named.project else "BigQuery"
        return Finding(AREA, Level.OK, f"{project} accepts a dry run ({who}, {took:.1f} s).")
    return Finding(AREA, Level.OK, f"DuckDB opens {named.path} ({took:.1f} s).")


def _of_tables(plan: Plan, warehouse: Warehouse, deadline: float) -> Iterator[Finding]:
    tables = _tables(plan)
    for asked, (name, table) in enumerate(tables.items()):
        left = deadline - time.monotonic()
        if left <= 0:
            said = f"{len(tables) - asked} of {len(tables)} tables were not asked: it takes too long."
            yield Finding(AREA, Level.UNKNOWN, said, "Ask again, or `backfill-tui validate` a phase.")
            return
        question = Question(table.sql, table.dates, left, labels={"suite": table.suite.name})
        try:
            warehouse.estimate(question, Stop())
        except AskError as error:
            yield _of_table(name, error)
    if tables:
        yield Finding(AREA, Level.OK, f"{len(tables)} {'tables were' if len(tables) > 1 else 'table was'} asked.")


def _of_table(name: str, error: AskError) -> Finding:
    level = Level.UNKNOWN if error.reason in _NOT_TOLD else Level.WARN if error.reason in _MAY_PASS else Level.BAD
    return Finding(AREA, level, f"{name}: {_sentence(error)}", error.todo or _mend(error.reason))


def _tables(plan: Plan) -> dict[str, _Table]:
    """Each table once, with the dates of the first phase that has it judged and knows its dates."""
    tables: dict[str, _Table] = {}
    for phase in plan.phases:
        for name in (*phase.suites, *(need.suite for need in phase.inputs)):
            suite = plan.suites[name]
            askable = suite.table is not None and (suite.date_column is None or phase.dates is not None)
            if askable and suite.table is not None:
                tables.setdefault(suite.table, _Table(suite, phase.dates))
    return tables


def _sentence(error: AskError) -> str:
    return f"{error.where}: {error.what}" if error.where else error.what


def _mend(reason: Reason) -> str:
    return (
        "Ask again; see whether the network, or the disk, answers."
        if reason in _NOT_TOLD
        else "Correct `warehouse` in the plan."
    )
