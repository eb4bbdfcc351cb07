"""The replay that judges forecasts uses nothing that was not known at the time, and adds up what it found."""

from dataclasses import replace
from datetime import timedelta

import pytest

from benchmarks.eta import EtaReport
from benchmarks.eta_nights import Scenario, night
from benchmarks.eta_replay import POINTS, replay
from benchmarks.eta_scenarios import course
from benchmarks.eta_scores import scores

SHORT = Scenario("resumed", "calendar", resumed=True)


def test_a_forecast_does_not_know_what_came_after_it() -> None:
    whole = course(SHORT, 3)
    middle = whole.from_at + (whole.ends_at - whole.from_at) / 2
    seen = [event for event in whole.events if event.at is not None and event.at <= middle + timedelta(seconds=1)]
    cut = replay(replace(whole, events=seen), with_rivals=False)
    full = replay(whole, with_rivals=False)
    before = [i for i, share in enumerate(POINTS) if share <= 0.5]
    assert [cut.said[i].p50_s for i in before] == [full.said[i].p50_s for i in before]


def test_the_same_seed_is_the_same_night_and_another_night_is_not() -> None:
    assert night(SHORT, 5) == night(SHORT, 5)
    assert night(SHORT, 5).ends_at != night(SHORT, 6).ends_at
    assert night(SHORT, 5).ends_at != night(SHORT, 5, earlier=1).ends_at


def test_the_table_has_every_rival_and_every_range() -> None:
    one = replay(course(SHORT, 1), looking_back=True)
    row = scores("resumed", [one], [one])
    table = EtaReport(
        1, 1, [replace(row, at_most=1.06, verdicts=dict.fromkeys(("target", "half of tqdm", "best"), True))]
    )
    text = table.table()
    for word in ("tqdm", "rich", "rate of work dates", "by itself", "≤ 1.06 ok"):
        assert word in text
    assert row.ours.median < row.rivals["tqdm"].median
    assert 0 <= row.plain.low <= row.plain.held <= row.plain.high <= 1
    assert row.first_after == pytest.approx(1)
