"""Which part of a suite's query keeps it from being asked: its table, its `date_column` or its `where`."""

from collections.abc import Callable
from dataclasses import replace

from backfill_tui.checks.fragments import no_dates
from backfill_tui.checks.model import Reason
from backfill_tui.checks.question import SuiteQuery
from backfill_tui.checks.warehouse import AskError

_OF_A_PART = frozenset({Reason.WRONG_SQL, Reason.MISSING_COLUMN})


def blamed(error: AskError, query: SuiteQuery, prove: Callable[[SuiteQuery], object]) -> AskError:
    """The refusal of a query without metrics, told of the part that it comes from.

    `prove` raises AskError for a query that does not hold. It is given the table alone, then that with its dates.
    """
    if error.reason not in _OF_A_PART:
        return error
    table = replace(query, date_column=None, where=None, days=False, listed=None)
    refused = _refusal(table, prove)
    if refused is not None:
        return refused
    refused = _refusal(replace(query, where=None), prove)
    if refused is None:
        return _in("where", error)
    if refused.reason is Reason.WRONG_SQL:
        return no_dates(refused, str(query.date_column))
    return _in("date_column", refused)


def _refusal(query: SuiteQuery, prove: Callable[[SuiteQuery], object]) -> AskError | None:
    try:
        prove(query)
    except AskError as error:
        return error
    return None


def _in(key: str, error: AskError) -> AskError:
    if error.reason not in _OF_A_PART:
        return error
    return AskError(error.reason, f"in `{key}`: {error.what}", where=error.where, todo=error.todo)
