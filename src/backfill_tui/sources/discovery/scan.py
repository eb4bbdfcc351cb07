"""All processes of the machine, looked through for backfills again and again, at next to no cost.

A process is read once. The kernel gives the folder of each in /proc an inode number of its own, which lists as
cheaply as its name; so a recycled number shows without reading anything. The few that are wanted, and young ones,
are read again every time, and all others in turn, because a process may become another program.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from backfill_tui.sources.discovery.proc import PROC, command_of, identity_and_parent, words_of
from backfill_tui.sources.process_table import Entry

Reads = Callable[[tuple[str, ...]], bool]
"""Whether a command line is worth to be looked at."""

YOUNG_S = 5.0
_TURNS = 16  # an old process is read again every so many scans


@dataclass(slots=True)
class _Known:
    """What is kept of a process: its folder's inode, until when it is young, and itself if it is worth it."""

    inode: int
    young_until: float
    entry: Entry | None = None
    hidden: bool = False


class ProcessScan:
    """Not thread-safe: one caller at a time."""

    def __init__(self, wanted: Reads, hint: re.Pattern[bytes] | None = None, proc: Path = PROC) -> None:
        """`hint` is a pattern of raw bytes without which no command line can be `wanted`: it spares decoding."""
        self._wanted = wanted
        self._hint = hint
        self._proc = proc
        self._known: dict[int, _Known] = {}
        self._scans = 0
        self.hidden = 0
        """How many command lines may not be read."""

    @property
    def seen(self) -> int:
        """How many processes there were at the last scan."""
        return len(self._known)

    def scan(self, now_s: float | None = None) -> Mapping[int, Entry]:
        """The processes that are wanted, by number, as of now; `now_s` is on a monotonic clock."""
        now_s = time.monotonic() if now_s is None else now_s
        self._scans += 1
        known = {}
        for pid, inode in self._listed():
            before = self._known.get(pid)
            if before is not None and before.inode == inode and not self._due(pid, before, now_s):
                known[pid] = before
                continue
            same = before is not None and before.inode == inode
            young_until = before.young_until if before is not None and same else now_s + YOUNG_S
            try:
                known[pid] = _Known(inode, young_until, self._read(pid))
            except PermissionError:
                known[pid] = _Known(inode, young_until, hidden=True)
        self._known = known
        self.hidden = sum(one.hidden for one in known.values())
        return {pid: one.entry for pid, one in known.items() if one.entry is not None}

    def ancestors(self, pid: int) -> Iterator[int]:
        """Its parent's number, that one's parent's, and so on, as the system has them now."""
        met = {0, pid}
        while True:
            try:
                _, pid = identity_and_parent(pid, self._proc)
            except (OSError, ValueError):
                return
            if pid in met:
                return
            met.add(pid)
            yield pid

    def _listed(self) -> Iterator[tuple[int, int]]:
        try:
            with os.scandir(self._proc) as entries:
                yield from ((int(entry.name), entry.inode()) for entry in entries if entry.name.isdigit())
        except OSError:
            return

    def _due(self, pid: int, known: _Known, now_s: float) -> bool:
        return known.entry is not None or now_s < known.young_until or (pid + self._scans) % _TURNS == 0

    def _read(self, pid: int) -> Entry | None:
        """The process if it is wanted. Raises PermissionError where it may not be read."""
        try:
            raw = command_of(pid, self._proc)
            if not raw or (self._hint is not None and self._hint.search(raw) is None):
                return None
            words = words_of(raw)
            if not self._wanted(words):
                return None
            identity, parent = identity_and_parent(pid, self._proc)
        except PermissionError:
            raise
        except (OSError, ValueError):
            return None
        return Entry(identity, parent, words)
