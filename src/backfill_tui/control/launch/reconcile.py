"""What became of an attempt, from its run folder and its processes: concluded anew at every look, by whoever looks.

Nothing is started and nothing is stopped here, and an intent that never became a process stays one.
"""

from dataclasses import replace
from pathlib import Path

import psutil

from backfill_tui.control.attempt import Attempt, IllegalStepError, Stage
from backfill_tui.control.launch.folder import Exit, RunFolder, Trace
from backfill_tui.control.ledger import Ledger
from backfill_tui.sources.boot import boot_id
from backfill_tui.sources.presence import Identity
from backfill_tui.sources.process_table import identity_of

_SETTLED = frozenset({Stage.ENDED, Stage.NOT_STARTED})


def conclude(attempt: Attempt, trace: Trace, *, alive: bool | None, boot_id: str) -> Attempt:
    """The attempt as its folder and its process show it. Pure.

    `alive` is whether its process is there (None: can't be told); `boot_id` is that of now. What the ledger has as
    ended stays so, and what was lost can only be found to have ended.
    """
    if attempt.stage in _SETTLED:
        return attempt
    if trace.fault:
        return replace(attempt, note=trace.fault)
    if trace.of is not None and trace.of != attempt.intended_at:
        return replace(attempt, note=f"Its run folder, {attempt.folder}, holds the files of another launch.")
    if trace.started is not None:
        attempt = replace(attempt, identity=trace.started.identity, started_at=trace.started.at)
    if trace.exit is not None and _never_ran(trace.exit, trace):
        return _failed_start(attempt, trace.exit)
    if trace.exit is not None and not trace.locked:
        return _ended(attempt, trace.exit)
    if attempt.stage is Stage.LOST:
        return attempt
    if trace.exit is not None:
        return replace(attempt, stage=Stage.RUNNING, note=_lingering(trace.exit, trace.holders))
    if attempt.identity is None:
        return _without_process(attempt, trace)
    return _with_process(attempt, attempt.identity, alive=trace.locked or alive, boot_id=boot_id)


def look(attempt: Attempt, runs: Path) -> Attempt:
    """The attempt as it is now; `runs` is the folder of all run folders. Writes nothing, never raises."""
    if attempt.stage in _SETTLED:
        return attempt
    seen = _look(attempt, runs)
    if seen.stage is Stage.LOST and attempt.stage is not Stage.LOST:
        # It may have ended between the look at its lock and the look at itself. Now that its process is known to be
        # gone, a lock that is still free says that its end is recorded, or never will be.
        return _look(attempt, runs)
    return seen


def settle(ledger: Ledger, before: Attempt, after: Attempt) -> Attempt:
    """Note in the ledger what a look has found, where that is another stage; the attempt as the ledger has it then.

    Raises LedgerError. Where somebody else has noted more, that stays.
    """
    if after.stage in {before.stage, Stage.INTENDED, Stage.LAUNCHING}:
        return after
    try:
        return ledger.attempts.advance(
            before,
            to=after.stage,
            identity=after.identity,
            started_at=after.started_at,
            ended_at=after.ended_at,
            exit_code=after.exit_code,
            signal=after.signal,
            note=after.note,
        )
    except IllegalStepError:
        return ledger.attempts.get(before.phase, before.number) or after


def is_alive(identity: Identity) -> bool | None:
    """Whether a process is there; a zombie is not. None where the system does not tell."""
    if identity.boot_id != boot_id():
        return False
    try:
        process = psutil.Process(identity.pid)
        if not identity_of(process).same_as(identity):
            return False
        return process.status() not in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
    except psutil.AccessDenied:
        return None
    except psutil.NoSuchProcess:  # as of one that is hidden
        return None if psutil.pid_exists(identity.pid) else False


def _look(attempt: Attempt, runs: Path) -> Attempt:
    trace = RunFolder(runs / attempt.folder).trace()
    identity = trace.started.identity if trace.started else attempt.identity
    alive = None if identity is None else is_alive(identity)
    return conclude(attempt, trace, alive=alive, boot_id=boot_id())


def _never_ran(end: Exit, trace: Trace) -> bool:
    """Whether no command ever ran: the first could not be started, or its process ended before it was one."""
    return end.command == 0 and (bool(end.error) or trace.started is None)


def _failed_start(attempt: Attempt, end: Exit) -> Attempt:
    if attempt.stage is Stage.LOST:
        return attempt  # as it is in the ledger, from where it does not become one that never started
    note = end.error or f"Its process was ended by {end.signal} before it became the command."
    return replace(attempt, stage=Stage.NOT_STARTED, identity=None, started_at=None, note=note)


def _ended(attempt: Attempt, end: Exit) -> Attempt:
    return replace(
        attempt,
        stage=Stage.ENDED,
        ended_at=end.at,
        exit_code=end.exit_code,
        signal=end.signal,
        note=end.error,
    )


def _with_process(attempt: Attempt, identity: Identity, *, alive: bool | None, boot_id: str) -> Attempt:
    """Whose end nobody has recorded."""
    if alive:
        return replace(attempt, stage=Stage.RUNNING, note="")
    if alive is None:
        note = f"The system hides process {identity.pid}: whether it is still the one that was started is open."
        return replace(attempt, stage=Stage.RUNNING, note=note)
    return replace(attempt, stage=Stage.LOST, note=_lost(identity, boot_id))


def _without_process(attempt: Attempt, trace: Trace) -> Attempt:
    if attempt.stage is Stage.INTENDED:
        return replace(attempt, stage=Stage.LAUNCHING, note="") if trace.locked else attempt
    if trace.locked:
        return attempt
    return replace(attempt, stage=Stage.LOST, note="Which process it was is not known, and nobody holds its lock.")


def _lingering(end: Exit, holders: tuple[int, ...]) -> str:
    how = f"was ended by {end.signal}" if end.signal else f"has ended with exit code {end.exit_code}"
    match holders:
        case ():
            who = "something that it started goes on"
        case (pid,):
            who = f"process {pid}, which it started, goes on"
        case _:
            who = f"processes {', '.join(map(str, holders))}, which it started, go on"
    return f"Its command {how}; {who}."


def _lost(identity: Identity, boot: str) -> str:
    if identity.boot_id != boot:
        return "The machine was started anew while it ran; how far it came is in its log and data only."
    return (
        f"Process {identity.pid} is gone and nobody recorded how it ended: what waits for its end was killed too."
    )
