"""Launches and retries: offered whole, with their gate; made once, after the gate was looked at again."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from backfill_tui.control.attempt import AskedBy, Attempt, AttemptExistsError, Kind, Order, Stage
from backfill_tui.control.gate import is_open
from backfill_tui.control.launch import launcher
from backfill_tui.control.launch.preflight import preflight
from backfill_tui.control.launch.reconcile import look
from backfill_tui.control.ledger import Ledger
from backfill_tui.control.machine import Action, require
from backfill_tui.control.model import Condition, ConditionKind
from backfill_tui.control.offer import LaunchOffer
from backfill_tui.control.order import retry_order, run_order
from backfill_tui.engine.claims import Neighbours
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.errors import BackfillError

_ABOUT_TO_BE = timedelta(minutes=1)
"""So long after an intent its launcher may still be on the way; after that it starts nothing any more."""


class GateClosedError(BackfillError):
    """The gate is closed: a condition is not met, or whether it is can't be told. Nothing was started."""

    def __init__(self, phase: str, conditions: tuple[Condition, ...], *, retry: bool = False) -> None:
        self.conditions = conditions
        reasons = "; ".join(f"{one.name}: {one.detail.rstrip('.')}" for one in conditions if not one.ok)
        super().__init__(
            f"{phase} was not started, its gate is closed: {reasons}.",
            todo="Mend that first."
            if retry
            else "Mend that, or override it with a reason, which is kept in the ledger.",
        )


class NotLaunchedError(BackfillError):
    """It was tried, and nothing runs; another try is another attempt, which a person asks for."""

    def __init__(self, attempt: Attempt) -> None:
        super().__init__(f"{attempt.phase} was not started: {attempt.note}")
        self.attempt = attempt


class ChangedError(BackfillError):
    """What was offered is not what would be done now. Nothing was started."""


class Launching:
    """Makes and takes offers to launch. `fresh` gives a snapshot of a look that began after it was asked."""

    def __init__(
        self,
        opened: OpenedPlan,
        ledger: Ledger,
        neighbours: Neighbours,
        fresh: Callable[[], Snapshot],
        judge_inputs: Callable[[str], None],
        *,
        asked_by: AskedBy,
        person: str,
    ) -> None:
        self._opened = opened
        self._runs = opened.plan.state_dir / "runs"
        self._ledger = ledger
        self._neighbours = neighbours
        self._fresh = fresh
        self._judge_inputs = judge_inputs
        self._asked_by: AskedBy = asked_by
        self._person = person

    def offer(self, phase: str) -> LaunchOffer:
        """What a launch would do now. A pending intent of the same command is completed, never doubled."""
        snapshot = self._fresh()
        self._opened.as_of(snapshot.at)  # a plan that was edited meanwhile is not the one that is shown
        return self._offered(run_order(snapshot.seen.next_runs[phase]), snapshot.phase(phase), snapshot.at)

    def offer_retry(self, phase: str) -> LaunchOffer:
        """What a retry of its failed, missing and suspect dates would do. Refused while it runs or without any."""
        snapshot = self._fresh()
        view = snapshot.phase(phase)
        require(Action.RETRY, view.state, phase)
        return self._offered(retry_order(snapshot.seen.phases[phase], view.to_redo), view, snapshot.at)

    def launch(self, offer: LaunchOffer, *, override: str | None = None, again: bool = False) -> Attempt:
        """Make an offer true, at most once, after looking at the gate again with its inputs judged now.

        `again` is needed where the phase has run before. Returns the attempt with its process recorded, or ended
        already. Raises GateClosedError where the gate is closed and there is no `override`; AttemptExistsError
        where somebody else was first; NotLaunchedError where it came to nothing.
        """
        offer = self._looked_at_again(offer, override=override, again=again)
        valid_until = launcher.valid_from(offer.at)
        override = None if offer.open else override
        pending = self._pending(offer, override)
        with self._neighbours.claiming(offer.order, self._siblings, overridden=override is not None):
            attempt = pending or self._intended(offer, override)
            self._neighbours.claim(attempt)
        try:
            attempt = launcher.complete(self._ledger, self._runs, attempt, valid_until=valid_until)
        except BaseException:
            if not look(attempt, self._runs).stage.live:
                self._neighbours.forget(attempt.phase)
            raise
        self._neighbours.claim(attempt)
        if attempt.stage is Stage.NOT_STARTED:
            raise NotLaunchedError(attempt)
        if attempt.stage is Stage.LAUNCHING:
            raise BackfillError(
                f"{attempt.phase} is being started by another process, which has not told of it yet.",
                todo="Look again in a moment.",
            )
        return attempt

    def _offered(self, order: Order, view: PhaseView, now: datetime) -> LaunchOffer:
        newest = self._newest(order.phase)
        pending = newest is not None and newest.stage is Stage.INTENDED and newest.order == order
        last = newest.number if newest is not None else 0
        number = last if pending or (newest is not None and newest.stage.live) else last + 1
        return LaunchOffer(
            order=order,
            number=number,
            conditions=_conditions(order, view),
            run_folder=self._runs / f"{order.phase}.{number}",
            at=now,
            again=newest is not None and newest.stage.over and newest.stage is not Stage.NOT_STARTED,
        )

    def _looked_at_again(self, offer: LaunchOffer, *, override: str | None, again: bool) -> LaunchOffer:
        """The offer with its gate as it is now; inputs that are not known to be good are judged first."""
        phase = offer.order.phase
        if (newest := self._newest(phase)) is not None and newest.stage.live:
            raise AttemptExistsError(newest)
        snapshot = self._fresh()
        if _waits_for_inputs_only(_conditions(offer.order, snapshot.phase(phase))):
            self._judge_inputs(phase)
            snapshot = self._fresh()
        view = snapshot.phase(phase)
        if offer.order.kind is Kind.RUN and snapshot.seen.next_runs[phase].dates != offer.order.dates:
            raise ChangedError(
                f"{phase} was not started: its dates are others by now than those that were offered.",
                todo="Look at it again, then launch it.",
            )
        conditions = _conditions(offer.order, view)
        if override is None and not is_open(conditions):
            raise GateClosedError(phase, conditions, retry=offer.order.kind is Kind.RETRY)
        if new := [one for one in conditions if not one.ok and one.name not in _closed_in(offer)]:
            raise ChangedError(
                f"{phase} was not started: since it was offered, {new[0].name}: {new[0].detail.rstrip('.')}.",
                todo="Look at its gate again, then override it if that is meant too.",
            )
        require(_action(offer, override=override, again=again), view.state, phase)
        if offer.again and not again:
            raise BackfillError(
                f"Attempt {offer.number - 1} of {phase} is over.", todo="If it is to run once more: launch --again."
            )
        return replace(offer, conditions=conditions, at=snapshot.at)

    def _pending(self, offer: LaunchOffer, override: str | None) -> Attempt | None:
        """The row that a launch which was cut short has left behind; another one than this launch's is given up."""
        newest = self._newest(offer.order.phase)
        if newest is None or newest.stage is not Stage.INTENDED:
            return None
        if newest.order == offer.order and newest.override == override:
            return newest
        launcher.give_up(self._ledger, self._runs, newest, "Another launch of the phase has taken its place.")
        return None

    def _intended(self, offer: LaunchOffer, override: str | None) -> Attempt:
        newest = self._newest(offer.order.phase)
        return self._ledger.attempts.intend(
            offer.order,
            number=newest.number + 1 if newest is not None and newest.stage.over else offer.number,
            asked_by=self._asked_by,
            person=self._person,
            override=override,
            gate=offer.conditions,
            at=datetime.now(UTC),
        )

    def _newest(self, phase: str) -> Attempt | None:
        attempt = self._ledger.attempts.newest(phase)
        return None if attempt is None else look(attempt, self._runs)

    def _siblings(self) -> list[Attempt]:
        """The live attempts of the plan's phases as they are now, and those that may be about to be."""
        newest = (self._newest(phase.name) for phase in self._opened.plan.phases)
        lately = datetime.now(UTC) - _ABOUT_TO_BE
        return [
            attempt
            for attempt in newest
            if attempt is not None
            and (attempt.stage.live or (attempt.stage is Stage.INTENDED and attempt.intended_at > lately))
        ]


def _conditions(order: Order, view: PhaseView) -> tuple[Condition, ...]:
    """The gate of a launch; of a retry, what keeps it from being run beside others and at all.

    To do suspect dates anew is no use before the inputs are good.
    """
    if order.kind is Kind.RUN:
        return view.gate
    kinds = {ConditionKind.WRITER, ConditionKind.LIVE_RUN}
    if not view.suspects.causes.keys().isdisjoint(order.days):
        kinds.add(ConditionKind.INPUT)
    return (*(one for one in view.gate if one.kind in kinds), *preflight(order))


def _closed_in(offer: LaunchOffer) -> set[str]:
    return {condition.name for condition in offer.conditions if not condition.ok}


def _waits_for_inputs_only(gate: Sequence[Condition]) -> bool:
    closed = [condition for condition in gate if not condition.ok]
    return bool(closed) and all(condition.kind is ConditionKind.INPUT for condition in closed)


def _action(offer: LaunchOffer, *, override: str | None, again: bool) -> Action:
    if offer.order.kind is Kind.RETRY:
        return Action.RETRY
    if override is not None:
        return Action.OVERRIDE
    return Action.LAUNCH_AGAIN if again else Action.LAUNCH
