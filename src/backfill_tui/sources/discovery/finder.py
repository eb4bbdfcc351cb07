"""The backfills that run on this machine now, one entry a job: who each is, its range, its logs, its checkpoint."""

import os
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from backfill_tui.sources.discovery.checkpoints import checkpoint_of, places
from backfill_tui.sources.discovery.command_line import Told, day_of, program_of, range_of, read_command
from backfill_tui.sources.discovery.label import label_of
from backfill_tui.sources.discovery.lineage import Carrier, Key, jobs_among
from backfill_tui.sources.discovery.outputs import Outputs, outputs_of
from backfill_tui.sources.discovery.proc import (
    PROC,
    command_of,
    environment_of,
    folder_of,
    hides_others,
    identity_and_parent,
    owner_of,
    words_of,
)
from backfill_tui.sources.discovery.scan import ProcessScan
from backfill_tui.sources.discovery.settings import NO_SETTINGS, JobPattern, Settings
from backfill_tui.sources.presence import Identity
from backfill_tui.sources.process_match import is_bystander
from backfill_tui.sources.process_table import Entry

_HINT = re.compile(rb"(?i)start|begin|from|first")
_SETTLED_S = 60.0  # a job opens its files within this time; later they are looked at now and then
_LOOK_AGAIN_S = 30.0
_NEAR = 4  # ancestors that may hold a job's output
_CHECKPOINTS_EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class FoundJob:
    """One backfill that runs. Its paths are absolute; `notes` are sentences about what could not be found.

    `label` is what it is called by itself; several jobs may have the same. `environment` is what is known of its
    own: TZ, PYTHONPATH. `command` is its live command line, its program as it is found from anywhere.
    """

    identity: Identity
    parent: int
    told: Told
    label: str
    command: tuple[str, ...]
    cwd: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    logs: tuple[Path, ...] = ()
    checkpoint: Path | None = None
    writes: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Kept:
    """What was found of a job, and when its files are to be looked for again; seconds of a monotonic clock."""

    job: FoundJob
    again_at: float
    checkpoint_at: float = 0.0
    checkpoint_note: str = ""

    def told(self) -> FoundJob:
        """The job with all that is to be said of it."""
        notes = (self.checkpoint_note,) if self.checkpoint_note else ()
        return replace(self.job, notes=(*self.job.notes, *notes))


class JobFinder:
    """Looks again and again. Not thread-safe: one caller at a time."""

    def __init__(self, settings: Settings = NO_SETTINGS, proc: Path = PROC) -> None:
        self._settings = settings
        self._proc = proc
        # a user's own patterns may match anything, so then no command line is passed over undecoded
        own = settings.jobs or settings.starts
        self._scan = ProcessScan(lambda words: self._told(words) is not None, None if own else _HINT, proc)
        self._told_of: dict[tuple[str, ...], tuple[Told, JobPattern | None] | None] = {}
        self._kept: dict[Key, _Kept] = {}
        self._wrappers: frozenset[Key] = frozenset()

    @property
    def processes(self) -> int:
        """How many processes the last look went through."""
        return self._scan.seen

    @property
    def hidden(self) -> int:
        """How many of them have command lines that may not be read."""
        return self._scan.hidden

    @property
    def sees_others(self) -> bool:
        """Whether other users' processes are listed for us."""
        try:
            mounts = (self._proc / "mounts").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return True
        return os.geteuid() == 0 or not hides_others(mounts, self._proc)

    def look(self, now: float | None = None) -> tuple[FoundJob, ...]:
        """The jobs that run, oldest first. `now` is in seconds since the epoch, the system's by default."""
        now = time.time() if now is None else now
        carriers = [self._carrier(entry) for entry in self._scan.scan().values()]
        lineage = jobs_among(
            [one for one in carriers if one is not None],
            age_s=lambda one: now - one.entry.identity.started_at,
            before=self._wrappers,
        )
        self._wrappers = lineage.wrappers
        kept = {}
        for carrier in lineage.jobs:
            kept[carrier.key] = self._seen(carrier, now)
        self._kept = kept
        self._find_checkpoints()
        told = {carrier.entry.command for carrier in carriers if carrier is not None}
        self._told_of = {words: known for words, known in self._told_of.items() if words in told}
        return tuple(one.told() for one in kept.values())

    def given(self, pid: int) -> FoundJob | None:
        """What is known of one process, named by a person; None if it is gone, or merely names a job."""
        try:
            words = words_of(command_of(pid, self._proc))
            identity, parent = identity_and_parent(pid, self._proc)
        except (OSError, ValueError):
            return None
        if not words or is_bystander(words):
            return None
        place, program = program_of(words)
        known = self._told(words)
        told = (
            known[0]
            if known is not None
            else Told(program, place, is_module=place > 0 and words[place - 1] == "-m")
        )
        kept = self._seen(Carrier(Entry(identity, parent, words), told), time.time())
        self._find_checkpoint(kept, ())
        return kept.told()

    def _told(self, words: tuple[str, ...]) -> tuple[Told, JobPattern | None] | None:
        """What a command line tells by the user's patterns, else by its options; None if it is no backfill's."""
        if words not in self._told_of:
            self._told_of[words] = self._read(words)
        known = self._told_of[words]
        if known is None:
            del self._told_of[words]  # most are of no interest, and would pile up
        return known

    def _read(self, words: tuple[str, ...]) -> tuple[Told, JobPattern | None] | None:
        line = " ".join(words)
        if not words or is_bystander(words) or self._settings.passes_over(line):
            return None
        for pattern in self._settings.jobs:
            if (found := pattern.match.search(line)) is not None:
                return _by_pattern(words, pattern, found.groupdict(), self._by_options(words)), pattern
        told = self._by_options(words)
        return None if told is None else (told, None)

    def _by_options(self, words: tuple[str, ...]) -> Told | None:
        return read_command(words, self._settings.starts, self._settings.ends)

    def _carrier(self, entry: Entry) -> Carrier | None:
        known = self._told(entry.command)
        if known is None:
            return None
        return Carrier(entry, known[0], tuple(self._scan.ancestors(entry.pid)))

    def _seen(self, carrier: Carrier, now: float) -> _Kept:
        """A job as it is known, with its files looked at anew where it is time to."""
        kept = self._kept.get(carrier.key)
        clock = time.monotonic()
        if kept is not None and kept.job.command[1:] == carrier.entry.command[1:] and clock < kept.again_at:
            return kept
        job = kept.job if kept is not None else self._first_seen(carrier)
        if job.command[1:] != carrier.entry.command[1:]:  # it has become another program
            job = self._first_seen(carrier)
        outputs = outputs_of(carrier.entry.pid, carrier.ancestors[:_NEAR], proc=self._proc)
        job = self._with_files(job, carrier, outputs)
        young = now - carrier.entry.identity.started_at < _SETTLED_S
        again_at = clock if young else clock + _LOOK_AGAIN_S
        return _Kept(job, again_at) if kept is None else replace(kept, job=job, again_at=again_at)

    def _first_seen(self, carrier: Carrier) -> FoundJob:
        entry, told = carrier.entry, carrier.told
        environment = environment_of(entry.pid, self._proc)
        return FoundJob(
            identity=entry.identity,
            parent=entry.parent,
            told=told,
            label=label_of(told),
            command=_from_anywhere(entry.command, environment),
            cwd=folder_of(entry.pid, self._proc),
            environment={key: environment[key] for key in ("TZ", "PYTHONPATH") if environment.get(key)},
            writes=told.table,
        )

    def _with_files(self, job: FoundJob, carrier: Carrier, outputs: Outputs) -> FoundJob:
        """A log that was known stays known: a job that has closed it may have written its end there."""
        known = self._told(carrier.entry.command)
        pattern = known[1] if known is not None else None
        logs = list(dict.fromkeys((*job.logs, *outputs.logs)))
        if pattern is not None and pattern.log is not None:
            logs = list(dict.fromkeys((*logs, _filled(pattern.log, job))))
        notes = [job.told.doubt] if job.told.doubt else []
        if not logs and outputs.note:
            notes.append(_with_owner(outputs, carrier, self._proc))
        checkpoint = job.checkpoint
        if checkpoint is None and pattern is not None and pattern.checkpoint is not None:
            checkpoint = _filled(pattern.checkpoint, job)
        writes = job.writes or (pattern.writes if pattern is not None else None)
        return replace(job, logs=tuple(logs), notes=tuple(notes), checkpoint=checkpoint, writes=writes)

    def _find_checkpoints(self) -> None:
        """Look for those that are not known yet; a file is one job's."""
        taken = [one.job.checkpoint for one in self._kept.values() if one.job.checkpoint is not None]
        for one in self._kept.values():
            self._find_checkpoint(one, taken)
            if one.job.checkpoint is not None:
                taken.append(one.job.checkpoint)

    def _find_checkpoint(self, one: _Kept, taken: Sequence[Path]) -> None:
        job = one.job
        if job.checkpoint is not None or time.monotonic() < one.checkpoint_at:
            return
        one.checkpoint_at = time.monotonic() + _CHECKPOINTS_EVERY_S
        found = checkpoint_of(
            job.told,
            job.label,
            places(job.told, job.cwd, job.logs, self._settings.checkpoints),
            cwd=job.cwd,
            command=job.command,
            began_at=job.identity.started_at,
            taken=taken,
        )
        one.checkpoint_note = found.note
        one.job = replace(job, checkpoint=found.path)


def _by_pattern(
    words: tuple[str, ...], pattern: JobPattern, groups: Mapping[str, str | None], beside: Told | None
) -> Told:
    """What a user's pattern tells; its groups come before what the options say."""
    place, program = program_of(words)
    told = beside or Told(program, place, is_module=place > 0 and words[place - 1] == "-m")
    first, last = groups.get("start"), groups.get("end")
    if first and last:
        dates, doubt = range_of(first, last)
        told = replace(told, dates=dates, doubt=doubt)
    elif first and day_of(first) is not None and "end" not in groups:
        told = replace(told, dates=range_of(first, first)[0], doubt="")
    name = groups.get("name") or pattern.name
    return replace(told, called=name, table=groups.get("table") or pattern.writes or told.table)


def _from_anywhere(command: tuple[str, ...], environment: Mapping[str, str]) -> tuple[str, ...]:
    """The command with a program that its own PATH found, and ours may not, by its whole path."""
    program = command[0]
    if "/" in program or not environment.get("PATH"):
        return command
    theirs, ours = shutil.which(program, path=environment["PATH"]), shutil.which(program)
    return command if theirs is None or theirs == ours else (theirs, *command[1:])


def _filled(text: str, job: FoundJob) -> Path:
    """A path of the user's settings with what was found of a job in it."""
    values = {"name": job.label}
    if job.told.dates is not None:
        values |= {"start": job.told.dates[0].isoformat(), "end": job.told.dates[1].isoformat()}
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    path = Path(text).expanduser()
    return path if path.is_absolute() or job.cwd is None else job.cwd / path


def _with_owner(outputs: Outputs, carrier: Carrier, proc: Path) -> str:
    """The note about what may not be read, with whose it is and what helps."""
    if not outputs.denied:
        return outputs.note
    pid = carrier.entry.pid
    owner = owner_of(pid, proc)
    whose = f"It is {_user(owner)}'s. " if owner is not None else ""
    return f"{outputs.note} {whose}Look as that user, or name it: backfill-tui watch --pid {pid} --log FILE"


def _user(number: int) -> str:
    import pwd

    with suppress(KeyError):
        return pwd.getpwuid(number).pw_name
    return f"user {number}"
