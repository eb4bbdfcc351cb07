"""`backfill-tui demo`: prepares and starts a night, hands it to a front end that it is given, leaves in order."""

import os
import shlex
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Protocol, TextIO

from backfill_tui.demo import cast
from backfill_tui.demo.night import PLAN, Night, night_in, prepare, scenario_named, start

DEFAULT_FOLDER = Path("demo-night")
STATUS_EVERY_S = 2.0
_BEAT_S = 0.1
INTERRUPTED = 130


class OpenDashboard(Protocol):
    """Shows the screen on a plan file until it is left, and returns the exit code.

    With `auto` it does what `run` does.
    """

    def __call__(self, plan: Path, *, auto: bool) -> int:
        """Open it."""


def play(
    *,
    scenario: str,
    speed: float,
    folder: Path | None,
    headless: bool,
    cleanup: bool,
    seed: int,
    open_dashboard: OpenDashboard,
    drive: Callable[[Path], int],
    print_status: Callable[[Path], str | None],
    out: TextIO,
    err: TextIO,
) -> int:
    """Play a night and return the exit code of the command.

    `drive` does what `run` does with a plan file, in lines, and returns its exit code: so an unattended night is
    played without a screen. Of any other night `print_status` prints a line now and then.
    A demo that still runs in the folder is opened again rather than started twice; with `cleanup` it is stopped,
    and that is all. Else `cleanup` stops what still runs once the screen is left.
    Raises UsageError and BackfillError.
    """
    place = (folder or DEFAULT_FOLDER).absolute()
    script = scenario_named(scenario)
    if cleanup and night_in(place):
        _clean_up(place, err)
        return 0
    with _alone_in(place):
        kept = night_in(place)
        if kept and cast.running(place):
            print(_reopening(place, kept, (scenario, speed, seed)), file=err)
        else:
            print(f"Preparing {script.name} in {place}: {script.story} …", file=err)
            err.flush()
            prepare(place, script, seed, speed)
            start(place)
            kept = night_in(place)
    unattended = kept is not None and kept.script.unattended  # of a night that ran already: whatever was asked for
    try:
        if not headless:
            return open_dashboard(place / PLAN, auto=unattended)
        return drive(place / PLAN) if unattended else _report(place, print_status, out)
    finally:
        if cleanup:
            _clean_up(place, err)
        else:
            print(farewell(place), file=err)


def farewell(folder: Path) -> str:
    """What still runs in a demo's folder, how to stop it, and how to come back."""
    program = _program()
    back = _way_back(folder, program)
    members = cast.running(folder)
    if not members:
        return f"Nothing runs any more. {back}"
    width = max(len(member.role) for member in members)
    lines = [f"  {member.pid:>7}  {member.role:<{width}}  {folder / member.log}" for member in members]
    pids = " ".join(str(member.pid) for member in members)
    return "\n".join(
        (
            "Still running, with or without a screen (pid, job, log):",
            *lines,
            f"Stop them: kill {pids}",
            f"       or: {program} demo --dir {shlex.quote(str(folder))} --cleanup",
            back,
        )
    )


def _way_back(folder: Path, program: str) -> str:
    """The command that opens the screen again; of an unattended night also what goes on without one."""
    night, plan = night_in(folder), shlex.quote(str(folder / PLAN))
    if night is None or not night.script.unattended:
        return f"Come back: {program} {plan}"
    return f"Come back: {program} {plan} --auto\nGo on without a screen: {program} run {plan}"


def _program() -> str:
    """How to call this program again from here: by its name where the shell would find it."""
    if shutil.which("backfill-tui"):
        return "backfill-tui"
    script = Path(sys.executable).with_name("backfill-tui")
    return shlex.quote(str(script)) if script.exists() else f"{shlex.quote(sys.executable)} -m backfill_tui"


def _report(folder: Path, print_status: Callable[[Path], str | None], out: TextIO) -> int:
    """Print a status line every few seconds until nothing runs any more, or until SIGINT."""
    with _interruptible() as interrupted:
        over = False
        while not over and not interrupted.is_set():
            over = _is_over(folder, interrupted, within_s=STATUS_EVERY_S)
            line = print_status(folder / PLAN)
            if line:
                print(line, file=out)
                out.flush()
        return 0 if over else INTERRUPTED


def _is_over(folder: Path, interrupted: threading.Event, *, within_s: float) -> bool:
    """Whether the night ends within so many seconds; returns as soon as it does, or at an interrupt."""
    deadline = time.monotonic() + within_s
    while cast.running(folder):
        if interrupted.wait(_BEAT_S) or time.monotonic() > deadline:
            return False
    return True


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """An event that SIGINT sets, instead of an exception in the middle of something."""
    interrupted = threading.Event()

    def on_sigint(*_: object) -> None:
        interrupted.set()

    if threading.current_thread() is not threading.main_thread():
        yield interrupted
        return
    before = signal.signal(signal.SIGINT, on_sigint)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Nobody else prepares or starts a demo in that folder meanwhile."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder.parent, os.O_RDONLY)  # a folder can be locked itself; no file is left behind
    try:
        flock(lock, LOCK_EX)
        yield
    finally:
        os.close(lock)


def _clean_up(folder: Path, err: TextIO) -> None:
    stopped = cast.stop(folder)
    names = ", ".join(f"{member.role} ({member.pid})" for member in stopped)
    print(f"Stopped: {names}." if stopped else "Nothing was running any more.", file=err)


def _reopening(folder: Path, kept: Night, asked: tuple[str, float, int]) -> str:
    line = f"A demo still runs in {folder}: opening it again."
    if (kept.scenario, kept.speed, kept.seed) != asked:
        line += f" It is {kept.scenario} at speed {kept.speed:g} with seed {kept.seed}; stop it first for another."
    return line
