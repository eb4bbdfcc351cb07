"""A snapshot as the rules of driving look at it: gates, verdicts, and who writes what they rest on. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from backfill_tui.control.driving import Asked, PhaseNow, StepKind
from backfill_tui.engine.cases import Case, cases_of
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.plan.resolved import Plan

Key = tuple[str, StepKind]
"""A phase, and what is done to it."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a driver has done so far: what is under way, and how often suites were asked."""

    busy: frozenset[Key] = frozenset()
    asked: Mapping[Key, Asked] = field(default_factory=dict)


NOTHING_DONE = Memory()


def phases_now(plan: Plan, snapshot: Snapshot, memory: Memory = NOTHING_DONE) -> list[PhaseNow]:
    """Every phase of the snapshot, in the plan's order."""
    return [_phase(plan, snapshot, view.name, memory) for view in snapshot.phases]


def _phase(plan: Plan, snapshot: Snapshot, name: str, memory: Memory) -> PhaseNow:
    view, facts, now = snapshot.phase(name), snapshot.facts[name], snapshot.at
    cases = cases_of(plan, name, snapshot.seen)
    outputs = [case for case in cases if not case.is_input]
    inputs = [case for case in cases if case.is_input]
    running = {suite.is_input for suite in view.suites if suite.running}
    asked = memory.asked.get((name, StepKind.VALIDATE), Asked())
    asked_inputs = memory.asked.get((name, StepKind.VALIDATE_INPUTS), Asked())
    return PhaseNow(
        phase=facts.phase,
        state=view.state,
        why=view.why,
        gate=view.gate,
        outcome=facts.outcome,
        inputs=facts.inputs,
        attempt=view.attempt,
        alive=facts.alive,
        reading=not view.history_complete,
        validating=False in running or (name, StepKind.VALIDATE) in memory.busy,
        validating_inputs=True in running or (name, StepKind.VALIDATE_INPUTS) in memory.busy,
        written_at=_written_at(outputs),
        being_written=_is_being_written(outputs, now),
        inputs_written_at=_written_at(inputs),
        inputs_being_written=_is_being_written(inputs, now),
        asked=asked.after(facts.outcome),
        asked_inputs=asked_inputs.after(*facts.inputs.values()),
        over_time=facts.over_time_s(now) is not None,
        stop_asked=facts.stop is not None and facts.stop_is_its_own,
    )


def _written_at(cases: Sequence[Case]) -> datetime | None:
    return max((case.written_at for case in cases if case.written_at is not None), default=None)


def _is_being_written(cases: Sequence[Case], now: datetime) -> bool:
    """A live writer is heard of at the moment of the look itself."""
    return any(case.written_at is not None and case.written_at >= now for case in cases)
