"""Launches cut short at every step, every line and any moment: the job runs once, or it is told that it did not.

A job that ran twice, or was lost without a word, is no figure to compare: then this ends with an error.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from backfill_tui.control.attempt import Order
from backfill_tui.control.launch.folder import RunFolder
from benchmarks.crashes import Night, Trial
from benchmarks.options import Options, main
from benchmarks.report import Peer, Report, Row, Target
from benchmarks.timing import run

_RANDOM, _CALLERS = 200, 20
_LAUNCH_S = 0.1  # a person does not notice that
_WAITING_BYTES = 15e6


def measure(options: Options) -> Report:
    """First what a launch takes, then what comes of one that is cut short."""
    report = Report("launch_crash", "Launches, whole and cut short", quick=not options.whole)
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=options.folder) as folder:
        _whole(Path(folder) / "whole", options, report)
        _cut_short(Path(folder) / "cut", options, report)
    return report


def _whole(folder: Path, options: Options, report: Report) -> None:
    ours, peer = [], []
    interpreter = [sys.executable, "-I", "-S", "-c", "pass"]  # what the shim can't be faster than
    for number in range(options.rounds * 4 if options.whole else options.rounds):
        night = Night(folder / str(number))
        ours.append(_launched_s(night))
        night.quiet()
        peer.append(run(interpreter).seconds)
    bare = Peer("python -I -S -c pass", tuple(peer))
    report.rows.append(
        Row("launch, until it is recorded", tuple(ours), "ms", peer=bare, target=Target(_LAUNCH_S, of="own"))
    )
    report.rows.append(_waiting(Night(folder / "waiting")))


def _launched_s(night: Night) -> float:
    began = time.perf_counter()
    night.launch()
    return time.perf_counter() - began


def _waiting(night: Night) -> Row:
    """What stays in memory beside a job, for as long as it runs."""
    night.order = Order(night.order.phase, (("/bin/cat", str(_pipe(night.state / "until"))),), cwd=night.state)
    attempt = night.launch()
    started = RunFolder(night.runs / attempt.folder).files().started
    if started is None:
        raise RuntimeError(f"the job was not started: {attempt.note}")
    resident = psutil.Process(started.shim.pid).memory_info().rss
    with (night.state / "until").open("wb"):
        pass  # its reader comes to the end
    night.quiet()
    return Row("the shim while it waits", (float(resident),), "MB", target=Target(_WAITING_BYTES, of="own"))


def _pipe(path: Path) -> Path:
    subprocess.run(["mkfifo", str(path)], check=True)
    return path


def _cut_short(folder: Path, options: Options, report: Report) -> None:
    folder.mkdir()
    count = max(1, round(_RANDOM * options.size))
    words = ["--random", str(count), "--callers", str(_CALLERS), "--lines", "1" if options.whole else "25"]
    report.commands.append(f"python -m benchmarks.crashes FOLDER {' '.join(words)}")
    trials = _told([sys.executable, "-m", "benchmarks.crashes", str(folder), *words])
    for what in dict.fromkeys(trial.what for trial in trials):
        of_kind = [trial for trial in trials if trial.what == what]
        _hold(of_kind)
        report.inputs[what] = _counted(of_kind)
        report.rows.append(Row(f"{what}, one trial", tuple(trial.seconds for trial in of_kind), "ms"))


def _told(command: Sequence[str]) -> list[Trial]:
    told = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    return [Trial(**json.loads(line)) for line in told.splitlines()]


def _hold(trials: Sequence[Trial]) -> None:
    """Raises RuntimeError where a promise was broken."""
    for trial in trials:
        if trial.twice or trial.silently_lost or not (trial.exactly_once or trial.of_the_shim):
            raise RuntimeError(f"{trial.what}, {trial.where}: ran {trial.ran} times; {trial.stage}. {trial.note}")


def _counted(trials: Sequence[Trial]) -> str:
    once = sum(trial.ran == 1 for trial in trials)
    told = sum(trial.ran == 0 for trial in trials)
    where = f" ({trials[0].where})" if len(trials) == 1 else ""
    return (
        f"{len(trials)} trials{where}: ran once {once}, told that it did not run {told}, "
        f"ran twice {sum(trial.twice for trial in trials)}, "
        f"lost without a word {sum(trial.silently_lost for trial in trials)}"
    )


if __name__ == "__main__":
    sys.exit(main(measure))
