"""Phases together: what waits for what, what everything waits for, and whether the deadline holds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.progress.forecast.luck import SAMPLES, Array
from backfill_tui.progress.forecast.night import Step, compose, planned


def sure(seconds: float) -> Array:
    return np.full(SAMPLES, seconds)


def test_a_phase_begins_when_all_that_it_waits_for_is_done() -> None:
    night = compose(
        [
            Step("a", sure(100), begun=True),
            Step("b", sure(300), begun=True),
            Step("c", sure(50), after=("a", "b"), delay_s=10),
        ]
    )
    assert night.steps["c"].start_s == pytest.approx((310, 310, 310))
    assert night.steps["c"].finish_s == pytest.approx((360, 360, 360))
    assert night.critical_path == ("b", "c")
    assert night.steps["a"].slack_s == 200
    assert night.steps["b"].slack_s == 0
    assert night.steps["a"].criticality == 0
    assert night.steps["b"].criticality == 1


def test_who_is_waited_for_is_a_matter_of_chance_where_two_are_alike() -> None:
    night = compose(
        [
            Step("a", planned(1000, "a"), begun=True),
            Step("b", planned(1000, "b"), begun=True),
            Step("c", sure(0), after=("a", "b")),
        ],
        target="c",
    )
    a, b = night.steps["a"].criticality, night.steps["b"].criticality
    assert a is not None
    assert b is not None
    assert a + b == pytest.approx(1.0, abs=0.03)
    assert 0.3 < a < 0.7
    assert night.steps["c"].finish_s[1] > 1000, "the later of two lies behind the middle of each"


def test_what_waits_for_the_unknown_is_unknown() -> None:
    night = compose([Step("a", None), Step("b", sure(10), after=("a",)), Step("c", sure(5))], target="b")
    assert set(night.steps) == {"c"}
    assert night.probability("b", 1e9) is None
    assert night.critical_path == ()


def test_a_running_phase_waits_for_nobody_even_if_the_plan_says_so() -> None:
    night = compose([Step("a", None), Step("b", sure(10), after=("a",), begun=True)], target="b")
    assert night.steps["b"].finish_s == pytest.approx((10, 10, 10))


def test_the_probability_of_a_deadline() -> None:
    night = compose([Step("a", planned(1000, "a")), Step("train", sure(500), after=("a",))], target="train")
    assert night.probability("train", 1500) == pytest.approx(0.5, abs=0.02)
    assert night.probability("train", 1000, of_start=True) == pytest.approx(0.5, abs=0.02)
    assert night.probability("train", 10_000) == 1


@given(st.lists(st.floats(1, 1000), min_size=2, max_size=6), st.floats(0, 500))
def test_a_phase_that_takes_longer_ends_the_night_no_earlier(lengths: list[float], more: float) -> None:
    def night(extra: float) -> float:
        steps = [Step("0", planned(lengths[0] + extra, "0"))]
        steps += [Step(str(i), planned(s, str(i)), after=(str(i - 1),)) for i, s in enumerate(lengths) if i]
        return compose(steps).steps[str(len(lengths) - 1)].finish_s[1]

    assert night(more) >= night(0.0) - 1e-6
