"""Every process of the machine with its command line, read once and kept: one scan serves all phases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psutil

from backfill_tui.sources.boot import boot_id
from backfill_tui.sources.presence import Identity

_EVERY = timedelta(seconds=1)  # at most one scan in this time, however many ask
_YOUNG = timedelta(
    seconds=5
)  # a process of this age may still be a copy of its parent, about to become something else
_TURNS = (
    16  # an older one is read again every so many scans: it may have become another program, or another process
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One process as the table knows it."""

    identity: Identity
    parent: int
    command: tuple[str, ...]  # empty for a zombie, a kernel thread, or where it may not be read
    readable: bool = True

    @property
    def pid(self) -> int:
        """Its number, which may have been another's before."""
        return self.identity.pid

    @property
    def started_at(self) -> datetime:
        """When it started; aware, UTC."""
        return datetime.fromtimestamp(self.identity.started_at, UTC)

    @property
    def line(self) -> str:
        """The command line with spaces between its words."""
        return " ".join(self.command)


def identity_of(process: psutil.Process) -> Identity:
    """Who a process is. Raises psutil.NoSuchProcess when it has ended meanwhile."""
    started = process.create_time()
    return Identity(boot_id(), process.pid, started, round(started - psutil.boot_time(), 2))


def read_entry(pid: int) -> Entry | None:
    """What the system tells of a process now; None if there is none of that number, or it is hidden altogether."""
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            identity, parent = identity_of(process), process.ppid()
            try:
                return Entry(identity, parent, tuple(process.cmdline()))
            except psutil.ZombieProcess:
                return Entry(identity, parent, ())
            except psutil.AccessDenied:
                return Entry(identity, parent, (), readable=False)
    except (psutil.Error, ValueError, OverflowError):
        return None


class ProcessTable:
    """The processes of this machine, scanned when somebody asks, but not more often than makes sense."""

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._scanned_at: datetime | None = None
        self._scans = 0

    @property
    def scans(self) -> int:
        """How many scans there were: what was derived from one holds until the number grows."""
        return self._scans

    @property
    def newest(self) -> Mapping[int, Entry]:
        """All processes by number, as of the newest scan, whenever that was; it asks for none."""
        return self._entries

    def expire(self) -> None:
        """Let the next question scan anew: something has happened since the last scan."""
        self._scanned_at = None

    def at(self, now: datetime) -> Mapping[int, Entry]:
        """All processes by number, as of `now` or a moment before."""
        if self._scanned_at is None or not timedelta() <= now - self._scanned_at < _EVERY:
            self._scan(now)
        return self._entries

    def _scan(self, now: datetime) -> None:
        self._scanned_at = now
        self._scans += 1
        entries = {}
        for pid in psutil.pids():
            known = self._entries.get(pid)
            entry = read_entry(pid) if known is None or self._due(known, now) else known
            if entry:
                entries[pid] = entry
        self._entries = entries

    def _due(self, known: Entry, now: datetime) -> bool:
        return now - known.started_at < _YOUNG or (known.pid + self._scans) % _TURNS == 0
