"""Which transitions of phases are worth a message, and what tells one from the next of its kind."""

from dataclasses import replace
from datetime import timedelta

import pytest

from backfill_tui.checks.model import Status
from backfill_tui.control.model import PhaseState
from backfill_tui.engine.snapshot import Judgement, PhaseView, Snapshot
from backfill_tui.engine.transitions import transitions
from tests.tui import example

NIGHT = example.night()


def view(state: PhaseState, **known: object) -> PhaseView:
    return example.phase("fix", state, **known)


def seen(before: PhaseView, after: PhaseView) -> list[str]:
    return [notice.title for notice in transitions(_night(before), _night(after))]


def keys(before: PhaseView, after: PhaseView) -> list[str]:
    return [notice.key for notice in transitions(_night(before), _night(after))]


def _night(of: PhaseView) -> Snapshot:
    return replace(NIGHT, phases=(of,))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (PhaseState.WAITING, PhaseState.READY, True),
        (PhaseState.READY, PhaseState.RUNNING, True),
        (PhaseState.VALIDATING, PhaseState.PASSED, True),
        (PhaseState.RUNNING, PhaseState.FAILED, True),
        (PhaseState.RUNNING, PhaseState.RUNNING, False),
        (PhaseState.RUNNING, PhaseState.STALLED, False),
        (PhaseState.STALLED, PhaseState.RUNNING, False),
        (PhaseState.FINISHED, PhaseState.VALIDATING, False),
        (PhaseState.READY, PhaseState.LAUNCHING, False),
    ],
)
def test_what_a_person_who_is_away_would_want_to_know(before: PhaseState, after: PhaseState, told: bool) -> None:
    assert seen(view(before), view(after)) == ([f"[nba-night] fix: {after.value}"] if told else [])


def test_the_first_look_tells_of_none() -> None:
    assert list(transitions(None, NIGHT)) == []


def test_what_is_still_being_read_tells_of_none() -> None:
    assert seen(view(PhaseState.UNKNOWN, history_complete=False), view(PhaseState.RUNNING)) == []


def test_all_who_look_tell_it_by_one_key_and_the_next_verdict_by_another() -> None:
    first = Judgement(Status.PASS, NIGHT.at)
    again = Judgement(Status.PASS, NIGHT.at + timedelta(hours=1))
    finished = view(PhaseState.VALIDATING)
    (one,) = keys(finished, view(PhaseState.PASSED, judgement=first))
    (other,) = keys(view(PhaseState.FINISHED), view(PhaseState.PASSED, judgement=first))
    (later,) = keys(finished, view(PhaseState.PASSED, judgement=again))
    assert one == other != later
