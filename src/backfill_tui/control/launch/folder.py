"""The folder of one run: its lock, and the files in which launcher and shim say what they do.

What they mean for an attempt is concluded elsewhere. Nothing here starts, signals or waits for a process.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from backfill_tui.control.attempt import OUTPUT
from backfill_tui.control.launch import shim
from backfill_tui.control.launch.heirs import heirs_of, writers_of
from backfill_tui.errors import BackfillError
from backfill_tui.sources.presence import Identity

_GLANCE_S = 0.005  # between two tries to take the lock; who looks at it has it for less


class LaunchError(BackfillError):
    """A run's folder can't be made, locked or read, so that nothing was started."""


@dataclass(frozen=True, slots=True)
class Started:
    """Who carries an order out. `of` is the time (aware) of the intent; `at` (aware) that of the first command."""

    of: datetime
    at: datetime
    identity: Identity
    shim: Identity
    command: int = 0  # which of the order's commands it is


@dataclass(frozen=True, slots=True)
class Exit:
    """How an order ended. `error`: why its last command could not be started; at command 0 nothing ever ran."""

    of: datetime
    at: datetime
    exit_code: int | None = None
    signal: str | None = None  # by name
    error: str = ""
    command: int = 0


@dataclass(frozen=True, slots=True)
class Trace:
    """What lies in a run's folder at one moment.

    `locked`: somebody on the way to the job, the job, or something that it started holds the lock; of a job that
    has ended, also something that it started and that still prints to its output. A shim that has nothing more to
    do does not count. `holders` are their numbers, of a job that has ended, where the system tells.
    `fault` is a sentence for what is there and can't be read, so that nothing can be concluded.
    """

    there: bool = False
    started: Started | None = None
    exit: Exit | None = None
    locked: bool = False
    holders: tuple[int, ...] = ()
    fault: str = ""

    @property
    def of(self) -> datetime | None:
        """Which intent it comes from; None as long as nothing was started."""
        told = self.started or self.exit
        return told.of if told else None


class RunFolder:
    """`<state_dir>/runs/<phase>.<n>`. Whoever has its lock decides whether anything is started."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock = self.path / shim.LOCK

    @property
    def output(self) -> Path:
        """Where the job prints to if its plan names no log."""
        return self.path / OUTPUT

    def make(self) -> None:
        """Make it, so that it is still there when the power fails. Raises LaunchError."""
        try:
            if not self.path.is_dir():
                self.path.mkdir(parents=True, exist_ok=True)
                for above in self.path.parents[:2]:
                    _sync(above)
        except OSError as error:
            raise self._error("The run's folder can't be made", error) from error

    @contextmanager
    def lock(self, wait_s: float = 0.0) -> Iterator[int | None]:
        """Hold the lock: its descriptor, None if somebody else has it for longer than that. Raises LaunchError.

        Never unlocked, only closed: processes that were given the descriptor keep it.
        """
        deadline = time.monotonic() + wait_s
        while (held := self._try_lock()) is None and time.monotonic() < deadline:
            time.sleep(_GLANCE_S)
        try:
            yield held
        finally:
            if held is not None:
                os.close(held)

    def write_command(self, content: Mapping[str, Any]) -> None:
        """Write what the shim is to do. Raises OSError."""
        room = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            shim.write_whole(room, shim.COMMAND, dict(content))
        finally:
            os.close(room)

    def files(self) -> Trace:
        """What its files tell, for who has the lock: everything but that."""
        try:
            started, ended = self._read(shim.STARTED), self._read(shim.EXIT)
            return Trace(
                self.path.is_dir(),
                None if started is None else _started_of(started),
                None if ended is None else _exit_of(ended),
            )
        except OSError as error:
            return Trace(True, fault=str(self._error("The run's folder can't be read", error)))
        except (ValueError, KeyError, TypeError) as error:
            return Trace(
                True, fault=f"{self.path}: its files are not as they were written ({error}). Move it away."
            )

    def trace(self) -> Trace:
        """What lies in it now.

        The lock is looked at first: once it is free, all that is ever written is there to be read.
        """
        try:
            locked = self._is_locked()
        except OSError as error:
            return Trace(True, fault=str(self._error("The run's lock can't be looked at", error)))
        seen = self.files()
        if seen.fault:
            return seen
        if seen.exit is not None:
            return self._beyond_its_end(seen, locked=locked)
        return Trace(seen.there, seen.started, locked=True) if locked else seen

    def left(self) -> tuple[int, ...]:
        """The processes that keep its lock or print to its output, where the system tells; the shim among them."""
        return tuple(sorted({*heirs_of(self._lock), *writers_of(self._printed_to(), self.path)}))

    def _beyond_its_end(self, seen: Trace, *, locked: bool) -> Trace:
        """Whether anything but the shim, which is about to go, is left of a run that has ended."""
        attendant = seen.started.shim.pid if seen.started else None
        found = self.left()
        others = tuple(pid for pid in found if pid != attendant)
        hidden = locked and not found and self._is_locked()  # by another user's; or else the shim has just gone
        return Trace(seen.there, seen.started, seen.exit, bool(others) or hidden, others)

    def _printed_to(self) -> Path:
        try:
            log = (self._read(shim.COMMAND) or {}).get("log")
        except (OSError, ValueError, TypeError):
            log = None
        return Path(log) if isinstance(log, str) else self.output

    def _try_lock(self) -> int | None:
        try:
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise self._error("The run's lock can't be made", error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), self._lock.stat()):
                return descriptor
        except (BlockingIOError, FileNotFoundError):  # held, or the folder has just been taken away
            pass
        except OSError as error:
            os.close(descriptor)
            raise self._error("The run's lock can't be taken", error) from error
        os.close(descriptor)
        return None

    def _is_locked(self) -> bool:
        try:
            descriptor = os.open(self._lock, os.O_RDONLY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            told = json.loads((self.path / name).read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not isinstance(told, dict):
            raise TypeError(f"{name} is no object")
        return told

    def _error(self, what: str, error: OSError) -> LaunchError:
        return LaunchError(
            f"{what} ({error.strerror or error}).", where=self.path, todo="See its permissions and its disk."
        )


def _started_of(told: Mapping[str, Any]) -> Started:
    return Started(
        of=_time(told["intended_at"]),
        at=_time(told["at"]),
        identity=_identity_of(told),
        shim=_identity_of(told["shim"]),
        command=int(told["command"]),
    )


def _exit_of(told: Mapping[str, Any]) -> Exit:
    return Exit(
        of=_time(told["intended_at"]),
        at=_time(told["ended_at"]),
        exit_code=None if told["exit_code"] is None else int(told["exit_code"]),
        signal=None if told["signal"] is None else str(told["signal"]),
        error=str(told["error"] or ""),
        command=int(told["command"]),
    )


def _identity_of(told: Mapping[str, Any]) -> Identity:
    since_boot = told["since_boot_s"]
    return Identity(
        str(told["boot_id"]),
        int(told["pid"]),
        float(told["started_at"]),
        None if since_boot is None else float(since_boot),
    )


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {text}")
    return at


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        shim.sync_folder(descriptor)
    finally:
        os.close(descriptor)
