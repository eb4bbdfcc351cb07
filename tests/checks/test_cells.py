import json
import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from math import inf, isnan, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfill_tui.checks.cells import plain_value


@pytest.mark.parametrize("value", [None, True, 3, 2**100, 2.5, "text", date(2024, 1, 2), inf])
def test_what_is_plain_stays_as_it_is(value: object) -> None:
    assert plain_value(value) == value
    assert type(plain_value(value)) is type(value)


def test_not_a_number_stays_a_float() -> None:
    value = plain_value(nan)
    assert isinstance(value, float)
    assert isnan(value)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Decimal("47.70"), 47.7),
        ([1, [Decimal("2.5"), None]], (1, (2.5, None))),
        (datetime(2026, 1, 3, 17, 20), datetime(2026, 1, 3, 17, 20, tzinfo=UTC)),  # noqa: DTZ001 - as DuckDB has it
        (
            datetime(2026, 1, 3, 9, 20, tzinfo=timezone(timedelta(hours=-8))),
            datetime(2026, 1, 3, 17, 20, tzinfo=UTC),
        ),
        (b"\x00\xff", "00ff"),
        (memoryview(b"\x01"), "01"),
        (time(7, 30), "07:30:00"),
        (timedelta(hours=2), "2:00:00"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ({"a": [Decimal("1.5")], "b": {"c": date(2024, 1, 2)}}, '{"a": [1.5], "b": {"c": "2024-01-02"}}'),
        ({date(2024, 1, 2): 1, 3: "ü"}, '{"2024-01-02": 1, "3": "ü"}'),
        ([{"a": 1}], ('{"a": 1}',)),
    ],
)
def test_everything_else_is_made_plain(value: object, plain: object) -> None:
    assert plain_value(value) == plain


@pytest.mark.parametrize("value", [datetime(2026, 1, 3, 17), datetime(2026, 1, 3, 17, tzinfo=UTC)])  # noqa: DTZ001 - ditto
def test_a_time_is_always_in_utc(value: datetime) -> None:
    plain = plain_value(value)
    assert isinstance(plain, datetime)
    assert plain.utcoffset() == timedelta(0)


cells = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text() | st.dates() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers() | st.dates(), inner),
    max_leaves=12,
)


@settings(max_examples=60)
@given(st.dictionaries(st.text(), cells))
def test_a_structure_of_anything_is_json(value: dict[str, object]) -> None:
    text = plain_value(value)
    assert isinstance(text, str)
    assert set(json.loads(text)) == set(value)
