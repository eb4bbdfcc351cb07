"""The transitions of phases that are worth a message, each with what tells it from the next of its kind. Pure."""

from collections.abc import Iterator

from backfill_tui.control.model import PhaseState
from backfill_tui.control.notices import Notice, of_transition
from backfill_tui.engine.snapshot import PhaseView, Snapshot

_ENDS = frozenset({PhaseState.PASSED, PhaseState.WARNED, PhaseState.FAILED, PhaseState.STOPPED})
_TOLD = _ENDS | {PhaseState.READY, PhaseState.RUNNING, PhaseState.FINISHED}
"""What lies between, such as validating, is gone in a moment; what stands still is an alert."""


def transitions(before: Snapshot | None, snapshot: Snapshot) -> Iterator[Notice]:
    """A message for each phase whose state was another one before. What is still being read tells of none."""
    known = {view.name: view for view in before.phases} if before is not None else {}
    for view in snapshot.phases:
        old = known.get(view.name)
        if old is None or not (old.history_complete and view.history_complete):
            continue
        if view.state is not old.state and view.state in _TOLD and not _goes_on(old, view):
            yield of_transition(snapshot.plan, view.name, view.state.value, view.why, _occasion(view), snapshot.at)


def _goes_on(old: PhaseView, view: PhaseView) -> bool:
    """Whether it only stood still for a while."""
    return old.state is PhaseState.STALLED and view.state is PhaseState.RUNNING


def _occasion(view: PhaseView) -> str:
    """The same for all who look at this run or verdict, and another one for the next."""
    attempt = f"attempt {view.attempt.number}" if view.attempt is not None else ""
    if view.state in _ENDS and view.judgement is not None:
        return f"{attempt} judged {view.judgement.at.isoformat()}"
    if view.state is PhaseState.RUNNING and view.process.identity is not None:
        return f"process {view.process.identity.pid} of {int(view.process.identity.started_at)}"
    runs = view.account.runs
    began = runs[-1].started_at if runs else None
    return attempt or (f"run of {began.isoformat()}" if began is not None else "")
