"""The plan's warehouse, opened with the backend that it names; that one's libraries are loaded here, not before."""

from backfill_tui.checks.warehouse import Warehouse
from backfill_tui.plan.resolved import Plan


def open_warehouse(plan: Plan) -> Warehouse | None:
    """The warehouse of a plan, None if it names none. Opening asks nothing: what is wrong shows later."""
    named = plan.warehouse
    if named is None:
        return None
    if named.backend == "bigquery":
        from backfill_tui.checks.bigquery_warehouse import BigQueryWarehouse

        return BigQueryWarehouse(named)
    from backfill_tui.checks.duckdb_warehouse import DuckDBWarehouse

    assert named.path is not None  # noqa: S101 - plan.rules refuses a duckdb warehouse without a path
    return DuckDBWarehouse(named.path)
