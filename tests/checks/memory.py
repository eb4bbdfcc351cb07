"""A warehouse without SQL, for tests of what asks one: tables are Python rows, expressions Python functions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from backfill_tui.checks.model import Reason, Value
from backfill_tui.checks.question import DAYS, ROWS, SuiteQuery
from backfill_tui.checks.warehouse import Answer, AskError, Question, Stop, cancelled, divided_by_zero, no_column

Row = Mapping[str, Value]
Aggregate = Callable[[Sequence[Row]], Value]
PerRow = Callable[[Row], Value]


@dataclass
class MemoryWarehouse:
    """Satisfies `warehouse.Warehouse`.

    `tables` by `dataset.table`. `expressions` are what a suite aggregates, `per_row` its filters, date columns and
    breakdowns (a column's name stands for itself), `answers` free SQL: each by the text that a question gives.
    A function's KeyError is a missing column, its ZeroDivisionError a division by zero; unknown text is wrong SQL.
    `failing`, once set, is what every question fails with. `asked` and `estimated` are the questions so far.
    """

    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    expressions: Mapping[str, Aggregate] = field(default_factory=dict)
    per_row: Mapping[str, PerRow] = field(default_factory=dict)
    answers: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    bytes_a_query: int = 0
    bills: bool = False
    failing: AskError | None = None
    asked: list[Question] = field(default_factory=list)
    estimated: list[Question] = field(default_factory=list)

    def estimate(self, question: Question, stop: Stop) -> int:
        """`bytes_a_query`. Raises what `ask` would, save a division by zero, as a real one's dry run."""
        self.estimated.append(question)
        try:
            self._answer(question, stop)
        except AskError as error:
            if error.reason is not Reason.DIVISION_BY_ZERO:
                raise
        return self.bytes_a_query

    def ask(self, question: Question, stop: Stop) -> Answer:
        """The answer, from Python."""
        self.asked.append(question)
        return self._answer(question, stop)

    def close(self) -> None:
        """Nothing is held."""

    def _answer(self, question: Question, stop: Stop) -> Answer:
        if stop.requested:
            raise cancelled("memory")
        if self.failing is not None:
            raise self.failing
        rows = self._free(question) if question.suite is None else self._suite(question.suite, question.dates)
        columns = tuple(rows[0]) if rows else ()
        kept = tuple(tuple(row.values()) for row in rows[: question.rows_at_most])
        return Answer(columns, kept, len(rows), self.bytes_a_query)

    def _free(self, question: Question) -> Sequence[Row]:
        if question.sql not in self.answers:
            raise AskError(Reason.WRONG_SQL, f"unknown SQL {question.sql!r}.", where="memory")
        return self.answers[question.sql]

    def _suite(self, query: SuiteQuery, dates: tuple[date, date] | None) -> list[Row]:
        """As the suite's SQL would answer: the whole, then the groups of each breakdown."""
        rows = self._rows(query, dates)
        found = [self._summary(query, rows, None, None)]
        for i, text in enumerate(query.by):
            groups: dict[Value, list[Row]] = {}
            for row in rows:
                groups.setdefault(self._cell(text, row), []).append(row)
            found += [self._summary(query, inside, i, group) for group, inside in groups.items()]
        return found

    def _rows(self, query: SuiteQuery, dates: tuple[date, date] | None) -> list[Row]:
        name = ".".join(query.table.replace("`", "").split(".")[-2:])
        if name not in self.tables:
            raise AskError(Reason.MISSING_TABLE, f"there is no table {name}.", where="memory")
        rows = list(self.tables[name])
        if query.date_column is not None and dates is not None:
            first, last = dates
            rows = [row for row in rows if (day := self._day(query.date_column, row)) and first <= day <= last]
        if query.where is not None:
            rows = [row for row in rows if self._cell(query.where, row) is True]
        return rows

    def _summary(self, query: SuiteQuery, rows: Sequence[Row], by: int | None, group: Value) -> Row:
        row: dict[str, Value] = {ROWS: len(rows)}
        row |= {f"value_{i}": self._aggregate(text, rows) for i, text in enumerate(query.expressions)}
        if query.days:
            days = (self._day(str(query.date_column), one) for one in rows)
            row[DAYS] = tuple(sorted({day for day in days if day is not None}))
        for i in range(len(query.by)):
            row |= {f"outside_{i}": int(i != by), f"part_{i}": group if i == by else None}
        return row

    def _aggregate(self, text: str, rows: Sequence[Row]) -> Value:
        if text == "COUNT(*)":
            return len(rows)
        if text not in self.expressions:
            raise AskError(Reason.WRONG_SQL, f"unknown expression {text!r}.", where="memory")
        try:
            return self.expressions[text](rows)
        except KeyError as error:
            raise no_column(error.args[0], "memory") from error
        except ZeroDivisionError as error:
            raise divided_by_zero("memory") from error

    def _cell(self, text: str, row: Row) -> Value:
        """A breakdown's value, a filter's, a column's."""
        try:
            return self.per_row[text](row) if text in self.per_row else row[text]
        except KeyError as error:
            raise no_column(error.args[0], "memory") from error

    def _day(self, text: str, row: Row) -> date | None:
        cell = self._cell(text, row)
        if isinstance(cell, datetime):
            return cell.date()
        return cell if isinstance(cell, date) else None
