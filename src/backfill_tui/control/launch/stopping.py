"""Ending the processes of a job: each is signalled as the one that was meant, or not at all.

A signal goes to a pidfd, so that a number which has been given to another process is never hit. Waiting is waiting
for those descriptors. Whether something may be stopped is decided elsewhere, and recorded before.
"""

import errno
import os
import select
import signal
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from backfill_tui.control.launch.tree import Member, StopRefusedError, tree_of
from backfill_tui.sources.presence import Identity
from backfill_tui.sources.process_table import identity_of

__all__ = ["Ending", "Member", "Sent", "StopRefusedError", "end", "send", "tree_of", "wait"]

_GLANCE_S = 0.05  # between two looks, where there is no descriptor to wait for: at a process, at a wish to leave


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a signal: who got it, who had ended before, and, as sentences, whom it could not be sent to."""

    reached: tuple[Member, ...] = ()
    gone: tuple[Member, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """What came of a stop: `left` still live. `signalled` were sent the signal; `problems` are sentences."""

    signalled: tuple[Member, ...] = ()
    left: tuple[Member, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether nothing of it lives any more."""
        return not self.left


def end(
    identity: Identity,
    *,
    sign: signal.Signals,
    timeout_s: float,
    run_folder: Path | None = None,
    cancel: threading.Event | None = None,
) -> Ending:
    """Signal a job's whole tree, and wait up to `timeout_s` seconds until nothing of it lives.

    Whatever appears meanwhile is signalled too. What a process that was signalled runs while it still lives is left
    to it, though: a job that cleans up behind itself runs programs for that. SIGKILL leaves nothing to anybody.
    `cancel`, once set, ends the waiting; the first signal is sent all the same.

    Raises StopRefusedError if we run under it ourselves.
    """
    deadline = time.monotonic() + timeout_s
    known: dict[Identity, Member] = {}
    sent: list[Sent] = []
    with _Watch(cancel) as watch:
        while tree := tree_of(identity, run_folder=run_folder, known=known.values()):
            new = [member for member in tree if member.identity not in known]
            if sign is not signal.SIGKILL:
                new = _without_a_living_parent(new, tree, known)
            known |= {member.identity: member for member in new}
            watch.watch(new)  # before they are signalled: none ends unnoticed
            sent.append(send(new, sign))
            if not watch.wait_for_one(deadline):
                tree = tree_of(identity, run_folder=run_folder, known=known.values())
                break
    return Ending(
        signalled=tuple(member for one in sent for member in one.reached),
        left=tree,
        problems=tuple(problem for one in sent for problem in one.problems),
    )


def _without_a_living_parent(
    new: Sequence[Member], tree: Sequence[Member], known: Iterable[Identity]
) -> list[Member]:
    """Those of whom nobody above them in the tree has been signalled and lives."""
    signalled = {member.pid for member in tree if member.identity in set(known)}
    parents = {member.pid: member.parent for member in tree}

    def is_left_to_another(pid: int) -> bool:
        seen = {pid}
        while (pid := parents.get(pid, 0)) and pid not in seen:  # the scan is no single moment: beware of circles
            if pid in signalled:
                return True
            seen.add(pid)
        return False

    return [member for member in new if not is_left_to_another(member.pid)]


def send(targets: Iterable[Member], sign: signal.Signals) -> Sent:
    """Send a signal to each of them that is still the process that was meant.

    One that is held (SIGSTOP) is made to go on after it, or it would never get the signal. Never raises.
    """
    reached, gone, problems = [], [], []
    for member in targets:
        try:
            with _Hold(member.identity) as hold:
                hold.send(sign)
                if sign is not signal.SIGKILL:
                    with suppress(ProcessLookupError):
                        hold.send(signal.SIGCONT)
            reached.append(member)
        except ProcessLookupError:
            gone.append(member)
        except PermissionError:
            problems.append(_not_permitted(member))
    return Sent(tuple(reached), tuple(gone), tuple(problems))


def wait(targets: Iterable[Member], timeout_s: float) -> bool:
    """Wait until all of them have ended, `timeout_s` seconds at most. Returns whether they have."""
    deadline = time.monotonic() + timeout_s
    with _Watch() as watch:
        watch.watch(targets)
        while watch.left:
            if not watch.wait_for_one(deadline):
                return False
    return True


def _not_permitted(member: Member) -> str:
    try:
        owner = psutil.Process(member.pid).username()
    except (psutil.Error, KeyError):
        owner = "another user"
    return f"Process {member.pid} belongs to {owner}; only they or root may end it ({member.command})."


class _Hold:
    """One process, held by a descriptor while its identity is compared: after that it can't become another one."""

    def __init__(self, identity: Identity) -> None:
        """Raises ProcessLookupError if it has ended, PermissionError if the system does not tell who it is."""
        self._pid = identity.pid
        self.fd = _pidfd(identity.pid)  # first: the identity that is read afterwards is that of the held one
        try:
            self._compare(identity)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it."""
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None

    def send(self, sign: signal.Signals) -> None:
        """Raises ProcessLookupError or PermissionError."""
        if self.fd is not None:
            signal.pidfd_send_signal(self.fd, sign)
        else:
            os.kill(self._pid, sign)  # compared a moment ago; there is nothing better on such a kernel

    def _compare(self, identity: Identity) -> None:
        try:
            process = psutil.Process(identity.pid)
            is_same = identity_of(process).same_as(identity)
            if is_same and process.status() not in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}:
                return
        except psutil.AccessDenied as error:
            raise PermissionError(errno.EPERM, "its start time is hidden") from error
        except psutil.NoSuchProcess:
            pass
        raise ProcessLookupError(errno.ESRCH, "it has ended")


def _pidfd(pid: int) -> int | None:
    """A descriptor of the process; None where the kernel, or a container, has none to give."""
    opening = getattr(os, "pidfd_open", None)
    if opening is None:
        return None
    try:
        return int(opening(pid))
    except ProcessLookupError:
        raise
    except OSError:  # an old kernel, a container that forbids the call, no descriptor left
        return None


class _Watch:
    """Waits for the end of processes, whichever comes first, until `cancel` is set."""

    def __init__(self, cancel: threading.Event | None = None) -> None:
        self._cancel = cancel
        self._poll = select.poll()
        self._holds: dict[Identity, _Hold] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for hold in self._holds.values():
            hold.close()

    @property
    def left(self) -> bool:
        """Whether there is anything to wait for."""
        return bool(self._holds)

    def watch(self, members: Iterable[Member]) -> None:
        """Wait for these too; those that have ended already are passed over."""
        for identity in (member.identity for member in members):
            if identity in self._holds:
                continue
            with suppress(ProcessLookupError, PermissionError):
                hold = self._holds[identity] = _Hold(identity)
                if hold.fd is not None:
                    self._poll.register(hold.fd, select.POLLIN)

    def wait_for_one(self, deadline: float) -> bool:
        """Wait until one of them has ended, or none is left.

        False once it is past `deadline` (monotonic), or not to be waited for any more.
        """
        while self._holds:
            left_s = deadline - time.monotonic()
            if self._forget_the_ended(left_s):
                return True
            if left_s <= 0 or self._is_cancelled:
                return False
        return time.monotonic() < deadline and not self._is_cancelled

    @property
    def _is_cancelled(self) -> bool:
        return self._cancel is not None and self._cancel.is_set()

    def _forget_the_ended(self, left_s: float) -> bool:
        """Wait a while, drop those that have ended; whether there were any."""
        unseen = [identity for identity, hold in self._holds.items() if hold.fd is None]
        slice_s = left_s if not unseen and self._cancel is None else min(left_s, _GLANCE_S)
        ready = {fd for fd, _ in self._poll.poll(max(0.0, slice_s) * 1000)}
        ended = [identity for identity, hold in self._holds.items() if hold.fd in ready]
        ended += [identity for identity in unseen if not _lives(identity)]
        for identity in ended:
            hold = self._holds.pop(identity)
            if hold.fd is not None:
                self._poll.unregister(hold.fd)
            hold.close()
        return bool(ended)


def _lives(identity: Identity) -> bool:
    try:
        _Hold(identity).close()
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
