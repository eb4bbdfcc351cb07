"""One process whose identity is settled: how it does, look by look, and since when it is gone."""

from dataclasses import replace
from datetime import datetime

import psutil

from backfill_tui.sources.boot import up_s
from backfill_tui.sources.presence import Presence, ProcessSeen
from backfill_tui.sources.process_table import Entry, identity_of


class Adopted:
    """Holds on to one process. Its number may be given to another: that one is never mistaken for it."""

    def __init__(self, entry: Entry, process: psutil.Process, note: str = "") -> None:
        self._entry = entry
        self._note = note
        self._process = process
        self._cpu: tuple[float, datetime] | None = None  # seconds used, and when that was asked
        self._seen = ProcessSeen(
            Presence.ALIVE,
            identity=entry.identity,
            started_at=entry.started_at,
            command=entry.command,
            user=_user(process),
            note=note,
        )

    @classmethod
    def take(cls, entry: Entry, note: str = "") -> "Adopted | None":
        """Adopt the process of an entry; None if it has ended since it was read."""
        try:
            process = psutil.Process(entry.pid)
            same = identity_of(process).same_as(entry.identity)
        except psutil.Error:
            return None
        return cls(entry, process, note) if same else None

    def look(self, now: datetime) -> ProcessSeen:
        """How it is now."""
        if self._seen.presence is Presence.GONE:
            return self._seen
        try:
            if self._process.is_running():
                self._seen = self._measured(now)
            else:
                self._seen = self._ended(Presence.GONE, now)
        except psutil.ZombieProcess:
            self._seen = self._ended(Presence.ZOMBIE, now)
        except psutil.NoSuchProcess:
            self._seen = self._ended(Presence.GONE, now)
        except psutil.AccessDenied:
            note = self._about("may not be looked at.")
            self._seen = replace(self._seen, presence=Presence.DENIED, note=note, lived_s=self._lived_s())
        return self._seen

    def _measured(self, now: datetime) -> ProcessSeen:
        with self._process.oneshot():
            status = self._process.status()
            if status in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}:
                return self._ended(Presence.ZOMBIE, now)
            times = self._process.cpu_times()
            rss = self._process.memory_info().rss
        return replace(
            self._seen,
            presence=Presence.ALIVE,
            status=str(status),
            cpu_percent=self._cpu_percent(times.user + times.system, now),
            rss_bytes=rss,
            note=self._note,
            lived_s=self._lived_s(),
        )

    def _lived_s(self) -> float | None:
        began, now = self._entry.identity.since_boot_s, up_s()
        return None if began is None or now is None else max(0.0, now - began)

    def _cpu_percent(self, used_s: float, now: datetime) -> float | None:
        """Of one core, since the look before; None at the first look."""
        if self._cpu is None:
            self._cpu = (used_s, now)
            return None
        before, then = self._cpu
        elapsed = (now - then).total_seconds()
        if elapsed <= 0:
            return self._seen.cpu_percent
        self._cpu = (used_s, now)
        return max(0.0, 100.0 * (used_s - before) / elapsed)

    def _ended(self, presence: Presence, now: datetime) -> ProcessSeen:
        if presence is Presence.ZOMBIE:
            note = self._about("has ended; its parent has not collected its exit code yet.")
        elif psutil.pid_exists(self._entry.pid):
            note = self._about("has ended; its number belongs to another process now.")
        else:
            note = self._about("has ended; its exit code is not known, because it was not started from here.")
        return replace(
            self._seen,
            presence=presence,
            status=None,
            cpu_percent=None,
            rss_bytes=None,
            lived_s=None,
            gone_since=self._seen.gone_since or now,
            note=note,
        )

    def _about(self, what: str) -> str:
        return f"Process {self._entry.pid} {what}"


def _user(process: psutil.Process) -> str | None:
    try:
        return process.username()
    except (psutil.Error, KeyError):
        return None
