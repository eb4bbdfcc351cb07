"""Free queries of a suite: rows are expected or forbidden, or the first value is held against bounds."""

from collections.abc import Mapping
from dataclasses import replace

from backfill_tui.checks.advice import TODO
from backfill_tui.checks.asker import Asker
from backfill_tui.checks.bounds import bound_text, hold, limits_text, phrase
from backfill_tui.checks.model import Check, Reason, Sample, Status
from backfill_tui.checks.unknown import unanswered, unseen
from backfill_tui.checks.warehouse import Answer, AskError, Question
from backfill_tui.plan.resolved import Bound, Metric, Query, Suite
from backfill_tui.plan.words import Expected

SHOWN_ROWS = 20
"""Rows of a free query or a sample that are fetched to be shown."""

_EXPECTED: Mapping[Expected, str] = {"rows": "rows", "no_rows": "no rows"}


def query_check(query: Query, question: Question, asker: Asker, empty: Suite | None = None) -> Check:
    """Ask a free query; of an `empty` suite, whose table has no rows in this range, nothing is asked.

    Never raises AskError.
    """
    blank = Check(
        query.name,
        "query",
        query.severity,
        Status.UNKNOWN,
        bound=_bound(query),
        unit=query.unit,
        sql=query.sql,
    )
    if empty is not None:
        return unseen(blank, empty, _limits(query))
    asked = replace(question, sql=query.sql, rows_at_most=SHOWN_ROWS, suite=None)
    try:
        answer = asker.ask(asked, asker.estimate(asked))
    except AskError as error:
        return unanswered(blank, error, f"query {query.name}")
    found = replace(blank, columns=answer.columns, rows=answer.rows)
    if query.expect is None:
        return _bounded(query, found, answer)
    expected = _expected(query, found, answer)
    bounded = query.bound != Bound() and expected.status is Status.PASS
    return _bounded(query, found, answer) if bounded else expected


def take_sample(metric: Metric, question: Question, asker: Asker) -> Sample:
    """Rows that make a metric fail, by its own query; a sentence where it has none, or it could not be asked."""
    if metric.sample is None:
        return Sample(metric.name, "", problem=f"{metric.name} has no `sample` query in the plan.")
    asked = replace(question, sql=metric.sample, rows_at_most=SHOWN_ROWS, suite=None)
    try:
        answer = asker.ask(asked, asker.estimate(asked))
    except AskError as error:
        return Sample(metric.name, metric.sample, problem=str(error))
    more = max(0, answer.total_rows - len(answer.rows))
    problem = "" if answer.rows else "The sample query returned no rows."
    return Sample(metric.name, metric.sample, answer.columns, answer.rows, more, problem)


def _bound(query: Query) -> str | None:
    expected = _EXPECTED[query.expect] if query.expect else None
    return " and ".join(filter(None, (expected, bound_text(query.bound)))) or None


def _limits(query: Query) -> str:
    """What it is held against, for a person."""
    expected = _EXPECTED[query.expect] if query.expect else None
    return " and ".join(filter(None, (expected, limits_text(query.bound, query.unit))))


def _expected(query: Query, found: Check, answer: Answer) -> Check:
    met = (answer.total_rows > 0) is (query.expect == "rows")
    wanted = "rows expected" if query.expect == "rows" else "none expected"
    rows = (
        "no rows" if not answer.total_rows else "1 row" if answer.total_rows == 1 else f"{answer.total_rows:,} rows"
    )
    return replace(
        found,
        status=Status.PASS if met else Status.FAIL,
        value=answer.total_rows,
        detail=f"{rows} ({wanted})",
    )


def _bounded(query: Query, found: Check, answer: Answer) -> Check:
    if not answer.rows:
        todo = "See whether its tables are filled for these dates."
        limits = limits_text(query.bound, query.unit)
        detail = f"the query returned no rows ({limits})" if limits else "the query returned no rows"
        return replace(found, reason=Reason.NO_ROWS, detail=detail, todo=todo)
    value = answer.rows[0][0] if answer.rows[0] else None
    held = hold(value, query.bound)
    detail = phrase(value, query.bound, places=query.round, unit=query.unit)
    return replace(
        found,
        status=held.status,
        value=value,
        reason=held.reason,
        todo=TODO[held.reason] if held.reason else None,
        detail=f"{detail}; {held.why}" if held.why else detail,
    )
