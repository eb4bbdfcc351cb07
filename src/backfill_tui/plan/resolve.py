"""A whole plan made real: from what was written to what the rest of the house uses."""

import os
import re
import stat
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from backfill_tui.plan.calendar import gather_calendar
from backfill_tui.plan.draft import Draft
from backfill_tui.plan.model.file import PlanWritten
from backfill_tui.plan.place import Place, zone_named
from backfill_tui.plan.resolve_phase import resolve_phase
from backfill_tui.plan.resolve_suite import resolve_probe, resolve_suite, wants_dates
from backfill_tui.plan.resolved import (
    AlertThresholds,
    Calendar,
    Deadline,
    Phase,
    Plan,
    Polling,
    TerminalManners,
    Warehouse,
)
from backfill_tui.plan.thresholds import Thresholds
from backfill_tui.plan.timezones import machine_zone

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")


def folder_of(path: Path) -> Path:
    """The absolute folder of a plan file; links are not followed, so that it keeps the name that the user knows."""
    return path.absolute().parent


def place_of(
    draft: Draft, written: PlanWritten, folder: Path, *, now: datetime, environ: Mapping[str, str], python: str
) -> Place:
    """Where and when the plan is read: the folder its paths start at (absolute), its time zone, today in it."""
    tz = zone_named(draft, ("timezone",), written.timezone, machine_zone(environ))
    today = now.astimezone(tz).date()
    early = Place(draft, folder, tz, today, folder, python)
    return Place(draft, folder, tz, today, early.path(written.state_dir), python)


def resolve(
    written: PlanWritten, place: Place, path: Path, *, thresholds: Thresholds, environ: Mapping[str, str]
) -> Plan:
    """The plan as it holds at this place and time; what can't be resolved is told to the draft."""
    phases = tuple(resolve_phase(name, phase, place) for name, phase in written.phases.items())
    _refuse_shared_checkpoints(phases, place.draft)
    _refuse_suites_without_dates(written, phases, place.draft)
    at = place.moment(written.deadline.by) if written.deadline else None
    return Plan(
        name=written.plan,
        path=place.folder / path.name,
        folder=place.folder,
        tz=place.tz,
        state_dir=place.state_dir,
        phases=phases,
        deadline=Deadline(written.deadline.phase, at) if written.deadline and at else None,
        thresholds=MappingProxyType(dict(thresholds)),
        warehouse=_warehouse(written, place),
        calendar=_calendar(written, place),
        alerts=_alerts(written),
        notify=_notify(written.notify, place.draft, environ),
        notify_on=tuple(dict.fromkeys(written.notify_on)),
        terminal=TerminalManners(bell=written.terminal.bell, title=written.terminal.title),
        polling=Polling(written.polling.interval, written.polling.progress_every),
        suites=MappingProxyType({name: resolve_suite(name, s, place) for name, s in written.suites.items()}),
        probes=tuple(resolve_probe(name, probe, place) for name, probe in written.probes.items()),
        next_steps=tuple(written.next_steps),
        report_template=_report_template(written, place),
        python=place.python,
    )


def _refuse_shared_checkpoints(phases: tuple[Phase, ...], draft: Draft) -> None:
    owners: defaultdict[str, list[str]] = defaultdict(list)
    for phase in phases:
        if phase.checkpoint is not None:
            owners[os.path.normpath(phase.checkpoint)].append(phase.name)
    for first, *others in owners.values():
        for other in others:
            draft.refuse(
                ("phases", other, "checkpoint"), f"is the checkpoint of phase {first} too; each phase keeps its own"
            )


def _refuse_suites_without_dates(written: PlanWritten, phases: tuple[Phase, ...], draft: Draft) -> None:
    needy = {name for name, suite in written.suites.items() if wants_dates(suite)}
    for phase in phases:
        for index, suite in enumerate(written.phases[phase.name].suites):
            if (
                suite in needy
                and written.phases[phase.name].dates is None
                and not draft.broken("phases", phase.name)
            ):
                message = f"a command of suite {suite} wants {{start}} or {{end}}, and the phase has no `dates`"
                draft.refuse(("phases", phase.name, "suites", index), message)


def _warehouse(written: PlanWritten, place: Place) -> Warehouse | None:
    warehouse = written.warehouse
    if warehouse is None:
        return None
    return Warehouse(
        backend=warehouse.backend,
        path=place.path(warehouse.path) if warehouse.path is not None else None,
        project=warehouse.project,
        location=warehouse.location,
        api_endpoint=warehouse.api_endpoint,
        max_bytes_billed=warehouse.max_bytes_billed,
    )


def _calendar(written: PlanWritten, place: Place) -> Calendar | None:
    calendar = written.calendar
    if calendar is None:
        return None
    if calendar.csv is None:
        return Calendar(sql=calendar.sql)
    weights, problems = gather_calendar(place.path(calendar.csv), place.named(calendar.csv))
    place.draft.take(("calendar", "csv"), problems)
    return Calendar(csv=place.path(calendar.csv), weights=weights)


def _report_template(written: PlanWritten, place: Place) -> Path | None:
    """The file of the report's template: that it is there is looked at now, not when the night is over."""
    if written.report_template is None:
        return None
    path = place.path(written.report_template)
    if why := _no_plain_file(path):
        place.draft.refuse(("report_template",), f"{place.named(written.report_template)}: {why}")
    return path


def _no_plain_file(path: Path) -> str:
    """Why a path is no file that could be read, as a clause; empty if it is one."""
    try:
        plain = stat.S_ISREG(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return "there is no such file; check the name"
    except (OSError, ValueError) as error:
        return f"the file can't be read ({getattr(error, 'strerror', None) or error}); check the name"
    return "" if plain else "this is not a plain file; name a text file"


def _alerts(written: PlanWritten) -> AlertThresholds:
    alerts = written.alerts
    return AlertThresholds(
        stall_after_s=alerts.stall_after,
        rate_drop=alerts.rate_drop,
        memory_growth=alerts.memory_growth,
        failure_rate=alerts.failure_rate,
        tracebacks=alerts.tracebacks,
        error_lines=alerts.error_lines,
        checkpoint_age_s=alerts.checkpoint_age,
        clock_skew_s=alerts.clock_skew,
        late_by_s=alerts.late_by,
        deadline_risk=alerts.deadline_risk,
        disk_free_bytes=alerts.disk_free,
    )


def _notify(addresses: list[str], draft: Draft, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Addresses with environment variables put in; an unset one must not keep the screen from opening."""
    filled: list[str] = []
    for index, address in enumerate(addresses):
        unset = [name for name in _VARIABLE.findall(address) if not environ.get(name)]
        for name in unset:
            draft.warn(("notify", index), f"the environment variable {name} is not set, so nobody is told there")
        filled.append(_VARIABLE.sub(lambda found: environ.get(found[1]) or found[0], address))
    return tuple(filled)
