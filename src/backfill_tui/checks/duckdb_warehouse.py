"""The embedded warehouse: BigQuery's SQL asked of a .duckdb file, or of a folder of Parquet files, both only read.

Every question has a connection of its own, opened for it and closed after it: a reader that stays would keep
writers of the file out, and what it remembers of files would be stale. What is kept between questions are the
columns of a table's files, for as long as these are the same. DuckDB and sqlglot are imported when asked.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from backfill_tui.checks.cells import plain_value
from backfill_tui.checks.deadline import Deadline, within
from backfill_tui.checks.duckdb_errors import explained
from backfill_tui.checks.duckdb_sources import FilesChanged, FileSource, FolderSource, KnownColumns
from backfill_tui.checks.model import Reason, Value
from backfill_tui.checks.parquet_folder import quoted
from backfill_tui.checks.translation import Translation, translate
from backfill_tui.checks.warehouse import Answer, AskError, Question, Stop, cancelled

if TYPE_CHECKING:
    import duckdb

_ATTEMPTS = 10  # to read files that are replaced at that moment
_COUNTED_AT_A_TIME = 50_000  # rows beyond those wanted


class DuckDBWarehouse:
    """A `Warehouse` over `path`: a .duckdb file, or a folder `<dataset>/<table>/**/*.parquet`."""

    bills = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known = KnownColumns()

    def estimate(self, question: Question, stop: Stop) -> int:
        """0, since nothing is billed; the SQL, its tables and columns are proven."""
        session = self._session(question)
        within(session.deadline, stop, session.prove, interrupt=session.interrupt)
        return 0

    def ask(self, question: Question, stop: Stop) -> Answer:
        """The answer; see `Warehouse.ask`."""
        session = self._session(question)
        return within(session.deadline, stop, session.answer, interrupt=session.interrupt)

    def close(self) -> None:
        """No connection is held between questions."""

    def _session(self, question: Question) -> "_Session":
        return _Session(self.path, question, Deadline(question.timeout_s, str(self.path)), self._known)


class _Session:
    """One question from its SQL to its rows. Its thread is not the one that interrupts it."""

    def __init__(self, path: Path, question: Question, deadline: Deadline, known: KnownColumns) -> None:
        self._path = path
        self._question = question
        self.deadline = deadline
        self._known = known
        self._connection: duckdb.DuckDBPyConnection | None = None

    def interrupt(self) -> None:
        connection = self._connection
        if connection is not None:
            connection.interrupt()

    def prove(self) -> None:
        self._attempt(run=False)

    def answer(self) -> Answer:
        answer = self._attempt(run=True)
        if answer is None:  # pragma: no cover - only `prove` has none
            raise cancelled(self._path)
        return answer

    def _attempt(self, *, run: bool) -> Answer | None:
        """Ask; where a file was replaced or taken away meanwhile, again, of the files as they are then.

        Raises AskError if that happens `_ATTEMPTS` times in a row.
        """
        translation = translate(self._question.sql, positions=self._question.suite is None)
        parameters = _bound(translation, self._question.dates)
        for _ in range(_ATTEMPTS):
            self.deadline.check()
            try:
                return self._ask(translation, parameters, run=run)
            except FilesChanged:
                continue
        raise AskError(
            Reason.OTHER,
            "its files changed while they were read, again and again.",
            where=", ".join(map(str, translation.tables)),
            todo="Ask again once what writes it has ended.",
        )

    def _ask(self, translation: Translation, parameters: Mapping[str, date], *, run: bool) -> Answer | None:
        import duckdb

        source = (
            FolderSource(self._path, self.deadline, self._known) if self._path.is_dir() else FileSource(self._path)
        )
        self._connection = connection = source.connect()
        columns: list[str] = []
        try:
            for place, name in enumerate(translation.tables):
                self.deadline.check()
                columns += source.present(connection, name, place)
            sql = _without_time_zones(connection, translation.sql, parameters)
            return self._fetched(connection, sql, parameters) if run else None
        except duckdb.InterruptException:
            raise cancelled(self._path) from None  # whoever interrupted knows whether it was the time
        except duckdb.Error as error:
            fault = source.fault(error)
            where = ", ".join(map(str, translation.tables)) or "the SQL"
            raise fault or explained(error, where=where, columns=columns) from None
        except (OverflowError, ValueError) as error:
            raise AskError(
                Reason.OTHER, f"a value of the answer can't be read: {error}.", where=self._path
            ) from None
        finally:
            self._connection = None
            connection.close()

    def _fetched(self, connection: "duckdb.DuckDBPyConnection", sql: str, parameters: Mapping[str, date]) -> Answer:
        cursor = connection.execute(sql, dict(parameters))
        columns = tuple(str(column[0]) for column in cursor.description or ())
        wanted = max(self._question.rows_at_most, 0)
        rows = cursor.fetchmany(wanted) if wanted else []
        total = len(rows)
        while more := cursor.fetchmany(_COUNTED_AT_A_TIME):
            self.deadline.check()
            total += len(more)
        return Answer(columns, tuple(map(_plain_row, rows)), total)


def _bound(translation: Translation, dates: tuple[date, date] | None) -> Mapping[str, date]:
    """The parameters that the query uses, and no others: DuckDB refuses one too many."""
    if not translation.parameters:
        return {}
    if dates is None:
        named = " and ".join(f"@{name}" for name in translation.parameters)
        raise AskError(
            Reason.NO_DATES, f"it asks for {named}, and there are no dates.", todo="Give the phase its dates."
        )
    both = dict(zip(("start_date", "end_date"), dates, strict=True))
    return {name: both[name] for name in translation.parameters}


def _without_time_zones(connection: "duckdb.DuckDBPyConnection", sql: str, parameters: Mapping[str, date]) -> str:
    """The query with its instants as plain times in UTC: DuckDB's aware ones need a package that may be absent.

    Binds the query, and so raises duckdb.Error where that is wrong.
    """
    described = connection.execute(f"DESCRIBE {sql}", dict(parameters)).fetchall()
    types = [(str(row[0]), str(row[1])) for row in described]
    if not any("WITH TIME ZONE" in kind for _, kind in types):
        return sql
    columns = ", ".join(
        f"CAST(#{i} AS {re.sub(' WITH TIME ZONE', '', kind)}) AS {quoted(name)}" if "WITH TIME" in kind
        else f"#{i} AS {quoted(name)}"
        for i, (name, kind) in enumerate(types, 1)
    )  # fmt: skip
    return f"SELECT {columns} FROM (\n{sql}\n)"  # noqa: S608 - quoted, and checked before


def _plain_row(row: Sequence[object]) -> tuple[Value, ...]:
    return tuple(map(plain_value, row))
