"""Jobs that were found, as phases: what a plan would say of them, as far as they tell. Only watched: no command."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from backfill_tui.plan.ranges import MOST_DAYS
from backfill_tui.plan.resolved import Phase, Plan, PlannedProcess
from backfill_tui.plan.timezones import zone
from backfill_tui.sources.discovery.finder import FoundJob
from backfill_tui.sources.presence import Identity


@dataclass(frozen=True, slots=True)
class FoundPhase:
    """A phase whose process is known by its identity (None: by what the phase says).

    `notes` are sentences about what could not be found.
    """

    phase: Phase
    identity: Identity | None
    notes: tuple[str, ...] = ()


class Finds(Protocol):
    """Finds the phases that no plan names."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about what was looked for."""
        ...

    def look(self) -> tuple[FoundPhase, ...]:
        """Everybody as of now, each under a name of its own that stays."""
        ...


def found_phase(job: FoundJob, name: str, machine: ZoneInfo) -> FoundPhase:
    """A job as a phase of that name. Times without an offset are in the job's own zone, else in the `machine`'s."""
    dates, notes = job.told.dates, job.notes
    if dates is not None and (dates[1] - dates[0]).days >= MOST_DAYS:
        notes = (*notes, f"It is told {dates[0]} … {dates[1]}: its log may tell which dates it does.")
        dates = None
    return FoundPhase(
        Phase(
            name=name,
            title=name,
            writes=job.writes,
            dates=dates,
            logs=tuple(map(str, job.logs)),
            log_timezone=own_zone(job) or machine,
            checkpoint=job.checkpoint,
            process=PlannedProcess(job.identity.pid, None),
            cwd=job.cwd or Path("/"),
        ),
        job.identity,
        notes,
    )


def own_zone(job: FoundJob) -> ZoneInfo | None:
    """The time zone that the job was given, if it is one by name."""
    named = job.environment.get("TZ", "").removeprefix(":")
    return zone(named) if named else None


def machine_plan(name: str, folder: Path, machine: ZoneInfo, state_dir: Path) -> Plan:
    """The plan of a machine whose jobs are yet to be found: no phases, no file."""
    return Plan(name=name, path=folder / name, folder=folder, tz=machine, state_dir=state_dir, phases=())
