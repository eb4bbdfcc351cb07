"""What it costs to find three backfills among two thousand processes: at first, again and again, to show them."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from backfill_tui.engine.discovery import SCAN_EVERY_S
from backfill_tui.sources.discovery.finder import JobFinder
from backfill_tui.sources.discovery.scan import YOUNG_S
from benchmarks.options import Options, main, product
from benchmarks.report import Peer, Report, Row, Target
from benchmarks.timing import alternate, run

_PROCESSES = 2_000
_JOBS = 3
_SCANS = 20
_FIRST_S = 0.5
_SHARE = 0.01  # of one processor
_SHOWN_S = 2.0

_CROWD = "for i in $(seq {count}); do sleep 900 & done; echo ready; wait"
_SCRIPT = "echo begun\nsleep 900\n"
_RANGE = "--start-date 2022-01-01 --end-date 2022-12-31"


def measure(options: Options) -> Report:
    """Real processes, in sessions of their own, ended afterwards."""
    report = Report("discovery", f"Three backfills among {_PROCESSES:,} processes", quick=not options.whole)
    count = max(2, int(_PROCESSES * options.size))
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-", dir=options.folder) as folder,
        _crowd(count, Path(folder)),
    ):
        here = len(psutil.pids())
        report.inputs["processes"] = f"{here:,}: {count:,} of them sleep, {_JOBS} are backfills with a log each"
        report.commands.append("JobFinder.look() in this process")
        report.rows += _scans(options)
        report.rows += _whole(options, report)
    return report


def _scans(options: Options) -> Iterator[Row]:
    """The first look of a new finder, and looks of one that knows everybody, once nobody is young any more."""
    returned = alternate(options.rounds, {"first": lambda: _timed(JobFinder()), "psutil": _by_psutil})
    peer = Peer("psutil, every command line", tuple(wall for wall, _ in returned["psutil"]))
    first = [wall for wall, _ in returned["first"]]
    yield Row("first look", tuple(first), "ms", peer=peer, target=Target(_FIRST_S), judged=options.whole)
    finder = JobFinder()
    finder.look()
    time.sleep(YOUNG_S + 0.5 if options.whole else 0.0)
    again = [_repeated(finder) for _ in range(options.rounds)]
    yield Row("look again", tuple(wall for wall, _ in again), "ms", peer=peer)
    yield Row(
        f"  processor time, one in {SCAN_EVERY_S:g} s",
        tuple(used for _, used in again),
        "ms",
        target=Target(SCAN_EVERY_S * _SHARE),
        judged=options.whole,
        note=f"1 % of a processor is {SCAN_EVERY_S * _SHARE * 1000:g} ms",
    )


def _whole(options: Options, report: Report) -> Iterator[Row]:
    """The program from its start to its answer."""
    words = [*product(), "status", "--json"]
    report.commands.append("backfill-tui status --json, in a folder without a plan")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as empty:
        ended = [run(words, cwd=Path(empty)) for _ in range(options.rounds)]
    shown = Target(_SHOWN_S)
    yield Row("status, whole process", tuple(one.seconds for one in ended), target=shown, judged=options.whole)
    yield Row("  processor time", tuple(one.cpu_seconds for one in ended))


def _timed(finder: JobFinder) -> tuple[float, float]:
    """Seconds of the clock and of the processor for one look. RuntimeError if it does not find the jobs."""
    began, used = time.perf_counter(), time.process_time()
    jobs = finder.look()
    took = time.perf_counter() - began, time.process_time() - used
    if sum(job.label.startswith("benchmarked") for job in jobs) != _JOBS:
        raise RuntimeError(f"found {[job.label for job in jobs]}")
    return took


def _repeated(finder: JobFinder) -> tuple[float, float]:
    """The same for one of many looks."""
    times = [_timed(finder) for _ in range(_SCANS)]
    return sum(wall for wall, _ in times) / _SCANS, sum(used for _, used in times) / _SCANS


def _by_psutil() -> tuple[float, float]:
    """Every command line, as a program that keeps nothing asks for them."""
    began, used = time.perf_counter(), time.process_time()
    for process in psutil.process_iter(["pid", "create_time", "cmdline"]):
        _ = process.info
    return time.perf_counter() - began, time.process_time() - used


def _until_begun(logs: Sequence[Path]) -> None:
    """A shell is ready before its child has become the job; the job has begun once it has printed."""
    deadline = time.monotonic() + 30
    while not all(log.is_file() and log.stat().st_size for log in logs):
        if time.monotonic() > deadline:
            raise RuntimeError("the jobs did not begin")
        time.sleep(0.02)


@contextmanager
def _crowd(count: int, folder: Path) -> Iterator[None]:
    """So many sleepers, and the jobs, each with a log of its own."""
    shells = [_shell(_CROWD.format(count=count), folder)]
    for number in range(_JOBS):
        script = folder / f"benchmarked_{number}.sh"
        script.write_text(_SCRIPT, encoding="utf-8")
        line = f"exec sh {script.name} {_RANGE} > {number}.log & echo ready; wait"
        shells.append(_shell(line, folder))
    try:
        for shell in shells:
            assert shell.stdout is not None  # noqa: S101 - for the type checker: it is a pipe
            shell.stdout.readline()
        _until_begun([folder / f"{number}.log" for number in range(_JOBS)])
        yield
    finally:
        for shell in shells:
            os.killpg(shell.pid, signal.SIGKILL)
            shell.communicate()


def _shell(line: str, folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        ["sh", "-c", line], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True
    )


if __name__ == "__main__":
    sys.exit(main(measure))
