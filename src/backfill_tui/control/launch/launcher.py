"""Carries an intent out, once: whoever holds the lock of its run folder, and nobody else, starts its shim.

The ledger's row is there before anything else, and the shim records its process before that becomes the command, so
a launcher may be killed at any instruction: whoever looks next knows what was done. Gates are no business of this
room; `valid_until` says how long what the caller has seen of them is taken for true.
"""

import os
import select
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from backfill_tui.control.attempt import AskedBy, Attempt, Order, Stage
from backfill_tui.control.launch import shim
from backfill_tui.control.launch.folder import LaunchError, RunFolder, Trace
from backfill_tui.control.launch.reconcile import look, settle
from backfill_tui.control.ledger import Ledger, LedgerError
from backfill_tui.control.model import Condition

STEPS = ("intend", "folder", "lock", "command", "log", "spawn", "status", "record")
"""What a launch does, in this order. `on_step` is told "before NAME" and "after NAME"."""

OnStep = Callable[[str], None]

_VALID_S = 60.0  # so long after the look at a gate a launch may still start something
_LEEWAY_S = 5.0  # for the word of a shim that found itself too late
_GLANCE_S = 0.02  # between two looks at what another launcher does
SHIM = Path(shim.__file__)
"""The program that is put between a launcher and its job."""


def now_valid_until() -> float:
    """Until when what is seen of a gate now lets an order through: seconds, on the clock that runs in any sleep."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) + _VALID_S


def valid_from(at: datetime) -> float:
    """The same for what was seen at another time (aware) of a moment ago."""
    ago = max(0.0, (datetime.now(UTC) - at).total_seconds())
    return now_valid_until() - ago


def launch(
    ledger: Ledger,
    runs: Path,
    order: Order,
    *,
    number: int,
    asked_by: AskedBy,
    person: str,
    override: str | None,
    gate: Sequence[Condition],
    now: datetime,
    valid_until: float | None = None,
    on_step: OnStep = lambda _: None,
) -> Attempt:
    """Note an intent and carry it out: `intend` of the ledger, then `complete`, with what both raise."""
    valid_until = now_valid_until() if valid_until is None else valid_until
    with _step(on_step, "intend"):
        attempt = ledger.attempts.intend(
            order, number=number, asked_by=asked_by, person=person, override=override, gate=gate, at=now
        )
    return complete(ledger, runs, attempt, valid_until=valid_until, on_step=on_step)


def complete(
    ledger: Ledger,
    runs: Path,
    attempt: Attempt,
    *,
    valid_until: float | None = None,
    on_step: OnStep = lambda _: None,
) -> Attempt:
    """Start what was intended, unless that was done; returns once it is known who the process is.

    It is RUNNING then, or over already: ended, lost, or NOT_STARTED with the reason in its note. If someone else is
    starting it, waits for what comes of that, and returns it as LAUNCHING if that takes longer than an order is
    valid. Raises LaunchError, LedgerError: nothing was started from here, and it is INTENDED still.
    """
    valid_until = now_valid_until() if valid_until is None else valid_until
    return _Launch(ledger, runs, attempt, valid_until, on_step).carry_out()


def give_up(ledger: Ledger, runs: Path, attempt: Attempt, why: str) -> Attempt:
    """Let an intent go that never became a process: NOT_STARTED, with `why` (a sentence).

    Where it has become one after all, or is about to, it is returned as it is. Raises LaunchError, LedgerError.
    """
    folder = RunFolder(runs / attempt.folder)
    folder.make()
    deadline = time.monotonic() + _LEEWAY_S
    while True:
        row = _row(ledger, attempt)
        seen = look(row, runs)
        if seen.stage not in {Stage.INTENDED, Stage.LAUNCHING}:
            return settle(ledger, row, seen)
        with folder.lock(_GLANCE_S) as lock:
            if lock is None:
                if time.monotonic() > deadline:
                    return seen
            elif _is_untouched(ledger, attempt, folder.files()):
                return settle(ledger, attempt, replace(attempt, stage=Stage.NOT_STARTED, note=why))


class _Launch:
    """One try to carry out one intent."""

    def __init__(self, ledger: Ledger, runs: Path, attempt: Attempt, valid_until: float, on_step: OnStep) -> None:
        self._ledger = ledger
        self._runs = runs
        self._attempt = attempt
        self._valid_until = valid_until
        self._on_step = on_step
        self._folder = RunFolder(runs / attempt.folder)
        self._spawned = False

    def carry_out(self) -> Attempt:
        with self._step("folder"):
            self._folder.make()
        while (seen := look(self._known_row(), self._runs)).stage in {Stage.INTENDED, Stage.LAUNCHING}:
            with self._locked() as lock:
                if lock is not None:
                    if why := self._start(lock):
                        return self._not_started(why)
                elif self._left_s() < -_LEEWAY_S:
                    return seen
        with self._step("record"):
            return self._recorded(seen)

    def _start(self, lock: int) -> str:
        """With the lock: start it, unless it was started or given up. Why it could not be; empty: look again."""
        seen = self._folder.files()
        if not _is_untouched(self._ledger, self._attempt, seen):
            return ""
        if seen.of is not None:
            return f"{self._folder.path} holds the files of another launch. Move it away, then launch again."
        if not self._attempt.order.commands:
            return "What was to be started can't be read from the ledger."
        if self._left_s() < 0:
            return shim.STALE
        try:
            with self._step("command"):
                self._write_command()
            with self._step("log"):
                log = _opened_log(self._attempt.order.log or self._folder.output)
            with self._step("spawn"):
                self._spawned = True
                process, status = self._spawn(lock, log)
        except shim.NotStartedError as error:
            return str(error)
        with self._step("status"):
            return self._told(process, status)

    def _write_command(self) -> None:
        order = self._attempt.order
        content = {
            "phase": order.phase,
            "attempt": self._attempt.number,
            "intended_at": self._attempt.intended_at.isoformat(timespec="microseconds"),
            "commands": order.commands,
            "cwd": str(order.cwd.absolute()),
            "env": dict(order.env),
            "log": None if order.log is None else str(order.log),
            "valid_until": self._valid_until,
        }
        try:
            self._folder.write_command(content)
        except OSError as error:
            raise shim.NotStartedError(
                f"{self._folder.path} can't be written: {error.strerror or error}."
            ) from error

    def _spawn(self, lock: int, log: int) -> "tuple[subprocess.Popen[bytes], int]":
        """The shim's first half, and where its word will be read. Closes the log."""
        try:
            status, tells = os.pipe()
            words = [sys.executable, "-I", "-S", str(SHIM), str(self._folder.path), str(lock), str(tells)]
            try:
                process = subprocess.Popen(  # noqa: S603 - our own program, and no shell
                    words,
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    pass_fds=(lock, tells),
                )
            except BaseException:
                os.close(status)
                raise
            finally:
                os.close(tells)
        except OSError as error:
            raise shim.NotStartedError(f"No process could be made for it: {error.strerror or error}.") from error
        finally:
            os.close(log)
        return process, status

    def _told(self, process: "subprocess.Popen[bytes]", status: int) -> str:
        """Wait for the shim's word. Why nothing was started; empty where something was, or may be yet."""
        try:
            word = _line(status, time.monotonic() + max(0.0, self._left_s()) + _LEEWAY_S)
        finally:
            os.close(status)
            _reap(process)
        if word is None or word == shim.STARTED_WORD:
            return ""
        if word:
            return word.removeprefix(shim.ERROR_WORD).strip()
        seen = self._folder.files()
        if seen.of is not None or seen.fault:
            return ""
        return f"What was to start it ended without a word (exit code {process.returncode}); see its log."

    def _not_started(self, why: str) -> Attempt:
        try:
            return settle(self._ledger, self._attempt, replace(self._attempt, stage=Stage.NOT_STARTED, note=why))
        except LedgerError as error:
            raise LaunchError(f"{self._attempt.phase} was not started: {why} {error}") from error

    def _recorded(self, seen: Attempt) -> Attempt:
        """Noted in the ledger. Where that fails, it runs all the same, and the next look will note it."""
        try:
            return settle(self._ledger, self._attempt, seen)
        except LedgerError as error:
            return replace(seen, note=f"{seen.note} The ledger could not be told: {error}".strip())

    def _row(self) -> Attempt:
        self._attempt = _row(self._ledger, self._attempt)
        return self._attempt

    def _known_row(self) -> Attempt:
        """The row as it is now. Once something may have been started, as it was: that is no reason to forget it."""
        try:
            return self._row()
        except LedgerError:
            if self._spawned:
                return self._attempt
            raise

    def _left_s(self) -> float:
        return self._valid_until - time.clock_gettime(time.CLOCK_BOOTTIME)

    @contextmanager
    def _locked(self) -> Iterator[int | None]:
        self._on_step("before lock")
        with self._folder.lock(_GLANCE_S) as lock:
            if lock is not None:
                self._on_step("after lock")
            yield lock

    def _step(self, name: str) -> AbstractContextManager[None]:
        return _step(self._on_step, name)


def _row(ledger: Ledger, attempt: Attempt) -> Attempt:
    row = ledger.attempts.get(attempt.phase, attempt.number)
    if row is None:
        raise LaunchError(f"The ledger has no attempt {attempt.number} of {attempt.phase} any more.")
    return row


def _is_untouched(ledger: Ledger, attempt: Attempt, seen: Trace) -> bool:
    """Whether the intent is open still; asked with the lock, so that it stays so. Raises LaunchError."""
    if seen.fault:
        raise LaunchError(seen.fault)
    return _row(ledger, attempt).stage is Stage.INTENDED and seen.of != attempt.intended_at


def _opened_log(path: Path) -> int:
    """The log, to be appended to; it and its folders are made if need be. Raises NotStartedError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        how = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOCTTY
        log = os.open(path, how | os.O_NONBLOCK, 0o666)  # a pipe without a reader is refused, not waited for
    except FileExistsError as error:
        raise shim.NotStartedError(f"Its log {path} can't be written: {path.parent} is no folder.") from error
    except OSError as error:
        raise shim.NotStartedError(f"Its log {path} can't be written: {error.strerror or error}.") from error
    mode = os.fstat(log).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISCHR(mode)):
        os.close(log)
        raise shim.NotStartedError(f"Its log {path} is no plain file.")
    os.set_blocking(log, True)
    return log


def _line(status: int, deadline: float) -> str | None:
    """What was written, up to a line's end or to the end; None if that takes longer. `deadline` is monotonic."""
    poll = select.poll()
    poll.register(status, select.POLLIN)
    told = b""
    while not told.endswith(b"\n"):
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            return None
        more = os.read(status, 4096)
        if not more:
            break
        told += more
    return told.decode("utf-8", "replace").strip()


def _reap(process: "subprocess.Popen[bytes]") -> None:
    """Collect the shim's first half, which leaves at once. If it is there still, its second half shall not come."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(_LEEWAY_S)
    process.kill()
    process.wait()


@contextmanager
def _step(on_step: OnStep, name: str) -> Iterator[None]:
    on_step(f"before {name}")
    yield
    on_step(f"after {name}")
