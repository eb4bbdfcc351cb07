"""What is said of a phase's sources: what is in the way, not what is as it should be."""

from dataclasses import replace

import pytest

from backfill_tui.control.model import PhaseState
from backfill_tui.engine.snapshot import LogSeen
from backfill_tui.sources.files import ABSENT
from backfill_tui.sources.presence import Presence, ProcessSeen
from backfill_tui.views.source_notes import source_notes
from tests.tui import example

VIEW = replace(example.night().phase("team_offense_fix"), remarks=())


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (PhaseState.WAITING, False),
        (PhaseState.READY, False),
        (PhaseState.RUNNING, True),
        (PhaseState.UNKNOWN, True),
    ],
)
def test_a_log_that_is_not_there_yet_is_told_of_once_it_should_be(state: PhaseState, told: bool) -> None:
    view = replace(
        VIEW, state=state, logs=(LogSeen("job.log", None, note=ABSENT),), process=ProcessSeen(Presence.UNKNOWN)
    )
    assert (f"job.log: {ABSENT}" in source_notes(view)) is told


def test_a_log_that_may_not_be_read_is_told_of_at_any_time() -> None:
    denied = "Permission denied: this user may not read it."
    view = replace(VIEW, state=PhaseState.WAITING, logs=(LogSeen("job.log", None, note=denied),))
    assert f"job.log: {denied}" in source_notes(view)


@pytest.mark.parametrize(
    ("state", "presence", "told"),
    [
        (PhaseState.FINISHED, Presence.ABSENT, False),
        (PhaseState.RUNNING, Presence.ABSENT, True),
        (PhaseState.FINISHED, Presence.UNKNOWN, True),
    ],
)
def test_that_no_process_fits_is_told_while_somebody_should_be_at_it(
    state: PhaseState, presence: Presence, told: bool
) -> None:
    view = replace(VIEW, state=state, process=ProcessSeen(presence, note="None fits, or several."))
    assert ("None fits, or several." in source_notes(view)) is told
