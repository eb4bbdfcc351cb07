"""Checkpoints: holes that a resume would skip, one that is left behind; not what is only assumed or under way."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from backfill_tui.control.model import PhaseState, Severity
from backfill_tui.control.rules.sight import CheckpointSight, PhaseSight
from backfill_tui.progress.account import Account, Run, RunEnd, Unit, UnitState
from backfill_tui.sources.events import Mode
from backfill_tui.sources.process import ProcessSeen
from tests.control.phases import ALIVE, GONE, NOBODY, NOW, RANGE, D, ago, found, ids, seen, sight

HOLES = (D[1], D[2])
SEEN = CheckpointSight(ago(minutes=3), ago(minutes=3), D[4], HOLES, "calendar")


def run(mode: Mode = Mode.PARALLEL, ended: RunEnd = RunEnd.OPEN, workers: int | None = 15) -> Run:
    return Run(ago(hours=1), None, ended, RANGE, 5, workers, mode, False, None, "d", "", 0)


def holed(
    process: ProcessSeen,
    lead: Run | None,
    *,
    seen_as: CheckpointSight = SEEN,
    state: PhaseState = PhaseState.RUNNING,
) -> PhaseSight:
    facts = seen(Account(lead=lead), process, retry=("job", "--dates", "{dates}"))
    return sight(facts, state, checkpoint=seen_as)


@pytest.mark.parametrize(
    ("process", "lead", "told"),
    [
        (GONE, run(ended=RunEnd.KILLED), True),
        (ALIVE, run(), False),  # fifteen workers may well be at two dates
        (ALIVE, run(workers=1), True),
        (ALIVE, run(Mode.SEQUENTIAL, workers=None), True),  # it takes one date after the other
        (ALIVE, run(workers=None), False),
        (NOBODY, run(ended=RunEnd.COMPLETED), True),
        (NOBODY, None, False),  # written three minutes ago: somebody may be at it
    ],
)
def test_holes_are_told_of_where_nobody_can_be_at_them(process: ProcessSeen, lead: Run | None, told: bool) -> None:
    assert ("holes:fix" in ids(holed(process, lead))) is told


def test_holes_have_the_command_that_does_them_and_stand_since_the_checkpoint() -> None:
    (alert,) = [one for one in found(holed(GONE, run(ended=RunEnd.COMPLETED))) if one.id == "holes:fix"]
    assert (alert.severity, alert.since) == (Severity.CRITICAL, ago(minutes=3))
    assert alert.action.endswith(f"job --dates {D[1]},{D[2]}")


@pytest.mark.parametrize("changed", [{"basis": "every_day"}, {"holes": ()}, {"last_successful_date": None}])
def test_what_is_only_assumed_raises_nothing(changed: dict[str, Any]) -> None:
    one = holed(GONE, run(ended=RunEnd.COMPLETED), seen_as=replace(SEEN, **changed), state=PhaseState.WARNED)
    assert ids(one) == []


def test_a_checkpoint_alone_is_judged_once_nobody_has_written_it_for_long() -> None:
    old = replace(SEEN, updated_at=ago(hours=5))
    assert ids(holed(NOBODY, None, seen_as=old, state=PhaseState.UNKNOWN)) == ["holes:fix"]


def test_dates_that_the_account_calls_missing_are_not_told_twice() -> None:
    units = {day: Unit(day, UnitState.MISSING) for day in HOLES}
    facts = seen(Account(units=units, lead=run(ended=RunEnd.COMPLETED)), GONE)
    assert ids(sight(facts, PhaseState.WARNED, checkpoint=SEEN)) == []


def working(done: int, written_ago: timedelta) -> PhaseSight:
    units = {day: Unit(day, UnitState.DONE, ago(minutes=5 * (done - i))) for i, day in enumerate(D[:done])}
    facts = seen(Account(units=units, lead=run(Mode.SEQUENTIAL, workers=1)), ALIVE, log_age_s=20.0)
    seen_as = CheckpointSight(NOW - written_ago, NOW - written_ago, D[0])
    return sight(facts, PhaseState.RUNNING, checkpoint=seen_as)


@pytest.mark.parametrize(
    ("done", "minutes", "told"),
    [
        (5, 45, True),
        (5, 29, False),  # not for long
        (2, 45, False),  # it saves now and then
        (5, 4, False),
    ],
)
def test_a_checkpoint_left_behind_by_its_log_is_a_warning(done: int, minutes: int, told: bool) -> None:
    found_now = found(working(done, timedelta(minutes=minutes)))
    assert [(alert.id, alert.severity) for alert in found_now] == (
        [("checkpoint:fix", Severity.WARNING)] if told else []
    )


def test_a_job_that_stands_still_has_no_stale_checkpoint() -> None:
    one = working(5, timedelta(minutes=45))
    assert ids(replace(one, facts=replace(one.facts, log_age_s=2000.0))) == []
