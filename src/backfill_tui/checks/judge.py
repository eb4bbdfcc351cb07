"""One suite run on one phase: everything it asks, and the verdict. Blocks; call it from a worker thread."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from backfill_tui.checks.asker import Asker
from backfill_tui.checks.command import command_check
from backfill_tui.checks.completeness import completeness_checks
from backfill_tui.checks.digest import digest_of, rules_of
from backfill_tui.checks.metrics import Asked, ask_metrics, estimate_metrics, metric_checks
from backfill_tui.checks.model import Check, Reason, Sample, SuiteResult, verdict_of
from backfill_tui.checks.progress import progress_check
from backfill_tui.checks.queries import query_check, take_sample
from backfill_tui.checks.question import SuiteQuery
from backfill_tui.checks.subject import Subject
from backfill_tui.checks.warehouse import AskError, Question, Stop, Warehouse
from backfill_tui.plan.resolved import Suite


@dataclass(frozen=True, slots=True)
class Court:
    """Where suites are run: the warehouse (None: the plan has none), the folder of its programs, the wish to stop.

    `estimated` is told of the bytes of each question right before it is asked.
    """

    warehouse: Warehouse | None
    folder: Path
    stop: Stop
    estimated: Callable[[Question, int], None] = lambda _question, _size: None


def judge(suite: Suite, subject: Subject, court: Court, *, now: datetime) -> SuiteResult:
    """Run a suite as of `now` (aware). Never raises for what a warehouse, a program or the data does."""
    began = time.monotonic()
    asker = Asker(court.warehouse, court.stop, estimated=court.estimated)
    asked = _ask(suite, subject, asker)
    checks = tuple(_checks(suite, subject, court, asker, asked))
    return SuiteResult(
        name=suite.name,
        title=suite.title,
        verdict=verdict_of(checks),
        at=now,
        checks=checks,
        table=suite.table,
        dates=subject.dates,
        rows=asked.rows if asked else None,
        queries=asker.bill.queries,
        bytes_estimated=asker.bill.bytes_estimated,
        bytes_billed=None if asker.bill.open else asker.bill.bytes_billed,
        duration_s=time.monotonic() - began,
        query=asked.query.sql if asked else None,
        digest=digest_of(suite, subject),
        rules=rules_of(suite),
    )


def estimate(suite: Suite, subject: Subject, court: Court) -> int:
    """How many bytes running the suite would read; what can't be asked reads nothing.

    Raises AskError where the warehouse itself gives no answer.
    """
    asker = Asker(court.warehouse, court.stop)
    total = 0
    if suite.table is not None:
        question = _question(suite, subject, "")
        total += _size(asker, partial(estimate_metrics, suite, question, asker, subject.listed))
    for query in suite.queries:
        total += _size(asker, partial(asker.estimate, _question(suite, subject, query.sql)))
    return total


def _size(asker: Asker, found: Callable[[], int]) -> int:
    try:
        return found()
    except AskError:
        if asker.hopeless is not None:
            raise
        return 0


def sample(suite: Suite, check: str, subject: Subject, court: Court) -> Sample:
    """Rows that make the metric of that name fail, by its own query. KeyError if there is no such metric."""
    metric = {one.name: one for one in suite.metrics}[check]
    asker = Asker(court.warehouse, court.stop)
    return take_sample(metric, _question(suite, subject, ""), asker)


def _question(suite: Suite, subject: Subject, sql: str, query: SuiteQuery | None = None) -> Question:
    labels = {"plan": subject.plan, "phase": subject.phase, "suite": suite.name}
    return Question(sql, subject.dates, suite.timeout_s, labels=labels, suite=query)


def _ask(suite: Suite, subject: Subject, asker: Asker) -> Asked | None:
    """The suite's one query; None for a suite that asks no table."""
    if suite.table is None:
        return None
    if suite.date_column is not None and subject.dates is None:
        error = AskError(
            Reason.NO_DATES,
            "its dates are not known, so the range to judge is not.",
            where=subject.phase,
        )
        return Asked(SuiteQuery.of(suite, suite.metrics), error=error)
    return ask_metrics(suite, _question(suite, subject, ""), asker, subject.listed)


def _checks(suite: Suite, subject: Subject, court: Court, asker: Asker, asked: Asked | None) -> Iterator[Check]:
    if asked is not None:
        yield from metric_checks(suite, asked)
    for wanted in suite.progress:
        yield progress_check(wanted, subject.accounts)
    if suite.completeness is not None and asked is not None:
        yield from completeness_checks(suite, suite.completeness, subject, asked)
    empty = suite if asked is not None and asked.error is None and not asked.rows else None
    for query in suite.queries:
        yield query_check(query, _question(suite, subject, query.sql), asker, empty)
    for command in suite.commands:
        yield command_check(command, subject, court.folder, court.stop)
