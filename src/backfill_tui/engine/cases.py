"""What is to be run: each suite of a phase with the range, the accounts and the calendar it is run on. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backfill_tui.checks.subject import Subject
from backfill_tui.engine.seen import Seen
from backfill_tui.plan.ranges import Dates, may_meet
from backfill_tui.plan.resolved import Input, JudgingCommand, Phase, Plan, Suite
from backfill_tui.plan.tables import names_table, same_table
from backfill_tui.progress.account import Account


@dataclass(frozen=True, slots=True)
class Case:
    """One suite on one phase: of what it wrote, or of what it reads.

    `written_at` (aware) is when somebody who fills what the suite looks at was last heard of.
    """

    phase: Phase
    suite: Suite
    is_input: bool
    subject: Subject
    every_s: float | None = None
    written_at: datetime | None = None


def cases_of(plan: Plan, name: str, seen: Seen) -> list[Case]:
    """The suites of a phase on what its run wrote, then those of its inputs on what its next run will read.

    KeyError if no phase of that name has been seen.
    """
    phase, next_run = seen.phases[name], seen.next_runs[name]
    outputs = [_output(plan, phase, plan.suites[suite], seen) for suite in phase.suites]
    inputs = [_input(plan, next_run, need, seen) for need in next_run.inputs]
    return outputs + inputs


def _output(plan: Plan, phase: Phase, suite: Suite, seen: Seen) -> Case:
    """A phase that only judges has no account of its own: then those of the table's writers count."""
    writers = _writers_of(suite, seen)
    fillers = writers if phase.judges_only else [phase]
    dates = seen.ranges.get(phase.name)
    subject = _subject(plan, phase, suite, fillers, dates, seen, phase.listed_dates)
    filled = (phase, *writers, *_writers_beside(phase, seen))
    written_at = _last(_within(filled, dates, seen), _elsewhere(suite, phase.writes, dates, seen))
    return Case(phase, suite, False, subject, None, written_at)


def _input(plan: Plan, phase: Phase, need: Input, seen: Seen) -> Case:
    """What a phase reads: its own range and the days before that its windows look back to."""
    suite = plan.suites[need.suite]
    fillers = [one for one in _writers_of(suite, seen) if one.name != phase.name]
    dates = phase.dates or seen.ranges.get(phase.name)
    if dates is not None:
        dates = (dates[0] - timedelta(days=need.lookback_days), dates[1])
    subject = _subject(plan, phase, suite, fillers, dates, seen, None)
    written_at = _last(_within(fillers, dates, seen), _elsewhere(suite, None, dates, seen))
    return Case(phase, suite, True, subject, need.every_s, written_at)


def _writers_of(suite: Suite, seen: Seen) -> list[Phase]:
    """The phases that fill a table that the suite looks at: its own, or one that its SQL names."""
    return [one for one in seen.phases.values() if one.writes and _looks_at(suite, one.writes)]


def _looks_at(suite: Suite, table: str) -> bool:
    asked = [suite.table or "", *(query.sql for query in suite.queries), *(metric.sql for metric in suite.metrics)]
    return any(names_table(sql, table) for sql in asked)


def _writers_beside(phase: Phase, seen: Seen) -> Iterator[Phase]:
    """The phases that fill the table that it writes itself, whatever its suites look at."""
    for one in seen.phases.values():
        if one.name != phase.name and same_table(one.writes, phase.writes):
            yield one


def _within(writers: Iterable[Phase], dates: Dates | None, seen: Seen) -> Iterator[datetime]:
    """When each of these that has days in common was last heard of."""
    for one in writers:
        at = seen.active_at.get(one.name)
        if at is not None and may_meet(seen.ranges.get(one.name), dates):
            yield at


def _elsewhere(suite: Suite, writes: str | None, dates: Dates | None, seen: Seen) -> Iterator[datetime]:
    """When other plans have last written, on these days, what the suite looks at or its phase writes."""
    for one in seen.elsewhere:
        own = same_table(one.table, writes)
        if (own or _looks_at(suite, one.table)) and may_meet(one.dates, dates):
            yield one.at


def _last(*times: Iterable[datetime]) -> datetime | None:
    return max((at for each in times for at in each), default=None)


def _subject(
    plan: Plan,
    phase: Phase,
    suite: Suite,
    fillers: Sequence[Phase],
    dates: Dates | None,
    seen: Seen,
    listed: tuple[date, ...] | None,
) -> Subject:
    def argv_of(command: JudgingCommand) -> tuple[str, ...]:
        return plan.command_of(command, phase, dates)

    def retry_of(days: tuple[date, ...]) -> tuple[str, ...] | None:
        return fillers[0].retry_of(days) if len(fillers) == 1 else None

    # A phase of which nothing is known yet counts as one that has said nothing, not as one that is not there.
    accounts = {one.name: seen.accounts.get(one.name, Account()) for one in fillers}
    return Subject(
        phase=phase.name,
        plan=plan.name,
        dates=dates,
        listed=listed,
        accounts=accounts,
        calendar=seen.calendar,
        place=_place(plan, fillers if suite.progress else ()),
        argv_of=argv_of,
        retry_of=retry_of,
    )


def _place(plan: Plan, fillers: Sequence[Phase]) -> tuple[str, ...]:
    """What tells one judgement from another besides its rules and its range: whose rows, and whose account."""
    sources = [str(part) for phase in fillers for part in (*phase.logs, phase.checkpoint)]
    warehouse = plan.warehouse
    if warehouse is None:
        return (str(plan.folder), *sources)
    where = (warehouse.backend, warehouse.path, warehouse.project, warehouse.location, warehouse.api_endpoint)
    return (str(plan.folder), *map(str, where), *sources)
