"""Which tables the plans of this user write and wrote: a folder of small files, one a plan, for the others to read.

It tells of processes, and whoever reads looks whether they live, so that nothing has to be tidied up after a crash.
It decides nothing, and its lock is held for moments only.
"""

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Self

import psutil

from backfill_tui.control.launch import registry_file
from backfill_tui.control.launch.claim import Claim, Coming, Ended, fingerprint_of, on_the_same_days
from backfill_tui.control.launch.claim_ends import remembered
from backfill_tui.control.launch.registry_file import GarbledError, Record, RegistryError, failed
from backfill_tui.control.launch.told import Told, each_once, has_ended, merged, of_others, settled
from backfill_tui.sources.presence import Identity
from backfill_tui.sources.process_table import identity_of

__all__ = [
    "Claim",
    "Coming",
    "Ended",
    "Others",
    "Registry",
    "RegistryError",
    "Told",
    "fingerprint_of",
    "on_the_same_days",
    "registry_folder",
]

_SUFFIX = ".json"
_LOCK = ".lock"
_CLAIM_WAIT_S = 8.0  # longer than whoever has it may wait for the ledger
_PUBLISH_WAIT_S = 0.5  # who tells of something many times a minute does not wait long for it
_GLANCE_S = 0.01


def registry_folder(environ: Mapping[str, str]) -> Path:
    """This user's registry: under XDG_STATE_HOME, if that is an absolute path, else under ~/.local/state."""
    state = Path(environ.get("XDG_STATE_HOME", ""))
    if not state.is_absolute():  # to be ignored then, by the XDG base directory specification
        state = Path(environ.get("HOME") or os.path.expanduser("~"), ".local", "state")  # noqa: PTH111 - never raises
    return state.absolute() / "backfill-tui" / "writers"


@dataclass(frozen=True, slots=True)
class Others:
    """What other plans' live processes write and will start, and what those that have ended lately wrote.

    `problem`: why that may not be all, as a sentence. `unsettled`: of some the end is not recorded yet.
    """

    claims: tuple[Claim, ...] = ()
    coming: tuple[Coming, ...] = ()
    ended: tuple[Ended, ...] = ()
    unsettled: bool = False
    problem: str | None = None


class Registry:
    """One user's registry. Nothing is made or read before it is used; it may be used from several threads.

    A plan is known by the path of its file, links followed, and by its state folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._threads = threading.RLock()
        self._depth = 0  # of `claiming` within `claiming`

    @classmethod
    def of_user(cls, environ: Mapping[str, str] | None = None) -> Self:
        """That of the user whose environment it is; None: this process's."""
        return cls(registry_folder(os.environ if environ is None else environ))

    def publish(self, plan: Path, told: Callable[[], Told]) -> str | None:
        """Tell what a plan writes and will start, as this process knows it. Returns why it could not, a sentence.

        `told` is asked once more when nobody else can write, so that what one thread has claimed is not lost by
        what another had seen before.
        It takes the place of what this process has told before; the file is written only where that changes it.
        What others of the plan's processes have told stays while it is true: a dashboard that has not seen a launch
        yet does not take its claim away. A claim need not be taken back at the end: it ends with its process, and
        that it did is kept for a while.
        """
        path, now = self._file_of(plan), datetime.now(UTC)
        try:
            before = _own(path)
            if merged(before, told(), me=_me(), now=now) != before:
                with self._locked(_PUBLISH_WAIT_S):
                    registry_file.replace(path, merged(_own(path), told(), me=_me(), now=now))
                    self._settle(path, now)
        except RegistryError as error:
            return str(error)
        except OSError as error:
            return str(failed("it can't be written", path, error))
        return None

    def settle(self, plan: Path) -> None:
        """Record the ends of other plans' claims, whose own processes may never look again. Never raises."""
        own, now = self._file_of(plan), datetime.now(UTC)
        with suppress(RegistryError, OSError), self._locked(_PUBLISH_WAIT_S):
            self._settle(own, now)

    def others(self, plan: Path, state_dir: Path | None = None, *, beside: str | None = None) -> Others:
        """What other plans' live processes write, and will start. Never raises.

        With `state_dir`, the same plan file with another state folder is another plan; with `beside`, a phase of
        this one, what its other phases claim is told too.
        """
        own, now = self._file_of(plan), datetime.now(UTC)
        records, problems = [], []
        try:
            files = self._files()
        except RegistryError as error:
            return Others(problem=str(error))
        for path in files:
            try:
                record = registry_file.read(path)
                records.append(record if path != own else of_others(record, state_dir, beside))
            except RegistryError as error:
                problems.append(str(error))
        known = [settled(record, now) for record in records]
        return Others(
            claims=each_once(kept.claim for record in known for kept in record.claims),
            coming=tuple(dict.fromkeys(one for record in known for one in record.coming)),
            ended=remembered((one for record in known for one in record.ended), now),
            unsettled=any(map(has_ended, records, known)),
            problem=" ".join(problems) or self._unwritable(),
        )

    @contextmanager
    def claiming(self) -> Iterator[None]:
        """While nobody else can claim: look at `others`, then `publish`. Nothing slow is to be done meanwhile.

        Raises RegistryError if somebody has it for more than eight seconds, or it can't be had at all.
        """
        with self._locked(_CLAIM_WAIT_S):
            yield

    def _file_of(self, plan: Path) -> Path:
        digest = hashlib.sha256(os.fsencode(os.path.realpath(plan))).hexdigest()
        return self.folder / f"{digest[:32]}{_SUFFIX}"

    def _files(self) -> list[Path]:
        try:
            return sorted(path for path in self.folder.iterdir() if path.suffix == _SUFFIX)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise failed("it can't be read", self.folder, error) from error

    def _unwritable(self) -> str | None:
        """A sentence if nobody could tell anything here, so that silence means nothing."""
        there = next(folder for folder in (self.folder, *self.folder.parents) if os.access(folder, os.F_OK))
        if os.access(there, os.W_OK | os.X_OK) and there.is_dir():
            return None
        what = "it can't be written, so other plans can't tell what they write."
        return str(RegistryError(what, where=there, todo=registry_file.TODO))

    def _settle(self, own: Path, now: datetime) -> None:
        """Note in other plans' files what has ended; a file in which nothing is left is removed."""
        for path in self._files():
            with suppress(RegistryError):
                if path != own and (after := settled(record := registry_file.read(path), now)) != record:
                    registry_file.replace(path, after)

    @contextmanager
    def _locked(self, wait_s: float) -> Iterator[None]:
        deadline = time.monotonic() + wait_s
        if not self._threads.acquire(timeout=wait_s):
            raise self._busy(wait_s)
        try:
            self._depth += 1
            if self._depth > 1:
                yield
                return
            descriptor = self._lock(deadline, wait_s)
            try:
                yield
            finally:
                os.close(descriptor)
        finally:
            self._depth -= 1
            self._threads.release()

    def _lock(self, deadline: float, wait_s: float) -> int:
        """The descriptor of the held lock, ours alone."""
        path = self.folder / _LOCK
        try:
            _make(self.folder)
            while True:
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                if _try_lock(descriptor, path):
                    return descriptor
                if time.monotonic() >= deadline:
                    raise self._busy(wait_s)
                time.sleep(_GLANCE_S)
        except OSError as error:
            raise failed("it can't be written", self.folder, error) from error

    def _busy(self, wait_s: float) -> RegistryError:
        return RegistryError(
            f"another process has held the registry's lock for more than {wait_s:g} s.",
            where=self.folder / _LOCK,
            todo="Try again; see who holds it with `fuser`.",
        )


def _make(folder: Path) -> None:
    """Make the folder and those above it, for this user only."""
    for part in reversed([folder, *folder.parents]):
        if not part.exists():
            part.mkdir(mode=0o700, exist_ok=True)


def _try_lock(descriptor: int, path: Path) -> bool:
    """Whether the lock is ours now, and the one that others would take too; closed if it is not."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return True
    except (BlockingIOError, FileNotFoundError):  # held, or just removed by somebody who tidies up
        pass
    except OSError:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return False


def _own(path: Path) -> Record:
    """What the plan's own file tells; one that is garbled is made anew, one of a newer version is left alone."""
    try:
        return registry_file.read(path)
    except GarbledError:
        return Record()


def _me() -> Identity:
    """Who this process is; after a fork, the child."""
    return _identity(os.getpid())


@cache
def _identity(pid: int) -> Identity:
    return identity_of(psutil.Process(pid))
