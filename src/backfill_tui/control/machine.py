"""Which action is legal in which state of a phase, as a table: every pair is written down. Pure.

Whether a gate is open, or a command given, is another question: a legal launch may still be refused by its gate.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from backfill_tui.control.model import PhaseState
from backfill_tui.errors import BackfillError


class Action(StrEnum):
    """What may be wanted of a phase."""

    LAUNCH = "launch"
    LAUNCH_AGAIN = "launch again"  # after an attempt has ended
    OVERRIDE = "override"  # launch against a gate that is closed, for a typed reason
    STOP = "stop"
    KILL = "kill"  # once it was asked to end and has not heeded it
    RETRY = "retry"
    VALIDATE = "validate"
    ACCEPT = "accept"


class Refusal(NamedTuple):
    """Why an action is not legal, as a clause, and what to do instead, as a sentence."""

    why: str
    todo: str


class IllegalActionError(BackfillError):
    """An action that the state of its phase does not allow. Nothing was changed."""

    def __init__(self, action: Action, state: PhaseState, refusal: Refusal, phase: str = "") -> None:
        self.action = action
        self.state = state
        whose = f"{phase} is {state.value}" if phase else f"The phase is {state.value}"
        super().__init__(f"{whose}, which does not allow to {action.value}: {refusal.why}.", todo=refusal.todo)


_OK = None
_UNSEEN = Refusal("what became of it is not known", "Look again in a moment, or override with a reason.")
_BEFORE = Refusal("it waits for what comes before it", "Wait, accept that, or override with a reason.")
_CLOSED = Refusal("its gate is closed", "Look at the gate's conditions, or override with a reason.")
_STARTING = Refusal("it is being started", "Look again in a moment.")
_RUNS = Refusal("it runs already", "Wait for its end, or stop it first.")
_JUDGING = Refusal("its suites are being run", "Wait for the verdict, or override with a reason.")
_GOOD = Refusal("it is done, and a run would write its dates again", "If that is meant: launch --again.")
_IDLE = Refusal("nothing of it is known to run", "If it does, name its pid or a match in the plan.")
_NOT_RUN = Refusal("it has not run, so that no date of it has failed", "Launch it.")
_UNREAD = Refusal("which of its dates have failed is not known", "Look again once its log has been read.")
_MAIN_RUN = Refusal("its main run lives, and would write the same dates", "Wait for its end, or stop it first.")
_ASKED = Refusal("its suites are being run already", "Wait for the verdict.")
_WAIT = Refusal("its suites are being run", "Wait for the verdict: it may be about these very dates.")

_S = PhaseState
# fmt: off
_ROWS: Mapping[PhaseState, tuple[Refusal | None, ...]] = {
    # state         launch     again      override   stop       kill       retry      validate  accept
    _S.UNKNOWN:    (_UNSEEN,   _UNSEEN,   _OK,       _IDLE,     _IDLE,     _UNREAD,   _OK,      _OK),
    _S.WAITING:    (_BEFORE,   _BEFORE,   _OK,       _IDLE,     _IDLE,     _NOT_RUN,  _OK,      _OK),
    _S.BLOCKED:    (_CLOSED,   _CLOSED,   _OK,       _IDLE,     _IDLE,     _NOT_RUN,  _OK,      _OK),
    _S.READY:      (_OK,       _OK,       _OK,       _IDLE,     _IDLE,     _NOT_RUN,  _OK,      _OK),
    _S.LAUNCHING:  (_STARTING, _STARTING, _STARTING, _STARTING, _STARTING, _STARTING, _OK,      _OK),
    _S.RUNNING:    (_RUNS,     _RUNS,     _RUNS,     _OK,       _OK,       _MAIN_RUN, _OK,      _OK),
    _S.STALLED:    (_RUNS,     _RUNS,     _RUNS,     _OK,       _OK,       _MAIN_RUN, _OK,      _OK),
    _S.FINISHED:   (_OK,       _OK,       _OK,       _IDLE,     _IDLE,     _OK,       _OK,      _OK),
    _S.VALIDATING: (_JUDGING,  _JUDGING,  _OK,       _IDLE,     _IDLE,     _WAIT,     _ASKED,   _OK),
    _S.PASSED:     (_GOOD,     _OK,       _OK,       _IDLE,     _IDLE,     _OK,       _OK,      _OK),
    _S.WARNED:     (_GOOD,     _OK,       _OK,       _IDLE,     _IDLE,     _OK,       _OK,      _OK),
    _S.FAILED:     (_OK,       _OK,       _OK,       _IDLE,     _IDLE,     _OK,       _OK,      _OK),
    _S.STOPPED:    (_OK,       _OK,       _OK,       _IDLE,     _IDLE,     _OK,       _OK,      _OK),
}
# fmt: on
"""Whether a launch of one that has ended is one again, and has to say so, the ledger's attempts tell."""

TABLE: Mapping[tuple[PhaseState, Action], Refusal | None] = {
    (state, action): refusal for state, row in _ROWS.items() for action, refusal in zip(Action, row, strict=True)
}
"""None where the action is legal."""


def refusal(action: Action, state: PhaseState) -> Refusal | None:
    """Why an action is not legal in that state, and what to do; None where it is."""
    return TABLE[state, action]


def allows(state: PhaseState, action: Action) -> bool:
    """Whether an action is legal in that state."""
    return TABLE[state, action] is None


def require(action: Action, state: PhaseState, phase: str = "") -> None:
    """Raises IllegalActionError, naming the phase if it is given, where the action is not legal in that state."""
    why = TABLE[state, action]
    if why is not None:
        raise IllegalActionError(action, state, why, phase)
