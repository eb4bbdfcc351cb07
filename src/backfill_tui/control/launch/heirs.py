"""What is left of a run in living processes: who has inherited its lock, and who still prints to its output.

Told by the kernel, descriptor by descriptor; it looks only. Having the lock's file open is not enough: whoever
looks whether the lock is held has it open too, for a moment.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from backfill_tui.control.launch import shim

_PROC = Path("/proc")
_MARK = f"{shim.RUN_MARK}=".encode()


def heirs_of(lock: Path) -> tuple[int, ...]:
    """The pids that share the exclusive lock on this file and would hand it to what they start: shim, job, its own.

    The launcher that took the lock is none of them: its descriptor ends where another program begins. Of other
    users' processes only root is told; where there is no /proc, nobody is.
    """
    try:
        wanted = lock.stat()
    except OSError:
        return ()
    return tuple(pid for pid in _pids() if any(_shares_lock(one) for one in _descriptors(pid, lock.name, wanted)))


def writers_of(output: Path, run: Path) -> tuple[int, ...]:
    """The pids that were started in this run, whose folder is `run`, and have its output open to write.

    A child that was given no other descriptors than these has let go of the lock, as a daemon does and Python's
    `subprocess`. Others write the same log too: theirs is another run's mark, or none. Told as `heirs_of`.
    """
    try:
        place = output.resolve()
        wanted = place.stat()
    except (OSError, RuntimeError):  # RuntimeError: links that lead in a circle
        return ()
    if not stat.S_ISREG(wanted.st_mode):
        return ()
    return tuple(
        pid
        for pid in _pids()
        if any(_writes(one) for one in _descriptors(pid, place.name, wanted)) and _is_of(pid, run)
    )


def _pids() -> list[int]:
    try:
        return sorted(int(entry.name) for entry in _PROC.iterdir() if entry.name.isdecimal())
    except OSError:
        return []


def _descriptors(pid: int, name: str, wanted: os.stat_result) -> Iterator[dict[str, list[str]]]:
    """What the kernel tells of those at which one process has that file open (proc(5), fdinfo): values by key."""
    folder = _PROC / str(pid)
    with suppress(OSError):  # it has ended, or is somebody else's
        for link in (folder / "fd").iterdir():
            with suppress(OSError):  # closed meanwhile
                if link.readlink().name != name:
                    continue  # before it is touched: a file of a network that hangs would hang us
                if os.path.samestat(link.stat(), wanted):
                    yield _told(folder / "fdinfo" / link.name)


def _told(descriptor: Path) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for line in descriptor.read_text(encoding="ascii", errors="replace").splitlines():
        key, _, rest = line.partition(":")
        told.setdefault(key, []).append(rest)
    return told


def _shares_lock(descriptor: dict[str, list[str]]) -> bool:
    """Whether it is one open file with the descriptor that was locked, and survives an exec."""
    locked = any({"FLOCK", "WRITE"} <= set(lock.split()) for lock in descriptor.get("lock", ()))
    return locked and not _flags(descriptor, unknown=os.O_CLOEXEC) & os.O_CLOEXEC


def _writes(descriptor: dict[str, list[str]]) -> bool:
    return _flags(descriptor, unknown=os.O_RDONLY) & os.O_ACCMODE != os.O_RDONLY


def _flags(descriptor: dict[str, list[str]], *, unknown: int) -> int:
    return next((int(flags, 8) for flags in descriptor.get("flags", ())), unknown)


def _is_of(pid: int, run: Path) -> bool:
    """Whether a process bears the mark of that run."""
    with suppress(OSError):
        for word in (_PROC / str(pid) / "environ").read_bytes().split(b"\0"):
            if word.startswith(_MARK):
                return run.samefile(os.fsdecode(word.removeprefix(_MARK)))
    return False
