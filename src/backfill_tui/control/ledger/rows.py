"""Rows by the names of their columns, and the identities in them: four columns, named alike in every table."""

import sqlite3

from backfill_tui.sources.presence import Identity


def named(connection: sqlite3.Connection) -> sqlite3.Cursor:
    """A cursor whose rows are read by the names of their columns."""
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor


def row_of_identity(identity: Identity) -> tuple[str, int, float, float | None]:
    """Its boot_id, pid, process_started and since_boot_s."""
    return identity.boot_id, identity.pid, identity.started_at, identity.since_boot_s


def identity_of_row(row: sqlite3.Row) -> Identity:
    """The process that a row tells of."""
    return Identity(row["boot_id"], row["pid"], row["process_started"], row["since_boot_s"])
