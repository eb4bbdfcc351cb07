"""DuckDB's exceptions as AskError: a named reason and one sentence, the engine's own dump left behind."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from backfill_tui.checks.model import Reason
from backfill_tui.checks.translation import ZERO
from backfill_tui.checks.warehouse import AskError, divided_by_zero, no_column

if TYPE_CHECKING:
    import duckdb

_MISSING_COLUMN = re.compile(
    r'Referenced column "(?P<a>.+?)" not found|does not have a column named "(?P<b>.+?)"'
    r'|Could not find key "(?P<c>.+?)" in struct'
)
_LOCK = re.compile(r"Could not set lock on file.*?(?:\(PID (?P<pid>\d+)\)|$)", re.DOTALL)
_OF_THE_QUERY = (
    "BinderException",
    "CatalogException",
    "ParserException",
    "SyntaxException",
    "NotImplementedException",
)
_OF_ITS_VALUES = ("ConversionException", "InvalidInputException", "TypeMismatchException", "OutOfRangeException")


def nearest(name: str, existing: Iterable[str]) -> str | None:
    """The existing name that was probably meant."""
    by_folded = {one.casefold(): one for one in existing}
    found = get_close_matches(name.casefold(), by_folded, n=1)
    return by_folded[found[0]] if found else None


def is_about_the_query(error: "duckdb.Error") -> bool:
    """Whether the SQL or a division is to blame, so that no file needs to be looked at."""
    text = str(error)
    return type(error).__name__ in _OF_THE_QUERY or _is_zero(text)


def explained(error: "duckdb.Error", *, where: str, columns: Iterable[str] = ()) -> AskError:
    """What the engine said when a query was asked of `where` (its tables), whose columns are known."""
    text, kind = str(error), type(error).__name__
    said = _first_line(text)
    if _is_zero(text):
        return divided_by_zero(where)
    missing = _MISSING_COLUMN.search(text)
    if missing:
        return _missing_column(next(filter(None, missing.groups())), where, columns)
    if kind == "OutOfMemoryException":
        return AskError(
            Reason.OTHER, f"out of memory: {said}", where=where, todo="Ask about fewer dates at a time."
        )
    if "disabled by configuration" in text:
        return AskError(
            Reason.PERMISSION_DENIED,
            "it reads what lies outside the warehouse, which no check does.",
            where=where,
            todo="Make a view of files a table, or give the folder of the files as the warehouse's `path`.",
        )
    if kind == "PermissionException" or "Permission denied" in text:
        return AskError(Reason.PERMISSION_DENIED, said, where=where, todo="Let this user read it.")
    if kind in (*_OF_THE_QUERY, *_OF_ITS_VALUES):
        return AskError(Reason.WRONG_SQL, said, where=where)
    return AskError(Reason.OTHER, said, where=where)


def not_opened(error: "duckdb.Error", path: Path) -> AskError:
    """Why a .duckdb file could not be opened for reading."""
    text = str(error)
    lock = _LOCK.search(text)
    if lock or "different configuration" in text:
        holder = f"process {lock['pid']}" if lock and lock["pid"] else "another writer"
        return AskError(
            Reason.LOCKED,
            f"{holder} is writing to it.",
            where=path,
            todo="Ask again once that has ended.",
        )
    if "version number" in text and ("newer" in text or "storage" in text.lower()):
        said = _first_line(text).replace(f'"{path}"', "it")
        return AskError(Reason.DAMAGED, said, where=path, todo="Read it with the version of DuckDB that wrote it.")
    if "Permission denied" in text:
        return AskError(Reason.PERMISSION_DENIED, "it may not be read.", where=path, todo="Let this user read it.")
    return AskError(
        Reason.DAMAGED,
        "this is not a DuckDB database, or it is damaged.",
        where=path,
        todo="Restore or rebuild it.",
    )


def _missing_column(name: str, where: str, columns: Iterable[str]) -> AskError:
    meant = nearest(name, columns)
    return no_column(name, where, f"Did you mean {meant}?" if meant else "")


def _is_zero(text: str) -> bool:
    return _first_line(text).rstrip(".") == ZERO


def _first_line(text: str) -> str:
    """One sentence of it, without the name of its class or advice about the engine."""
    line = text.strip().partition("\n")[0].strip()
    line = re.sub(r"^(?:[A-Z]\w*(?: \w+){0,3} Error|TProtocolException): ", "", line)
    line = re.sub(r" See also https?://\S+", "", line)
    line = re.sub(r" You might need to add explicit type casts\.?", "", line)
    return line if line.endswith("?") else line.rstrip(".!") + "."
