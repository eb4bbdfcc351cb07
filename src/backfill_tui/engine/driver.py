"""Drives a night: after each look it begins what is due (suites, launches, stops) and tells what came of it.

What is due is decided by `control.driving`, which is pure. Here it is done, in threads, so that no look has to
wait; one step a phase at a time, and the next one only after a look that has seen what came of it.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from backfill_tui.control.attempt import AttemptExistsError
from backfill_tui.control.driving import NOT_BEGUN, Asked, PhaseNow, Step, StepKind, is_over, next_steps, scope_of
from backfill_tui.control.ledger import LedgerError
from backfill_tui.control.machine import IllegalActionError
from backfill_tui.control.result import Result, result_of
from backfill_tui.engine.claims import Neighbours
from backfill_tui.engine.judging import Judging
from backfill_tui.engine.launching import GateClosedError
from backfill_tui.engine.operator import Operator
from backfill_tui.engine.phases_now import Key, Memory, phases_now
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.errors import BackfillError
from backfill_tui.plan.resolved import Plan

_AT_ONCE = 4


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
        self._done_at: dict[Key, datetime] = {}  # until a look has seen what came of it
        self._asked: dict[Key, Asked] = {}
        self._refused: dict[str, str] = {}
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="driver")

    def tick(self, snapshot: Snapshot) -> None:
        """Begin what is due."""
        phases = self.phases(snapshot)
        self._neighbours.will_start(one.phase for one in phases if self._will_start(one))
        for step in next_steps(phases, scope=self.scope, now=snapshot.at):
            key = (step.phase, step.kind)
            with self._lock:
                if any(phase == step.phase for phase, _ in (*self._busy, *self._done_at)):
                    continue
                self._busy.add(key)
            if step.kind in {StepKind.VALIDATE, StepKind.VALIDATE_INPUTS}:
                self._asked[key] = self._asked.get(key, Asked()).once_more(snapshot.at)
            with suppress(RuntimeError):  # the pool has been closed in this moment
                self._pool.submit(self._carry_out, step)

    def _will_start(self, one: PhaseNow) -> bool:
        return one.startable and one.state in NOT_BEGUN and one.phase.name in self.scope

    def is_over(self, snapshot: Snapshot) -> bool:
        """Whether nothing more can come of it without a person."""
        phases = self.phases(snapshot)
        with self._lock:
            resting = not self._busy and not self._done_at
        return resting and is_over(phases, scope=self.scope)

    def result(self, snapshot: Snapshot) -> Result:
        """What the night has come to so far."""
        return result_of(self.phases(snapshot), scope=self.scope)

    def close(self) -> None:
        """Begin nothing more, and wait for what is under way. Suites are taken back by whoever closes `judging`."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def phases(self, snapshot: Snapshot) -> list[PhaseNow]:
        """Every phase as the rules of driving look at it."""
        with self._lock:
            for key, at in list(self._done_at.items()):
                if snapshot.at > at:
                    del self._done_at[key]
            memory = Memory(frozenset(self._busy | set(self._done_at)), dict(self._asked), dict(self._refused))
        phases = phases_now(self._plan, snapshot, memory)
        for one in phases:  # an answer ends a row of askings
            self._asked[one.phase.name, StepKind.VALIDATE] = one.asked
            self._asked[one.phase.name, StepKind.VALIDATE_INPUTS] = one.asked_inputs
        return phases

    def _carry_out(self, step: Step) -> None:
        key = (step.phase, step.kind)
        try:
            self._do(step)
        except (GateClosedError, IllegalActionError):
            pass  # it has changed since the look; the next one sees how
        except AttemptExistsError as error:
            self._say(step.phase, f"attempt {error.attempt.number} was made by somebody else")
        except LedgerError as error:
            self._say(step.phase, f"not done, and tried again: {error}", failed=True)
        except Exception as error:  # noqa: BLE001 - whatever it is, the night goes on without that step, and says so
            what = str(error) if isinstance(error, BackfillError) else f"{type(error).__name__}: {error}"
            if step.kind is StepKind.LAUNCH:
                self._refused[step.phase] = what
            self._say(step.phase, what, failed=True)
        finally:
            with self._lock:
                self._done_at[key] = datetime.now(UTC)
                self._busy.discard(key)

    def _do(self, step: Step) -> None:
        match step.kind:
            case StepKind.VALIDATE:
                self._say(step.phase, f"its suites are run ({step.why})")
                self._judging.judge(step.phase, is_input=False, asked_by="command")
            case StepKind.VALIDATE_INPUTS:
                self._say(step.phase, f"its inputs are judged ({step.why})")
                self._judging.judge(step.phase, is_input=True, asked_by="command")
            case StepKind.LAUNCH:
                attempt = self._operator.launch(self._operator.offer_launch(step.phase))
                pid = f", pid {attempt.identity.pid}" if attempt.identity else ""
                self._say(step.phase, f"started as attempt {attempt.number}{pid} ({step.why})")
            case StepKind.STOP:
                self._say(step.phase, f"is asked to end: {step.why}")
                ended = self._operator.stop(self._operator.offer_stop(step.phase), reason=step.why)
                if ended == "still_there":
                    self._say(step.phase, "has not heeded SIGTERM; SIGKILL is a person's to send", failed=True)

    def _say(self, phase: str, text: str, *, failed: bool = False) -> None:
        self._tell(Happening(datetime.now(UTC), phase, text, failed))
