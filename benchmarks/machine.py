"""The machine that a measurement was made on, as far as it explains the numbers."""

import os
import platform
import subprocess
from pathlib import Path
from typing import TypedDict


class Machine(TypedDict):
    """What to compare before comparing numbers."""

    cpu: str
    cores: int  # that this process may use
    memory_gb: float
    python: str
    kernel: str
    load_1m: float  # what else was going on when the measuring began


def this_machine() -> Machine:
    """The machine as it is now."""
    return Machine(
        cpu=_first_value(Path("/proc/cpuinfo"), "model name") or platform.processor() or platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        memory_gb=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        python=platform.python_version(),
        kernel=platform.release(),
        load_1m=round(os.getloadavg()[0], 2),
    )


def revision() -> str:
    """The commit that is measured, with a `+` where files differ from it; empty where that is not known."""
    try:
        told = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return told.stdout.strip()


def _first_value(path: Path, key: str) -> str:
    """The value of the first `key : value` line of a file, empty if there is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")
