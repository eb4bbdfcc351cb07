"""What must hold of suites: that they check something that can fail, of a table, in bounds that leave room."""

import re
from collections.abc import Iterator

from backfill_tui.plan.draft import Draft
from backfill_tui.plan.model.file import PlanWritten
from backfill_tui.plan.model.suite import BoundWritten, CompletenessWritten, MetricWritten, SuiteWritten
from backfill_tui.plan.model.surroundings import ProbeWritten
from backfill_tui.plan.words import Severity
from backfill_tui.plan.yaml_tree import KeyPath

_TABLE = re.compile(r"`?[^\s`'\";().,/\\]+`?(\.`?[^\s`'\";().,/\\]+`?){0,2}")
_LIMITS = (("at_least", "at_most"), ("each_at_least", "each_at_most"))


def _bounds_leave_room(plan: PlanWritten, draft: Draft) -> None:
    for path, bounds in _bounds(plan):
        for low_key, high_key in _LIMITS:
            low, high = getattr(bounds, low_key, None), getattr(bounds, high_key, None)
            if low is not None and high is not None and low > high:
                draft.refuse((*path, low_key), f"{low:g} is above {high_key} {high:g}")


def _bounds(plan: PlanWritten) -> Iterator[tuple[KeyPath, BoundWritten | ProbeWritten]]:
    for name, suite in plan.suites.items():
        for kind in ("metrics", "progress", "queries"):
            for check, bounds in getattr(suite, kind).items():
                yield ("suites", name, kind, check), bounds
    for name, probe in plan.probes.items():
        yield ("probes", name), probe


def _bounds_of_each_have_groups(plan: PlanWritten, draft: Draft) -> None:
    for name, suite in plan.suites.items():
        for key, metric in suite.metrics.items():
            here = ("suites", name, "metrics", key)
            if metric.by is not None or draft.broken(*here, "by"):
                continue
            for limit in _LIMITS[1]:
                if getattr(metric, limit) is not None:
                    draft.refuse((*here, limit), "is a bound on every group, and there is no `by` that makes them")


def _suites_can_fail(plan: PlanWritten, draft: Draft) -> None:
    for name, suite in plan.suites.items():
        here = ("suites", name)
        severities = set(_severities(suite))
        if draft.broken(*here):
            continue
        if not severities:
            draft.refuse(here, "checks nothing: no metric, progress or query has a bound, and there is no command")
        elif severities == {"info"}:
            draft.warn(here, "can never fail: all its checks have severity info; give one of them error or warn")


def _severities(suite: SuiteWritten) -> Iterator[Severity]:
    """How much each of its checks weighs; what is only shown is none."""
    for check in (*suite.metrics.values(), *suite.progress.values(), *suite.queries.values()):
        if _is_bounded(check):
            yield check.severity
    for query in suite.queries.values():
        if query.expect is not None:
            yield query.severity
    if suite.completeness is not None and _is_limited(suite.completeness):
        yield suite.completeness.severity
    for command in suite.commands.values():
        yield command.severity


def _is_bounded(check: BoundWritten) -> bool:
    limits = [check.at_least, check.at_most]
    if isinstance(check, MetricWritten):
        limits += [check.each_at_least, check.each_at_most]
    return any(limit is not None for limit in limits)


def _is_limited(whole: CompletenessWritten) -> bool:
    return whole.missing_at_most is not None or whole.coverage_at_least is not None


def _tables_are_named(plan: PlanWritten, draft: Draft) -> None:
    for name, suite in plan.suites.items():
        here = ("suites", name)
        asked = [key for key in ("metrics", "completeness") if getattr(suite, key)]
        if asked and suite.table is None and not draft.broken(*here, "table"):
            draft.refuse((*here, "table"), f"is missing; {asked[0]} are asked of a table")
        if suite.completeness and suite.date_column is None and not draft.broken(*here, "date_column"):
            draft.refuse((*here, "date_column"), "is missing; completeness compares its dates with the calendar")


def _tables_can_be_asked(plan: PlanWritten, draft: Draft) -> None:
    for name, suite in plan.suites.items():
        here = ("suites", name, "table")
        if suite.table is None or draft.broken(*here):
            continue
        if not _TABLE.fullmatch(suite.table):
            draft.refuse(here, f"'{suite.table}' is no table; write dataset.table or project.dataset.table")
        elif "." not in suite.table:
            draft.warn(here, f"'{suite.table}' has no dataset; write dataset.table")


def _expectations_make_sense(plan: PlanWritten, draft: Draft) -> None:
    for name, suite in plan.suites.items():
        for key, query in suite.queries.items():
            if query.expect == "no_rows" and _is_bounded(query):
                here = ("suites", name, "queries", key, "expect")
                draft.refuse(here, "is no_rows, so there is no first value for at_least or at_most")


def _suites_are_named_once(plan: PlanWritten, draft: Draft) -> None:
    for name, phase in plan.phases.items():
        for key, names in (("suites", phase.suites), ("inputs", [need.suite for need in phase.inputs])):
            for index, suite in enumerate(names):
                if suite in names[:index]:
                    draft.refuse(("phases", name, key, index), f"names suite {suite} a second time; name it once")


def _suites_are_used(plan: PlanWritten, draft: Draft) -> None:
    used = {name for phase in plan.phases.values() for name in phase.suites}
    used |= {wanted.suite for phase in plan.phases.values() for wanted in phase.inputs}
    for name in plan.suites:
        if name not in used and not draft.broken("phases"):
            draft.warn(("suites", name), "is used by no phase; name it in `suites` or `inputs` of one")


RULES = (
    _bounds_leave_room,
    _bounds_of_each_have_groups,
    _suites_can_fail,
    _tables_are_named,
    _tables_can_be_asked,
    _expectations_make_sense,
    _suites_are_named_once,
    _suites_are_used,
)
