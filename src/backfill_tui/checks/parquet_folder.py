"""A folder as a warehouse: `<dataset>/<table>/**/*.parquet`, each table shown to DuckDB as one view of its files.

Files are replaced under our eyes. What is found out about them holds for files with the same stamps alone, and no
footer is used for rows that were written later: the union of the files' columns is found first, each file then read
by itself.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from backfill_tui.checks.deadline import Deadline
from backfill_tui.checks.duckdb_errors import nearest
from backfill_tui.checks.model import Reason
from backfill_tui.checks.translation import TableName
from backfill_tui.checks.warehouse import AskError

if TYPE_CHECKING:
    import duckdb

_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
_NAMES_A_COLUMN = re.compile(r"_[^=]+=")  # such as `_loaded=2024-01-01/`
_PATH = "path of the file"  # a column of ours; no column of BigQuery's may be called that


Stamp = tuple[int, int, int]
"""Of a file: its inode, its size in bytes, and when it was last written, in nanoseconds."""


@dataclass(frozen=True, slots=True)
class TableFiles:
    """The files of a table as they were found at one moment; `stamps` tell whether they are still the same."""

    name: TableName
    folder: Path
    paths: tuple[str, ...]
    stamps: tuple[Stamp, ...]


def files_of(root: Path, name: TableName, deadline: Deadline) -> TableFiles:
    """The table's files, sorted; other kinds are not meant. What begins with a dot or an underscore is not there
    yet, or is no row of the table (`_temporary/`, `_delta_log/`), as to Spark and Hive.

    Raises AskError: MISSING_TABLE where there is no file, PERMISSION_DENIED, or what `deadline` raises.
    """
    folder = root / name.dataset / name.table
    try:
        if name.table not in _folders(root / name.dataset) or name.dataset not in _folders(root):
            raise _missing(root, name, folder, "there is no table")
        found = sorted(_parquet_files(folder, deadline))
    except PermissionError as error:
        raise _not_permitted(error.filename or folder) from None
    except FileNotFoundError:
        raise _missing(root, name, folder, "there is no table") from None
    if not found:
        raise AskError(
            Reason.MISSING_TABLE,
            f"table {name} has no Parquet file.",
            where=folder,
            todo="Run what fills it.",
        )
    paths, stamps = zip(*found, strict=True)
    return TableFiles(name, folder, paths, stamps)


def changed(files: TableFiles) -> bool:
    """Whether any of the files was replaced or taken away since."""
    try:
        return any(_stamp(os.stat(path)) != stamp for path, stamp in zip(files.paths, files.stamps, strict=True))  # noqa: PTH116 - ditto
    except FileNotFoundError:
        return True


def columns_of(connection: "duckdb.DuckDBPyConnection", files: TableFiles) -> dict[str, str]:
    """Every column that any of the files has, with DuckDB's name of the type that holds them all.

    Raises duckdb.Error where a file can't be read.
    """
    rows = connection.execute(f"DESCRIBE FROM {_read(files.paths, 'union_by_name = true')}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def create_view(
    connection: "duckdb.DuckDBPyConnection", view: str, files: TableFiles, columns: dict[str, str]
) -> tuple[str, ...]:
    """Show the files as one view with these columns and those that their folders name (`game_date=2024-01-01/`).

    A column that a file lacks is NULL there. Returns the names of all columns.
    """
    keys = _folder_keys(files)
    named = {key.casefold() for key in keys}
    own = {name: kind for name, kind in columns.items() if name.casefold() not in named}
    read = own or columns  # DuckDB wants at least one column
    schema = ", ".join(
        f"{literal(name)}: {{name: {literal(name)}, type: {literal(kind)}, default_value: NULL}}"
        for name, kind in read.items()
    )
    selected = [selection(own)] if own else []
    selected += [f"{_folder_value(files, key, kind)} AS {quoted(key)}" for key, kind in keys.items()]
    options = f"schema = MAP {{{schema}}}" + (f", filename = {literal(_PATH)}" if keys else "")
    rows = f"SELECT {', '.join(selected)} FROM {_read(files.paths, options)}"  # noqa: S608 - quoted
    connection.execute(f"CREATE TEMP VIEW {view} AS {rows}")
    return (*own, *keys)


def selection(columns: Mapping[str, str]) -> str:
    """The columns for a SELECT. A list that is NULL is empty: BigQuery keeps no NULL of an ARRAY column."""
    return ", ".join(
        f"coalesce({quoted(name)}, []) AS {quoted(name)}" if kind.endswith("[]") else quoted(name)
        for name, kind in columns.items()
    )


def literal(text: str) -> str:
    """The text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """The name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def _read(paths: tuple[str, ...], options: str) -> str:
    listed = ", ".join(map(literal, paths))
    return f"read_parquet([{listed}], hive_partitioning = false, {options})"


def _folders(folder: Path) -> list[str]:
    """Names of the folders in it that are not hidden, as they are written there."""
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir())


def _parquet_files(folder: Path, deadline: Deadline) -> Iterator[tuple[str, Stamp]]:
    ahead, seen = [str(folder)], set()
    while ahead:
        deadline.check()
        here = ahead.pop()
        status = os.stat(here)  # noqa: PTH116 - strings all the way: there may be many
        if (status.st_dev, status.st_ino) in seen:  # a link to a folder above
            continue
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(here) as entries:
            for entry in entries:
                if entry.name.startswith((".", "_")) and not _NAMES_A_COLUMN.match(entry.name):
                    continue
                if entry.is_dir():
                    ahead.append(entry.path)
                elif entry.name.endswith(".parquet"):
                    with suppress(FileNotFoundError):  # taken away since it was listed
                        yield entry.path, _stamp(entry.stat())


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _folder_keys(files: TableFiles) -> dict[str, str]:
    """The columns that the folders name, with the type that fits all values: DATE, BIGINT or VARCHAR."""
    values: dict[str, set[str]] = {}
    root = len(files.folder.parts)
    for folder in {Path(path).parent for path in files.paths}:
        for part in folder.parts[root:]:
            key, equals, value = part.partition("=")
            if equals and key:
                values.setdefault(key, set()).add(unquote(value))
    return {key: _type_of(found - {_NO_VALUE}) for key, found in values.items()}


def _type_of(values: set[str]) -> str:
    if values and all(map(_is_date, values)):
        return "DATE"
    if values and all(re.fullmatch(r"[+-]?\d{1,18}", value) for value in values):
        return "BIGINT"
    return "VARCHAR"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2024-01-01")


def _folder_value(files: TableFiles, key: str, kind: str) -> str:
    """What a file's path says of the key, below the table's folder."""
    below = f"substr({quoted(_PATH)}, {len(str(files.folder)) + 1})"
    found = f"regexp_extract({below}, {literal('/' + re.escape(key) + '=([^/]*)/')}, 1)"
    return f"CAST(nullif(nullif(url_decode({found}), ''), {literal(_NO_VALUE)}) AS {kind})"


def _missing(root: Path, name: TableName, folder: Path, what: str) -> AskError:
    try:
        known = [f"{dataset}.{table}" for dataset in _folders(root) for table in _folders(root / dataset)]
    except OSError:
        known = []
    meant = nearest(str(name), known)
    todo = f"Did you mean {meant}?" if meant else "Run what fills it, or correct the name."
    return AskError(Reason.MISSING_TABLE, f"{what} {name}.", where=folder, todo=todo)


def _not_permitted(path: str | Path) -> AskError:
    return AskError(Reason.PERMISSION_DENIED, "it may not be read.", where=path, todo="Let this user read it.")
