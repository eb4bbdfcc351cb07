import contextlib
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from backfill_tui.plan.model.scalars import RelativeDay, day, duration, moment, number, percentage, size


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("20s", 20),
        ("30m", 1800),
        ("4h47m", 17220),
        ("14d", 1_209_600),
        ("1h 30m", 5400),
        ("1.5h", 5400),
        ("2w", 1_209_600),
        ("0s", 0),
    ],
)
def test_durations(typed: str, seconds: float) -> None:
    assert duration(typed) == seconds


@pytest.mark.parametrize(
    "typed", ["", "30", "30 minutes", "m", "-5m", "5m4h", "1e3s", "99999d", 30, 1.5, None, True, []]
)
def test_what_is_no_duration_is_refused(typed: object) -> None:
    with pytest.raises(PydanticCustomError):
        duration(typed)


@given(st.integers(0, 300), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_a_duration_is_the_sum_of_its_parts(d: int, h: int, m: int, s: int) -> None:
    assert duration(f"{d}d{h}h{m}m{s}s") == ((d * 24 + h) * 60 + m) * 60 + s


def test_percentages_become_fractions() -> None:
    assert percentage("30%") == pytest.approx(0.3)
    assert percentage("0.5 %") == pytest.approx(0.005)
    for wrong in ("30", "thirty%", 0.3, "-3%", "%"):
        with pytest.raises(PydanticCustomError):
            percentage(wrong)


@pytest.mark.parametrize(
    ("typed", "size_in_bytes"),
    [("20 GB", 20 * 10**9), ("512MiB", 512 * 2**20), ("1.5 kB", 1500), ("7B", 7), (7, 7)],
)
def test_sizes(typed: object, size_in_bytes: int) -> None:
    assert size(typed) == size_in_bytes


@pytest.mark.parametrize("typed", ["20", "20 XB", "0 GB", 0, -1, True, None, "GB", "9" * 400 + "GB"])
def test_what_is_no_size_is_refused(typed: object) -> None:
    with pytest.raises(PydanticCustomError):
        size(typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("2021-10-19", date(2021, 10, 19)), ("today", RelativeDay(0)), ("YESTERDAY", RelativeDay(-1)),
     ("Today-3d", RelativeDay(-3)), ("today - 3d", RelativeDay(-3)), ("today+1d", RelativeDay(1))],
)  # fmt: skip
def test_days(typed: str, meant: date | RelativeDay) -> None:
    assert day(typed) == meant


@pytest.mark.parametrize(
    "typed", ["2024-13-01", "2023-02-29", "20211019", "2021-W01-1", "yesterday-3d", "tomorow", 5, None]
)
def test_what_is_no_day_is_refused(typed: object) -> None:
    with pytest.raises(PydanticCustomError):
        day(typed)


def test_moments_are_naive_or_aware_as_typed() -> None:
    assert moment("2026-01-04T06:30") == datetime(2026, 1, 4, 6, 30)  # noqa: DTZ001 - naive is what is shown here
    assert moment("2026-01-04 06:30:15") == datetime(2026, 1, 4, 6, 30, 15)  # noqa: DTZ001 - the same
    assert moment("2026-01-04T06:30Z") == datetime(2026, 1, 4, 6, 30, tzinfo=UTC)
    assert moment("2026-01-03T22:30-08:00") == datetime(2026, 1, 4, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["06:30", "2026-01-04", "2026-01-04T25:00", "0001-01-01T00:00", "soon", 6, None])
def test_what_is_no_moment_is_refused(typed: object) -> None:
    with pytest.raises(PydanticCustomError):
        moment(typed)


@pytest.mark.parametrize("typed", ["75", "high", True, None, float("nan"), float("inf"), []])
def test_a_bound_is_a_finite_number(typed: object) -> None:
    with pytest.raises(PydanticCustomError):
        number(typed)


@given(st.text())
def test_any_text_is_a_value_or_refused(text: str) -> None:
    for parse in (duration, percentage, size, day, moment, number):
        with contextlib.suppress(PydanticCustomError):
            parse(text)
