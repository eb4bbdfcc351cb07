"""What must hold of warehouse, calendar and probes: each is one thing, and there where it is needed."""

from backfill_tui.plan.draft import Draft
from backfill_tui.plan.model.file import PlanWritten
from backfill_tui.plan.model.surroundings import WarehouseWritten

_ONLY_DUCKDB = ("path",)
_ONLY_BIGQUERY = ("project", "location", "api_endpoint", "max_bytes_billed")


def _sql_has_a_warehouse(plan: PlanWritten, draft: Draft) -> None:
    if plan.warehouse is not None or draft.broken("warehouse"):
        return
    advice = "the plan has no `warehouse`; add one, such as {backend: duckdb, path: warehouse/}"
    if any(suite.metrics or suite.completeness or suite.queries for suite in plan.suites.values()):
        draft.refuse(("suites",), f"run in a warehouse, and {advice}")
    if plan.calendar and plan.calendar.sql:
        draft.refuse(("calendar", "sql"), f"runs in a warehouse, and {advice}")
    for name, probe in plan.probes.items():
        if probe.sql:
            draft.refuse(("probes", name, "sql"), f"runs in a warehouse, and {advice}")


def _a_warehouse_is_one_thing(plan: PlanWritten, draft: Draft) -> None:
    warehouse = plan.warehouse
    if warehouse is None or draft.broken("warehouse", "backend"):
        return
    if warehouse.backend == "duckdb" and warehouse.path is None and not draft.broken("warehouse", "path"):
        draft.refuse(("warehouse", "path"), "is missing; name a .duckdb file, or a folder of Parquet files")
    for key in _foreign_keys(warehouse):
        draft.refuse(("warehouse", key), f"has no meaning for the backend {warehouse.backend}; take it out")


def _foreign_keys(warehouse: WarehouseWritten) -> list[str]:
    foreign = _ONLY_BIGQUERY if warehouse.backend == "duckdb" else _ONLY_DUCKDB
    return [key for key in foreign if getattr(warehouse, key) is not None]


def _a_calendar_is_one_thing(plan: PlanWritten, draft: Draft) -> None:
    calendar = plan.calendar
    if calendar is not None and not draft.broken("calendar") and (calendar.sql is None) == (calendar.csv is None):
        draft.refuse(("calendar",), "needs either sql or csv, and one of them only")


def _a_probe_is_one_thing(plan: PlanWritten, draft: Draft) -> None:
    for name, probe in plan.probes.items():
        here = ("probes", name)
        kinds = [key for key in ("run", "http", "sql") if getattr(probe, key) is not None]
        if draft.broken(*here):
            continue
        if len(kinds) != 1:
            draft.refuse(here, "needs one of run, http and sql, and one of them only")
        if probe.http is not None and not probe.http.lower().startswith(("http://", "https://")):
            draft.refuse((*here, "http"), "must be an address that begins with http:// or https://")
        if probe.status is not None and probe.http is None:
            draft.refuse((*here, "status"), "belongs to http; take it out")
        for key in ("at_least", "at_most"):
            if getattr(probe, key) is not None and probe.sql is None:
                draft.refuse((*here, key), "belongs to sql; take it out")


RULES = (_sql_has_a_warehouse, _a_warehouse_is_one_thing, _a_calendar_is_one_thing, _a_probe_is_one_thing)
