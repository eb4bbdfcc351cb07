"""What this plan's live phases write, told to the user's other plans; and what theirs write, for our gates."""

import os
import shlex
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeVar

from backfill_tui.control.attempt import Attempt, Order
from backfill_tui.control.launch.registry import (
    Claim,
    Coming,
    Others,
    Registry,
    Told,
    fingerprint_of,
    on_the_same_days,
)
from backfill_tui.control.other_plans import Doing, OtherWriter
from backfill_tui.errors import BackfillError
from backfill_tui.plan.resolved import Phase, Plan
from backfill_tui.sources.presence import Identity
from backfill_tui.sources.process_table import read_entry

if TYPE_CHECKING:
    from backfill_tui.engine.phase_watch import PhaseLook

Dates = tuple[date, date]

WriterT = TypeVar("WriterT", Claim, Coming)


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
        if not self._writes:
            return
        others = self._registry.others(self._plan.path, self._plan.state_dir)
        seen = [look.process.identity for look in looks if look.process.identity is not None]
        # Of one job that two state folders of this plan watch, neither is another's rival.
        strangers = tuple(
            claim
            for claim in others.claims
            if claim.identity is None or not any(claim.identity.same_as(one) for one in seen)
        )
        self._others = replace(others, claims=strangers)
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

    def restarters_of(self, phase: Phase) -> list[str]:
        """What else would write the phase's table on its days by itself, each as a sentence."""
        if phase.writes is None:
            return []
        coming = on_the_same_days(
            self._registry.others(self._plan.path, self._plan.state_dir).coming,
            table=phase.writes,
            warehouse=self._warehouse,
            dates=phase.dates,
        )
        return [f"{one.clause[:1].upper()}{one.clause[1:]}: it writes {one.table} too." for one in coming]

    def _refuse_rivals(self, order: Order, siblings: Iterable[Attempt]) -> None:
        others = self._registry.others(self._plan.path, self._plan.state_dir, beside=order.phase)
        own = [
            self._claim_of(one.phase, one.order.writes, one.order.dates, one.identity, one.folder)
            for one in siblings
            if one.order.writes is not None and one.phase != order.phase
        ]
        for claim in self._meeting((*own, *others.claims), order.writes, order.dates):
            raise RivalError(
                f"{order.phase} was not started: {claim.clause} of {claim.table}, since a moment ago.",
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
        return self._claim_of(
            phase.name, phase.writes, phase.dates or look.account.dates, look.process.identity, folder
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


def stop_command(claim: Claim) -> str:
    """The command that asks a claim's process to end, from whatever folder it is given."""
    words = ["backfill-tui", "stop", str(claim.plan_path), claim.phase]
    if claim.state_dir != claim.plan_path.parent / _USUAL_STATE_DIR:
        words += ["--state-dir", str(claim.state_dir)]
    return shlex.join(words)


def _started(identity: Identity | None) -> datetime | None:
    return None if identity is None else datetime.fromtimestamp(identity.started_at, UTC)
