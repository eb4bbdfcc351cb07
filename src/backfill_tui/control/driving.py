"""What an unattended `run` does next, and whether anything is left for it to do. Pure; others do it.

It starts what the plan says starts by itself, once, and never anything that has begun, failed or been stopped: that
is a person's to judge.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from backfill_tui.checks.model import Status
from backfill_tui.control.attempt import Attempt, Kind, Stage
from backfill_tui.control.gate import is_open, judged_now
from backfill_tui.control.model import GOOD, NOT_BEGUN, Condition, ConditionKind, PhaseState
from backfill_tui.control.verdicts import NOT_RUN, Outcome
from backfill_tui.plan.ranges import may_meet
from backfill_tui.plan.resolved import Input, Phase
from backfill_tui.plan.tables import same_table

PAUSE_S = 60.0
"""Between two askings of suites that could not tell, and of inputs without an interval that failed."""

TRIES = 3
"""So often in a row suites are asked that can't tell; then a person has to look."""


class StepKind(StrEnum):
    """What there is to do."""

    VALIDATE = "validate"  # run the suites of its output
    VALIDATE_INPUTS = "validate inputs"  # run the suites of its inputs
    LAUNCH = "launch"  # start it, or complete an intent that never became a process
    STOP = "stop"  # ask it to end, because the plan says so


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do now. `why` is a clause."""

    kind: StepKind
    phase: str
    why: str


@dataclass(frozen=True, slots=True)
class Asked:
    """How often suites were asked in a row without an answer that counts, and when last (aware)."""

    times: int = 0
    at: datetime | None = None

    def once_more(self, at: datetime) -> "Asked":
        """They are being asked now."""
        return Asked(self.times + 1, at)

    def after(self, *outcomes: Outcome) -> "Asked":
        """As it is once the outcomes are these: answers end the row."""
        return Asked(0, self.at) if all(answers(outcome) for outcome in outcomes) else self


@dataclass(frozen=True, slots=True)
class PhaseNow:
    """One phase as `run` sees it after a look. Times are aware."""

    phase: Phase
    state: PhaseState
    why: str = ""
    gate: tuple[Condition, ...] = ()
    outcome: Outcome = NOT_RUN
    inputs: Mapping[str, Outcome] = field(default_factory=dict)
    attempt: Attempt | None = None
    alive: bool | None = None  # None: not known
    reading: bool = False  # the beginning of its log is still being read
    validating: bool = False  # its suites are being run, or about to be
    validating_inputs: bool = False
    written_at: datetime | None = None  # when somebody last wrote what its suites look at
    being_written: bool = False  # a live process writes that
    inputs_written_at: datetime | None = None
    inputs_being_written: bool = False
    asked: Asked = Asked()
    asked_inputs: Asked = Asked()
    over_time: bool = False  # a live process of it has passed the plan's time-out
    stop_asked: bool = False  # of the process that lives

    @property
    def startable(self) -> bool:
        """Whether `run` may start it once its gate is open: nothing of it has been launched, but for an intent."""
        if self.phase.start != "auto" or self.phase.command is None:
            return False
        attempt = self.attempt
        return attempt is None or (attempt.stage is Stage.INTENDED and attempt.order.kind is Kind.RUN)


def scope_of(phases: Sequence[Phase], until: str | None) -> frozenset[str]:
    """The phases that `run --until` is about: that one and all that it waits for; without it all of them."""
    by_name = {phase.name: phase for phase in phases}
    if until is None:
        return frozenset(by_name)
    found: set[str] = set()
    open_ends = [until]
    while open_ends:
        name = open_ends.pop()
        if name not in found:
            found.add(name)
            open_ends.extend(by_name[name].after)
    return frozenset(found)


def next_steps(
    phases: Sequence[PhaseNow], *, scope: Collection[str] | None = None, now: datetime
) -> tuple[Step, ...]:
    """What is to be done at once, in the plan's order; `scope` None: of all phases.

    Of phases that would write one table on days in common only the first is started: the next look sees it live.
    """
    steps: list[Step] = []
    starting: list[Phase] = []
    for one in _within(phases, scope):
        steps += _own_steps(one, now)
        if _may_start(one) and not any(_would_meet(one.phase, other) for other in starting):
            starting.append(one.phase)
            pending = one.attempt is not None
            steps.append(
                Step(StepKind.LAUNCH, one.phase.name, "its intent is completed" if pending else "gate open")
            )
    return tuple(steps)


def is_over(phases: Sequence[PhaseNow], *, scope: Collection[str] | None = None) -> bool:
    """Whether nothing more can come of the scope without a person: nobody is at work, no step is left."""
    by_name = {one.phase.name: one for one in phases}
    return not any(_goes_on(one, by_name) for one in _within(phases, scope))


def answers(outcome: Outcome) -> bool:
    """Whether suites have told how the data are, and that still counts."""
    return outcome.verdict not in {None, Status.UNKNOWN} and not outcome.stale


def _within(phases: Sequence[PhaseNow], scope: Collection[str] | None) -> Iterator[PhaseNow]:
    return (one for one in phases if scope is None or one.phase.name in scope)


def _own_steps(one: PhaseNow, now: datetime) -> Iterator[Step]:
    name = one.phase.name
    if one.over_time and one.alive and one.phase.on_timeout == "stop" and not one.stop_asked:
        yield Step(StepKind.STOP, name, "its time-out has passed")
    rests = one.being_written or one.validating
    if _wants_a_verdict(one) and not rests and _may_ask(one.asked, one.outcome, PAUSE_S, one.written_at, now):
        yield Step(StepKind.VALIDATE, name, _reason(one.outcome))
    if _only_inputs_are_open(one) and not one.inputs_being_written and not one.validating_inputs:
        due = [need for need in one.phase.inputs if _is_due(one, need, now)]
        if due:
            reason = _reason(one.inputs.get(due[0].suite, NOT_RUN))
            yield Step(StepKind.VALIDATE_INPUTS, name, f"{due[0].suite}: {reason}")


def _reason(outcome: Outcome) -> str:
    """Why suites are asked."""
    if outcome.verdict is None:
        return "not run yet"
    if outcome.stale:
        return outcome.stale
    return "it could not tell" if outcome.verdict is Status.UNKNOWN else "judged again"


def _may_start(one: PhaseNow) -> bool:
    return one.startable and one.state is PhaseState.READY and bool(one.gate) and is_open(one.gate)


def _would_meet(one: Phase, other: Phase) -> bool:
    return same_table(one.writes, other.writes) and may_meet(one.dates, other.dates)


def _wants_a_verdict(one: PhaseNow) -> bool:
    """Whether it has come to its end, and its suites have not said how."""
    judging = one.phase.judges_only and one.state is PhaseState.READY
    return bool(one.phase.suites) and (judging or one.state is PhaseState.FINISHED) and not answers(one.outcome)


def _only_inputs_are_open(one: PhaseNow) -> bool:
    """Whether it could be started, if it is one that `run` starts, were its inputs known to be good."""
    if one.state not in {PhaseState.BLOCKED, PhaseState.READY}:
        return False
    if one.phase.start == "auto" and one.phase.command is not None and not one.startable:
        return False
    return all(condition.ok for condition in one.gate if condition.kind is not ConditionKind.INPUT)


def _is_due(one: PhaseNow, need: Input, now: datetime) -> bool:
    """Whether an input is to be asked: for a person's sake once, to start on it as often as it takes."""
    outcome = one.inputs.get(need.suite, NOT_RUN)
    asked, written_at = one.asked_inputs, one.inputs_written_at
    if not answers(outcome):
        return _may_ask(asked, outcome, min(need.every_s or PAUSE_S, PAUSE_S), written_at, now)
    if not one.startable:
        return False
    if outcome.verdict is Status.FAIL:
        return _rested(asked, need.every_s or PAUSE_S, outcome.at, now)
    return not judged_now(need, outcome, now) and _rested(asked, PAUSE_S, None, now)


def _may_ask(asked: Asked, outcome: Outcome, pause_s: float, written_at: datetime | None, now: datetime) -> bool:
    """Whether suites that could not tell are asked again: a few times, after a pause; at once if written since."""
    if asked.at is None or (written_at is not None and written_at > asked.at):
        return True
    return asked.times < _tries(outcome) and _rested(asked, pause_s, None, now)


def _rested(asked: Asked, pause_s: float, answered_at: datetime | None, now: datetime) -> bool:
    """A clock that was set back does not make the pause longer than it is."""
    times = [time for time in (asked.at, answered_at) if time is not None]
    return all(abs(now - time) >= timedelta(seconds=pause_s) for time in times)


def _goes_on(one: PhaseNow, everyone: Mapping[str, PhaseNow]) -> bool:
    """Whether something may still come of a phase by itself."""
    if one.alive or one.state in {PhaseState.LAUNCHING, PhaseState.RUNNING} or one.reading:
        return True
    if one.validating or one.validating_inputs or _may_start(one):
        return True
    if _wants_a_verdict(one):
        return one.being_written or _asks_again(one.asked, one.outcome, one.written_at)
    if _only_inputs_are_open(one) and any(_is_hopeful(one, need.suite) for need in one.phase.inputs):
        return all(_is_hopeful(one, need.suite) or _is_good(one, need.suite) for need in one.phase.inputs)
    return one.startable and one.state in NOT_BEGUN and _opens_by_itself(one, everyone)


def _tries(outcome: Outcome) -> int:
    """How often to ask what could not be told: once, if asking again can't change it."""
    return TRIES if outcome.may_mend else 1


def _asks_again(asked: Asked, outcome: Outcome, written_at: datetime | None) -> bool:
    return asked.times < _tries(outcome) or (
        asked.at is not None and written_at is not None and written_at > asked.at
    )


def _is_good(one: PhaseNow, suite: str) -> bool:
    return _condition_of(one, suite) is True


def _condition_of(one: PhaseNow, suite: str) -> bool | None:
    inputs = (condition for condition in one.gate if condition.kind is ConditionKind.INPUT)
    return next((condition.ok for condition in inputs if condition.about == suite), None)


def _is_hopeful(one: PhaseNow, suite: str) -> bool:
    """Whether an input that is not known to be good may turn out so without a person."""
    outcome = one.inputs.get(suite, NOT_RUN)
    if _is_good(one, suite):
        return False
    if one.inputs_being_written:
        return one.startable
    if answers(outcome):
        return one.startable and outcome.verdict is not Status.FAIL and one.asked_inputs.times < TRIES
    return _asks_again(one.asked_inputs, outcome, one.inputs_written_at)


def _opens_by_itself(one: PhaseNow, everyone: Mapping[str, PhaseNow]) -> bool:
    """Whether every condition that is closed may open without a person: what another live process closes does."""
    closed = [condition for condition in one.gate if not condition.ok]
    return bool(closed) and all(_clears(one, condition, everyone) for condition in closed)


def _clears(one: PhaseNow, condition: Condition, everyone: Mapping[str, PhaseNow]) -> bool:
    match condition.kind:
        case ConditionKind.WRITER:
            return condition.ok is False
        case ConditionKind.INPUT:
            return _is_hopeful(one, condition.about)
        case ConditionKind.UPSTREAM:
            before = everyone.get(condition.about)
            overwritten = before is not None and before.state in GOOD  # and yet its condition is not met
            return overwritten and any(other.alive for other in everyone.values())
        case _:
            return False
