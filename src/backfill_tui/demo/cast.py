"""Who is on stage: the processes of a demo's folder, so that they can be found and stopped.

Those that the demo has started are kept in a file there; those that a screen or `run` has launched, in the plan's
ledger. A process is known by pid and start time together, so that a pid that has been given to another is never
touched.
"""

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from backfill_tui.control.attempt import Stage
from backfill_tui.control.launch.reconcile import look
from backfill_tui.control.ledger import Ledger, LedgerError

CAST_FILE = "cast.json"
CONDUCTOR = "conductor"
STATE_DIR = ".backfill-tui"

_BEAT_S = 0.02
_SAME_START_S = 1.0  # start times of one process read at different moments differ by less


@dataclass(frozen=True, slots=True)
class Member:
    """One process of the demo. `started_at` is in seconds since the epoch, as the kernel tells it."""

    role: str
    pid: int
    started_at: float
    log: str

    @classmethod
    def of(cls, role: str, pid: int, log: str) -> "Member":
        """The process that has that pid now. Raises psutil.NoSuchProcess if there is none."""
        return cls(role, pid, psutil.Process(pid).create_time(), log)

    def process(self) -> psutil.Process | None:
        """The process itself if it is still running; None if it has ended, whoever has its pid now."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started_at) < _SAME_START_S
        except psutil.NoSuchProcess:
            return None
        return process if same and _is_there(process) else None


def write_cast(folder: Path, members: Sequence[Member]) -> None:
    """Keep these as the processes of the demo in that folder."""
    text = json.dumps([asdict(member) for member in members], indent=2)
    written = folder / f".{CAST_FILE}.{os.getpid()}.tmp"
    written.write_text(text, encoding="utf-8")
    written.replace(folder / CAST_FILE)


def running(folder: Path) -> list[Member]:
    """The demo's processes in that folder that are still running: the conductor, its jobs, what was launched."""
    try:
        kept = json.loads((folder / CAST_FILE).read_text(encoding="utf-8"))
        members = [Member(**member) for member in kept]
    except (OSError, ValueError, TypeError):
        members = []
    return [member for member in (*members, *_launched(folder / STATE_DIR)) if member.process()]


def _launched(state_dir: Path) -> list[Member]:
    """The jobs of the plan that were launched and have not ended; none where the ledger does not tell."""
    try:
        ledger = Ledger.existing(state_dir)
        if ledger is None:
            return []
        try:
            kept = ledger.attempts.all()
        finally:
            ledger.close()
    except LedgerError:
        return []
    runs = state_dir / "runs"
    launched = []
    for job in (look(attempt, runs) for attempt in kept):
        if job.stage is Stage.RUNNING and job.identity is not None:
            log = job.order.output_in(runs / job.folder)
            launched.append(Member(job.phase, job.identity.pid, job.identity.started_at, str(log)))
    return launched


def stop(folder: Path, *, grace_s: float = 5.0) -> list[Member]:
    """End every process of the demo in that folder with what they have started; return those that were running.

    The conductor goes first, so that it starts no more; SIGKILL follows SIGTERM after `grace_s` seconds.
    """
    stopped = running(folder)
    _end([member for member in stopped if member.role == CONDUCTOR], grace_s)
    others = running(folder)  # read again: one more may have been started meanwhile
    _end(others, grace_s)
    return stopped + [member for member in others if member not in stopped]


def _end(members: Sequence[Member], grace_s: float) -> None:
    trees = [tree for member in members if (tree := _tree(member))]
    processes = [process for tree in trees for process in tree]
    for kill in (False, True):
        for process in processes:
            _signal(process, kill=kill)
        deadline = time.monotonic() + grace_s
        while (
            processes := [process for process in processes if _is_there(process)]
        ) and time.monotonic() < deadline:
            time.sleep(_BEAT_S)


def _is_there(process: psutil.Process) -> bool:
    """Whether it is still running; one that has ended and that nobody has collected yet is not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _tree(member: Member) -> list[psutil.Process]:
    """The process and its children; of the conductor only itself: what it has started is in the cast."""
    process = member.process()
    if process is None:
        return []
    if member.role == CONDUCTOR:
        return [process]
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return [process]


def _signal(process: psutil.Process, *, kill: bool) -> None:
    with suppress(psutil.NoSuchProcess):  # which it says of a recycled pid, too
        process.kill() if kill else process.terminate()
