"""What an unattended run does next, when nothing is left for it to do, and what the night has then come to."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.checks.model import Status
from backfill_tui.control.attempt import Kind, Stage
from backfill_tui.control.driving import (
    TRIES,
    Asked,
    PhaseNow,
    Step,
    StepKind,
    is_over,
    next_steps,
    scope_of,
)
from backfill_tui.control.model import Condition, PhaseState
from backfill_tui.control.result import result_of
from backfill_tui.control.verdicts import NOT_RUN, Outcome
from backfill_tui.plan.resolved import Input, Phase
from tests.control.phases import COMMAND, NOW, RANGE, ago, alone, attempt, reads, upstream

PASSES = Outcome(Status.PASS, "s passes", NOW)
FAILS = Outcome(Status.FAIL, "s: usage_rate 47.7 % (>= 95 %)", NOW)
UNKNOWN = Outcome(Status.UNKNOWN, "s: no table", NOW)
STALE = replace(PASSES, stale="its table was written since")
OPEN = (Condition("start", True, "auto"),)
GAVE_UP = Asked(TRIES, ago(minutes=5))


def one(state: PhaseState = PhaseState.READY, gate: tuple[Condition, ...] = OPEN, **more: Any) -> PhaseNow:
    """A phase named `p` that starts by itself; what is not a field of PhaseNow is one of the phase."""
    own = set(PhaseNow.__dataclass_fields__) - {"phase"}
    known = {name: more.pop(name) for name in own & set(more)}
    phase = replace(Phase(name="p", title="p", command=COMMAND, start="auto"), **more)
    return replace(PhaseNow(phase, state, f"why {state.value}", gate), **known)


def manual(state: PhaseState = PhaseState.READY, gate: tuple[Condition, ...] = OPEN, **more: Any) -> PhaseNow:
    found = one(state, gate, **more)
    return replace(found, phase=replace(found.phase, start="manual"))


def with_input(outcome: Outcome, every_s: float | None = None, **more: Any) -> PhaseNow:
    """A phase whose gate hangs on one input, as `gate_of` would tell it of a result of this moment."""
    ok = None if outcome.stale or outcome.verdict in {None, Status.UNKNOWN} else outcome.verdict is not Status.FAIL
    ok = more.pop("ok", ok)
    gate = (reads("s", ok, outcome.why), *OPEN)
    phase_inputs = (Input("s", 0, every_s),)
    found = one(PhaseState.READY if ok else PhaseState.BLOCKED, gate, **more)
    return replace(found, phase=replace(found.phase, inputs=phase_inputs), inputs={"s": outcome})


def kinds(*phases: PhaseNow, now: datetime = NOW, **how: Any) -> list[StepKind]:
    return [step.kind for step in next_steps(phases, now=now, **how)]


# Launching


def test_an_auto_phase_whose_gate_is_open_is_started() -> None:
    assert next_steps([one()], now=NOW) == (Step(StepKind.LAUNCH, "p", "gate open"),)


@pytest.mark.parametrize("state", [state for state in PhaseState if state is not PhaseState.READY])
def test_nothing_is_started_that_is_not_ready(state: PhaseState) -> None:
    assert StepKind.LAUNCH not in kinds(one(state))


def test_a_person_s_phase_and_one_without_a_command_are_never_started() -> None:
    assert kinds(manual()) == []
    assert kinds(one(command=None)) == []


@given(st.lists(st.sampled_from([True, False, None])))
def test_nothing_is_started_against_its_gate(oks: list[bool | None]) -> None:
    gate = tuple(Condition(f"c{i}", ok, "") for i, ok in enumerate(oks))
    started = StepKind.LAUNCH in kinds(one(gate=gate))
    assert started is (bool(oks) and all(ok is True for ok in oks))


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.INTENDED])
def test_what_was_launched_once_is_not_launched_again_by_itself(stage: Stage) -> None:
    assert kinds(one(attempt=attempt(stage))) == []


def test_a_pending_intent_is_completed_but_not_that_of_a_retry() -> None:
    pending = attempt(Stage.INTENDED)
    assert kinds(one(attempt=pending)) == [StepKind.LAUNCH]
    retry = replace(pending, order=replace(pending.order, kind=Kind.RETRY))
    assert kinds(one(attempt=retry)) == []
    assert kinds(manual(attempt=pending)) == []


def writer(name: str, dates: Any, writes: str = "a.b") -> PhaseNow:
    return one(name=name, writes=writes, dates=dates)


def test_of_two_that_would_write_one_table_on_the_same_days_only_the_first_is_started() -> None:
    later = (RANGE[1] + timedelta(days=1), RANGE[1] + timedelta(days=9))
    steps = next_steps([writer("a", RANGE), writer("b", RANGE), writer("c", later)], now=NOW)
    assert [step.phase for step in steps] == ["a", "c"]
    assert [step.phase for step in next_steps([writer("a", RANGE), writer("b", None)], now=NOW)] == ["a"]
    aliased = [writer("a", RANGE), writer("b", RANGE, "`proj.A.b`")]
    assert [step.phase for step in next_steps(aliased, now=NOW)] == ["a"]


# Validating


@pytest.mark.parametrize(("outcome", "asks"), [(NOT_RUN, True), (STALE, True), (UNKNOWN, True), (PASSES, False)])
def test_a_phase_that_has_ended_is_judged_until_its_suites_have_told(outcome: Outcome, asks: bool) -> None:
    found = kinds(one(PhaseState.FINISHED, suites=("s",), outcome=outcome))
    assert found == ([StepKind.VALIDATE] if asks else [])


@pytest.mark.parametrize("busy", [{"being_written": True}, {"validating": True}, {"suites": ()}])
def test_it_is_not_judged_while_somebody_writes_or_judges_it_or_without_suites(busy: dict[str, Any]) -> None:
    known: dict[str, Any] = {"suites": ("s",), **busy}
    assert kinds(one(PhaseState.FINISHED, **known)) == []


def test_what_only_judges_is_run_once_it_may_be() -> None:
    assert kinds(manual(command=None, suites=("s",))) == [StepKind.VALIDATE]
    assert kinds(manual(PhaseState.WAITING, command=None, suites=("s",))) == []


def test_suites_that_cannot_tell_are_asked_again_after_a_pause_and_a_few_times_only() -> None:
    found = one(PhaseState.FINISHED, suites=("s",), outcome=UNKNOWN)
    asked, times, now = Asked(), [], NOW
    for _ in range(600):
        if kinds(replace(found, asked=asked), now=now):
            times.append(now)
            asked = asked.once_more(now).after(UNKNOWN)
        now += timedelta(seconds=1)
    assert [(time - NOW).total_seconds() for time in times] == [0, 60, 120]
    assert is_over([replace(found, asked=asked)])


def test_what_asking_again_cannot_change_is_asked_once_until_somebody_writes() -> None:
    no_credentials = replace(UNKNOWN, may_mend=False)
    asked = one(PhaseState.FINISHED, suites=("s",), outcome=no_credentials, asked=Asked(1, ago(minutes=5)))
    assert kinds(replace(asked, asked=Asked())) == [StepKind.VALIDATE]
    assert kinds(asked) == []
    assert is_over([asked])
    assert kinds(replace(asked, written_at=ago(minutes=4))) == [StepKind.VALIDATE]


def test_what_was_written_since_is_asked_at_once_however_often_it_was_before() -> None:
    found = one(PhaseState.FINISHED, suites=("s",), outcome=STALE, asked=GAVE_UP)
    assert kinds(found) == []
    assert kinds(replace(found, written_at=ago(minutes=4))) == [StepKind.VALIDATE]


def test_an_answer_ends_the_row_of_askings() -> None:
    assert GAVE_UP.after(PASSES, FAILS) == Asked(0, GAVE_UP.at)
    assert GAVE_UP.after(PASSES, UNKNOWN) == GAVE_UP.after(STALE) == GAVE_UP


# Inputs


def test_inputs_are_judged_when_nothing_else_keeps_the_gate_closed() -> None:
    found = with_input(NOT_RUN)
    assert kinds(found) == [StepKind.VALIDATE_INPUTS]
    closed = replace(found, gate=(*found.gate, alone(False, "fix writes it now")))
    assert kinds(closed) == []
    assert kinds(replace(found, state=PhaseState.WAITING)) == []


def test_inputs_that_were_good_long_ago_are_judged_again_before_the_launch() -> None:
    old = replace(PASSES, at=ago(minutes=20))
    assert kinds(with_input(old, ok=None)) == [StepKind.VALIDATE_INPUTS]
    assert kinds(with_input(PASSES)) == [StepKind.LAUNCH]


def test_for_a_person_s_phase_they_are_judged_once_not_over_and_over() -> None:
    def by_hand(found: PhaseNow) -> PhaseNow:
        return replace(found, phase=replace(found.phase, start="manual"))

    assert kinds(by_hand(with_input(NOT_RUN))) == [StepKind.VALIDATE_INPUTS]
    assert kinds(by_hand(with_input(replace(PASSES, at=ago(minutes=20)), ok=None))) == []
    assert kinds(by_hand(with_input(replace(FAILS, at=ago(minutes=20))))) == []


@pytest.mark.parametrize(
    ("every_s", "seconds", "asks"),
    [(None, 59, False), (None, 60, True), (900, 899, False), (900, 900, True), (5, 4, False), (5, 5, True)],
)
def test_inputs_that_failed_are_asked_again_at_their_interval(
    every_s: float | None, seconds: float, asks: bool
) -> None:
    at = ago(seconds=seconds)
    failed = with_input(replace(FAILS, at=at), every_s, asked_inputs=Asked(0, at))
    assert bool(kinds(failed)) is asks


def test_inputs_are_left_alone_while_a_live_process_writes_them() -> None:
    assert kinds(with_input(STALE, inputs_being_written=True)) == []
    assert kinds(with_input(NOT_RUN, validating_inputs=True)) == []


# Time-outs


@pytest.mark.parametrize(
    ("how", "stops"),
    [
        ({}, True),
        ({"on_timeout": "alert"}, False),
        ({"over_time": False}, False),
        ({"stop_asked": True}, False),
        ({"alive": False}, False),
    ],
)
def test_a_time_out_stops_only_what_the_plan_says_and_asks_once(how: dict[str, Any], stops: bool) -> None:
    late: dict[str, Any] = {"alive": True, "over_time": True, "on_timeout": "stop", **how}
    assert kinds(one(PhaseState.RUNNING, **late)) == ([StepKind.STOP] if stops else [])


# Scope


def test_until_means_that_phase_and_all_that_it_waits_for() -> None:
    phases = [
        Phase(name="a", title=""),
        Phase(name="b", title="", after=("a",)),
        Phase(name="c", title="", after=("b",)),
        Phase(name="d", title="", after=("a",)),
    ]
    assert scope_of(phases, "b") == {"a", "b"}
    assert scope_of(phases, None) == {"a", "b", "c", "d"}
    assert kinds(one(name="d"), scope={"a", "b"}) == []
    assert is_over([one(PhaseState.RUNNING, name="d", alive=True)], scope={"a"})


# The end


@pytest.mark.parametrize(
    ("phase", "over"),
    [
        (one(PhaseState.RUNNING, alive=True), False),
        (one(PhaseState.STALLED, alive=True), False),
        (one(PhaseState.RUNNING), False),  # its log grows
        (one(PhaseState.STALLED), True),  # its log has been silent, and nobody is known to write it
        (one(PhaseState.LAUNCHING), False),
        (one(PhaseState.VALIDATING, validating=True), False),
        (one(PhaseState.UNKNOWN, reading=True), False),
        (one(PhaseState.UNKNOWN), True),
        (one(PhaseState.FINISHED, suites=("s",)), False),
        (one(PhaseState.FINISHED, suites=("s",), outcome=UNKNOWN, asked=GAVE_UP), True),
        (one(PhaseState.FINISHED, suites=("s",), being_written=True, asked=GAVE_UP), False),
        (one(PhaseState.FINISHED), True),
        (one(PhaseState.PASSED), True),
        (one(PhaseState.WARNED), True),
        (one(PhaseState.FAILED), True),
        (one(PhaseState.STOPPED), True),
        (one(), False),
        (one(attempt=attempt(Stage.NOT_STARTED)), True),
        (manual(), True),
        (one(PhaseState.WAITING, (upstream("up", False, "failed: gone"),), after=("up",)), True),
        (one(PhaseState.BLOCKED, (Condition("command", False, "no such program"),)), True),
        (one(PhaseState.BLOCKED, (alone(False, "x writes it"),)), False),
        (one(PhaseState.BLOCKED, (alone(None, "x may be writing it"),)), True),
        (manual(PhaseState.BLOCKED, (alone(False, "x writes it"),)), True),
        (with_input(NOT_RUN), False),
        (with_input(UNKNOWN, asked_inputs=Asked(1, NOW)), False),
        (with_input(UNKNOWN, asked_inputs=GAVE_UP), True),
        (with_input(FAILS), True),
        (with_input(FAILS, inputs_being_written=True), False),
        (with_input(replace(PASSES, at=ago(minutes=20)), ok=None), False),
    ],
)
def test_a_night_is_over_when_nothing_more_can_come_of_it_by_itself(phase: PhaseNow, over: bool) -> None:
    assert is_over([phase]) is over


def test_data_that_fail_may_still_be_bettered_as_long_as_somebody_is_at_work() -> None:
    assert not is_over([with_input(FAILS), one(PhaseState.RUNNING, name="repair", alive=True)])


def test_an_upstream_that_is_being_written_by_another_is_waited_for() -> None:
    spoilt = one(PhaseState.WAITING, (upstream("up", False, "passed, but x writes its dates now"),), after=("up",))
    up, other = one(PhaseState.PASSED, name="up"), one(PhaseState.RUNNING, name="x", alive=True)
    assert not is_over([up, spoilt, other], scope={"p"})
    assert is_over([up, spoilt], scope={"p"})
    assert is_over([replace(up, state=PhaseState.FAILED), spoilt, other], scope={"p"})


_ANY = st.builds(
    lambda state, stage, start, outcome, ok, alive, times: one(
        state,
        (reads("s", ok), upstream("up", ok)),
        attempt=None if stage is None else attempt(stage),
        start=start,
        outcome=outcome,
        inputs={"s": outcome},
        alive=alive,
        after=("up",),
        suites=("s",),
        asked=Asked(times, ago(minutes=5)),
        asked_inputs=Asked(times, ago(minutes=5)),
    ),
    st.sampled_from(PhaseState),
    st.sampled_from([None, *Stage]),
    st.sampled_from(["auto", "manual"]),
    st.sampled_from([NOT_RUN, PASSES, FAILS, UNKNOWN, STALE]),
    st.sampled_from([True, False, None]),
    st.sampled_from([True, False, None]),
    st.integers(0, TRIES),
)


@given(st.lists(_ANY, max_size=3))
def test_as_long_as_there_is_a_step_it_is_not_over(phases: list[PhaseNow]) -> None:
    named = [replace(phase, phase=replace(phase.phase, name=f"p{i}")) for i, phase in enumerate(phases)]
    if next_steps(named, now=NOW):
        assert not is_over(named)


# What it has come to


@pytest.mark.parametrize(
    ("phases", "code"),
    [
        ([], 0),
        ([one(PhaseState.PASSED)], 0),
        ([one(PhaseState.PASSED), one(PhaseState.WARNED)], 2),
        ([one(PhaseState.WARNED), one(PhaseState.UNKNOWN)], 3),
        ([one(PhaseState.WARNED), one(PhaseState.FINISHED)], 3),
        ([one(PhaseState.UNKNOWN), one(PhaseState.FAILED)], 1),
        ([one(PhaseState.PASSED), one(PhaseState.STOPPED)], 1),
        ([one(PhaseState.STALLED)], 3),
        ([one(PhaseState.PASSED), manual()], 0),
        ([one(attempt=attempt(Stage.NOT_STARTED))], 1),
        ([one()], 3),
        ([manual(command=None, suites=("s",))], 3),
        ([with_input(FAILS)], 1),
        ([with_input(UNKNOWN)], 1),
        ([manual(PhaseState.BLOCKED, (reads("s", False, "usage"),))], 1),
        ([manual(PhaseState.BLOCKED, (reads("s", None, "no table"),))], 3),
    ],
)
def test_the_exit_code_is_the_worst_that_became_of_a_phase(phases: list[PhaseNow], code: int) -> None:
    assert result_of(phases).exit_code == code


def test_a_start_that_failed_is_told_once_with_what_was_wrong() -> None:
    tried = attempt(Stage.NOT_STARTED, note="bin/job is no program of this machine.")
    (failed,) = result_of([one(attempt=tried, why="may be started; attempt 1 was never started")]).phases
    assert failed.sentence == "not started: bin/job is no program of this machine"
    (silent,) = result_of([one(attempt=attempt(Stage.NOT_STARTED), why="nobody knows why")]).phases
    assert silent.sentence == "not started: nobody knows why"


def test_a_phase_that_a_person_starts_is_named_and_fails_nothing() -> None:
    (ready,) = result_of([manual()]).phases
    assert (ready.status, ready.waits_for_a_person) == (Status.PASS, True)
    old = with_input(replace(PASSES, at=ago(minutes=20)), ok=None)
    (waits,) = result_of([replace(old, phase=replace(old.phase, start="manual"))]).phases
    assert (waits.status, waits.waits_for_a_person) == (Status.PASS, True)


def test_what_waits_counts_by_what_it_waits_for() -> None:
    up = one(PhaseState.FAILED, name="up")
    down = one(PhaseState.WAITING, (upstream("up", False, "failed: gone"),), after=("up",))
    found = result_of([up, down])
    assert found.exit_code == 1
    assert [phase.status for phase in found.phases] == [Status.FAIL, Status.PASS]
    assert found.phases[1].sentence == "not started: waits for up (failed)"
    assert found.phases[1].is_to_be_told
    by_hand = result_of([replace(up, state=PhaseState.READY, phase=replace(up.phase, start="manual")), down])
    assert by_hand.exit_code == 0


def test_what_waits_for_something_good_that_was_written_over_has_failed() -> None:
    up = one(PhaseState.PASSED, name="up")
    down = one(PhaseState.WAITING, (upstream("up", False, "passed, but x (failed) has written"),), after=("up",))
    assert result_of([up, down]).exit_code == 1


def test_a_blocked_phase_says_what_blocks_it() -> None:
    (blocked,) = result_of([with_input(FAILS)]).phases
    assert blocked.sentence == "not started, blocked: input s: s: usage_rate 47.7 % (>= 95 %)"


def test_a_night_that_was_cut_to_a_phase_counts_only_what_leads_to_it() -> None:
    phases = [one(PhaseState.PASSED), one(PhaseState.FAILED, name="other")]
    assert not result_of(phases, scope={"p"}).phases[0].is_to_be_told
    assert result_of(phases, scope={"p"}).exit_code == 0
