from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.plan.ranges import Dates, days_in_common, every_day, may_meet

FIRST = date(2021, 10, 19)
DAYS = st.integers(0, 12).map(lambda n: FIRST + timedelta(days=n))
RANGES = st.tuples(DAYS, DAYS).map(lambda two: (min(two), max(two)))


def test_a_range_has_its_first_and_its_last_day() -> None:
    assert list(every_day(FIRST, FIRST)) == [FIRST]
    assert list(every_day(FIRST, FIRST + timedelta(days=2)))[-1] == FIRST + timedelta(days=2)
    assert not list(every_day(FIRST, FIRST - timedelta(days=1)))


@given(RANGES, RANGES)
def test_days_in_common_are_those_that_lie_in_both(one: Dates, other: Dates) -> None:
    common = days_in_common(one, other)
    both = set(every_day(*one)) & set(every_day(*other))
    assert set(every_day(*common) if common is not None else ()) == both
    assert may_meet(one, other) is bool(both)


@given(RANGES)
def test_a_range_that_is_not_known_has_no_day_in_common_for_sure_but_may_have(known: Dates) -> None:
    assert days_in_common(known, None) is days_in_common(None, known) is None
    assert may_meet(known, None)
    assert may_meet(None, known)
    assert may_meet(None, None)
