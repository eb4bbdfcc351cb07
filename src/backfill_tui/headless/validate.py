"""`validate`: run the suites of phases now, record what they find, print it. The exit code is the worst verdict."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from backfill_tui.checks.judge import Court
from backfill_tui.checks.model import Status, worst
from backfill_tui.checks.warehouse import Question, Stop
from backfill_tui.control.ledger import Ledger, LedgerError
from backfill_tui.control.model import PhaseState
from backfill_tui.control.result import EXIT_CODES
from backfill_tui.engine.cases import cases_of
from backfill_tui.engine.ledgers import ledger_of
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.engine.validation import Validation, validate
from backfill_tui.engine.warehouses import open_warehouse
from backfill_tui.engine.watch import PlanWatch
from backfill_tui.errors import UsageError
from backfill_tui.headless.acts import phase_of
from backfill_tui.headless.asking import narrate, put, put_json
from backfill_tui.headless.interrupts import INTERRUPTED, met_as_interrupts
from backfill_tui.plan.resolved import Plan
from backfill_tui.views import formats
from backfill_tui.views.validation import JudgedPhase, as_json, as_lines

PATIENCE_S = 120.0
"""How long the logs of a plan may take to be read before its accounts are taken as they are."""

_BY_ACCOUNT = {
    PhaseState.PASSED: Status.PASS,
    PhaseState.WARNED: Status.WARN,
    PhaseState.FAILED: Status.FAIL,
}
"""Where there is nothing to run, a phase is judged by its exit code, its summary and its account: its state."""


def validate_phases(
    opened: OpenedPlan, phases: Sequence[str], *, inputs: bool, json_wanted: bool, read_only: bool
) -> int:
    """Judge phases (or, with `inputs`, what they read) and print it.

    0 pass, 1 fail, 2 warnings, 3 unknown; 130 where somebody interrupted it, after a sentence on what is recorded.
    Raises UsageError for a name that is no phase of the plan.
    """
    for name in phases:
        _known(opened.plan, name)
    ledger, note = ledger_of(opened.plan, read_only=read_only)
    kept = None if read_only else ledger
    watch = PlanWatch(opened, ledger, notes=(note,) if note else (), recordable=not note)
    began = datetime.now(UTC)
    try:
        with met_as_interrupts():
            before = watch.look_whole(PATIENCE_S)
            found = _run(opened, before, phases, kept, inputs=inputs)
            after = watch.look()
    except KeyboardInterrupt:
        with suppress(OSError):  # a terminal that was closed reads nothing any more
            narrate(_interrupted(opened.plan, phases, kept, began, inputs=inputs))
        return INTERRUPTED
    finally:
        watch.close()
        if ledger is not None:
            ledger.close()
    for sentence in (*before.notes, *(note for validation in found.values() for note in validation.notes)):
        narrate(sentence)
    for name in phases:
        if not found[name].results:
            narrate(f"{name} has no {'inputs' if inputs else 'suites'}; it is judged by its state.")
    judged = [_judged(after.phase(name), found[name]) for name in phases]
    if json_wanted:
        put_json(as_json(judged))
    else:
        for line in as_lines(judged):
            put(line)
    return EXIT_CODES[worst(one.verdict for one in judged)]


def _known(plan: Plan, name: str) -> None:
    """Refuse a name that is no phase of the plan: with the phases of the suite that it names, or the nearest."""
    names = {phase.name for phase in plan.phases}
    if name in plan.suites and name not in names:
        judged = [one.name for one in plan.phases if name in one.suites]
        reading = [one.name for one in plan.phases if name in {need.suite for need in one.inputs}]
        parts = [", ".join(judged)] if judged else []
        parts += [f"--inputs with {', '.join(reading)}"] if reading else []
        todo = f"Name a phase that has it: {'; or '.join(parts)}." if parts else "No phase has it."
        raise UsageError(f"'{name}' is a suite, and validate takes phases.", todo=todo)
    phase_of(plan, name)


def _interrupted(plan: Plan, phases: Sequence[str], kept: Ledger | None, began: datetime, *, inputs: bool) -> str:
    """What is true once somebody has interrupted: of which suites the results are recorded all the same."""
    if kept is None:
        return "stopped; nothing is recorded."
    recorded, wanted = [], 0
    try:
        for name in phases:
            wanted += len(plan.phase(name).inputs if inputs else plan.phase(name).suites)
            results = kept.newest_results(name, is_input=inputs)
            recorded += [f"{name}: {suite}" for suite, result in results.items() if result.at >= began]
    except LedgerError as error:
        return f"stopped; what is recorded can't be told: {error}"
    if not recorded:
        return "stopped; no result is recorded."
    return f"stopped; recorded are the results of {len(recorded)} of {wanted} suites ({', '.join(recorded)})."


def _run(
    opened: OpenedPlan, snapshot: Snapshot, phases: Sequence[str], kept: Ledger | None, *, inputs: bool
) -> dict[str, Validation]:
    """The suites of each phase, one phase after the other."""
    found = {}
    with _court(opened) as court:
        for name in phases:
            cases = cases_of(opened.plan, name, snapshot.seen)
            wanted = [case for case in cases if case.is_input is inputs]
            found[name] = validate(wanted, court, kept, asked_by="command")
    return found


@contextmanager
def _court(opened: OpenedPlan) -> Iterator[Court]:
    """The plan's warehouse for as long as it takes. What it will bill for is told before it is asked."""
    warehouse = open_warehouse(opened.plan)
    bills = warehouse is not None and warehouse.bills

    def tell(question: Question, size: int) -> None:
        if bills and size:
            narrate(f"{question.labels['phase']}: {question.labels['suite']} reads {formats.size(size)}")

    try:
        yield Court(warehouse, opened.plan.folder, Stop(), tell)
    finally:
        if warehouse is not None:
            warehouse.close()


def _judged(view: PhaseView, validation: Validation) -> JudgedPhase:
    if validation.results:
        return JudgedPhase(view, validation.results, validation.verdict)
    return JudgedPhase(view, (), _BY_ACCOUNT.get(view.state, Status.UNKNOWN))
