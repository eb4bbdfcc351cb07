"""What a plan tells other plans of the same user: what its live phases write, and what it will start. Pure."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from backfill_tui.control.conflicts import days_in_common
from backfill_tui.plan.resolved import Warehouse
from backfill_tui.plan.tables import in_project, same_table, without_project
from backfill_tui.sources.presence import Identity

Writer = TypeVar("Writer", "Claim", "Coming")

_BIGQUERY = "https://bigquery.googleapis.com"
_IN_BIGQUERY = "bigquery "  # how the fingerprint of such a warehouse begins; its last word is the project


@dataclass(frozen=True, slots=True)
class Claim:
    """A live phase that writes a table.

    `warehouse` is that of `fingerprint_of`. `dates` are the first and last day it writes; None: not known, any may
    be. `identity` is its process; None while it is being started. `run_folder` is there for our own launch.
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

    @property
    def clause(self) -> str:
        """Who writes which days, as a clause without the table's name."""
        pid = f" (pid {self.identity.pid})" if self.identity else ""
        return f"{self.phase} of the plan {self.plan}{pid} writes {_days(self.dates)}"


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

    @property
    def clause(self) -> str:
        """Who will start what, as a clause."""
        return f"the `run` of the plan {self.plan} (pid {self.by.pid}) will start {self.phase} by itself"


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
        if _is_same_table((table, warehouse), (writer.table, writer.warehouse))
        and (dates is None or writer.dates is None or days_in_common(dates, writer.dates) is not None)
    )


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


def _days(dates: tuple[date, date] | None) -> str:
    return "it, its dates are not known" if dates is None else f"{dates[0]} … {dates[1]}"
