"""Who has inherited the lock of a run: told by the kernel, descriptor by descriptor. It looks only.

Having the file open is not enough: whoever looks whether the lock is held has it open too, for a moment.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")


def heirs_of(lock: Path) -> tuple[int, ...]:
    """The pids that share the exclusive lock on this file and would hand it to what they start: shim, job, its own.

    The launcher that took the lock is none of them: its descriptor ends where another program begins. Of other
    users' processes only root is told; where there is no /proc, nobody is.
    """
    try:
        wanted = lock.stat()
        pids = sorted(int(entry.name) for entry in _PROC.iterdir() if entry.name.isdecimal())
    except OSError:
        return ()
    return tuple(pid for pid in pids if _inherits(pid, lock.name, wanted))


def _inherits(pid: int, name: str, wanted: os.stat_result) -> bool:
    folder = _PROC / str(pid)
    with suppress(OSError):  # it has ended, or is somebody else's
        return any(_shares_lock(folder / "fdinfo" / link.name) for link in _open_at(folder / "fd", name, wanted))
    return False


def _open_at(folder: Path, name: str, wanted: os.stat_result) -> Iterator[Path]:
    """The descriptors of one process at which that file is open."""
    for link in folder.iterdir():
        with suppress(OSError):  # closed meanwhile
            if link.readlink().name != name:
                continue  # before it is touched: a file of a network that hangs would hang us
            if os.path.samestat(link.stat(), wanted):
                yield link


def _shares_lock(descriptor: Path) -> bool:
    """Whether it is one open file with the descriptor that was locked, and survives an exec (proc(5), fdinfo)."""
    flags, locked = os.O_CLOEXEC, False
    for line in descriptor.read_text(encoding="ascii", errors="replace").splitlines():
        key, _, rest = line.partition(":")
        if key == "flags":
            flags = int(rest, 8)
        elif key == "lock":
            locked = locked or {"FLOCK", "WRITE"} <= set(rest.split())
    return locked and not flags & os.O_CLOEXEC
