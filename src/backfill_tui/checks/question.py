"""A suite's one query: all its metrics, the rows it saw, its dates and its breakdowns, in BigQuery SQL. Pure.

The rows of a suite are those of its table in the phase's range that pass its `where`. A breakdown is a grouping set
beside the whole, so that the table is read once however many there are.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from textwrap import indent

from backfill_tui.checks.model import Value
from backfill_tui.checks.warehouse import Answer
from backfill_tui.plan.resolved import Metric, Suite

ROWS, DAYS = "rows_seen", "days_seen"


@dataclass(frozen=True, slots=True)
class SuiteQuery:
    """What is asked of a suite's rows: aggregate `expressions`, their breakdown `by` others, the days with rows."""

    table: str
    date_column: str | None
    where: str | None
    expressions: tuple[str, ...]
    by: tuple[str, ...] = ()
    days: bool = False
    listed: tuple[date, ...] | None = None  # only these dates of the range

    @classmethod
    def of(cls, suite: Suite, metrics: Iterable[Metric], listed: tuple[date, ...] | None = None) -> "SuiteQuery":
        """The query of some of a suite's metrics, with the days that have rows if completeness wants them."""
        chosen = tuple(metrics)
        return cls(
            table=suite.table or "",
            date_column=suite.date_column,
            where=suite.where,
            expressions=tuple(metric.sql for metric in chosen),
            by=tuple(dict.fromkeys(metric.by for metric in chosen if metric.by is not None)),
            days=suite.completeness is not None,
            listed=listed if suite.date_column is not None else None,
        )

    @property
    def sql(self) -> str:
        """One SELECT."""
        columns = ["COUNT(*) AS " + ROWS]
        columns += [f"{_enclosed(text)} AS value_{i}" for i, text in enumerate(self.expressions)]
        if self.days:
            columns.append(f"ARRAY_AGG(DISTINCT CAST({_enclosed(str(self.date_column))} AS DATE)) AS {DAYS}")
        for i in range(len(self.by)):
            columns += [f"GROUPING(part_{i}) AS outside_{i}", f"part_{i}"]
        selected = "SELECT\n  " + ",\n  ".join(columns)
        if not self.by:
            return f"{selected}\n{self._rows}"
        parts = ",\n  ".join(f"{_enclosed(text)} AS part_{i}" for i, text in enumerate(self.by))
        inner = indent(f"SELECT\n  *,\n  {parts}\n{self._rows}", "  ")
        # The whole comes first, so that a warehouse that cuts the groups does not cut that.
        order = " + ".join(f"outside_{i}" for i in range(len(self.by)))
        sets = ", ".join(["()", *(f"(part_{i})" for i in range(len(self.by)))])
        return f"{selected}\nFROM (\n{inner}\n)\nGROUP BY GROUPING SETS ({sets})\nORDER BY {order} DESC"

    @property
    def _rows(self) -> str:
        conditions = []
        if self.date_column is not None:
            column = _enclosed(self.date_column)
            # Not BETWEEN: of a column that has times, that would leave out the last day's rows.
            conditions += [f"{column} >= @start_date", f"{column} < DATE_ADD(@end_date, INTERVAL 1 DAY)"]
            if self.listed is not None:
                days = ", ".join(f"DATE '{day.isoformat()}'" for day in self.listed)
                conditions.append(f"CAST({column} AS DATE) IN ({days})")
        if self.where is not None:
            conditions.append(_enclosed(self.where))
        where = "\nWHERE " + "\n  AND ".join(conditions) if conditions else ""
        return f"FROM `{self.table.replace('`', '')}`{where}"


def _enclosed(text: str) -> str:
    """A user's expression in parentheses; one that may hold a comment on its own lines, so that it ends there."""
    if any(mark in text for mark in ("\n", "--", "#")):
        return f"(\n{indent(text, '    ')}\n  )"
    return f"({text})"


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one group: how many there are, and the value of each expression over them."""

    group: Value
    rows: int
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a suite's query found: over all its rows, the days that have any, and per breakdown its groups.

    `cut`: there are more groups than were fetched.
    """

    rows: int
    values: tuple[Value, ...]
    days: tuple[date, ...]
    groups: tuple[tuple[Group, ...], ...]
    cut: bool = False


def measured(query: SuiteQuery, answer: Answer) -> Measured:
    """Read the answer to a suite's query; a query over nothing may have answered with no row at all."""
    place = {name: i for i, name in enumerate(answer.columns)}
    count = len(query.expressions)
    whole: tuple[Value, ...] | None = None
    groups: list[list[Group]] = [[] for _ in query.by]
    for row in answer.rows:
        inside = [i for i in range(len(query.by)) if not row[place[f"outside_{i}"]]]
        if not inside:
            whole = row
            continue
        values = tuple(row[place[f"value_{k}"]] for k in range(count))
        rows = row[place[ROWS]]
        groups[inside[0]].append(
            Group(row[place[f"part_{inside[0]}"]], rows if isinstance(rows, int) else 0, values)
        )
    if whole is None:
        return Measured(0, (None,) * count, (), tuple(() for _ in query.by))
    seen, days = whole[place[ROWS]], whole[place[DAYS]] if query.days else ()
    return Measured(
        rows=seen if isinstance(seen, int) else 0,
        values=tuple(whole[place[f"value_{k}"]] for k in range(count)),
        days=tuple(sorted({_day(day) for day in days if isinstance(day, date)})) if isinstance(days, tuple) else (),
        cut=answer.total_rows > len(answer.rows),
        groups=tuple(tuple(sorted(one, key=_place_of)) for one in groups),
    )


def _place_of(group: Group) -> tuple[int, float, str]:
    """Numbers by their size, then all else as text, then NULL."""
    value = group.group
    if value is None:
        return 2, 0.0, ""
    if isinstance(value, (int, float)) and not math.isnan(value):
        return 0, value, ""
    return 1, 0.0, str(value)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
