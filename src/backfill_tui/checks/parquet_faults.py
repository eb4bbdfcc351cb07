"""What is wrong with a table's Parquet files: one that can't be read to its end, or two that don't fit together."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from backfill_tui.checks.deadline import Deadline
from backfill_tui.checks.model import Reason
from backfill_tui.checks.parquet_folder import TableFiles, literal, quoted
from backfill_tui.checks.warehouse import AskError

if TYPE_CHECKING:
    import duckdb

_MAGIC = b"PAR1"
_SMALLEST = 12  # magic, length of the footer, magic

_FAMILIES = (
    ("a list or structure", ("[]", "STRUCT", "MAP", "NESTED")),
    ("text", ("VARCHAR", "JSON", "UUID", "ENUM")),
    ("bytes", ("BLOB",)),
    ("a time", ("DATE", "TIME")),
    ("true or false", ("BOOLEAN",)),
    ("a number", ("INT", "DOUBLE", "FLOAT", "DECIMAL")),
)


def damaged_file(
    files: TableFiles, hint: str, connect: Callable[[], "duckdb.DuckDBPyConnection"], deadline: Deadline
) -> AskError | None:
    """The first file that can't be read, looked for where `hint` (what the engine said) names it first.

    Each is read whole, since a footer may be sound and a row group not. None if all can be read now.
    """
    paths = sorted(files.paths, key=lambda path: path not in hint)
    for path in paths:
        deadline.check()
        fault = _framing_fault(path)
        if fault is not None:
            return fault
    connection = connect()
    try:
        for path in paths:
            deadline.check()
            if not _readable(connection, path):
                return _damaged(path, "part of this Parquet file can't be decoded.")
    finally:
        connection.close()
    return None


def conflicting_column(
    connection: "duckdb.DuckDBPyConnection", files: TableFiles, columns: dict[str, str]
) -> AskError | None:
    """A column that holds values of one kind in some files and of another in others, such as numbers and text.

    A file where it has no value at all says nothing about its kind, whatever type its writer chose.
    """
    listed = f"[{', '.join(map(literal, files.paths))}]"
    query = f"SELECT DISTINCT name, coalesce(duckdb_type, 'NESTED') FROM parquet_schema({listed})"  # noqa: S608 - literals
    rows = connection.execute(query).fetchall()
    kinds: dict[str, set[str]] = {}
    for name, kind in rows:
        kinds.setdefault(str(name), set()).add(_family(str(kind)))
    for name in columns:
        if len(kinds.get(name, ())) > 1:
            found = _kinds_with_values(connection, listed, name)
            if len(found) > 1:
                (kind, path), (other, other_path) = sorted(found.items())[:2]
                return AskError(
                    Reason.DAMAGED,
                    f"column {name} is {kind} in {Path(path).name} and {other} in {Path(other_path).name}.",
                    where=files.folder,
                    todo="Write the table's files again with one type.",
                )
    return None


def _kinds_with_values(connection: "duckdb.DuckDBPyConnection", listed: str, name: str) -> dict[str, str]:
    """Kind of the top-level column -> a file that has values of it. The name may also be of something nested."""
    query = f"SELECT list(DISTINCT file_name) FROM parquet_schema({listed}) WHERE name = $name GROUP BY duckdb_type"  # noqa: S608 - literals
    groups = connection.execute(query, {"name": name}).fetchall()
    found: dict[str, str] = {}
    for (paths,) in groups:
        for path in sorted(paths):
            source = f"read_parquet({literal(path)}, hive_partitioning = false)"
            described = {row[0]: str(row[1]) for row in connection.execute(f"DESCRIBE FROM {source}").fetchall()}
            kind = _family(described[name]) if name in described else None
            if kind is None or kind in found:
                continue
            row = connection.execute(f"SELECT count({quoted(name)}) FROM {source}").fetchone()  # noqa: S608 - quoted
            if row and row[0]:
                found[kind] = path
                break
    return found


def _family(kind: str) -> str:
    for family, marks in _FAMILIES:
        if any(mark in kind.upper() for mark in marks):
            return family
    return kind.lower()


def _framing_fault(path: str) -> AskError | None:
    """A file that was cut off, or is of another kind, told by its first and last bytes."""
    try:
        with Path(path).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            if size == 0:
                return _damaged(path, "this Parquet file is empty.")
            if size < _SMALLEST:
                return _damaged(path, f"this Parquet file is cut off after {size} bytes.")
            file.seek(0)
            head = file.read(len(_MAGIC))
            file.seek(-len(_MAGIC), os.SEEK_END)
            tail = file.read(len(_MAGIC))
    except FileNotFoundError:
        return None  # replaced meanwhile
    except PermissionError:
        return AskError(Reason.PERMISSION_DENIED, "it may not be read.", where=path, todo="Let this user read it.")
    except OSError as error:
        return _damaged(path, f"it can't be read: {error.strerror}.")
    if head != _MAGIC:
        return _damaged(path, "this is not a Parquet file.")
    return None if tail == _MAGIC else _damaged(path, "this Parquet file is cut off: it has no footer.")


def _readable(connection: "duckdb.DuckDBPyConnection", path: str) -> bool:
    import duckdb

    source = f"read_parquet({literal(path)}, hive_partitioning = false)"
    try:
        connection.execute(f"SELECT max(hash(COLUMNS(*))) FROM {source}").fetchall()  # noqa: S608 - a literal
    except duckdb.InterruptException:
        raise
    except duckdb.Error:
        return not Path(path).exists()
    return True


def _damaged(path: str, what: str) -> AskError:
    todo = "Ask again if it is being written; else run again what writes it, or take the file away."
    return AskError(Reason.DAMAGED, what, where=path, todo=todo)
