"""What an unattended night has come to: one sentence a phase, and the exit code of the whole. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from backfill_tui.checks.model import Status, worst
from backfill_tui.control.attempt import Stage
from backfill_tui.control.driving import PhaseNow, answers
from backfill_tui.control.model import GOOD, Condition, ConditionKind, PhaseState
from backfill_tui.control.verdicts import NOT_RUN

EXIT_CODES: Mapping[Status, int] = {Status.PASS: 0, Status.FAIL: 1, Status.WARN: 2, Status.UNKNOWN: 3}
"""CONTRACT: exit codes."""


@dataclass(frozen=True, slots=True)
class PhaseResult:
    """What became of one phase: how it counts, and the sentence, without the phase's name.

    `held_back`: it was not started because of what comes before it, which counts by itself.
    """

    phase: str
    status: Status
    sentence: str
    waits_for_a_person: bool = False
    held_back: bool = False

    @property
    def is_to_be_told(self) -> bool:
        """Whether its sentence says more than that all is well."""
        return self.waits_for_a_person or self.held_back or self.status is not Status.PASS


@dataclass(frozen=True, slots=True)
class Result:
    """What became of all phases of the scope, in the plan's order."""

    phases: tuple[PhaseResult, ...]

    @property
    def status(self) -> Status:
        """The worst of them; a plan of nothing has passed."""
        return worst([Status.PASS, *(one.status for one in self.phases)])

    @property
    def exit_code(self) -> int:
        """1 if any has failed, else 3 if any is unknown, else 2 if any warns, else 0."""
        return EXIT_CODES[self.status]


_BY_STATE: Mapping[PhaseState, Status] = {
    PhaseState.PASSED: Status.PASS,
    PhaseState.WARNED: Status.WARN,
    PhaseState.FAILED: Status.FAIL,
    PhaseState.STOPPED: Status.FAIL,
}
"""All others are unknown, but for those that have not begun."""


def result_of(phases: Sequence[PhaseNow], *, scope: Collection[str] | None = None) -> Result:
    """What the night has come to, as it stands now; `scope` None: all phases."""
    states = {one.phase.name: one.state for one in phases}
    wanted = [one for one in phases if scope is None or one.phase.name in scope]
    return Result(tuple(_of(one, states) for one in wanted))


def _of(one: PhaseNow, states: Mapping[str, PhaseState]) -> PhaseResult:
    match one.state:
        case PhaseState.READY:
            return _ready(one)
        case PhaseState.BLOCKED:
            return _closed(one, [condition for condition in one.gate if not condition.ok])
        case PhaseState.WAITING:
            return _waiting(one, states)
        case _:
            status = _BY_STATE.get(one.state, Status.UNKNOWN)
            return PhaseResult(one.phase.name, status, f"{one.state.value}: {one.why}")


def _ready(one: PhaseNow) -> PhaseResult:
    name = one.phase.name
    if one.phase.judges_only:
        return PhaseResult(name, Status.UNKNOWN, "ready: its suites have not been run")
    if one.phase.start != "auto":
        return PhaseResult(name, Status.PASS, "ready: waits for a person to start it", waits_for_a_person=True)
    if one.startable:
        return PhaseResult(name, Status.UNKNOWN, "ready, and not started yet")
    return PhaseResult(name, Status.FAIL, f"not started: {_why_not_started(one)}")


def _why_not_started(one: PhaseNow) -> str:
    """Of a launch that became nothing, what the ledger notes of it; else why the phase is as it is."""
    attempt = one.attempt
    if attempt is None or attempt.stage is not Stage.NOT_STARTED or not attempt.note:
        return one.why
    return attempt.note.strip().removesuffix(".")


def _waiting(one: PhaseNow, states: Mapping[str, PhaseState]) -> PhaseResult:
    """What it waits for counts by itself, unless that is good and something else keeps it from counting."""
    closed = (condition for condition in one.gate if not condition.ok)
    before = [condition for condition in closed if condition.kind is ConditionKind.UPSTREAM]
    spoilt = [condition for condition in before if states.get(condition.about) in GOOD]
    if spoilt:
        return _closed(one, spoilt)
    waits = ", ".join(f"{condition.about} ({states[condition.about].value})" for condition in before)
    sentence = f"not started: waits for {waits}" if waits else one.why
    return PhaseResult(one.phase.name, Status.PASS, sentence, held_back=True)


def _closed(one: PhaseNow, closed: Sequence[Condition]) -> PhaseResult:
    """A gate that stayed closed fails what was to start by itself; of another it tells what is known of it."""
    reasons = "; ".join(f"{condition.name}: {condition.detail}" for condition in closed) or one.why
    sentence = f"not started, blocked: {reasons}"
    if one.phase.start == "auto" or any(condition.ok is False for condition in closed):
        return PhaseResult(one.phase.name, Status.FAIL, sentence)
    if closed and all(_is_only_old(one, condition) for condition in closed):
        waits = "waits for a person to start it; its inputs, good when they were judged, are judged again then"
        return PhaseResult(one.phase.name, Status.PASS, waits, waits_for_a_person=True)
    return PhaseResult(one.phase.name, Status.UNKNOWN, sentence)


def _is_only_old(one: PhaseNow, condition: Condition) -> bool:
    """Whether it is an input that was found good, too long ago to start on."""
    if condition.kind is not ConditionKind.INPUT:
        return False
    outcome = one.inputs.get(condition.about, NOT_RUN)
    return answers(outcome) and outcome.verdict is not Status.FAIL
