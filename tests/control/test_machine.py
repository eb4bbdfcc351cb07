"""Which action is legal in which state: the whole table, and what must hold of every pair in it."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.control.machine import TABLE, Action, IllegalActionError, allows, refusal, require
from backfill_tui.control.model import PhaseState
from backfill_tui.errors import BackfillError

LAUNCHES = (Action.LAUNCH, Action.LAUNCH_AGAIN, Action.OVERRIDE)
BUSY = (PhaseState.LAUNCHING, PhaseState.RUNNING, PhaseState.STALLED)
CLOSED = (PhaseState.WAITING, PhaseState.BLOCKED, PhaseState.UNKNOWN)


def test_every_state_and_action_is_written_down() -> None:
    assert set(TABLE) == set(product(PhaseState, Action))


@given(st.sampled_from(PhaseState), st.sampled_from(Action))
def test_a_pair_is_either_allowed_or_refused_with_a_reason_and_a_way_out(state: PhaseState, action: Action) -> None:
    why = refusal(action, state)
    assert allows(state, action) is (why is None)
    if why is None:
        require(action, state)
        return
    with pytest.raises(IllegalActionError) as raised:
        require(action, state, "fix")
    error = raised.value
    assert isinstance(error, BackfillError)
    assert (error.exit_code, error.action, error.state) == (1, action, state)
    assert str(error) == f"fix is {state.value}, which does not allow to {action.value}: {why.why}. {why.todo}"
    assert why.todo.endswith(".")


@pytest.mark.parametrize("state", BUSY)
@pytest.mark.parametrize("action", [*LAUNCHES, Action.RETRY])
def test_no_reason_whatever_starts_a_second_run_beside_a_live_one(state: PhaseState, action: Action) -> None:
    assert not allows(state, action)


@pytest.mark.parametrize("state", CLOSED)
def test_against_a_closed_gate_only_an_override_is_legal(state: PhaseState) -> None:
    assert [action for action in LAUNCHES if allows(state, action)] == [Action.OVERRIDE]


def test_only_what_runs_can_be_stopped() -> None:
    stoppable = {state for state in PhaseState if allows(state, Action.STOP)}
    assert stoppable == {PhaseState.RUNNING, PhaseState.STALLED}
    assert stoppable == {state for state in PhaseState if allows(state, Action.KILL)}


def test_good_data_are_written_again_only_by_a_launch_that_says_so() -> None:
    for state in (PhaseState.PASSED, PhaseState.WARNED):
        assert not allows(state, Action.LAUNCH)
        assert "--again" in str(refusal(Action.LAUNCH, state))
        assert allows(state, Action.LAUNCH_AGAIN)


def test_a_person_may_always_accept() -> None:
    assert all(allows(state, Action.ACCEPT) for state in PhaseState)
