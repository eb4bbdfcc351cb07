"""Rows by the names of their columns, those that are understood, and the identities in them.

An identity is four columns, named alike in every table.
"""

import sqlite3
from collections.abc import Callable, Iterable
from typing import TypeVar

from backfill_tui.sources.presence import Identity

_T = TypeVar("_T")


def named(connection: sqlite3.Connection) -> sqlite3.Cursor:
    """A cursor whose rows are read by the names of their columns."""
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor


def understood(read: Callable[[sqlite3.Row], _T], rows: Iterable[sqlite3.Row]) -> tuple[_T, ...]:
    """What the rows tell, without those that `read` raises ValueError at: another version wrote them."""
    found = []
    for row in rows:
        try:
            found.append(read(row))
        except ValueError:
            continue
    return tuple(found)


def row_of_identity(identity: Identity) -> tuple[str, int, float, float | None]:
    """Its boot_id, pid, process_started and since_boot_s."""
    return identity.boot_id, identity.pid, identity.started_at, identity.since_boot_s


def identity_of_row(row: sqlite3.Row) -> Identity:
    """The process that a row tells of."""
    return Identity(row["boot_id"], row["pid"], row["process_started"], row["since_boot_s"])
