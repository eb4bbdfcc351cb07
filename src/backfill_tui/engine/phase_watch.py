"""One phase under watch: its logs, checkpoint and process, read as they change; its account, when they did."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from backfill_tui.control.attempt import Attempt, Stage
from backfill_tui.engine.attempts import NOTHING, Deeds
from backfill_tui.engine.found import FoundPhase
from backfill_tui.engine.phase_logs import PhaseLogs
from backfill_tui.engine.snapshot import CheckpointSeen, LogSeen
from backfill_tui.plan.patterns import linear_pattern
from backfill_tui.plan.ranges import every_day
from backfill_tui.plan.resolved import Phase
from backfill_tui.progress.account import Account
from backfill_tui.progress.pace import Slice, completions, rate_per_hour, throughput
from backfill_tui.progress.reconcile import LogEvidence, reconcile
from backfill_tui.progress.sequence import PlacedRun, place_runs
from backfill_tui.sources.checkpoint import Checkpoint, CheckpointState, CheckpointWatch, holes
from backfill_tui.sources.dialects.model import Dialect
from backfill_tui.sources.last_line import written_at
from backfill_tui.sources.presence import Identity
from backfill_tui.sources.process import Presence, ProcessSeen, ProcessTable, ProcessWatch

CATCH_UP_S = 0.15
"""How long one look may go on reading what has piled up; the rest waits for the next."""

JUST_NOW_S = 2.0
"""A log that was written so recently has a writer that the last scan of processes may not know yet."""


@dataclass(frozen=True, slots=True)
class PhaseLook:
    """What one look at a phase found."""

    phase: Phase
    account: Account
    runs: tuple[PlacedRun, ...]
    process: ProcessSeen
    logs: tuple[LogSeen, ...]
    checkpoint: CheckpointSeen | None
    log_age_s: float | None
    rate_per_hour: float | None
    throughput: tuple[Slice, ...]
    history_complete: bool
    notes: tuple[str, ...]
    deeds: Deeds = NOTHING
    log_behind_s: float = 0.0  # by how much its times lie behind its files', where zones lie between the two

    @property
    def live(self) -> bool:
        """Whether a process of it is there, or about to be."""
        return bool(self.process.alive) or (self.deeds.attempt is not None and self.deeds.attempt.stage.live)


class PhaseWatch:
    """Follows one phase. `look` blocks for a fraction of a second at most; call it from a worker thread."""

    def __init__(
        self,
        phase: Phase,
        table: ProcessTable,
        calendar: Mapping[date, float] | None,
        dialects: Iterable[Dialect] = (),
        found: FoundPhase | None = None,
    ) -> None:
        """`found` tells of a phase that was not planned but found: which process it is, and what is said of it."""
        self.phase = phase
        self.found = found
        self._calendar = calendar
        self._logs = PhaseLogs(phase, dialects)
        self.last_look: PhaseLook | None = None
        zone = phase.log_timezone
        self._checkpoint = CheckpointWatch(phase.checkpoint, timezone=zone) if phase.checkpoint else None
        self._table = table
        self._process = _process_watch(phase, table, found)
        self._deeds = NOTHING
        self._planned = _planned(phase, calendar)
        self._seen: tuple[object, ...] = ()
        self._account = Account()
        self._runs: tuple[PlacedRun, ...] = ()
        self._rate: float | None = None
        self._throughput: tuple[Slice, ...] = ()
        self._holes: tuple[tuple[date, ...], str] = ((), "every_day")

    def look(self, now: datetime, *, within_s: float = CATCH_UP_S) -> PhaseLook:
        """Take in what changed, reading for `within_s` seconds at most, and say how the phase stands at `now`."""
        # The checkpoint first: of what it knows the log tells as well, and not a moment later.
        state = self._checkpoint.poll() if self._checkpoint else None
        checkpoint = state.checkpoint if state else None
        self._logs.read(within_s, now)
        evidence = self._logs.evidence()
        last_line_at = max((one.last_line_at for one in evidence if one.last_line_at), default=None)
        age = self._logs.age_s(now)
        grown = None if age is None or math.isinf(age) else now - timedelta(seconds=age)
        written = written_at(last_line_at, grown)
        behind_s = (written - last_line_at).total_seconds() if written and last_line_at else 0.0
        process = self._process.look(now, log_last_line_at=written, log_grown_at=grown)
        if age is not None and age < JUST_NOW_S and grown is not None and _left_by_nobody(process, grown):
            self._table.expire()  # a job that has just begun to write is younger than the last scan
            process = self._process.look(now, log_last_line_at=written, log_grown_at=grown)
        process = _told_by(self._deeds.attempt, process)
        gone = process.alive is False
        if gone and (self.last_look is None or self.last_look.process.alive):
            self._logs.read(within_s, now)  # what it said last may be younger than what was read before it was gone
            evidence = self._logs.evidence()
        self._weigh(evidence, checkpoint, gone=gone, whole=self._logs.history_complete)
        self.last_look = PhaseLook(
            phase=self.phase,
            account=self._account,
            runs=self._runs,
            process=process,
            logs=self._logs.seen(),
            checkpoint=self._checkpoint_seen(state),
            log_age_s=age,
            rate_per_hour=self._rate,
            throughput=self._throughput,
            history_complete=self._logs.history_complete,
            notes=(*(self.found.notes if self.found else ()), *self._logs.notes, *self._account.notes),
            deeds=self._deeds,
            log_behind_s=behind_s,
        )
        return self.last_look

    def know(self, deeds: Deeds) -> None:
        """Take in what was done to it from here. The latest attempt's process takes the place of the plan's pid."""
        known, identity = _identity_of(self._deeds.attempt), _identity_of(deeds.attempt)
        self._deeds = deeds
        self._logs.add(deeds.outputs)
        if identity is not None and identity != known:
            meant = self.phase.process
            match = linear_pattern(meant.match) if meant and meant.match else None
            self._process = ProcessWatch(self._table, match=match, identity=identity)
        elif known is not None and deeds.attempt is not None and deeds.attempt.stage is Stage.NOT_STARTED:
            self._process = _process_watch(self.phase, self._table, self.found)

    def follow(self, found: FoundPhase) -> None:
        """Go on with what has been found since: further files, another process. Nothing is read twice."""
        before, self.found, self.phase = self.found, found, found.phase
        self._logs.add(map(Path, found.phase.logs))
        if self._checkpoint is None and found.phase.checkpoint is not None:
            self._checkpoint = CheckpointWatch(found.phase.checkpoint, timezone=found.phase.log_timezone)
        if found.identity is not None and not _is_of(before, found.identity):
            self._process = _process_watch(found.phase, self._table, found)
        self._planned = _planned(found.phase, self._calendar)
        self._seen = ()

    def use_calendar(self, calendar: Mapping[date, float]) -> None:
        """Weigh everything anew with a calendar that has become known."""
        self._calendar = calendar
        self._planned = _planned(self.phase, calendar)
        self._seen = ()

    def unseen(self) -> PhaseLook:
        """A look at nothing, for where looking failed from the start."""
        nobody = ProcessSeen(Presence.UNKNOWN)
        return PhaseLook(self.phase, Account(), (), nobody, (), None, None, None, (), True, ())

    def close(self) -> None:
        """Let go of all files."""
        self._logs.close()

    @property
    def caught_up(self) -> bool:
        """Whether everything that was there at the last look has been read."""
        return self._logs.at_end

    def _weigh(
        self, evidence: Sequence[LogEvidence], checkpoint: Checkpoint | None, *, gone: bool, whole: bool
    ) -> None:
        """The account anew, only if something that it rests on has changed."""
        books = tuple((one.book.serial, one.book.version, one.last_line_at) for one in evidence)
        if (seen := (books, checkpoint, gone, whole)) == self._seen:
            return
        self._seen = seen
        self._account = reconcile(
            evidence, checkpoint=checkpoint, calendar=self._calendar, planned=self._planned, gone=gone, whole=whole
        )
        self._runs = tuple(place_runs([one.book for one in evidence], gone=gone))
        done = completions(self._runs)
        self._rate, self._throughput = rate_per_hour(done), throughput(done)
        if checkpoint is not None:
            expected, basis = self._hole_basis()
            self._holes = holes(checkpoint, expected), basis

    def _checkpoint_seen(self, state: CheckpointState | None) -> CheckpointSeen | None:
        if state is None or self.phase.checkpoint is None:
            return None
        path, checkpoint = str(self.phase.checkpoint), state.checkpoint
        if checkpoint is None:
            return CheckpointSeen(path, note=state.note)
        found, basis = self._holes
        return CheckpointSeen(
            path,
            checkpoint.updated_at,
            checkpoint.last_successful_date,
            found,
            basis,
            readable=True,
            modified_at=state.modified_at,
            note=state.note,
        )

    def _hole_basis(self) -> tuple[list[date] | None, str]:
        """The dates that can be holes, and on what grounds: a calendar, the log, or the assumption of every day."""
        settled = {day for day, unit in self._account.units.items() if unit.offset is not None}
        if self._calendar is not None:
            return [day for day, weight in self._calendar.items() if weight > 0 and day not in settled], "calendar"
        if self._runs:
            return [day for day in self._account.units if day not in settled], "log"
        return None, "every_day"


def _left_by_nobody(seen: ProcessSeen, written_at: datetime) -> bool:
    """Whether nobody is known who could have written the log then."""
    written_since = seen.gone_since is not None and written_at > seen.gone_since
    return seen.presence is Presence.ABSENT or (seen.alive is False and written_since)


def _is_of(found: FoundPhase | None, identity: Identity) -> bool:
    return found is not None and found.identity is not None and found.identity.same_as(identity)


def _process_watch(phase: Phase, table: ProcessTable, found: FoundPhase | None = None) -> ProcessWatch:
    if found is not None and found.identity is not None:
        return ProcessWatch(table, identity=found.identity)
    meant = phase.process
    if meant is None:
        return ProcessWatch(table)
    return ProcessWatch(table, pid=meant.pid, match=linear_pattern(meant.match) if meant.match else None)


def _identity_of(attempt: Attempt | None) -> Identity | None:
    """The process of a launch; one that failed to become the command, though it was seen for a moment, is none."""
    return None if attempt is None or attempt.stage is Stage.NOT_STARTED else attempt.identity


def _told_by(attempt: Attempt | None, seen: ProcessSeen) -> ProcessSeen:
    """A process that we launched: its end was recorded, with its exit code; a successor's was not."""
    if attempt is None or attempt.identity is None or seen.identity is None:
        return seen
    if not seen.identity.same_as(attempt.identity):
        return seen
    seen = replace(seen, adopted=False)
    if attempt.stage is Stage.RUNNING and seen.alive is False:
        # It is gone, but what it started still runs.
        return replace(seen, presence=Presence.ALIVE, gone_since=None, note=attempt.note or seen.note)
    if not attempt.stage.over:
        return seen
    code = attempt.exit_code
    ended_at = attempt.ended_at or seen.gone_since
    return replace(seen, presence=Presence.GONE, exit_code=code, gone_since=ended_at, note=attempt.note)


def _planned(phase: Phase, calendar: Mapping[date, float] | None) -> list[date] | None:
    """The dates due by the plan; None where only the sources can tell."""
    if phase.judges_only:
        return None  # it works on no dates; its suites look at those that others wrote
    days = list(phase.listed_dates or (every_day(*phase.dates) if phase.dates else ()))
    if phase.units == "calendar":
        return [day for day in days if calendar.get(day, 0) > 0] or None if calendar is not None else None
    return days or None
