"""What /proc says of one process, read as cheaply as it goes: thousands are asked. It looks and never touches."""

import os
import re
import stat
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

from backfill_tui.sources.boot import boot_id
from backfill_tui.sources.presence import Identity

PROC = Path("/proc")

_PIECE = 1 << 16
_MOST_WORDS = 1 << 21  # bytes of a command line that are read: the kernel takes no more by default
_WANTED_ENVIRONMENT = frozenset(("TZ", "PYTHONPATH", "PATH", "VIRTUAL_ENV"))
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_HIDDEN = re.compile(r"\bhidepid=(?:2|4|invisible|ptraceable)\b")
_PARENT, _STARTED = 1, 19  # places in `stat`, counted from the state, which follows the name in parentheses


@dataclass(frozen=True, slots=True)
class OpenFile:
    """One descriptor of a process: where it leads, by the kernel's words, and whether it may be written to."""

    number: int
    target: str
    writable: bool

    @property
    def deleted(self) -> bool:
        """Whether its file has no name any more."""
        return self.target.endswith(" (deleted)")


@cache
def booted_at() -> float:
    """When the machine was booted, in seconds since the epoch, asked once: all identities share it."""
    return psutil.boot_time()


def command_of(pid: int, proc: Path = PROC) -> bytes:
    """The command line as the kernel has it, its words ended by NULs; empty of zombies and kernel threads.

    Raises OSError: there is no such process, or it may not be read.
    """
    descriptor = os.open(f"{proc}/{pid}/cmdline", os.O_RDONLY)
    try:
        read = os.read(descriptor, _PIECE)
        whole = read
        while len(read) == _PIECE and len(whole) < _MOST_WORDS:
            read = os.read(descriptor, _PIECE)
            whole += read
    finally:
        os.close(descriptor)
    return whole


def words_of(raw: bytes) -> tuple[str, ...]:
    """The words of a command line. A program that has written over its own has them between blanks."""
    text = os.fsdecode(raw.rstrip(b"\0"))
    if not text:
        return ()
    return tuple(text.split("\0")) if "\0" in text else tuple(text.split(" ")) if " --" in text else (text,)


def identity_and_parent(pid: int, proc: Path = PROC) -> tuple[Identity, int]:
    """Who a process is and who its parent is. Raises OSError, ValueError: it is gone, or tells nothing."""
    raw = (proc / str(pid) / "stat").read_bytes()
    fields = raw[raw.rindex(b")") + 2 :].split()
    if len(fields) <= _STARTED:
        raise ValueError(f"/proc/{pid}/stat is cut short")
    since_boot_s = int(fields[_STARTED]) / _TICKS_A_SECOND
    identity = Identity(boot_id(), pid, booted_at() + since_boot_s, round(since_boot_s, 2))
    return identity, int(fields[_PARENT])


def lives(identity: Identity, proc: Path = PROC) -> bool:
    """Whether that very process is still at work; one that only waits to be collected is not."""
    try:
        raw = (proc / str(identity.pid) / "stat").read_bytes()
        state = raw[raw.rindex(b")") + 2 : raw.rindex(b")") + 3]
        same, _ = identity_and_parent(identity.pid, proc)
    except (OSError, ValueError):
        return False
    return state not in b"ZX" and same.same_as(identity)


def children_of(pid: int, proc: Path = PROC) -> list[int]:
    """The children of its first thread; empty where the kernel does not tell."""
    try:
        return [int(word) for word in (proc / str(pid) / "task" / str(pid) / "children").read_text().split()]
    except (OSError, ValueError):
        return []


def open_files(pid: int, proc: Path = PROC) -> list[OpenFile]:
    """Its descriptors, in their order. Raises PermissionError where they may not be read; empty once it is gone."""
    folder = proc / str(pid) / "fd"
    try:
        numbers = sorted(int(name) for name in os.listdir(folder))  # noqa: PTH208 - names are all that is wanted
    except PermissionError:
        raise
    except (OSError, ValueError):
        return []
    found = []
    for number in numbers:
        file = folder / str(number)
        try:
            target, mode = str(file.readlink()), file.lstat().st_mode
        except OSError:  # closed meanwhile
            continue
        found.append(OpenFile(number, target, bool(mode & stat.S_IWUSR)))
    return found


def folder_of(pid: int, proc: Path = PROC) -> Path | None:
    """The folder it works in; None where that may not be read, or has no name any more."""
    try:
        target = str((proc / str(pid) / "cwd").readlink())
    except OSError:
        return None
    return None if target.endswith(" (deleted)") or not target.startswith("/") else Path(target)


def environment_of(pid: int, proc: Path = PROC) -> dict[str, str]:
    """Of its environment only what tells where programs and times come from: the rest may be secret."""
    try:
        raw = (proc / str(pid) / "environ").read_bytes()
    except OSError:
        return {}
    pairs = (os.fsdecode(word).partition("=") for word in raw.split(b"\0"))
    return {name: value for name, _, value in pairs if name in _WANTED_ENVIRONMENT}


def hides_others(mounts: str, proc: Path = PROC) -> bool:
    """Whether the system keeps other users' processes from being listed at all, by a text such as /proc/mounts."""
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) > 3 and fields[1] == str(proc) and fields[2] == "proc":
            return _HIDDEN.search(fields[3]) is not None
    return False


def owner_of(pid: int, proc: Path = PROC) -> int | None:
    """The number of its user; None once it is gone."""
    try:
        return (proc / str(pid)).stat().st_uid
    except OSError:
        return None
