"""Suites made real: defaults filled in, their commands' placeholders known to be ours."""

from backfill_tui.plan.model.suite import BoundWritten, MetricWritten, SuiteWritten
from backfill_tui.plan.model.surroundings import ProbeWritten
from backfill_tui.plan.place import Place
from backfill_tui.plan.placeholders import NAMES, fill
from backfill_tui.plan.resolved import (
    Bound,
    Completeness,
    JudgingCommand,
    Metric,
    Probe,
    ProgressCheck,
    Query,
    Suite,
)

_LATER = tuple(name for name in NAMES if name != "dates")  # filled for the phase that is judged


def resolve_suite(name: str, written: SuiteWritten, place: Place) -> Suite:
    """The suite with its defaults; its commands keep their placeholders (see `Plan.command_of`)."""
    whole = written.completeness
    return Suite(
        name=name,
        title=written.title or name,
        table=written.table,
        date_column=written.date_column,
        where=written.where,
        max_age_s=written.max_age,
        timeout_s=written.timeout,
        metrics=tuple(
            Metric(key, m.sql, bound_of(m), m.severity, m.round, m.unit, m.by, m.sample, _bound_of_each(m))
            for key, m in written.metrics.items()
        ),
        progress=tuple(ProgressCheck(key, bound_of(p), p.severity) for key, p in written.progress.items()),
        completeness=Completeness(whole.missing_at_most, whole.coverage_at_least, whole.severity)
        if whole
        else None,
        queries=tuple(
            Query(key, q.sql, bound_of(q), q.severity, q.expect, q.round, q.unit)
            for key, q in written.queries.items()
        ),
        commands=tuple(
            JudgingCommand(key, _template(name, key, c.run, place), c.timeout, c.severity)
            for key, c in written.commands.items()
        ),
    )


def _template(suite: str, key: str, argv: list[str], place: Place) -> tuple[str, ...]:
    """The command as it was written, once it is known that it can be filled."""
    path = ("suites", suite, "commands", key, "run")
    place.words(path, argv, {}, keep=_LATER, excused=("dates",))
    for index, word in enumerate(argv):
        if "dates" in fill(word, {}).unresolved:
            place.draft.refuse((*path, index), "{dates} has no value in a suite's command; write {start} and {end}")
    return tuple(argv)


def wants_dates(suite: SuiteWritten) -> bool:
    """Whether a command of the suite needs the range of the phase that it judges."""
    words = [word for command in suite.commands.values() for word in command.run]
    return any(set(fill(word, {}).unresolved) & {"start", "end"} for word in words)


def resolve_probe(name: str, written: ProbeWritten, place: Place) -> Probe:
    """The probe with its defaults, its program ready to run from the plan's folder."""
    run = place.words(("probes", name, "run"), written.run, place.values) if written.run is not None else None
    return Probe(
        name=name,
        every_s=written.every,
        timeout_s=written.timeout,
        run=run,
        http=written.http,
        status=written.status if written.status is not None else 200,
        sql=written.sql,
        bound=bound_of(written),
    )


def bound_of(written: BoundWritten | ProbeWritten) -> Bound:
    """The limits of a check."""
    return Bound(written.at_least, written.at_most)


def _bound_of_each(written: MetricWritten) -> Bound:
    return Bound(written.each_at_least, written.each_at_most)
