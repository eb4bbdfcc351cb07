"""What is to be run: each suite of a phase with the range, the accounts and the calendar it is run on. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from backfill_tui.checks.subject import Subject
from backfill_tui.plan.resolved import Input, JudgingCommand, Phase, Plan, Suite
from backfill_tui.progress.account import Account

Calendar = Mapping[date, float]


@dataclass(frozen=True, slots=True)
class Case:
    """One suite on one phase: of what it wrote, or of what it reads."""

    phase: Phase
    suite: Suite
    is_input: bool
    subject: Subject
    every_s: float | None = None


def cases_of(plan: Plan, phase: Phase, accounts: Mapping[str, Account], calendar: Calendar | None) -> list[Case]:
    """The suites of a phase, then those of its inputs. `accounts` are those of all phases, by name."""
    outputs = [
        Case(phase, plan.suites[name], False, _output(plan, phase, plan.suites[name], accounts, calendar))
        for name in phase.suites
    ]
    inputs = [
        Case(phase, plan.suites[need.suite], True, _input(plan, phase, need, accounts, calendar), need.every_s)
        for need in phase.inputs
    ]
    return outputs + inputs


def range_of(phase: Phase, account: Account) -> tuple[date, date] | None:
    """The dates of a phase: by the plan, else as its log announces them."""
    return phase.dates or account.dates


def writers_of(plan: Plan, table: str | None) -> list[Phase]:
    """The phases that fill a table."""
    return [phase for phase in plan.phases if table is not None and phase.writes == table]


def _output(
    plan: Plan, phase: Phase, suite: Suite, accounts: Mapping[str, Account], calendar: Calendar | None
) -> Subject:
    """A phase that only judges has no account of its own: then those of the table's writers count."""
    fillers = writers_of(plan, suite.table) if phase.judges_only else [phase]
    dates = range_of(phase, accounts.get(phase.name, Account()))
    return _subject(plan, phase, fillers, dates, accounts, calendar, phase.listed_dates)


def _input(
    plan: Plan, phase: Phase, need: Input, accounts: Mapping[str, Account], calendar: Calendar | None
) -> Subject:
    """What a phase reads: its own range and the days before that its windows look back to."""
    fillers = [one for one in writers_of(plan, plan.suites[need.suite].table) if one is not phase]
    dates = range_of(phase, accounts.get(phase.name, Account()))
    if dates is not None:
        dates = (dates[0] - timedelta(days=need.lookback_days), dates[1])
    return _subject(plan, phase, fillers, dates, accounts, calendar, None)


def _subject(
    plan: Plan,
    phase: Phase,
    fillers: Sequence[Phase],
    dates: tuple[date, date] | None,
    accounts: Mapping[str, Account],
    calendar: Calendar | None,
    listed: tuple[date, ...] | None,
) -> Subject:
    def argv_of(command: JudgingCommand) -> tuple[str, ...]:
        return plan.command_of(command, phase, dates)

    def retry_of(days: tuple[date, ...]) -> tuple[str, ...] | None:
        return fillers[0].retry_of(days) if len(fillers) == 1 else None

    return Subject(
        phase=phase.name,
        plan=plan.name,
        dates=dates,
        listed=listed,
        accounts={one.name: accounts[one.name] for one in fillers if one.name in accounts},
        calendar=calendar,
        argv_of=argv_of,
        retry_of=retry_of,
    )
