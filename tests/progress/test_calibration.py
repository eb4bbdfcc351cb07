"""Ranges that hold as often as they say, and the record of how they did."""

import math
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.progress.calibration import (
    UNCALIBRATED,
    Made,
    Outcome,
    calibrate,
    what_became,
)

NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)


def outcome(run: int, progress: float, true_s: float) -> Outcome:
    held = 80 <= true_s <= 125
    return Outcome(str(run), progress, 80.0, 100.0, 125.0, true_s, held)


def runs(count: int, spread: float, seed: int = 1) -> list[Outcome]:
    """Runs that err by a factor of their own, in every part of them."""
    rng = Random(seed)  # noqa: S311 - a test's dice
    found = []
    for run in range(count):
        true_s = 100 * math.exp(rng.gauss(0, spread))
        found += [outcome(run, progress, true_s) for progress in (0.1, 0.3, 0.5, 0.7, 0.9)]
    return found


def test_nothing_is_calibrated_by_fewer_than_four_runs() -> None:
    assert not calibrate(runs(3, 0.1)).speaks_at(0.5)
    assert calibrate(runs(4, 0.1)).speaks_at(0.5)
    assert not UNCALIBRATED.speaks_at(0.5)


def test_ranges_that_were_too_narrow_are_widened_until_they_hold() -> None:
    taught = calibrate(runs(200, 0.4))
    held = 0
    for one in runs(500, 0.4, seed=2):
        p10, _, p90 = taught.widened(one.p10_s, one.p50_s, one.p90_s, one.progress)
        held += p10 <= one.true_s <= p90
    assert held / 2500 == pytest.approx(0.8, abs=0.05)


def test_ranges_that_were_too_wide_are_narrowed() -> None:
    p10, p50, p90 = calibrate(runs(200, 0.1)).widened(80.0, 100.0, 125.0, 0.5)
    assert 80 < p10 < p50 == 100 < p90 < 125


def test_few_runs_ask_for_wider_ranges_than_many() -> None:
    few = [calibrate(runs(5, 0.3, seed=seed)).factors[1] or 0 for seed in range(200)]
    many = [calibrate(runs(100, 0.3, seed=seed)).factors[1] or 0 for seed in range(20)]
    assert sorted(few)[100] > sorted(many)[10]


@given(st.floats(0.1, 1e6), st.floats(1, 3), st.floats(1, 3), st.floats(0, 1))
def test_the_middle_stays_and_the_ends_stay_in_order(middle: float, low: float, high: float, at: float) -> None:
    taught = calibrate(runs(20, 0.4))
    p10, p50, p90 = taught.widened(middle / low, middle, middle * high, at)
    assert p10 <= p50 == middle <= p90


def test_a_kept_forecast_is_held_against_what_happened() -> None:
    made = [
        Made("a", NOON, 0.5, 80, 100, 125, 60, 90),
        Made("a", NOON + timedelta(seconds=100), 0.9, 1, 2, 3, 1, 3),
    ]
    (one,) = what_became(made, NOON + timedelta(seconds=100))
    assert one.true_s == 100
    assert not one.held, "it is the range that was shown that has to hold"


def test_the_record_tells_of_the_last_forty_ranges() -> None:
    record = calibrate([outcome(i, 0.5, 100 if i % 4 else 1000) for i in range(100)]).record
    assert str(record) == "of the last 40 80 % ranges, 30 held"
