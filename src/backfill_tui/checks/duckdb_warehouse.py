"""The embedded warehouse: BigQuery's SQL asked of a .duckdb file, or of a folder of Parquet files, both only read.

Every question has a connection of its own, opened for it and closed after it: a reader that stays would keep
writers of the file out, and what it remembers of files would be stale. DuckDB and sqlglot are imported when asked.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from backfill_tui.checks.cells import plain_value
from backfill_tui.checks.model import Reason, Value
from backfill_tui.checks.supervised import Deadline, cancelled, supervised
from backfill_tui.checks.warehouse import Answer, AskError, Question, Stop

if TYPE_CHECKING:
    import duckdb

    from backfill_tui.checks.parquet_folder import TableFiles
    from backfill_tui.checks.translation import TableName, Translation

_ATTEMPTS = 10  # to read files that are replaced at that moment
_COUNTED_AT_A_TIME = 50_000  # rows beyond those wanted

_SETTINGS: Mapping[str, str | bool] = {
    "enable_external_file_cache": False,  # files are replaced under our eyes
    "temp_directory": "",  # nothing is written, least of all beside the user's files
    "python_enable_replacements": False,  # a table is never a variable of ours
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
}


class DuckDBWarehouse:
    """A `Warehouse` over `path`: a .duckdb file, or a folder `<dataset>/<table>/**/*.parquet`."""

    bills = False

    def __init__(self, path: Path) -> None:
        self.path = path

    def estimate(self, question: Question, stop: Stop) -> int:
        """0, since nothing is billed; the SQL, its tables and columns are proven."""
        deadline = Deadline(question.timeout_s)
        session = _Session(self.path, question, deadline)
        supervised(session.prove, session.interrupt, deadline, stop)
        return 0

    def ask(self, question: Question, stop: Stop) -> Answer:
        """The answer; see `Warehouse.ask`."""
        deadline = Deadline(question.timeout_s)
        session = _Session(self.path, question, deadline)
        return supervised(session.answer, session.interrupt, deadline, stop)

    def close(self) -> None:
        """Nothing is held between questions."""


class _Session:
    """One question from its SQL to its rows. Its thread is not the one that interrupts it."""

    def __init__(self, path: Path, question: Question, deadline: Deadline) -> None:
        self._path = path
        self._question = question
        self._deadline = deadline
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
            raise cancelled()
        return answer

    def _attempt(self, *, run: bool) -> Answer | None:
        """Ask; once more, of the files as they are then, where one was replaced or taken away meanwhile."""
        from backfill_tui.checks.translation import translate

        translation = translate(self._question.sql)
        parameters = _bound(translation, self._question.dates)
        for _ in range(_ATTEMPTS):
            self._deadline.check()
            try:
                return self._ask(translation, parameters, run=run)
            except _FilesChanged:
                continue
        raise AskError(
            Reason.OTHER,
            "Its files changed while they were read, again and again.",
            where=", ".join(map(str, translation.tables)),
            todo="Ask again once what writes it has ended.",
        )

    def _ask(self, translation: "Translation", parameters: Mapping[str, date], *, run: bool) -> Answer | None:
        import duckdb

        from backfill_tui.checks.duckdb_errors import explained

        source = _FolderSource(self._path, self._deadline) if self._path.is_dir() else _FileSource(self._path)
        self._connection = connection = source.connect()
        columns: list[str] = []
        try:
            for place, name in enumerate(translation.tables):
                self._deadline.check()
                columns += source.present(connection, name, place)
            sql = _without_time_zones(connection, translation.sql, parameters)
            return self._fetched(connection, sql, parameters) if run else None
        except duckdb.InterruptException:
            raise cancelled() from None  # whoever interrupted knows whether it was the time
        except duckdb.Error as error:
            fault = source.fault(error)
            where = ", ".join(map(str, translation.tables)) or "the SQL"
            raise fault or explained(error, where=where, columns=columns) from None
        except (OverflowError, ValueError) as error:
            raise AskError(Reason.OTHER, f"A value of the answer can't be read: {error}.") from None
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
            self._deadline.check()
            total += len(more)
        return Answer(columns, tuple(map(_plain_row, rows)), total)


class _FilesChanged(Exception):  # noqa: N818 - a signal within this module, no error of anybody's
    """Files were not the same when read as when listed: what DuckDB says of them means nothing."""


class _FolderSource:
    """Tables that are Parquet files. What is wrong with a query may be wrong with one of them."""

    def __init__(self, root: Path, deadline: Deadline) -> None:
        self._root = root
        self._deadline = deadline
        self._tables: list[TableFiles] = []

    def connect(self) -> "duckdb.DuckDBPyConnection":
        import duckdb

        from backfill_tui.checks.parquet_folder import literal

        connection = duckdb.connect(config=dict(_SETTINGS))
        for setting in (
            "TimeZone = 'UTC'",
            f"allowed_directories = [{literal(str(self._root))}]",
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            connection.execute(f"SET {setting}")
        return connection

    def present(self, connection: "duckdb.DuckDBPyConnection", name: "TableName", place: int) -> Sequence[str]:
        from backfill_tui.checks.parquet_faults import conflicting_column
        from backfill_tui.checks.parquet_folder import columns_of, create_view, files_of
        from backfill_tui.checks.translation import view

        files = files_of(self._root, name, self._deadline)
        self._tables.append(files)
        columns = columns_of(connection, files)
        conflict = conflicting_column(connection, files, columns)
        if conflict is not None:
            raise conflict
        return create_view(connection, view(place), files, columns)

    def fault(self, error: "duckdb.Error") -> AskError | None:
        """What of the files explains the error; raises _FilesChanged where one is another now."""
        from backfill_tui.checks.duckdb_errors import is_about_the_query
        from backfill_tui.checks.parquet_faults import damaged_file
        from backfill_tui.checks.parquet_folder import changed

        if is_about_the_query(error):
            return None
        if any(map(changed, self._tables)):
            raise _FilesChanged
        for files in self._tables:
            fault = damaged_file(files, str(error), self.connect, self._deadline)
            if fault is not None:
                return fault
        return None


class _FileSource:
    """Tables of one .duckdb file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def connect(self) -> "duckdb.DuckDBPyConnection":
        import duckdb

        from backfill_tui.checks.duckdb_errors import not_opened

        try:
            exists = self._path.exists()
        except PermissionError:
            raise AskError(
                Reason.PERMISSION_DENIED, "It may not be read.", where=self._path, todo="Let this user read it."
            ) from None
        if not exists:
            raise AskError(
                Reason.MISSING_TABLE,
                "There is no such file or folder.",
                where=self._path,
                todo="Correct `path` of the plan's warehouse, or run what fills it.",
            )
        try:
            connection = duckdb.connect(self._path, read_only=True, config=dict(_SETTINGS))
        except duckdb.Error as error:
            raise not_opened(error, self._path) from None
        connection.execute("SET enable_external_access = false")
        connection.execute("SET TimeZone = 'UTC'")
        return connection

    def present(self, connection: "duckdb.DuckDBPyConnection", name: "TableName", place: int) -> Sequence[str]:
        from backfill_tui.checks.duckdb_errors import nearest
        from backfill_tui.checks.parquet_folder import quoted
        from backfill_tui.checks.translation import view

        rows = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_catalog = current_database()"
        ).fetchall()
        known = [f"{schema}.{table}" for schema, table in rows]
        if str(name) not in known:
            meant = nearest(str(name), known)
            raise AskError(
                Reason.MISSING_TABLE,
                f"There is no table {name}.",
                where=self._path,
                todo=f"Did you mean {meant}?" if meant else "Run what fills it, or correct the name.",
            )
        source = f"{quoted(name.dataset)}.{quoted(name.table)}"
        connection.execute(f"CREATE TEMP VIEW {view(place)} AS SELECT * FROM {source}")  # noqa: S608 - quoted
        return [str(row[0]) for row in connection.execute(f"DESCRIBE {view(place)}").fetchall()]

    def fault(self, error: "duckdb.Error") -> AskError | None:
        """What of the file explains the error."""
        import duckdb

        from backfill_tui.checks.duckdb_errors import is_about_the_query, not_opened

        damaged = isinstance(error, (duckdb.IOException, duckdb.FatalException, duckdb.InternalException))
        return not_opened(error, self._path) if damaged and not is_about_the_query(error) else None


def _bound(translation: "Translation", dates: tuple[date, date] | None) -> Mapping[str, date]:
    """The parameters that the query uses, and no others: DuckDB refuses one too many."""
    if not translation.parameters:
        return {}
    if dates is None:
        named = " and ".join(f"@{name}" for name in translation.parameters)
        raise AskError(
            Reason.NO_DATES, f"It asks for {named}, and there are no dates.", todo="Give the phase its dates."
        )
    both = dict(zip(("start_date", "end_date"), dates, strict=True))
    return {name: both[name] for name in translation.parameters}


def _without_time_zones(connection: "duckdb.DuckDBPyConnection", sql: str, parameters: Mapping[str, date]) -> str:
    """The query with its instants as plain times in UTC: DuckDB's aware ones need a package that may be absent.

    Binds the query, and so raises duckdb.Error where that is wrong.
    """
    from backfill_tui.checks.parquet_folder import quoted

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
