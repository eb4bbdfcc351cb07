"""A value against its bounds, and how both read."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.checks.bounds import bound_text, hold, number, phrase, shown
from backfill_tui.checks.model import Reason, Status, Value
from backfill_tui.plan.resolved import Bound

AT_LEAST_95 = Bound(at_least=95.0)


@pytest.mark.parametrize(
    ("value", "bound", "status"),
    [
        (95, AT_LEAST_95, Status.PASS),
        (95.0, AT_LEAST_95, Status.PASS),
        (94.999999, AT_LEAST_95, Status.FAIL),
        (0, Bound(at_most=0.0), Status.PASS),
        (1, Bound(at_most=0.0), Status.FAIL),
        (5, Bound(at_least=1.0, at_most=4.0), Status.FAIL),
        (3, Bound(at_least=1.0, at_most=4.0), Status.PASS),
        ("anything", Bound(), Status.PASS),
    ],
)
def test_both_bounds_are_included(value: Value, bound: Bound, status: Status) -> None:
    assert hold(value, bound).status is status


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, Reason.NULL_VALUE),
        (math.nan, Reason.NOT_A_NUMBER),
        (math.inf, Reason.NOT_A_NUMBER),
        ("96", Reason.NOT_A_NUMBER),
        (True, Reason.NOT_A_NUMBER),
        ((96,), Reason.NOT_A_NUMBER),
    ],
)
def test_what_is_no_number_is_unknown_and_never_passes(value: Value, reason: Reason) -> None:
    held = hold(value, AT_LEAST_95)
    assert (held.status, held.reason) == (Status.UNKNOWN, reason)
    assert held.why


def test_null_is_unknown_even_where_nothing_is_bounded() -> None:
    assert hold(None, Bound()).status is Status.UNKNOWN


def test_a_value_reads_as_a_person_would_write_it() -> None:
    assert phrase(5798, Bound(at_least=5600.0)) == "5,798 (>= 5,600)"
    assert phrase(47.7, AT_LEAST_95, places=1, unit="%") == "47.7 % (>= 95 %)"
    assert phrase(12, Bound(at_least=1.0, at_most=4.0)) == "12 (>= 1 and <= 4)"
    assert phrase(11910, Bound()) == "11,910"
    assert shown(("a", 1)) == "[a, 1]"


def test_a_bound_for_scripts_has_no_digit_groups_and_loses_no_digit() -> None:
    assert bound_text(Bound(at_least=5600.0)) == ">= 5600"
    assert bound_text(Bound(at_least=118423001.0, at_most=1e9)) == ">= 118423001 and <= 1000000000"
    assert bound_text(Bound(at_most=0.125)) == "<= 0.125"
    assert bound_text(Bound()) is None


def test_rounding_never_tells_otherwise_than_the_status() -> None:
    assert number(94.96, AT_LEAST_95, places=1) == "94.96"
    assert number(94.99996, AT_LEAST_95, places=1, unit="%") == "94.99996 %"
    assert number(95.04, AT_LEAST_95, places=1) == "95.0"
    assert number(95.0 - 1e-13, AT_LEAST_95) == "94.9999999999999"


def test_a_bound_is_said_as_it_was_written_and_a_value_with_as_many_places() -> None:
    assert phrase(0.0004, Bound(at_most=0.0005)) == "0.0004 (<= 0.0005)"
    assert phrase(99.997, Bound(at_least=99.999), unit="%") == "99.997 % (>= 99.999 %)"
    assert phrase(95, Bound(at_least=94.951)) == "95 (>= 94.951)"


@given(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e6, max_value=1e6),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e6, max_value=1e6),
    st.integers(0, 4),
)
def test_what_is_shown_stands_on_the_value_s_side_of_the_bound(value: float, limit: float, places: int) -> None:
    bound = Bound(at_least=round(limit, 3))
    told = float(number(value, bound, places=places).replace(",", ""))
    near = abs(value - round(limit, 3)) < 1e-9
    assert near or hold(told, bound).status is hold(value, bound).status
