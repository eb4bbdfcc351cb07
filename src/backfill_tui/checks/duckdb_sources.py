"""Where the embedded warehouse's tables come from: a folder of Parquet files, or one .duckdb file; both only read.

A source connects, shows each table that a query names as a view, and tells what of its files explains an error.
DuckDB is imported when it connects.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from backfill_tui.checks.deadline import Deadline
from backfill_tui.checks.duckdb_errors import is_about_the_query, nearest, not_opened
from backfill_tui.checks.model import Reason
from backfill_tui.checks.parquet_faults import conflicting_column, damaged_file
from backfill_tui.checks.parquet_folder import (
    TableFiles,
    changed,
    columns_of,
    create_view,
    files_of,
    literal,
    quoted,
    selection,
)
from backfill_tui.checks.translation import TableName, view
from backfill_tui.checks.warehouse import AskError

if TYPE_CHECKING:
    import duckdb

_REMEMBERED = 8

_SETTINGS: Mapping[str, str | bool] = {
    "enable_external_file_cache": False,  # files are replaced under our eyes
    "temp_directory": "",  # nothing is written, least of all beside the user's files
    "python_enable_replacements": False,  # a table is never a variable of ours
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
}


class FilesChanged(Exception):  # noqa: N818 - a signal between this module and who asks, no error of anybody's
    """Files were not the same when read as when listed: what DuckDB says of them means nothing."""


class KnownColumns:
    """The columns of the last few tables, each for exactly the files that they were found in; for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: OrderedDict[TableName, tuple[TableFiles, dict[str, str]]] = OrderedDict()

    def of(self, files: TableFiles) -> dict[str, str] | None:
        """Name -> type; None unless these very files, by their stamps, were seen before."""
        with self._lock:
            known = self._of.get(files.name)
        return known[1] if known is not None and known[0] == files else None

    def keep(self, files: TableFiles, columns: dict[str, str]) -> None:
        """Remember them, and forget the oldest of too many."""
        with self._lock:
            self._of[files.name] = files, columns
            self._of.move_to_end(files.name)
            while len(self._of) > _REMEMBERED:
                self._of.popitem(last=False)


class FolderSource:
    """Tables that are Parquet files. What is wrong with a query may be wrong with one of them."""

    def __init__(self, root: Path, deadline: Deadline, known: KnownColumns) -> None:
        self._root = root
        self._known = known
        self._deadline = deadline
        self._tables: list[TableFiles] = []

    def connect(self) -> "duckdb.DuckDBPyConnection":
        """A connection of its own that reads this folder and nothing else."""
        import duckdb

        connection = duckdb.connect(config=dict(_SETTINGS))
        for setting in (
            "TimeZone = 'UTC'",
            f"allowed_directories = [{literal(str(self._root))}]",
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            connection.execute(f"SET {setting}")
        return connection

    def present(self, connection: "duckdb.DuckDBPyConnection", name: TableName, place: int) -> Sequence[str]:
        """Show the table as `view(place)`; the names of its columns. Raises AskError where it is not there."""
        files = files_of(self._root, name, self._deadline)
        self._tables.append(files)
        return create_view(connection, view(place), files, self._columns(connection, files))

    def _columns(self, connection: "duckdb.DuckDBPyConnection", files: TableFiles) -> dict[str, str]:
        """Found by reading every file's footer, unless the same files' have just been read."""
        known = self._known.of(files)
        if known is not None:
            return known
        columns = columns_of(connection, files)
        conflict = conflicting_column(connection, files, columns)
        if conflict is not None:
            raise conflict
        self._known.keep(files, columns)
        return columns

    def fault(self, error: "duckdb.Error") -> AskError | None:
        """What of the files explains the error; raises FilesChanged where one is another now."""

        if is_about_the_query(error):
            return None
        if any(map(changed, self._tables)):
            raise FilesChanged
        for files in self._tables:
            fault = damaged_file(files, str(error), self.connect, self._deadline)
            if fault is not None:
                return fault
        return None


class FileSource:
    """Tables of one .duckdb file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def connect(self) -> "duckdb.DuckDBPyConnection":
        """A connection of its own. Raises AskError where the file can't be opened for reading."""
        import duckdb

        try:
            exists = self._path.exists()
        except PermissionError:
            raise AskError(
                Reason.PERMISSION_DENIED, "it may not be read.", where=self._path, todo="Let this user read it."
            ) from None
        if not exists:
            raise AskError(
                Reason.MISSING_TABLE,
                "there is no such file or folder.",
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

    def present(self, connection: "duckdb.DuckDBPyConnection", name: TableName, place: int) -> Sequence[str]:
        """Show the table as `view(place)`; the names of its columns. Raises AskError where it is not there."""
        rows = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_catalog = current_database()"
        ).fetchall()
        known = [f"{schema}.{table}" for schema, table in rows]
        if str(name) not in known:
            meant = nearest(str(name), known)
            raise AskError(
                Reason.MISSING_TABLE,
                f"there is no table {name}.",
                where=self._path,
                todo=f"Did you mean {meant}?" if meant else "Run what fills it, or correct the name.",
            )
        source = f"{quoted(name.dataset)}.{quoted(name.table)}"
        described = connection.execute(f"DESCRIBE {source}").fetchall()
        columns = {str(row[0]): str(row[1]) for row in described}
        connection.execute(f"CREATE TEMP VIEW {view(place)} AS SELECT {selection(columns)} FROM {source}")  # noqa: S608 - quoted
        return tuple(columns)

    def fault(self, error: "duckdb.Error") -> AskError | None:
        """What of the file explains the error."""
        import duckdb

        damaged = isinstance(error, (duckdb.IOException, duckdb.FatalException, duckdb.InternalException))
        return not_opened(error, self._path) if damaged and not is_about_the_query(error) else None
