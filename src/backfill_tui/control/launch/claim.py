"""What a plan tells other plans of the same user: what its phases write, have written, and will start.

Of the disk it asks only where the path of a warehouse leads to.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from backfill_tui.plan.ranges import may_meet
from backfill_tui.plan.resolved import Warehouse
from backfill_tui.plan.tables import in_project, same_table, without_project
from backfill_tui.sources.presence import Identity

Writer = TypeVar("Writer", "Claim", "Coming", "Ended")

_BIGQUERY = "https://bigquery.googleapis.com"
_IN_BIGQUERY = "bigquery "  # how the fingerprint of such a warehouse begins; its last word is the project


@dataclass(frozen=True, slots=True)
class Claim:
    """A live phase that writes a table.

    `warehouse` is that of `fingerprint_of`. `dates` are the first and last day it writes; None: not known, any may
    be. `identity` is its process; None while it is being started. `run_folder` is there for our own launch. `files`
    are the logs and the checkpoint that it is followed by: what tells one job from another once it has ended.
    """

    plan: str
    plan_path: Path
    state_dir: Path
    phase: str
    table: str
    warehouse: str | None = None
    dates: tuple[date, date] | None = None
    identity: Identity | None = None
    run_folder: Path | None = None
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Coming:
    """A phase that a live process of its plan (`by`: `run`, a dashboard with --auto) will start by itself."""

    plan: str
    plan_path: Path
    phase: str
    table: str
    by: Identity
    warehouse: str | None = None
    dates: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A claim whose process is gone. `at` (aware, UTC) is the last moment at which it may have written."""

    claim: Claim
    at: datetime

    @property
    def table(self) -> str:
        """The table that it wrote."""
        return self.claim.table

    @property
    def warehouse(self) -> str | None:
        """Where that table lies, as of `fingerprint_of`."""
        return self.claim.warehouse

    @property
    def dates(self) -> tuple[date, date] | None:
        """The first and last day that it wrote; None: not known."""
        return self.claim.dates


def fingerprint_of(warehouse: Warehouse | None) -> str | None:
    """One word for each warehouse, the same in every plan; None where the plan does not tell which it is."""
    if warehouse is None:
        return None
    if warehouse.backend == "duckdb":
        return f"duckdb {os.path.realpath(warehouse.path)}" if warehouse.path else None
    if warehouse.project is None:  # the one of whoever runs it
        return None
    return f"{_IN_BIGQUERY}{(warehouse.api_endpoint or _BIGQUERY).rstrip('/')} {warehouse.project}"


def on_the_same_days(
    writers: Iterable[Writer], *, table: str, warehouse: str | None, dates: tuple[date, date] | None
) -> tuple[Writer, ...]:
    """Those that write this table on days in common. Where a warehouse or dates are not known, they may be."""
    return tuple(
        writer
        for writer in writers
        if _is_same_table((table, warehouse), (writer.table, writer.warehouse)) and may_meet(dates, writer.dates)
    )


def in_warehouse(table: str, place: str | None, here: str | None) -> str | None:
    """The table's name for whoever asks in the warehouse `here`; None where it lies in another one than that."""
    (name, lies), (_, asked) = _placed(table, place), _placed(table, here)
    return name if None in {lies, asked} or lies == asked else None


def _is_same_table(one: tuple[str, str | None], other: tuple[str, str | None]) -> bool:
    (table, place), (other_table, other_place) = _placed(*one), _placed(*other)
    return same_table(table, other_table) and (None in {place, other_place} or place == other_place)


def _placed(table: str, warehouse: str | None) -> tuple[str, str | None]:
    """The table with its project, where the warehouse tells which that is, and where such tables lie."""
    if warehouse is None:
        return table, None
    if not warehouse.startswith(_IN_BIGQUERY):
        return without_project(table), warehouse
    place, _, project = warehouse.rpartition(" ")
    return in_project(table, project), place
