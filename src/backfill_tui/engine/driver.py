"""Drives a night: after each look it begins what is due (suites, launches, stops) and tells what came of it.

What is due is decided by `control.driving`, which is pure. Here it is done, in threads, so that no look has to
wait; one step a phase at a time, and the next one only after a look that has seen what came of it.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime

from backfill_tui.control.attempt import AttemptExistsError
from backfill_tui.control.driving import Asked, PhaseNow, Step, StepKind, is_over, next_steps, scope_of
from backfill_tui.control.ledger import LedgerError
from backfill_tui.control.machine import IllegalActionError
from backfill_tui.control.model import NOT_BEGUN
from backfill_tui.control.result import Result, result_of
from backfill_tui.engine.claims import Neighbours, RivalError
from backfill_tui.engine.judging import Judging
from backfill_tui.engine.launching import ChangedError, GateClosedError, NotLaunchedError
from backfill_tui.engine.operator import Operator
from backfill_tui.engine.phases_now import Key, Memory, phases_now
from backfill_tui.engine.setbacks import Setbacks
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.engine.stops import StopChangedError
from backfill_tui.errors import BackfillError, in_words
from backfill_tui.plan.resolved import Plan

_AT_ONCE = 4

_GLANCE_S = 0.1

_TO_BE_SURE = 2
"""The next look may have begun before a step was done; the one after that has not."""

_SEEN_NEXT = (ChangedError, GateClosedError, IllegalActionError, RivalError, StopChangedError)
"""It has changed since the look, and the next one sees how."""

_NOT_HEEDED = "has not heeded SIGTERM; SIGKILL is a person's to send"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that was begun, done, or could not be, at an aware time; `text` is a clause about the phase."""

    at: datetime
    phase: str
    text: str
    failed: bool = False


class Driver:
    """Drives one plan. `tick` and the questions are for the thread that looks; it never waits for what it began."""

    def __init__(
        self,
        plan: Plan,
        judging: Judging,
        operator: Operator,
        neighbours: Neighbours,
        tell: Callable[[Happening], None],
        *,
        until: str | None = None,
    ) -> None:
        """`tell` hears of every happening, in whichever thread it happens; `until` is the phase it is all about."""
        self._plan = plan
        self._judging = judging
        self._operator = operator
        self._neighbours = neighbours
        self._tell = tell
        self.scope = scope_of(plan.phases, until)
        self._lock = threading.Lock()
        self._busy: set[Key] = set()
        self._unseen: dict[Key, int] = {}  # done, and the number of the look that has seen what came of it
        self._asked: dict[Key, Asked] = {}
        self._setbacks: Setbacks[Key] = Setbacks()
        self._sequence: int | None = None
        self._looks = 0
        self._closing = threading.Event()
        self._under_way: dict[Key, Future[None]] = {}
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="driver")
        # A stop waits for no suite, and for no other job's grace.
        self._stops = ThreadPoolExecutor(max(1, len(plan.phases)), thread_name_prefix="stop")

    def tick(self, snapshot: Snapshot) -> None:
        """Begin what is due."""
        phases = self.phases(snapshot)
        self._neighbours.will_start(one.phase for one in phases if self._will_start(one))
        for step in next_steps(phases, scope=self.scope, now=snapshot.at):
            if not self._setbacks.rests((step.phase, step.kind), snapshot.at) and self._taken(step):
                self._begin(step, snapshot.at)

    def _will_start(self, one: PhaseNow) -> bool:
        return one.startable and one.state in NOT_BEGUN and one.phase.name in self.scope

    def is_over(self, snapshot: Snapshot) -> bool:
        """Whether nothing more can come of it without a person."""
        phases = self.phases(snapshot)
        with self._lock:
            resting = not self._busy and not self._unseen
        return resting and is_over(phases, scope=self.scope)

    def result(self, snapshot: Snapshot) -> Result:
        """What the night has come to so far."""
        return result_of(self.phases(snapshot), scope=self.scope)

    @property
    def at_work(self) -> bool:
        """Whether a step is under way."""
        with self._lock:
            return bool(self._busy)

    def close(self) -> None:
        """Begin nothing more. A launch under way is waited for; suites are taken back, a grace is cut short."""
        self._closing.set()
        for pool in (self._pool, self._stops):
            pool.shutdown(wait=False, cancel_futures=True)
        begun = [one for one in self._under_way.values() if not one.cancelled()]
        while wait(begun, timeout=_GLANCE_S).not_done:
            self._judging.cancel_all()  # again: one may have been about to ask when it was done before

    def phases(self, snapshot: Snapshot) -> list[PhaseNow]:
        """Every phase as the rules of driving look at it."""
        with self._lock:
            self._count(snapshot)
            memory = Memory(frozenset(self._busy | set(self._unseen)), dict(self._asked))
        phases = phases_now(self._plan, snapshot, memory)
        with self._lock:
            for one in phases:  # an answer ends a row of askings, unless it was asked again meanwhile
                for kind, asked in ((StepKind.VALIDATE, one.asked), (StepKind.VALIDATE_INPUTS, one.asked_inputs)):
                    key = one.phase.name, kind
                    if self._asked.get(key) == memory.asked.get(key):
                        self._asked[key] = asked
        return phases

    def _count(self, snapshot: Snapshot) -> None:
        """Count the looks, and let go of what this one has seen: by number, since clocks are set in the night."""
        if snapshot.sequence != self._sequence:
            self._sequence = snapshot.sequence
            self._looks += 1
        for key in [key for key, look in self._unseen.items() if self._looks >= look]:
            del self._unseen[key]

    def _taken(self, step: Step) -> bool:
        """Take a step on, unless one of its phase is under way, or not seen yet. A stop waits for stops only."""
        with self._lock:
            others = [kind for phase, kind in (*self._busy, *self._unseen) if phase == step.phase]
            if step.kind in others or (others and step.kind is not StepKind.STOP):
                return False
            self._busy.add((step.phase, step.kind))
        return True

    def _begin(self, step: Step, at: datetime) -> None:
        key = (step.phase, step.kind)
        if step.kind in {StepKind.VALIDATE, StepKind.VALIDATE_INPUTS}:
            with self._lock:
                self._asked[key] = self._asked.get(key, Asked()).once_more(at)
        pool = self._stops if step.kind is StepKind.STOP else self._pool
        try:
            self._under_way[key] = pool.submit(self._carry_out, step)
        except RuntimeError:  # the pool has been closed in this moment
            with self._lock:
                self._busy.discard(key)

    def _carry_out(self, step: Step) -> None:
        key = (step.phase, step.kind)
        try:
            if not self._closing.is_set():
                self._do(step)
                self._setbacks.over(key)
        except AttemptExistsError as error:
            self._say(step.phase, f"attempt {error.attempt.number} was made by somebody else")
        except NotLaunchedError as error:
            self._say(step.phase, f"was not started: {error.attempt.note}", failed=True)
        except _SEEN_NEXT as error:
            self._not_done(key, str(error), seen=True)
        except LedgerError as error:  # what suites have found could not be kept: they count as not asked
            with self._lock:
                asked = self._asked.get(key, Asked())
                self._asked[key] = Asked(max(0, asked.times - 1), asked.at)
            self._not_done(key, str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, the night goes on without that step, and says so
            self._not_done(key, in_words(error))
        finally:
            with self._lock:
                self._unseen[key] = self._looks + _TO_BE_SURE
                self._busy.discard(key)

    def _do(self, step: Step) -> None:
        match step.kind:
            case StepKind.VALIDATE:
                self._announce(step, f"its suites are run ({step.why})")
                self._judging.judge(step.phase, is_input=False, asked_by="auto")
            case StepKind.VALIDATE_INPUTS:
                self._announce(step, f"its inputs are judged ({step.why})")
                self._judging.judge(step.phase, is_input=True, asked_by="auto")
            case StepKind.LAUNCH:
                attempt = self._operator.launch(self._operator.offer_launch(step.phase))
                pid = f", pid {attempt.identity.pid}" if attempt.identity else ""
                self._say(step.phase, f"started as attempt {attempt.number}{pid} ({step.why})")
            case StepKind.STOP:
                self._stop(step)

    def _stop(self, step: Step) -> None:
        """SIGTERM, never more than that."""
        offer = self._operator.offer_stop(step.phase)
        if offer.kill:
            raise BackfillError(f"{_NOT_HEEDED} (asked before; now {step.why})")
        self._announce(step, f"is asked to end: {step.why}")
        if self._operator.stop(offer, reason=step.why, cancel=self._closing) == "ended":
            return
        if self._closing.is_set():
            self._say(step.phase, "was sent SIGTERM, and has not ended yet; its end is not waited for")
        else:
            self._say(step.phase, _NOT_HEEDED, failed=True)

    def _not_done(self, key: Key, what: str, *, seen: bool = False) -> None:
        if self._setbacks.met(key, what, at=datetime.now(UTC), seen=seen):
            self._say(key[0], f"{what.rstrip()} It is tried again.", failed=True)

    def _announce(self, step: Step, text: str) -> None:
        """Say what is about to be done, unless it is one more try."""
        if not self._setbacks.has((step.phase, step.kind)):
            self._say(step.phase, text)

    def _say(self, phase: str, text: str, *, failed: bool = False) -> None:
        self._tell(Happening(datetime.now(UTC), phase, text, failed))
