"""Checks of which nothing is known: what the warehouse's failure, or a table without rows, makes of them. Pure."""

from dataclasses import replace

from backfill_tui.checks.advice import TODO
from backfill_tui.checks.model import Check, Reason, Status
from backfill_tui.checks.warehouse import AskError
from backfill_tui.plan.resolved import Suite

OF_ONE_METRIC = frozenset({Reason.MISSING_COLUMN, Reason.WRONG_SQL, Reason.DIVISION_BY_ZERO})
"""What one expression can do to a query; the other reasons concern the table or the warehouse as a whole."""

_NO_ROWS = "the suite saw no rows in this range"


def unanswered(blank: Check, error: AskError, table: str | None) -> Check:
    """A check of which nothing is known, because of that. What is wrong with a query is told by its table."""
    where = table if table is not None and error.reason in OF_ONE_METRIC else error.where
    what = error.what.rstrip(".")
    return replace(
        blank,
        status=Status.UNKNOWN,
        reason=error.reason,
        detail=f"{where}: {what}" if where else what,
        todo=error.todo or TODO[error.reason],
    )


def unseen(blank: Check, suite: Suite, limits: str) -> Check:
    """A check of which nothing is known, because the suite saw no rows; `limits` is what it is held against."""
    aim = f" ({limits})" if limits else ""
    return replace(
        blank, reason=Reason.NO_ROWS, detail=f"{suite.table}: {_NO_ROWS}{aim}", todo=TODO[Reason.NO_ROWS]
    )
