"""`run`: a night without anybody. It judges what has ended, starts what may start, and says so in lines."""

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from backfill_tui.control.driving import Step, StepKind, next_steps, scope_of
from backfill_tui.control.model import NOT_BEGUN
from backfill_tui.control.result import Result
from backfill_tui.engine.bench import PATIENCE_S, Bench, acting
from backfill_tui.engine.driver import Driver
from backfill_tui.engine.drivers import driving
from backfill_tui.engine.ledgers import ledger_of, unwritable
from backfill_tui.engine.notifying import unreachable
from backfill_tui.engine.phases_now import phases_now
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.reporting import gather
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.engine.watch import PlanWatch
from backfill_tui.errors import in_words
from backfill_tui.headless.acts import allowed, phase_of
from backfill_tui.headless.asking import narrate
from backfill_tui.headless.detach import detached
from backfill_tui.headless.run_lines import RunLines
from backfill_tui.views import progress_lines
from backfill_tui.views.report_json import as_json
from backfill_tui.views.shell_words import shell_line
from backfill_tui.views.spans import plain

INTERRUPTED = 130

LOG = "run.log"
"""Where a detached run prints, in the plan's state folder."""

_PAUSE_S = 0.5  # between two looks; what is printed has a rhythm of its own


def run(
    opened: OpenedPlan, *, until: str | None, dry_run: bool, detach: bool, json_wanted: bool, read_only: bool
) -> int:
    """Drive a plan until nothing more can come of it without a person.

    0 pass, 1 a phase failed or could not start, 2 warnings, 3 unknown, 130 interrupted: the jobs go on then.
    Raises UsageError for a name that is no phase; LedgerError where nothing could be recorded, so that nothing
    would be started; NotBegunError where a detached run ended before it was under way.
    """
    if until is not None:
        phase_of(opened.plan, until, option="--until")
    if dry_run:
        return _say_what_would_be_done(opened, until)
    allowed("run", read_only=read_only)

    def work(begun: Callable[[], None]) -> int:
        with _ended_by_signals() as stop, acting(opened, asked_by="auto", stop=stop) as bench:
            if not stop.is_set():
                begun()
            return drive(bench, until=until, json_wanted=json_wanted, stop=stop)

    return detached(opened.plan.state_dir / LOG, work) if detach else work(lambda: None)


def drive(bench: Bench, *, until: str | None, json_wanted: bool, stop: threading.Event) -> int:
    """Look, act and print until it is over or `stop` is set; then the final report."""
    lines = RunLines(sys.stderr if json_wanted else sys.stdout, bench.plan.polling)
    driver = Driver(bench.plan, bench.judging, bench.operator, bench.neighbours, lines.happened, until=until)
    snapshot = bench.newest
    for sentence in unreachable(bench.plan):
        lines.say(snapshot.at, sentence)
    try:
        with driving(bench.plan.state_dir, "run"):
            snapshot = _drive(bench, driver, lines, stop)
    finally:
        bench.judging.cancel_all()
        driver.close()
        lines.tell(snapshot)
    if stop.is_set():
        lines.say(snapshot.at, "Interrupted. The jobs go on; the same command, given again, carries on from here.")
        return INTERRUPTED
    bench.settle()
    result = driver.result(snapshot)
    _report(bench, snapshot, result, lines, json_wanted=json_wanted)
    return result.exit_code


def _drive(bench: Bench, driver: Driver, lines: RunLines, stop: threading.Event) -> Snapshot:
    snapshot = bench.newest
    trouble = ""
    while not stop.is_set():
        try:
            snapshot = bench.look()
            lines.show(snapshot)
            driver.tick(snapshot)
            bench.attend(snapshot)
            trouble = ""
        except Exception as error:  # noqa: BLE001 - whatever it is: it is said, and the night goes on
            if trouble != (trouble := in_words(error)):
                lines.say(datetime.now(UTC), f"This look failed, and is tried again: {trouble}")
        else:
            if driver.is_over(snapshot):
                break
        stop.wait(_PAUSE_S)
    return snapshot


def _report(bench: Bench, snapshot: Snapshot, result: Result, lines: RunLines, *, json_wanted: bool) -> None:
    """What became of it: a report of those phases that do not wait for a person, then what they wait for."""
    judged = {one.phase for one in result.phases if not one.waits_for_a_person}
    report = gather(bench.plan, bench.ledger, snapshot, scope=judged)
    if json_wanted:
        json.dump(as_json(report, snapshot), sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        lines.write(progress_lines.final(report))
    for one in result.phases:
        if one.is_to_be_told:
            lines.write([f"{one.phase}: {one.sentence}"])
    sys.stdout.flush()


def _say_what_would_be_done(opened: OpenedPlan, until: str | None) -> int:
    """Print each phase with its gate, and what would be done now. Nothing is."""
    ledger, note = ledger_of(opened.plan, read_only=True)
    if note := note or unwritable(opened.plan):
        narrate(note)
    watch = PlanWatch(opened, ledger, recordable=not note)
    try:
        snapshot = watch.look_whole(PATIENCE_S)
    finally:
        watch.close()
        if ledger is not None:
            ledger.close()
    scope = scope_of(opened.plan.phases, until)
    steps = next_steps(phases_now(opened.plan, snapshot), scope=scope, now=snapshot.at)
    for view in (view for view in snapshot.phases if view.name in scope):
        sys.stdout.write(f"{plain(view.name)}: {view.state.value}: {plain(view.why)}\n")
        for condition in view.gate if view.state in NOT_BEGUN else ():
            mark = {True: "ok", False: "no", None: "unknown"}[condition.ok]
            sys.stdout.write(f"  {mark:<7}  {plain(condition.name)}: {plain(condition.detail)}\n")
        for step in (step for step in steps if step.phase == view.name):
            sys.stdout.write(f"  would {_WOULD[step.kind]} now ({step.why}){_command(opened, step)}\n")
    return 0


_WOULD = {
    StepKind.VALIDATE: "run its suites",
    StepKind.VALIDATE_INPUTS: "judge its inputs",
    StepKind.LAUNCH: "start it",
    StepKind.STOP: "ask it to end",
}


def _command(opened: OpenedPlan, step: Step) -> str:
    command = opened.plan.phase(step.phase).command
    return f": {shell_line(command)}" if step.kind is StepKind.LAUNCH and command else ""


@contextmanager
def _ended_by_signals() -> Iterator[threading.Event]:
    """An event that SIGINT, SIGTERM and a closing terminal set, instead of an exception in the middle of a step.

    A signal that whoever started us has made us ignore (`nohup`) stays ignored.
    """
    stop = threading.Event()
    before = {}
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, lambda *_: stop.set())
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
