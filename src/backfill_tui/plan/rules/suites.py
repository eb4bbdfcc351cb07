"""What must hold of suites: that they check something, of a table, in bounds that leave room."""

from collections.abc import Iterator

from backfill_tui.plan.draft import Draft
from backfill_tui.plan.model.file import PlanWritten
from backfill_tui.plan.model.suite import BoundWritten, SuiteWritten
from backfill_tui.plan.model.surroundings import ProbeWritten
from backfill_tui.plan.yaml_tree import KeyPath


def _bounds_leave_room(plan: PlanWritten, draft: Draft) -> None:
    for path, bounds in _bounds(plan):
        if bounds.at_least is not None and bounds.at_most is not None and bounds.at_least > bounds.at_most:
            draft.refuse((*path, "at_least"), f"{bounds.at_least:g} is above at_most {bounds.at_most:g}")


def _bounds(plan: PlanWritten) -> Iterator[tuple[KeyPath, BoundWritten | ProbeWritten]]:
    for name, suite in plan.suites.items():
        for kind in ("metrics", "progress", "queries"):
            for check, bounds in getattr(suite, kind).items():
                yield ("suites", name, kind, check), bounds
    for name, probe in plan.probes.items():
        yield ("probes", name), probe


def _suites_check_something(plan: PlanWritten, draft: Draft) -> None:
    for name, suite in plan.suites.items():
        here = ("suites", name)
        if not _checks_something(suite) and not draft.broken(*here):
            draft.refuse(here, "checks nothing: no metric, progress or query has a bound, and there is no command")


def _tables_are_named(plan: PlanWritten, draft: Draft) -> None:
    for name, suite in plan.suites.items():
        here = ("suites", name)
        asked = [key for key in ("metrics", "completeness") if getattr(suite, key)]
        if asked and suite.table is None and not draft.broken(*here, "table"):
            draft.refuse((*here, "table"), f"is missing; {asked[0]} are asked of a table")
        if suite.completeness and suite.date_column is None and not draft.broken(*here, "date_column"):
            draft.refuse((*here, "date_column"), "is missing; completeness compares its dates with the calendar")


def _suites_are_used(plan: PlanWritten, draft: Draft) -> None:
    used = {name for phase in plan.phases.values() for name in phase.suites}
    used |= {wanted.suite for phase in plan.phases.values() for wanted in phase.inputs}
    for name in plan.suites:
        if name not in used and not draft.broken("phases"):
            draft.warn(("suites", name), "is used by no phase; name it in `suites` or `inputs` of one")


def _checks_something(suite: SuiteWritten) -> bool:
    bounded = [*suite.metrics.values(), *suite.progress.values(), *suite.queries.values()]
    whole = suite.completeness
    return (
        any(check.at_least is not None or check.at_most is not None for check in bounded)
        or any(query.expect for query in suite.queries.values())
        or bool(suite.commands)
        or (whole is not None and (whole.missing_at_most is not None or whole.coverage_at_least is not None))
    )


RULES = (_bounds_leave_room, _suites_check_something, _tables_are_named, _suites_are_used)
