"""All subjects in their order, each for a limited time: what hangs, such as a dead network disk, is unknown."""

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from backfill_tui import __version__
from backfill_tui.checks.deadline import Deadline, within
from backfill_tui.checks.warehouse import AskError, Stop
from backfill_tui.control.launch.registry import Registry
from backfill_tui.engine.diagnosis import (
    clocks,
    disks,
    files,
    ledger,
    login,
    processes,
    settings,
    terminal,
    warehouse,
)
from backfill_tui.engine.diagnosis.disks import Place
from backfill_tui.engine.diagnosis.finding import Finding, Level
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.plan.resolved import AlertThresholds, Plan

WITHIN_S = 10.0
"""For as long one subject is looked at; none takes a second where all is well but a warehouse far away."""

_GRACE_S = 1.0  # for what watches its own time to say itself that it is over


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined: this process's surroundings, and a plan if there is one. `now` is aware."""

    opened: OpenedPlan | None
    environ: Mapping[str, str]
    unicode: bool
    here: Path
    now: datetime

    @property
    def plan(self) -> Plan | None:
        """The plan, if there is one."""
        return None if self.opened is None else self.opened.plan


_Subject = tuple[str, Callable[[], Iterable[Finding]]]


def examined(patient: Patient, *, within_s: float = WITHIN_S) -> Iterator[Finding]:
    """Every finding, as soon as its subject was looked at. `within_s` is for each subject."""
    for area, look in _subjects(patient, within_s):
        yield from _in_time(area, look, within_s)


def _subjects(patient: Patient, within_s: float) -> Iterator[_Subject]:
    environ, plan = patient.environ, patient.plan
    yield "program", _of_program
    yield (
        terminal.AREA,
        lambda: terminal.terminal_findings(terminal.terminal_seen(environ, unicode=patient.unicode)),
    )
    yield login.AREA, lambda: login.login_findings(login.login_seen(environ))
    yield "plan", partial(_of_plan, plan)
    folder = plan.folder if plan is not None else patient.here
    yield settings.AREA, partial(settings.settings_findings, environ, folder)
    phases = plan.phases if plan is not None else ()
    yield processes.AREA, partial(processes.process_findings, phases, patient.now)
    if plan is not None:
        yield files.AREA, partial(files.file_findings, phases)
        yield warehouse.AREA, partial(warehouse.warehouse_findings, plan, within_s=within_s)
    limits = plan.alerts if plan is not None else AlertThresholds()
    yield disks.AREA, partial(disks.disk_findings, _places(patient), least_bytes=limits.disk_free_bytes)
    yield clocks.AREA, lambda: (clocks.clock_finding(right=clocks.synchronised()),)
    if patient.opened is not None:
        yield (
            clocks.AREA,
            partial(
                clocks.log_clock_findings,
                phases,
                patient.opened.dialects,
                now=patient.now,
                leeway_s=limits.clock_skew_s,
            ),
        )
    if plan is not None:
        yield ledger.AREA, partial(ledger.ledger_findings, plan.state_dir, within_s=within_s)
    registry = Registry.of_user(environ)
    path = plan.path if plan is not None else patient.here
    yield ledger.AREA, lambda: (ledger.registry_finding(registry, path),)


def _in_time(area: str, look: Callable[[], Iterable[Finding]], within_s: float) -> tuple[Finding, ...]:
    try:
        return within(Deadline(within_s + _GRACE_S, area), Stop(), lambda: tuple(look()))
    except AskError:
        said = f"It did not answer within {within_s + _GRACE_S:g} s."
        return (Finding(area, Level.UNKNOWN, said, "See whether a disk or a network behind it hangs."),)
    except OSError as error:
        said = f"It can't be looked at ({error.strerror or error})."
        return (Finding(area, Level.UNKNOWN, said, "See the permissions of what is named."),)


def _of_program() -> Iterator[Finding]:
    python, system = platform.python_version(), f"{platform.system()} {platform.release()}"
    yield Finding("program", Level.OK, f"backfill-tui {__version__}, Python {python}, {system}.")


def _of_plan(plan: Plan | None) -> Iterator[Finding]:
    if plan is None:
        said = "There is none: its files, warehouse and ledger were not looked at."
        yield Finding("plan", Level.OK, said, "`backfill-tui doctor PLAN` looks at them, too.")
        return
    said = f"{plan.path}: {len(plan.phases)} {'phase' if len(plan.phases) == 1 else 'phases'}"
    if plan.warnings:
        count = len(plan.warnings)
        remarks = f"{count} {'warning' if count == 1 else 'warnings'}"
        yield Finding("plan", Level.WARN, f"{said}, {remarks}.", f"backfill-tui check {plan.path}")
        return
    yield Finding("plan", Level.OK, f"{said}, no problems.")


def _places(patient: Patient) -> list[Place]:
    """Where something will be written."""
    plan = patient.plan
    if plan is None:
        return [Place(patient.here, "this folder")]
    logs = [
        Place(path.parent, "logs") for phase in plan.phases for log in phase.logs for path in files.matches(log)
    ]
    kept = [Place(phase.checkpoint.parent, "checkpoints") for phase in plan.phases if phase.checkpoint is not None]
    return [*logs, *kept, Place(plan.state_dir, "state folder")]
