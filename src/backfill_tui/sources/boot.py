"""Which boot of this machine it is, and how long ago: a process identity from an earlier one can't be alive."""

import time
from functools import cache
from pathlib import Path

import psutil

_KERNEL_SAYS = Path("/proc/sys/kernel/random/boot_id")


@cache
def boot_id() -> str:
    """The kernel's id of this boot; where it tells none, the time of booting."""
    try:
        return _KERNEL_SAYS.read_text(encoding="ascii").strip()
    except OSError:
        return f"booted-at-{psutil.boot_time():.0f}"


def up_s() -> float | None:
    """Seconds since booting, sleep included, on the kernel's clock, which nobody sets; None where it has none."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return None if clock is None else time.clock_gettime(clock)
