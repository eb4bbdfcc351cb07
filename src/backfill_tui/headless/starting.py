"""What `launch` and `retry` have in common: an offer shown, said yes to, made true; an attempt told of, waited for.

Starting is the operator's business, and so is that nothing is started twice.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from backfill_tui.control.attempt import Attempt, AttemptExistsError, Stage
from backfill_tui.control.model import ConditionKind
from backfill_tui.control.offer import LaunchOffer
from backfill_tui.engine.bench import Bench, acting
from backfill_tui.engine.launching import GateClosedError
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.errors import BackfillError
from backfill_tui.headless.asking import narrate, put, put_json, said_yes, show, somebody_is_there
from backfill_tui.headless.interrupts import met_as_interrupts
from backfill_tui.headless.waiting import COULD_NOT_TELL, exit_code_of, wait_for
from backfill_tui.views.offers_text import attempt_line, launch_json, launch_lines
from backfill_tui.views.spans import plain

_PATIENCE_S = 90.0  # longer than any start takes, an order that has waited for its shim included
_GLANCE_S = 0.1


class DeclinedError(BackfillError):
    """Somebody was asked whether to start it, and did not say yes."""


def confirmed() -> bool:
    """The question before a start."""
    return said_yes("Start it?")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for. `yes`: whoever is there has said so already."""

    phase: str
    yes: bool
    wait: bool
    json_wanted: bool


class Start:
    """One command's way from what is asked for to what it prints."""

    def __init__(self, bench: Bench, wish: Wish) -> None:
        self.bench = bench
        self.wish = wish
        self.offer: LaunchOffer | None = None
        self.asks = somebody_is_there() and not wish.yes

    def take(
        self,
        offer: LaunchOffer,
        *,
        again: bool,
        override: str | None = None,
        confirm: Callable[[], bool] = confirmed,
    ) -> Attempt:
        """Show an offer and make it true; the attempt, also where another command was first to make it.

        Raises GateClosedError, DeclinedError and what else the operator raises.
        """
        self.offer = offer
        show(launch_lines(offer))
        if override is None and any(not one.ok and one.kind is not ConditionKind.INPUT for one in offer.conditions):
            raise GateClosedError(offer.order.phase, offer.conditions)
        if not offer.open and override is None:
            narrate("what it reads is judged first; it is started only if that is good.")
        if self.asks and not confirm():
            raise DeclinedError(f"{offer.order.phase} was not started: nobody said yes.")
        try:
            return self.bench.operator.launch(offer, override=None if offer.open else override, again=again)
        except (AttemptExistsError, GateClosedError) as error:
            rival = self._made_by_another(offer)
            if rival is None:
                raise
            narrate(f"attempt {rival.number} was started by another command in this moment, by {rival.person}.")
            if isinstance(error, GateClosedError):
                self.offer = None  # it is closed by that very attempt
            return rival

    def told(self, attempt: Attempt) -> int:
        """Print what there is now, wait if that was asked for; the exit code."""
        if not self.wish.json_wanted:
            put(attempt_line(attempt))
        if self.wish.wait:
            attempt = wait_for(self.bench, attempt)
        view = self.bench.look().phase(attempt.phase)
        if self.wish.json_wanted:
            self._put_json(attempt, "")
        elif self.wish.wait:
            put(f"{plain(attempt.phase)} {view.state.value}: {plain(view.why)}")
        if self.wish.wait:
            return exit_code_of(view)
        return 0 if attempt.identity is not None else COULD_NOT_TELL

    def told_nothing(self, error: str = "") -> None:
        """Print, as JSON if that is wanted, that nothing was started; `error` says why that is a failure."""
        if self.wish.json_wanted:
            self._put_json(None, error)

    def settled(self) -> Attempt | None:
        """Our newest attempt, once nobody is in the midst of starting it; None where there is none."""
        attempt = self.bench.newest.phase(self.wish.phase).attempt
        if attempt is not None and attempt.stage is Stage.LAUNCHING:
            narrate(
                f"attempt {attempt.number} is being started by another command; waiting for what comes of that…"
            )
        until = time.monotonic() + _PATIENCE_S
        while attempt is not None and attempt.stage is Stage.LAUNCHING and time.monotonic() < until:
            time.sleep(_GLANCE_S)
            attempt = self.bench.look().phase(self.wish.phase).attempt
        return attempt

    def _made_by_another(self, offer: LaunchOffer) -> Attempt | None:
        """The attempt that this was to become, if another command has made a process of it meanwhile."""
        self.bench.look()
        attempt = self.settled()
        if (
            attempt is None
            or attempt.number != offer.number
            or attempt.stage in {Stage.INTENDED, Stage.NOT_STARTED}
        ):
            return None
        return attempt

    def _put_json(self, attempt: Attempt | None, error: str) -> None:
        plan = self.bench.plan
        view = self.bench.newest.phase(self.wish.phase)
        runs = plan.state_dir / "runs"
        put_json(launch_json(view, attempt, self.offer, runs=runs, zone=plan.tz, error=error))


@contextmanager
def starting(opened: OpenedPlan, wish: Wish) -> Iterator[Start]:
    """Everything that a start needs. An error is told as JSON too, and whoever interrupts it what is so then."""
    with met_as_interrupts(), acting(opened) as bench:
        start = Start(bench, wish)
        try:
            yield start
        except BackfillError as error:
            start.told_nothing(str(error))
            raise
        except KeyboardInterrupt:
            narrate(_left_behind(bench, wish.phase))
            raise


def _left_behind(bench: Bench, phase: str) -> str:
    """What is so once somebody has interrupted."""
    attempt = bench.look().phase(phase).attempt
    if attempt is not None and attempt.stage.live:
        pid = f" with pid {attempt.identity.pid}" if attempt.identity is not None else ""
        return f"interrupted; attempt {attempt.number} of {phase} goes on{pid}."
    if attempt is not None and attempt.stage is Stage.INTENDED:
        return (
            f"interrupted; attempt {attempt.number} of {phase} was not started yet: the same command completes it."
        )
    return f"interrupted; nothing of {phase} runs."
