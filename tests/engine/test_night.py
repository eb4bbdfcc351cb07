"""The night as a whole: who waits for whom, what is critical, and what is said of the deadline."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from backfill_tui.control.model import PhaseState
from backfill_tui.engine.night import Member, Night, night_of
from backfill_tui.plan.load import load_plan
from backfill_tui.plan.resolved import Plan
from backfill_tui.progress.calibration import EARLIER_RUNS, THIS_RUN
from backfill_tui.progress.eta import Forecast
from backfill_tui.progress.forecast.luck import SAMPLES, Array
from backfill_tui.progress.prospect import Moments

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
HOUR = 3600.0

PLAN = """
plan: t
timezone: UTC
deadline: {phase: train, by: 2026-01-04T06:30}
phases:
  a: {command: [true]}
  b: {command: [true], after: [a]}
  c: {command: [true], after: [a]}
  train: {command: [true], after: [b, c]%s}
"""


def plan(folder: Path, extra: str = "") -> Plan:
    path = folder / "backfill.yaml"
    path.write_text(PLAN % extra)
    return load_plan(path, now=NOW, environ={})


def hours(low: float, high: float) -> Array:
    """Futures that lie evenly between two durations."""
    return np.linspace(low * HOUR, high * HOUR, SAMPLES)


def members(of: Plan, **known: Member) -> list[Member]:
    return [known.get(phase.name, Member(phase, PhaseState.WAITING)) for phase in of.phases]


def member(of: Plan, name: str, state: PhaseState, left: Array | None = None, by: str = "") -> Member:
    return Member(of.phase(name), state, left, calibrated_by=by)


def played(of: Plan, known: Sequence[Member]) -> Night:
    return night_of(members(of, **{one.phase.name: one for one in known}), of.deadline, NOW)


@pytest.fixture
def night(tmp_path: Path) -> Plan:
    return plan(tmp_path)


def test_each_phase_begins_when_all_before_it_are_done(night: Plan) -> None:
    told = played(
        night,
        [
            member(night, "a", PhaseState.RUNNING, hours(1, 3)),
            member(night, "b", PhaseState.WAITING, hours(1, 1)),
            member(night, "c", PhaseState.WAITING, hours(4, 4)),
        ],
    )
    a, b, c = (told.prospects[name] for name in "abc")
    assert a.start is None
    assert b.start is not None
    assert c.start is not None
    assert b.start == c.start
    assert abs(b.start.p50 - (NOW + timedelta(hours=2))) < timedelta(minutes=2)
    assert abs(c.finish.p90 - (NOW + timedelta(hours=6.8))) < timedelta(minutes=2)
    assert told.critical_path == ("a", "c", "train")
    assert b.slack_s == pytest.approx(3 * HOUR)
    assert told.critical == {"a", "c", "train"}


def test_a_deadline_of_what_nobody_knows_the_length_of_is_whether_it_can_begin(night: Plan) -> None:
    known = [
        member(night, "a", PhaseState.PASSED),
        member(night, "b", PhaseState.PASSED),
        member(night, "c", PhaseState.RUNNING, hours(10, 11)),
    ]
    due = played(night, known).deadline
    assert due is not None
    assert due.of_start
    assert due.probability == pytest.approx(0.5, abs=0.01), "10 h 30 min from now"
    assert not due.calibrated


def test_a_deadline_of_what_has_a_length_is_whether_it_is_done(night: Plan) -> None:
    known = [
        member(night, "a", PhaseState.PASSED),
        member(night, "b", PhaseState.PASSED),
        member(night, "c", PhaseState.RUNNING, hours(5, 5)),
        member(night, "train", PhaseState.WAITING, hours(5, 7)),
    ]
    due = played(night, known).deadline
    assert due is not None
    assert not due.of_start
    assert due.probability == pytest.approx(0.25, abs=0.01), "of 5 to 7 hours it may take 5 and a half"


def test_what_it_waits_for_and_is_not_known_leaves_the_deadline_unknown_and_is_named(night: Plan) -> None:
    known = [member(night, "a", PhaseState.FAILED), member(night, "b", PhaseState.WAITING, hours(1, 1))]
    told = played(night, known)
    assert told.deadline is not None
    assert told.deadline.probability is None
    assert told.deadline.lacking == ("a", "c")
    assert told.prospects == {}
    assert told.critical_path == ("a", "b", "train"), "by the plan, since there are no times"


def test_a_probability_is_calibrated_only_if_all_that_it_rests_on_is_by_earlier_runs(night: Plan) -> None:
    known = [
        member(night, "a", PhaseState.PASSED),
        member(night, "b", PhaseState.RUNNING, hours(1, 2), EARLIER_RUNS),
        member(night, "c", PhaseState.RUNNING, hours(1, 2), EARLIER_RUNS),
    ]
    due = played(night, known).deadline
    assert due is not None
    assert due.calibrated
    due = played(night, [*known[:2], replace(known[2], calibrated_by=THIS_RUN)]).deadline
    assert due is not None
    assert not due.calibrated


@pytest.mark.parametrize(("after_s", "probability"), [(-60.0, 1.0), (60.0, 0.0)])
def test_what_has_come_to_pass_is_certain(night: Plan, after_s: float, probability: float) -> None:
    assert night.deadline is not None
    done = replace(
        member(night, "train", PhaseState.PASSED), ended_at=night.deadline.by + timedelta(seconds=after_s)
    )
    due = played(night, [done]).deadline
    assert due is not None
    assert (due.probability, due.calibrated) == (probability, True)


def test_a_start_by_hand_is_not_before_the_plan_expects_it_and_one_by_itself_is(tmp_path: Path) -> None:
    for start, hour in (("manual", 23), ("auto", 21)):
        one = plan(tmp_path, f", start: {start}, expect: {{start_by: 2026-01-03T23:00}}")
        known = [
            member(one, "a", PhaseState.PASSED),
            member(one, "b", PhaseState.PASSED),
            member(one, "c", PhaseState.RUNNING, hours(1, 1)),
            member(one, "train", PhaseState.WAITING, hours(1, 1)),
        ]
        begins = played(one, known).prospects["train"].start
        assert begins is not None
        assert begins.p50 == datetime(2026, 1, 3, hour, tzinfo=UTC)


def test_the_time_of_validation_lies_between_two_phases(night: Plan) -> None:
    known = [
        member(night, "a", PhaseState.PASSED),
        member(night, "b", PhaseState.PASSED),
        replace(member(night, "c", PhaseState.RUNNING, hours(1, 1)), suites_s=120.0),
        replace(member(night, "train", PhaseState.WAITING, hours(1, 1)), inputs_s=60.0),
    ]
    begins = played(night, known).prospects["train"].start
    assert begins is not None
    assert begins.p50 == NOW + timedelta(hours=1, minutes=3)


def test_a_run_under_way_is_told_with_its_own_forecast(night: Plan) -> None:
    one, two, four = (NOW + timedelta(hours=count) for count in (1, 2, 4))
    own = Forecast(one, two, four, 1 * HOUR, 2 * HOUR, 4 * HOUR, "calendar")
    known = [replace(member(night, "a", PhaseState.STALLED, hours(1, 4)), own=replace(own, frozen=True))]
    told = played(night, known).prospects["a"]
    assert told.finish == Moments(one, two, four)
    assert told.frozen


def test_phases_that_have_nothing_to_do_with_one_another_have_no_critical_path(tmp_path: Path) -> None:
    path = tmp_path / "backfill.yaml"
    path.write_text("plan: t\nphases:\n  a: {command: [true]}\n  b: {command: [true]}\n")
    loose = load_plan(path, now=NOW, environ={})
    told = played(loose, [member(loose, name, PhaseState.RUNNING, hours(1, 2)) for name in "ab"])
    assert (told.critical_path, told.critical, told.deadline) == ((), frozenset(), None)
    assert [told.prospects[name].slack_s for name in "ab"] == [None, None]


def test_what_has_dates_is_asked_for_its_end_even_if_nothing_is_known_of_it(night: Plan) -> None:
    done = [member(night, name, PhaseState.PASSED) for name in "abc"]
    for state in (PhaseState.UNKNOWN, PhaseState.READY, PhaseState.RUNNING, PhaseState.FAILED):
        train = replace(member(night, "train", state), counted=True, started_at=NOW - timedelta(hours=1))
        due = played(night, [*done, train]).deadline
        assert due is not None
        assert (due.of_start, due.probability, due.lacking) == (False, None, ("train",))


def test_a_step_without_dates_that_has_begun_in_time_has_met_its_deadline_unless_it_failed(night: Plan) -> None:
    done = [member(night, name, PhaseState.PASSED) for name in "abc"]
    for state, probability in ((PhaseState.RUNNING, 1.0), (PhaseState.FAILED, None)):
        due = played(night, [*done, replace(member(night, "train", state), started_at=NOW)]).deadline
        assert due is not None
        assert due.probability == probability


def test_what_waits_for_something_that_stands_still_is_frozen_with_it(night: Plan) -> None:
    one, two, four = (NOW + timedelta(hours=count) for count in (1, 2, 4))
    own = Forecast(one, two, four, 1 * HOUR, 2 * HOUR, 4 * HOUR, "calendar", frozen=True)
    known = [
        member(night, "a", PhaseState.PASSED),
        replace(member(night, "b", PhaseState.STALLED, hours(1, 4)), own=own),
        member(night, "c", PhaseState.RUNNING, hours(1, 1)),
    ]
    told = played(night, known)
    assert told.deadline is not None
    assert told.deadline.frozen
    assert [told.prospects[name].frozen for name in ("b", "c")] == [True, False]


def test_the_night_in_which_the_clock_is_set_has_an_hour_less(tmp_path: Path) -> None:
    path = tmp_path / "backfill.yaml"
    path.write_text(
        (PLAN % "").replace("UTC", "America/Los_Angeles").replace("2026-01-04T06:30", "2026-03-08T06:00")
    )
    of = load_plan(path, now=NOW, environ={})
    at = datetime(2026, 3, 7, 22, 0, tzinfo=of.tz)
    known = [
        member(of, "a", PhaseState.PASSED),
        member(of, "b", PhaseState.PASSED),
        member(of, "c", PhaseState.RUNNING, hours(7.5, 7.5)),
    ]
    told = night_of(members(of, **{one.phase.name: one for one in known}), of.deadline, at)
    assert told.deadline is not None
    assert told.deadline.probability == 0.0, "from 22:00 to 06:00 are seven hours"
    assert told.prospects["c"].finish.p50.astimezone(of.tz).hour == 6
