"""Takes times: of calls, and of whole processes with their peak memory. Contenders alternate, so noise hits all.

A process's peak as the system counts it includes that of the process which started it, so that must be small: a
module that measures memory imports nothing of the product.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ended:
    """A process from start to end."""

    seconds: float  # wall time, from before it is started until its end was noticed
    cpu_seconds: float  # user and system: what it took of a processor, however many others wanted it
    peak_bytes: int  # its largest resident set
    output: bytes


def run(command: Sequence[str], *, cwd: Path | None = None, expected: frozenset[int] = frozenset({0})) -> Ended:
    """Run a program to its end, reading what it prints through a pipe.

    Raises RuntimeError with what it said if it leaves with another exit code than those expected.
    """
    with tempfile.TemporaryFile() as complaints:
        began = time.perf_counter()
        with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=complaints) as process:
            assert process.stdout is not None  # noqa: S101 - for the type checker: it is a pipe
            output = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in expected:
            complaints.seek(0)
            said = complaints.read().decode("utf-8", "replace").strip()
            raise RuntimeError(f"{' '.join(command)} left with {process.returncode}: {said}")
    return Ended(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, output)


def alternate(
    rounds: int, contenders: Mapping[str, Callable[[], T]], *, warm_up: bool = True
) -> dict[str, list[T]]:
    """What each contender returned in each round: ours, peer, ours, … `warm_up`: after one that is not counted."""
    if warm_up:
        for call in contenders.values():
            call()
    returned: dict[str, list[T]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, call in contenders.items():
            returned[name].append(call())
    return returned


def seconds_of(call: Callable[[], object]) -> float:
    """How long a call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
