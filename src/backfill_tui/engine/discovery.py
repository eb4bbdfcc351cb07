"""The jobs of this machine as they come and go: who is new, who goes on as another process, who has ended.

What has ended stays, so that it is seen how; what turns out to have only started another goes.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from backfill_tui.engine.found import FoundPhase, found_phase
from backfill_tui.engine.found_names import names_of
from backfill_tui.sources.discovery.finder import FoundJob, JobFinder
from backfill_tui.sources.discovery.lineage import Key
from backfill_tui.sources.presence import Identity

SCAN_EVERY_S = 2.0

WATCH_ONLY = (
    "Watched only, nothing is started or stopped here: `backfill-tui init` writes what was found as a plan."
)


@dataclass(slots=True)
class _Member:
    """One entry: the newest job of it, under the name that it got first."""

    name: str
    job: FoundJob
    named_for: str
    alive: bool = True
    before: FoundJob | None = None  # whose work it has taken up


class Roster:
    """Everybody who was found since it was made. Not thread-safe: one caller at a time."""

    def __init__(self, finder: JobFinder, machine: ZoneInfo, lives: Callable[[Identity], bool]) -> None:
        """`lives` tells whether a process is there still: one that is, and is not found any more, was no job."""
        self._finder = finder
        self._machine = machine
        self._lives = lives
        self._members: list[_Member] = []
        self._next_at = 0.0
        self._sees_others = finder.sees_others
        self._notes: tuple[str, ...] = ()
        self._phases: tuple[FoundPhase, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about what was looked for."""
        return self._notes

    @property
    def phases(self) -> tuple[FoundPhase, ...]:
        """Everybody as of the last look."""
        return self._phases

    @property
    def jobs(self) -> tuple[tuple[str, FoundJob], ...]:
        """Those that run, each with its name."""
        return tuple((member.name, member.job) for member in self._members if member.alive)

    def look(self) -> tuple[FoundPhase, ...]:
        """Everybody as of now. It goes through the machine's processes once in two seconds at most."""
        if time.monotonic() >= self._next_at:
            self.take(self._finder.look())
            self._next_at = time.monotonic() + SCAN_EVERY_S
        return self._phases

    def take(self, jobs: Sequence[FoundJob]) -> None:
        """Take in who runs now."""
        found = {_key(job.identity): job for job in jobs}
        self._members = [member for member in self._members if self._remains(member, found)]
        known = {_key(member.job.identity) for member in self._members}
        fresh = [job for key, job in found.items() if key not in known and not self._goes_on(job)]
        names = names_of(fresh, {member.name: member.job for member in self._members})
        self._members += [_Member(name, job, job.label) for name, job in zip(names, fresh, strict=True)]
        self._phases = tuple(self._phase(member) for member in self._members)
        self._notes = tuple(self._told())

    def _remains(self, member: _Member, found: Mapping[Key, FoundJob]) -> bool:
        """Whether an entry stays, brought up to date. One whose process has become another program is another."""
        job = found.get(_key(member.job.identity))
        if job is None:
            was_job = not member.alive or not self._lives(member.job.identity)
            member.alive = False
            return was_job
        member.alive = True
        member.job = job if member.before is None else _gone_on(job, member.before)
        return member.named_for == job.label

    def _goes_on(self, job: FoundJob) -> bool:
        """Whether a new process takes up what one that has ended did; then its entry is that one's."""
        for member in self._members:
            if not member.alive and _succeeds(job, member.job):
                member.before, member.job, member.alive = member.job, _gone_on(job, member.job), True
                return True
        return False

    def _phase(self, member: _Member) -> FoundPhase:
        found = found_phase(member.job, member.name, self._machine)
        sharing = [
            other.name
            for other in self._members
            if other is not member and other.alive and member.alive and set(other.job.logs) & set(member.job.logs)
        ]
        if not sharing:
            return found
        note = f"Its log is written by {', '.join(sharing)}, too: whose lines are whose can't be told."
        return replace(found, notes=(*found.notes, note))

    def _told(self) -> list[str]:
        notes = []
        count = self._finder.processes
        if not self._members:
            notes.append(
                f"No backfill runs here: of {count:,} processes none has --start-date and --end-date in its command"
                " line. `backfill-tui demo` shows a whole night; `backfill-tui watch --log FILE` follows a file."
            )
        if hidden := self._finder.hidden:
            who = "1 process" if hidden == 1 else f"{hidden:,} processes"
            notes.append(
                f"The command lines of {who} of other users may not be read: jobs among them are not seen."
            )
        if not self._sees_others:
            notes.append(
                "The system lists no processes of other users for you (hidepid): jobs of theirs are not seen."
            )
        return notes if not self._members else [*notes, WATCH_ONLY]


def _key(identity: Identity) -> Key:
    return identity.pid, identity.since_boot_s or identity.started_at


def _succeeds(job: FoundJob, ended: FoundJob) -> bool:
    """Whether a process goes on with what one that has ended did: the same program, folder and log.

    A shell's loop over single dates is one job, and so is one that is started again after a crash.
    """
    if (job.told.program, job.told.name, job.cwd) != (ended.told.program, ended.told.name, ended.cwd):
        return False
    return job.logs == ended.logs and (job.told.dates == ended.told.dates or job.parent == ended.parent)


def _gone_on(job: FoundJob, before: FoundJob) -> FoundJob:
    """A job that goes on with another. Of other dates than that one's only the log tells what all of it is."""
    if job.told.dates == before.told.dates:
        return replace(job, checkpoint=job.checkpoint or before.checkpoint)
    return replace(job, told=replace(job.told, dates=None), checkpoint=None)
