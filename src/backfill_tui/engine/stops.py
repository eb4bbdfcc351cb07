"""Stops: a phase's process and all that it started, asked to end; made to only where it has not heeded that."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from signal import SIGKILL, SIGTERM

from backfill_tui.control.attempt import AskedBy, StopAsked
from backfill_tui.control.conflicts import restarters_of
from backfill_tui.control.launch import stopping
from backfill_tui.control.ledger import Ledger
from backfill_tui.control.machine import Action, require
from backfill_tui.control.offer import StopOffer, StopResult
from backfill_tui.engine.controllers import may_start_again, watched_in
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.errors import BackfillError
from backfill_tui.plan.resolved import Plan
from backfill_tui.sources.presence import Identity
from backfill_tui.sources.process_table import ProcessTable


class StopChangedError(BackfillError):
    """What was offered to be stopped is not there any more, or is another process. Nothing was signalled."""


_DEAD_S = 5.0  # what SIGKILL was sent to is gone after a moment, unless the kernel itself holds it


class Stopping:
    """Makes and takes offers to stop. `fresh` gives a snapshot of a look that began after it was asked."""

    def __init__(
        self,
        plan: Plan,
        ledger: Ledger,
        fresh: Callable[[], Snapshot],
        *,
        asked_by: AskedBy,
        person: str,
    ) -> None:
        self._plan = plan
        self._ledger = ledger
        self._fresh = fresh
        self._asked_by: AskedBy = asked_by
        self._person = person

    def offer(self, phase: str) -> StopOffer:
        """Which processes a stop would signal. Refused where none lives.

        It is an offer to kill once SIGTERM was sent to that process and its grace is over.
        """
        snapshot = self._fresh()
        view = snapshot.phase(phase)
        require(Action.STOP, view.state, phase)
        identity = _alive(view)
        return StopOffer(
            phase=phase,
            identity=identity,
            targets=tuple(
                member.target for member in stopping.tree_of(identity, run_folder=self._run_folder(view, identity))
            ),
            grace_s=self._plan.phase(phase).grace_s,
            kill=self._has_not_heeded(self._asked(phase, identity), datetime.now(UTC)),
            adopted=view.process.adopted,
            restarters=_restarters(snapshot, phase, identity),
        )

    def stop(self, offer: StopOffer, *, reason: str, cancel: threading.Event | None = None) -> StopResult:
        """SIGTERM to all of it, or SIGKILL where the offer is one to kill; waits its grace long for the end.

        `cancel`, once set, ends the waiting: what was sent stays sent, and recorded. Raises StopChangedError where
        it is not the offer's process any more that lives.
        """
        view = self._fresh().phase(offer.phase)
        identity = _alive(view)
        if not identity.same_as(offer.identity):
            raise StopChangedError(
                f"{offer.phase} is another process by now than the one that was shown; nothing was signalled.",
                todo="Look again.",
            )
        self._record(offer, reason)
        ending = stopping.end(
            identity,
            sign=SIGKILL if offer.kill else SIGTERM,
            timeout_s=_DEAD_S if offer.kill else offer.grace_s,
            run_folder=self._run_folder(view, identity),
            cancel=cancel,
        )
        if ending.problems and not ending.signalled:
            raise BackfillError(ending.problems[0])
        return "ended" if ending.ended else "still_there"

    def _record(self, offer: StopOffer, reason: str) -> None:
        """Note what is about to be sent. Raises StopChangedError for a SIGKILL that no SIGTERM has gone before."""
        now = datetime.now(UTC)
        asked = self._asked(offer.phase, offer.identity)
        if not offer.kill:
            if asked is None:
                stop = StopAsked(offer.phase, offer.identity, reason, self._asked_by, self._person, now)
                self._ledger.stops.ask(stop)
        elif asked is not None and self._has_not_heeded(asked, now):
            self._ledger.stops.killed(asked, at=now)
        else:
            raise StopChangedError(
                f"{offer.phase} was not asked to end its grace ago, so it is not killed; nothing was signalled.",
                todo="Look again: it is asked by SIGTERM first.",
            )

    def _asked(self, phase: str, identity: Identity) -> StopAsked | None:
        """The stop that this very process was asked for last."""
        asked = self._ledger.stops.newest(phase)
        return asked if asked is not None and asked.identity.same_as(identity) else None

    def _has_not_heeded(self, asked: StopAsked | None, now: datetime) -> bool:
        """Whether it was asked to end, and has had its grace for it."""
        if asked is None:
            return False
        return now - asked.at >= timedelta(seconds=self._plan.phase(asked.phase).grace_s)

    def _run_folder(self, view: PhaseView, identity: Identity) -> Path | None:
        attempt = view.attempt
        if attempt is None or attempt.identity is None or not attempt.identity.same_as(identity):
            return None
        return self._plan.state_dir / "runs" / attempt.folder


def _restarters(snapshot: Snapshot, phase: str, identity: Identity) -> tuple[str, ...]:
    """What would write the same table on the same dates by itself once this has gone, or may start it again."""
    states = {view.name: view.state for view in snapshot.phases}
    watched = watched_in((view.name, view.process) for view in snapshot.phases)
    facts = replace(
        snapshot.facts[phase],
        controllers=may_start_again(identity.pid, ProcessTable().at(snapshot.at), watched),
    )
    return restarters_of(facts, tuple(snapshot.facts.values()), states)


def _alive(view: PhaseView) -> Identity:
    if view.process.alive and view.process.identity is not None:
        return view.process.identity
    raise StopChangedError(
        f"{view.name} has no live process that is known, so there is nothing to stop.",
        todo="Name its pid or a match of its command line in the plan.",
    )
