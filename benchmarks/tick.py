"""What it costs to look at twenty phases in which nothing has happened, and at one that has grown by a line."""

import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.watch import PlanWatch
from backfill_tui.plan.by_hand import plan_of
from backfill_tui.plan.resolved import Plan, PlannedProcess
from benchmarks.joblog import DAYS, JobLog
from benchmarks.nights import write_checkpoint
from benchmarks.options import Options, main
from benchmarks.report import Peer, Report, Row, Target
from benchmarks.timing import alternate

_FILES = 20
_LOOKS = 100
_PROMISED_S = 0.002
_APART = timedelta(seconds=0.5)


def measure(options: Options) -> Report:
    """Every case on logs of its own."""
    report = Report("tick", f"One tick over {_FILES} phases", quick=not options.whole)
    report.commands.append("PlanWatch.look() in this process")
    report.inputs["logs"] = f"{_FILES} logs of {DAYS} days each, half a megabyte, with their checkpoints"
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=options.folder) as folder:
        for case in (_finished, _running, _one_phase, _matched, _appended):
            place = Path(folder) / case.__name__
            place.mkdir()
            report.rows.append(case(place, options))
    return report


def _finished(folder: Path, options: Options) -> Row:
    plan = _plan(folder, days_left=0)
    return _row("finished, unchanged", plan, options, Target(_PROMISED_S))


def _running(folder: Path, options: Options) -> Row:
    plan = _plan(folder, days_left=300)
    return _row("running, unchanged", plan, options, Target(_PROMISED_S))


def _one_phase(folder: Path, options: Options) -> Row:
    """All logs are one phase's."""
    apart = _plan(folder, days_left=0)
    one = replace(apart.phases[0], logs=tuple(log for phase in apart.phases for log in phase.logs))
    return _row("one phase of 20 logs", replace(apart, phases=(one,)), options, Target(_PROMISED_S))


def _matched(folder: Path, options: Options) -> Row:
    """With processes to be found by their command lines: every second look scans the machine's."""
    plan = _plan(folder, days_left=300)
    phases = tuple(
        replace(phase, process=PlannedProcess(None, re.escape(f"no-such-job --of {phase.name}")))
        for phase in plan.phases
    )
    here = sum(entry.name.isdigit() for entry in Path("/proc").iterdir()) if Path("/proc").is_dir() else 0
    row = _row("process: match, none found", replace(plan, phases=phases), options, None)
    return replace(row, note=f"one scan a second, of {here} processes; a mean over looks with and without one")


def _appended(folder: Path, options: Options) -> Row:
    """Before every look one log has grown by the line of a date."""
    plan = _plan(folder, days_left=300)
    days = count(DAYS - 299)
    log = Path(plan.phases[-1].logs[0])

    def append() -> None:
        with log.open("ab") as file:
            writer = JobLog(file)
            writer.say(f"  ✓ Success: {next(days)} records")

    return _row("running, one line appended", plan, options, None, before=append, looks=20)


def _row(
    what: str,
    plan: Plan,
    options: Options,
    target: Target | None,
    *,
    before: Callable[[], None] | None = None,
    looks: int = _LOOKS,
) -> Row:
    watch = PlanWatch(OpenedPlan(plan))
    watch.look_whole(60.0)
    paths = [Path(log) for phase in plan.phases for log in phase.logs]
    paths += [phase.checkpoint for phase in plan.phases if phase.checkpoint]
    clock = count()
    began = datetime.now(UTC)

    def look() -> float:
        """Seconds for one look, a mean over many; what is done before each does not count."""
        spent = 0.0
        for _ in range(looks):
            if before:
                before()
            now = began + next(clock) * _APART
            start = time.perf_counter()
            watch.look(now)
            spent += time.perf_counter() - start
        return spent / looks

    returned = alternate(options.rounds, {"look": look, "stat": lambda: _stat(paths)})
    watch.close()
    peer = Peer(f"stat of {len(paths)} files", tuple(returned["stat"]))
    return Row(what, tuple(returned["look"]), "ms", peer=peer, target=target)


def _stat(paths: Sequence[Path]) -> float:
    """Seconds to ask the system for each file once: no look can be cheaper."""
    start = time.perf_counter()
    for _ in range(_LOOKS):
        for path in paths:
            path.stat()
    return (time.perf_counter() - start) / _LOOKS


def _plan(folder: Path, *, days_left: int) -> Plan:
    """Twenty phases with a log and a checkpoint each; with days left, their runs are still open."""
    logs, checkpoints = [], []
    for i in range(_FILES):
        log = folder / f"job_{i:02}.log"
        with log.open("wb") as file:
            JobLog(file, seed=i).run(last=DAYS - days_left if days_left else None)
        logs.append(log)
        checkpoints.append(write_checkpoint(folder / f"job_{i:02}.json", days=DAYS, done=DAYS - days_left))
    return plan_of(logs, checkpoints, [], folder=folder, zone=ZoneInfo("UTC"))


if __name__ == "__main__":
    sys.exit(main(measure))
