"""The replay that judges the rules of alerts: it sees nothing too early, finds stalls, and leaves a night alone."""

from datetime import timedelta

import pytest

from backfill_tui.control.model import Severity
from backfill_tui.plan.resolved import AlertThresholds
from benchmarks import alerts
from benchmarks.alert_replay import EVERY, Watcher
from benchmarks.alert_shifts import ORDINARY, Shift, samples, simulated
from benchmarks.eta_nights import Scenario

SEED = 20_290_000
SHORT = ORDINARY[3]  # 15 workers: less than an hour


@pytest.fixture(scope="module")
def shift() -> Shift:
    return simulated(SHORT, SEED)


def critical(watcher: Watcher) -> set[str]:
    return {name for name, one in watcher.raised.items() if one.alert.severity is Severity.CRITICAL}


def test_a_look_sees_nothing_that_came_after_it(shift: Shift) -> None:
    middle = shift.begins + (shift.ends - shift.begins) / 2
    whole, cut = Watcher(shift), Watcher(shift.hung(middle))
    for watcher in (whole, cut):
        watcher.watch(middle)
    assert whole.look(middle) == cut.look(middle)
    assert whole.raised.keys() == cut.raised.keys()


@pytest.mark.parametrize(
    "scenario",
    [pytest.param(one, id=one.name, marks=[] if one is SHORT else pytest.mark.long) for one in ORDINARY],
)
def test_an_ordinary_night_raises_nothing_critical(scenario: Scenario) -> None:
    watcher = Watcher(simulated(scenario, SEED))
    watcher.watch()
    assert critical(watcher) == set()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_run_that_hangs_is_told_of_soon_after_the_time_that_the_plan_gives_it(shift: Shift, share: float) -> None:
    hung = shift.hung(shift.begins + share * (shift.ends - shift.begins))
    told = Watcher(hung).stalled_at(hung.ends + timedelta(hours=6))
    assert told is not None
    assert told.alert.severity is Severity.CRITICAL
    assert timedelta(minutes=30) < told.at - hung.ends < timedelta(minutes=60)


def test_a_killed_run_of_the_replay_would_be_told(shift: Shift) -> None:
    """So that a replay that shows nothing is no proof that it looks at nothing."""
    half = shift.hung(shift.begins + (shift.ends - shift.begins) / 2)
    gone = Watcher(Shift(half.name, half.dates, half.events, half.grew, half.calendar))
    gone.watch()
    assert "gone:job" in critical(gone)


@pytest.mark.long
def test_the_samples_raise_nothing_critical() -> None:
    ordinary = list(samples())
    if not ordinary:
        pytest.skip("the samples are not there")
    assert len(ordinary) == 4
    found = alerts.ordinary("samples", ordinary, AlertThresholds())
    assert found.critical == {}


def test_the_shortest_sample_raises_nothing_critical() -> None:
    shortest = min(samples(), key=lambda one: one.ends - one.begins, default=None)
    if shortest is None:
        pytest.skip("the samples are not there")
    assert alerts.ordinary("sample", [shortest], AlertThresholds()).critical == {}


def test_the_table_has_what_was_false_and_how_soon_stalls_were_found(shift: Shift) -> None:
    report = alerts.AlertReport(quick=True)
    report.ordinary.append(alerts.ordinary("a night", [shift], AlertThresholds()))
    report.stalls.append(alerts.hung("two moments", [shift], 2))
    assert report.stalls[0].found == 2
    assert min(report.stalls[0].delays_s) > 1800 - EVERY.total_seconds()
    for word in ("a night", "false critical", "two moments", "median"):
        assert word in report.table()
