"""Which processes belong to a job: itself, all that it started, and whoever holds on to its run. It looks only.

A parent's number is all that the system keeps of who started whom, and it is lost when the parent ends. Sessions,
process groups, the run's inherited lock and its output outlive parents, so they are asked too.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from backfill_tui.control.launch import shim
from backfill_tui.control.launch.folder import RunFolder
from backfill_tui.control.offer import Target
from backfill_tui.errors import BackfillError
from backfill_tui.sources.presence import Identity
from backfill_tui.sources.process_table import identity_of

_INIT = 1
_SHIM = Path(shim.__file__).parts[-2:]  # it waits for a job; one of another installation does it too


class StopRefusedError(BackfillError):
    """What was to be stopped is not to be stopped from here: we ourselves run under it."""


@dataclass(frozen=True, slots=True)
class Member:
    """One process of a job. `leads`: a session or a process group bears its number."""

    identity: Identity
    parent: int
    command: str
    leads: bool

    @property
    def pid(self) -> int:
        """Its number, which may be another's by now."""
        return self.identity.pid

    @property
    def target(self) -> Target:
        """As it is shown to whoever is asked whether to stop it."""
        return Target(self.pid, self.command)


def tree_of(
    identity: Identity, *, run_folder: Path | None = None, known: Iterable[Member] = ()
) -> tuple[Member, ...]:
    """The living processes of a job, parents before children; empty once all have ended.

    They are: the process, if it is still that one; its descendants; whoever is in a session or process group that
    one of these leads; and what is left of the run in `run_folder`: who has its lock or prints to its output.
    `known` are members found before, so that what one of them has started just before it ended is found too. Never
    among them: this process and those it runs under, init, and the shim, which waits to record how the job ends.

    Raises StopRefusedError if `identity` is one of those that this process runs under.
    """
    rows = _scan()
    above = {_INIT, os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    if identity.pid in above and _is_there(identity, rows):
        raise StopRefusedError(
            f"Process {identity.pid} is what backfill-tui itself runs under, so it is not ended from here.",
            todo="End it from another terminal, with `kill`.",
        )
    kin = _Kin(rows, spared=above | {pid for pid, row in rows.items() if row.is_shim})
    for member in known:
        kin.add_former(member.identity, leads=member.leads)
    kin.add_former(identity, leads=False)
    if run_folder is not None:
        for pid in RunFolder(run_folder).left():
            kin.add_heir(pid)
    return tuple(rows[pid].member for pid in kin.found if rows[pid].lives)


@dataclass(frozen=True, slots=True)
class _Row:
    """One process as it was at the scan."""

    identity: Identity
    parent: int
    group: int
    session: int
    lives: bool  # False: it has ended, and its parent has not collected it
    command: tuple[str, ...]

    @property
    def is_shim(self) -> bool:
        """Between its fork and its program a job still bears the shim's command line, but leads its session."""
        named = any(Path(word).parts[-2:] == _SHIM for word in self.command)
        return named and self.session != self.identity.pid

    @property
    def member(self) -> Member:
        pid = self.identity.pid
        return Member(self.identity, self.parent, " ".join(self.command), pid in {self.group, self.session})


def _is_there(identity: Identity, rows: Mapping[int, _Row]) -> bool:
    row = rows.get(identity.pid)
    return row is not None and row.identity.same_as(identity)


class _Kin:
    """Gathers the pids of a job, with all that follows from each. `found` has them in the order of finding."""

    def __init__(self, rows: Mapping[int, _Row], *, spared: Collection[int]) -> None:
        self.found: dict[int, None] = {}
        self._rows = rows
        self._spared = spared
        self._children = _by(rows, lambda row: row.parent)
        self._groups = _by(rows, lambda row: row.group)
        self._sessions = _by(rows, lambda row: row.session)

    def add_former(self, identity: Identity, *, leads: bool) -> None:
        """One that belonged to the job: if it is still there, it does; else whoever it has led does."""
        if _is_there(identity, self._rows):
            self._add([identity.pid])
        elif leads and identity.pid not in self._rows:
            born = identity.started_at
            orphans = [*self._groups[identity.pid], *self._sessions[identity.pid]]
            self._add(pid for pid in orphans if self._rows[pid].identity.started_at >= born)

    def add_heir(self, pid: int) -> None:
        """One that is left of the run. Where its session's leader has ended, nobody but the job was that leader."""
        row = self._rows.get(pid)
        if row is None:
            return
        self._add([pid])
        if row.session not in self._rows:
            self._add(self._sessions[row.session])

    def _add(self, pids: Iterable[int]) -> None:
        ahead = list(pids)
        for pid in ahead:  # grows as it is walked: breadth first, so that parents come before their children
            row = self._rows.get(pid)
            if row is None or pid in self.found or pid in self._spared:
                continue
            self.found[pid] = None
            ahead += self._children[pid]
            if row.group == pid or row.session == pid:
                ahead += [*self._sessions[pid], *self._groups[pid]]


def _by(rows: Mapping[int, _Row], key: Callable[[_Row], int]) -> Mapping[int, Collection[int]]:
    """Pids by one of their numbers. 0 is none: it stands for what lies outside of this container."""
    sorted_in = defaultdict[int, list[int]](list)
    for pid, row in rows.items():
        if key(row):
            sorted_in[key(row)].append(pid)
    return sorted_in


def _scan() -> dict[int, _Row]:
    rows = {}
    for pid in psutil.pids():
        if row := _read(pid):
            rows[pid] = row
    return rows


def _read(pid: int) -> _Row | None:
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            return _Row(
                identity_of(process),
                process.ppid(),
                os.getpgid(pid),
                os.getsid(pid),
                process.status() not in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD},
                _command(process),
            )
    except (psutil.Error, OSError):  # it has ended meanwhile, or is hidden altogether
        return None


def _command(process: psutil.Process) -> tuple[str, ...]:
    try:
        return tuple(process.cmdline()) or (f"[{process.name()}]",)
    except psutil.Error:
        return ()
