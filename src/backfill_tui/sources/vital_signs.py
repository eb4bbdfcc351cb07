"""The body of a process: processor time and memory of it and all that it started, and what its control group lost.

It looks and never touches. What the system does not tell is None.
"""

from dataclasses import dataclass
from pathlib import Path

import psutil

_GROUPS = Path("/sys/fs/cgroup")
_EVENTS = "memory.events"
_WHOLE_MACHINE = Path("/proc/vmstat")


@dataclass(frozen=True, slots=True)
class Body:
    """What a process and its descendants hold and have used: bytes, seconds of processor time since it began."""

    rss_bytes: int
    cpu_s: float


def body_of(pid: int) -> Body | None:
    """The body of a process; None where it is gone or may not be looked at."""
    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)]
    except psutil.Error:
        return None
    rss, cpu, seen = 0, 0.0, False
    for process in tree:
        try:
            with process.oneshot():
                times = process.cpu_times()
                rss += process.memory_info().rss
        except psutil.Error:
            continue  # it ended, or is another user's
        cpu += times.user + times.system + times.children_user + times.children_system
        seen = True
    return Body(rss, cpu) if seen else None


def oom_counter(pid: int, *, proc: Path = Path("/proc"), groups: Path = _GROUPS) -> Path | None:
    """The file that counts what the kernel kills for memory where the process lives: its nearest control group's.

    The machine's own count where no control group has one; None where there is none at all.
    """
    group = _group_of(pid, proc)
    while group is not None:
        file = groups / group / _EVENTS
        if file.is_file():
            return file
        group = group.parent if group != group.parent else None
    machine = proc / _WHOLE_MACHINE.name
    return machine if oom_kills(machine) is not None else None


def _group_of(pid: int, proc: Path) -> Path | None:
    """Its group within the unified hierarchy, relative to that; None where there is no such hierarchy."""
    try:
        lines = (proc / str(pid) / "cgroup").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    whole = next((line.removeprefix("0::") for line in lines if line.startswith("0::")), None)
    if whole is None or ".." in whole:
        return None
    return Path(whole.lstrip("/"))


def oom_kills(counter: Path) -> int | None:
    """How many processes the kernel has killed for memory there, ever; None where that can't be read."""
    try:
        lines = counter.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    count = next((line.split()[1] for line in lines if line.startswith("oom_kill ")), "")
    return int(count) if count.isdigit() else None
