"""What this plan's live phases write, told to the user's other plans; and what theirs write, for our gates."""

import os
import shlex
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from backfill_tui.control.attempt import Attempt, Order
from backfill_tui.control.launch.claim import in_warehouse
from backfill_tui.control.launch.registry import (
    Claim,
    Coming,
    Ended,
    Others,
    Registry,
    Told,
    fingerprint_of,
    on_the_same_days,
)
from backfill_tui.control.other_plans import Doing, OtherWriter
from backfill_tui.engine.seen import WrittenElsewhere
from backfill_tui.errors import BackfillError
from backfill_tui.plan.ranges import Dates
from backfill_tui.plan.resolved import Phase, Plan
from backfill_tui.sources.presence import Identity, Presence
from backfill_tui.sources.process_table import read_entry

if TYPE_CHECKING:
    from backfill_tui.engine.phase_watch import PhaseLook

WriterT = TypeVar("WriterT", Claim, Coming, Ended)

_FILES = 8
"""So many files of a job are told of: enough to know it by."""


_USUAL_STATE_DIR = ".backfill-tui"


class RivalError(BackfillError):
    """Another live process has come to write the same table on days in common, or whether one has can't be told."""


class Neighbours:
    """The other plans of this user on this machine. What is told of ours is told only with `publishing`.

    May be used from several threads.
    """

    def __init__(self, plan: Plan, registry: Registry, *, publishing: bool) -> None:
        self._plan = plan
        self._registry = registry
        self._publishing = publishing
        self._warehouse = fingerprint_of(plan.warehouse)
        self._writes = any(phase.writes for phase in plan.phases)
        self._others = Others()
        self._live: tuple[Claim, ...] = ()
        self._launched: dict[str, Claim] = {}  # by phase, until a look has seen it live
        self._coming: tuple[Coming, ...] = ()
        self._unpublished = ""
        self._lock = threading.Lock()  # of what is told; never held while anything is read or written

    @property
    def note(self) -> str:
        """A sentence where others can't be told of our writers."""
        return self._unpublished

    def refresh(self, looks: "Sequence[PhaseLook]") -> None:
        """Look what others write, and tell them what we do."""
        if not (self._writes or any(look.phase.writes for look in looks)):
            return
        others = self._registry.others(self._plan.path, self._plan.state_dir)
        if self._publishing and others.unsettled:
            self._registry.settle(self._plan.path)
        # Of one job that two state folders, or two plans, watch, neither is another's rival.
        self._others = replace(
            others,
            claims=tuple(claim for claim in others.claims if not any(_is_job_of(claim, look) for look in looks)),
            ended=tuple(one for one in others.ended if not any(_was_job_of(one.claim, look) for look in looks)),
        )
        claims = [claim for look in looks if (claim := self._claim_of_look(look)) is not None]
        with self._lock:
            self._live = tuple(claims)
            for claim in claims:
                self._launched.pop(claim.phase, None)
        self._publish()

    def others_of(self, phase: Phase, dates: Dates | None) -> tuple[OtherWriter, ...]:
        """Others' writers of the phase's table on its days: those that write it now, will, or have written it."""
        days = phase.dates or dates
        return (
            *(_writing(claim) for claim in self._meeting(self._others.claims, phase.writes, days)),
            *(_to_come(one) for one in self._meeting(self._others.coming, phase.writes, days)),
            *(_written(one) for one in self._meeting(self._others.ended, phase.writes, days)),
        )

    def elsewhere(self, now: datetime) -> tuple[WrittenElsewhere, ...]:
        """What others write and have written in this plan's warehouse, and until when; a live one does so `now`."""
        found = [
            *((claim.table, claim.warehouse, claim.dates, now) for claim in self._others.claims),
            *((one.table, one.warehouse, one.dates, one.at) for one in self._others.ended),
        ]
        return tuple(
            WrittenElsewhere(name, dates, at)
            for table, place, dates, at in found
            if (name := in_warehouse(table, place, self._warehouse)) is not None
        )

    def doubts_of(self, phase: Phase) -> tuple[str, ...]:
        """Why there may be others that are not known, as clauses."""
        problem = self._others.problem
        return (problem.rstrip("."),) if problem and phase.writes else ()

    @contextmanager
    def claiming(
        self, order: Order, siblings: Callable[[], Iterable[Attempt]], *, overridden: bool
    ) -> Iterator[None]:
        """Claim the table and the days of an order: no two launches can both think themselves alone on them.

        `siblings` gives the live attempts of this plan's phases. Within it only the ledger's row is to be written,
        and told of by `claim`. Raises RivalError, RegistryError; a person's override goes on in spite of rivals.
        """
        if order.writes is None:
            yield
            return
        with self._registry.claiming():
            if not overridden:
                self._refuse_rivals(order, siblings())
            yield

    def claim(self, attempt: Attempt) -> None:
        """Tell that an order is about to become a process, or has."""
        order = attempt.order
        if order.writes is None or attempt.stage.over:
            self.forget(order.phase)
            return
        with self._lock:
            self._launched[order.phase] = self._claim_of(
                order.phase, order.writes, order.dates, attempt.identity, attempt.folder
            )
        self._publish()

    def forget(self, phase: str) -> None:
        """Take a claim back of which no process came."""
        with self._lock:
            known = self._launched.pop(phase, None)
        if known is not None:
            self._publish()

    def will_start(self, phases: Iterable[Phase]) -> None:
        """Tell which phases this process will start by itself."""
        me = read_entry(os.getpid())
        if me is None:
            return
        self._coming = tuple(
            Coming(self._plan.name, self._plan.path, one.name, one.writes, me.identity, self._warehouse, one.dates)
            for one in phases
            if one.writes is not None
        )

    def _refuse_rivals(self, order: Order, siblings: Iterable[Attempt]) -> None:
        others = self._registry.others(self._plan.path, self._plan.state_dir, beside=order.phase)
        own = [
            self._claim_of(one.phase, one.order.writes, one.order.dates, one.identity, one.folder)
            for one in siblings
            if one.order.writes is not None and one.phase != order.phase
        ]
        for claim in self._meeting((*own, *others.claims), order.writes, order.dates):
            raise RivalError(
                f"{order.phase} was not started: {_writing(claim).clause} of {claim.table}, since a moment ago.",
                todo="Wait for its end, or stop one of them.",
            )
        if others.problem:
            raise RivalError(f"{order.phase} was not started: {others.problem}")

    def _meeting(self, claims: Iterable[WriterT], table: str | None, dates: Dates | None) -> tuple[WriterT, ...]:
        if table is None:
            return ()
        return on_the_same_days(claims, table=table, warehouse=self._warehouse, dates=dates)

    def _claim_of_look(self, look: "PhaseLook") -> Claim | None:
        phase, attempt = look.phase, look.deeds.attempt
        ours = attempt is not None and attempt.stage.live
        if phase.writes is None or not (look.process.alive or ours):
            return None
        folder = attempt.folder if attempt is not None and ours else None
        return replace(
            self._claim_of(
                phase.name, phase.writes, phase.dates or look.account.dates, look.process.identity, folder
            ),
            files=_files_of(look),
        )

    def _claim_of(
        self, phase: str, table: str, dates: Dates | None, identity: Identity | None, folder: str | None
    ) -> Claim:
        return Claim(
            plan=self._plan.name,
            plan_path=self._plan.path,
            state_dir=self._plan.state_dir,
            phase=phase,
            table=table,
            warehouse=self._warehouse,
            dates=dates,
            identity=identity,
            run_folder=self._plan.state_dir / "runs" / folder if folder else None,
        )

    def _publish(self) -> None:
        if self._publishing:
            self._unpublished = self._registry.publish(self._plan.path, self._told) or ""

    def _told(self) -> Told:
        with self._lock:
            return (*self._live, *self._launched.values()), self._coming


def _writing(claim: Claim) -> OtherWriter:
    """A claim as the rules look at it."""
    identity = claim.identity
    return OtherWriter(
        plan=claim.plan,
        phase=claim.phase,
        table=claim.table,
        doing=Doing.WRITES,
        dates=claim.dates,
        pid=identity.pid if identity is not None else None,
        since=_started(identity),
        stop=stop_command(claim),
    )


def _to_come(one: Coming) -> OtherWriter:
    return OtherWriter(
        plan=one.plan,
        phase=one.phase,
        table=one.table,
        doing=Doing.WILL_WRITE,
        dates=one.dates,
        pid=one.by.pid,
        since=_started(one.by),
        stop=f"kill {one.by.pid}",
    )


def _written(one: Ended) -> OtherWriter:
    return replace(_writing(one.claim), doing=Doing.WROTE, ended_at=one.at, stop="")


def _is_job_of(claim: Claim, look: "PhaseLook") -> bool:
    """Whether a live claim is of the very process that a phase of ours has."""
    return claim.identity is not None and any(claim.identity.same_as(one) for one in _identities(look))


def _was_job_of(claim: Claim, look: "PhaseLook") -> bool:
    """Whether a claim that has ended was of a phase's job: what remains of that is its number and its files."""
    if _is_job_of(claim, look) or set(claim.files) & set(_files_of(look)):
        return True
    meant = look.phase.process
    absent = look.process.presence is Presence.ABSENT
    return absent and meant is not None and claim.identity is not None and meant.pid == claim.identity.pid


def _identities(look: "PhaseLook") -> Iterator[Identity]:
    attempts = (look.deeds.attempt, look.deeds.ran)
    for one in (look.process.identity, *(attempt.identity for attempt in attempts if attempt is not None)):
        if one is not None:
            yield one


def _files_of(look: "PhaseLook") -> tuple[Path, ...]:
    """The newest of the files that a phase is followed by."""
    logs = [Path(log.path) for log in look.logs if log.size is not None][-_FILES:]
    return (*logs, Path(look.checkpoint.path)) if look.checkpoint is not None else tuple(logs)


def stop_command(claim: Claim) -> str:
    """The command that asks a claim's process to end, from whatever folder it is given."""
    words = ["backfill-tui", "stop", str(claim.plan_path), claim.phase]
    if claim.state_dir != claim.plan_path.parent / _USUAL_STATE_DIR:
        words += ["--state-dir", str(claim.state_dir)]
    return shlex.join(words)


def _started(identity: Identity | None) -> datetime | None:
    return None if identity is None else datetime.fromtimestamp(identity.started_at, UTC)
