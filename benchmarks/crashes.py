"""Launches that are cut short: each is one trial, after which is counted how often the job has run.

The job appends a line to a file, so that a second run can't go unnoticed. `python -m benchmarks.crashes FOLDER`
prints one trial a line, as JSON. It forks, so that a trial does not cost the start of an interpreter.
"""

import argparse
import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from backfill_tui.control.attempt import Attempt, AttemptExistsError, Order, Stage
from backfill_tui.control.launch import launcher
from backfill_tui.control.launch.folder import RunFolder
from backfill_tui.control.launch.reconcile import look
from backfill_tui.control.ledger import Ledger

_PHASE = "job"
_DEADLINE_S = 30.0  # for anything that is waited for
_TRACED = frozenset({"launcher.py", "folder.py", "reconcile.py"})
_PROCESSES = ("the shim's first half", "the shim", "the child that becomes the job")

_CRASHING_SHIM = """
import os, signal, sys
process, line = map(int, os.environ["CRASH_AT"].split(":"))
seen, forks, fork = 0, 0, os.fork

def counted():
    global seen, forks
    child = fork()
    if child == 0:
        seen, forks = 0, forks + 1
    return child

def trace(frame, event, _):
    global seen
    if frame.f_code.co_filename != SHIM:
        return None
    if event == "line" and forks == process:
        seen += 1
        if seen == line:
            os.close(os.open(KILLED, os.O_CREAT | os.O_WRONLY))
            os.kill(os.getpid(), signal.SIGKILL)
    return trace

os.fork = counted
with open(SHIM, encoding="utf-8") as file:
    program = compile(file.read(), SHIM, "exec")
sys.settrace(trace)
exec(program, {"__name__": "__main__"})
"""


@dataclass(frozen=True, slots=True)
class Trial:
    """One launch that was cut short, and one reconciliation by another process after it.

    `ran` is how often the job ran in all, `ran_before` until the reconciliation where that waited for quiet.
    `stage` is the attempt's in the end: what a person is told.
    """

    what: str
    where: str
    killed: bool
    ran: int
    ran_before: int | None
    stage: str
    note: str
    seconds: float

    @property
    def twice(self) -> bool:
        """The worst that could be."""
        return self.ran > 1

    @property
    def silently_lost(self) -> bool:
        """Not run, and nobody is told; or run, and told to be still to come."""
        if self.ran == 0 and self.stage == Stage.ENDED:
            return "SIGKILL" not in self.note
        return self.stage not in {Stage.LOST, Stage.NOT_STARTED, Stage.ENDED}

    @property
    def of_the_shim(self) -> bool:
        """Whether it is the shim that was killed: then nobody is left to wait for the job, or to start it."""
        return self.what.startswith("shim")

    @property
    def exactly_once(self) -> bool:
        """What a launcher that is killed must come to."""
        return self.ran == 1 and self.stage == Stage.ENDED


class Night:
    """One state folder with one phase to be launched, and a file that counts its runs."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.state = folder / "state"
        self.runs = self.state / "runs"
        self._counted = folder / "ran"
        words = ("/bin/sh", "-c", f"echo ran >> '{self._counted}'")
        self.order = Order(_PHASE, (words,), cwd=folder)
        Ledger.open(self.state).close()

    @property
    def ran(self) -> int:
        """How often the job has run."""
        return len(self._counted.read_text().splitlines()) if self._counted.exists() else 0

    def launch(self, on_step: Callable[[str], None] = lambda _: None) -> Attempt:
        """In the process that calls it: attempt 1."""
        return launcher.launch(
            Ledger.open(self.state),
            self.runs,
            self.order,
            number=1,
            asked_by="command",
            person="somebody",
            override=None,
            gate=(),
            now=datetime.now(UTC),
            on_step=on_step,
        )

    def reconcile(self) -> Attempt:
        """As `launch` does it: complete what is pending, make it if there is nothing."""
        ledger = Ledger.open(self.state)
        attempt = ledger.attempts.newest(_PHASE)
        if attempt is None:
            return self.launch()
        return launcher.complete(ledger, self.runs, attempt)

    def quiet(self) -> None:
        """Wait until nobody is on the way to the job, and it is not running."""
        folder = RunFolder(self.runs / f"{_PHASE}.1")
        if folder.path.is_dir():
            with folder.lock(_DEADLINE_S) as lock:
                if lock is None:
                    raise RuntimeError(f"{folder.path} is still locked after {_DEADLINE_S:g} s")

    def newest(self) -> Attempt | None:
        """The attempt as a person would be told of it."""
        ledger = Ledger.open(self.state)
        attempt = ledger.attempts.newest(_PHASE)
        return None if attempt is None else look(attempt, self.runs)


def at_each_step(folder: Path) -> Iterator[Trial]:
    """The launcher kills itself before and after each step; the next one comes at once, or when all is quiet."""
    moments = [f"{when} {step}" for step in launcher.STEPS for when in ("before", "after")]
    for number, moment in enumerate(moments):
        for patient in (False, True):
            night = Night(folder / f"{number}-{patient:d}")

            def victim(night: Night = night, moment: str = moment) -> None:
                night.launch(lambda reached: _die() if reached == moment else None)

            yield _trial("launcher killed at a step", moment, night, victim, patient=patient)


def at_each_line(folder: Path) -> Iterator[Trial]:
    """The launcher is killed before each line of its own code that it comes to."""
    line, killed = 0, True
    while killed:
        line += 1
        night = Night(folder / str(line))

        def victim(night: Night = night, line: int = line) -> None:
            sys.settrace(_until(line))
            night.launch()

        trial = _trial(
            "launcher killed at a line", f"the {line}th that it came to", night, victim, patient=line % 2 == 0
        )
        killed = trial.killed
        if killed:
            yield trial


def at_random(folder: Path, count: int, seed: int = 7) -> Iterator[Trial]:
    """The launcher is killed from outside, at moments spread evenly over a launch and a bit more."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    usual_s = min(_whole_launch_s(folder / f"whole-{number}") for number in range(3))
    for number in range(count):
        delay_s = chance.uniform(0, 1.3 * usual_s)
        night = Night(folder / str(number))
        yield _trial(
            "launcher killed at random",
            f"after {delay_s * 1000:.2f} ms",
            night,
            night.launch,
            delay_s=delay_s,
            patient=number % 2 == 0,
        )


def shim_at_each_line(folder: Path, every: int = 1) -> Iterator[Trial]:
    """Each process of the shim is killed before each line that it comes to (or each `every`th).

    Of every three launchers one kills itself too, as soon as the shim is on its way.
    """
    for process, name in enumerate(_PROCESSES):
        line, killed = 1, True
        while killed:
            night = Night(folder / f"{process}-{line}")
            marker = night.state / "killed"
            crashing = night.state / "crashing_shim.py"
            crashing.write_text(f"SHIM, KILLED = {str(launcher.SHIM)!r}, {str(marker)!r}\n{_CRASHING_SHIM}")

            last = "after spawn" if line % 3 == 0 else ""

            def victim(
                night: Night = night, crashing: Path = crashing, at: str = f"{process}:{line}", last: str = last
            ) -> None:
                os.environ["CRASH_AT"] = at
                launcher.SHIM = crashing
                night.launch(lambda reached: _die() if reached == last else None)

            where = f"{name}, before the {line}th line that it came to{', its launcher too' if last else ''}"
            trial = _trial("shim killed at a line", where, night, victim, marker=marker, patient=line % 2 == 0)
            killed = trial.killed
            if killed:
                yield trial
            line += every


def at_once(folder: Path, callers: int) -> Iterator[Trial]:
    """Many launch the same phase at the same moment; then many complete the same pending intent."""
    night = Night(folder / "launch")
    yield _raced("launched at once", night, callers, lambda: _answer(night))
    pending = Night(folder / "complete")
    _wait(_fork(lambda: pending.launch(lambda reached: _die() if reached == "after intend" else None)))
    yield _raced("completed at once", pending, callers, lambda: pending.reconcile().stage.value)


def _trial(
    what: str,
    where: str,
    night: Night,
    victim: Callable[[], Any],
    *,
    patient: bool,
    delay_s: float | None = None,
    marker: Path | None = None,
) -> Trial:
    began = time.perf_counter()
    process = _fork(victim)
    if delay_s is not None:
        _kill_after(process, delay_s)
    killed = _wait(process) == -signal.SIGKILL
    ran_before = None
    if patient:
        night.quiet()
        ran_before = night.ran
    _wait(_fork(night.reconcile))
    night.quiet()
    told = night.newest()
    return Trial(
        what,
        f"{where}, then {'when all was quiet' if patient else 'at once'}",
        killed if marker is None else marker.exists(),
        night.ran,
        ran_before,
        told.stage.value if told else "",
        f"{told.ending}. {told.note}" if told else "",
        time.perf_counter() - began,
    )


def _raced(what: str, night: Night, callers: int, call: Callable[[], str]) -> Trial:
    began = time.perf_counter()
    answers = _race(callers, call)
    seconds = time.perf_counter() - began
    night.quiet()
    told = night.newest()
    counts = {answer: answers.count(answer) for answer in sorted(set(answers))}
    where = ", ".join(f"{answer}: {count}" for answer, count in counts.items())
    return Trial(what, where, False, night.ran, None, told.stage.value if told else "", "", seconds)


def _answer(night: Night) -> str:
    try:
        night.launch()
    except AttemptExistsError:
        return "told of it"
    return "launched it"


def _race(callers: int, call: Callable[[], str]) -> list[str]:
    """What each of many processes answers that begin at the same moment."""
    gate, opens = os.pipe()
    answers, answered = os.pipe()

    def caller() -> None:
        os.close(opens)
        os.read(gate, 1)  # until it is closed
        os.write(answered, f"{call()}\n".encode())

    processes = [_fork(caller) for _ in range(callers)]
    for descriptor in (gate, opens, answered):
        os.close(descriptor)
    for process in processes:
        _wait(process)
    with os.fdopen(answers) as pipe:
        return pipe.read().splitlines()


def _whole_launch_s(folder: Path) -> float:
    night = Night(folder)
    began = time.perf_counter()
    _wait(_fork(night.launch))
    seconds = time.perf_counter() - began
    night.quiet()
    return seconds


def _fork(call: Callable[[], Any]) -> int:
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        call()
        code = 0
    except BaseException as error:  # noqa: BLE001 - the parent's code must not be run on in a child
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(code)


def _wait(process: int) -> int:
    """Its exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _kill_after(process: int, delay_s: float) -> None:
    """Unless it has ended by itself."""
    handle = os.pidfd_open(process)
    try:
        if not select.select([handle], [], [], delay_s)[0]:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
    finally:
        os.close(handle)


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def _until(line: int) -> Callable[[FrameType, str, Any], Any]:
    """A trace function that kills this process before the n-th line of the launching code."""
    left = line

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        path = Path(frame.f_code.co_filename)
        if path.name not in _TRACED or path.parent.name != "launch":
            return None
        if event == "line":
            left -= 1
            if left == 0:
                _die()
        return trace

    return trace


def main() -> None:
    """Print the trials that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--random", type=int, default=200, help="launchers killed at random moments")
    parser.add_argument("--callers", type=int, default=20, help="processes that launch the same phase at once")
    parser.add_argument("--lines", type=int, default=1, help="0: not line by line; n: each nth line of the shim")
    chosen = parser.parse_args()
    told: list[Iterator[Trial]] = [
        at_each_step(chosen.folder / "steps"),
        at_random(chosen.folder / "random", chosen.random),
        at_once(chosen.folder / "race", chosen.callers),
    ]
    if chosen.lines:
        told.append(shim_at_each_line(chosen.folder / "shim", chosen.lines))
    if chosen.lines == 1:
        told.append(at_each_line(chosen.folder / "lines"))
    for trials in told:
        for trial in trials:
            print(json.dumps(asdict(trial)), flush=True)


if __name__ == "__main__":
    main()
