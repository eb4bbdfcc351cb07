"""The time axis: where moments lie, which times are named, and what covers what."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.progress.prospect import Moments
from backfill_tui.views import timeaxis
from backfill_tui.views.spans import Tone, line_text, line_width
from backfill_tui.views.timeaxis import Axis, Pin

WEST = ZoneInfo("America/Los_Angeles")
EVENING = datetime(2026, 1, 3, 16, 28, tzinfo=WEST)
MORNING = datetime(2026, 1, 4, 6, 55, tzinfo=WEST)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis wants bounds without a zone
ZONES = st.sampled_from([UTC, WEST, ZoneInfo("Asia/Kolkata"), ZoneInfo("Europe/Berlin")])


def night(width: int = 60) -> Axis:
    axis = timeaxis.fit([EVENING, MORNING], width, WEST)
    assert axis is not None
    return axis


def clock(axis: Axis) -> list[str]:
    return [f"{at.astimezone(axis.zone):%H:%M}" for at in (axis.start, axis.end)]


def test_an_axis_begins_and_ends_at_round_times() -> None:
    assert clock(night()) == ["16:00", "07:00"]


def test_an_axis_stays_while_its_moments_move_a_little() -> None:
    moved = timeaxis.fit([EVENING, MORNING + timedelta(minutes=4)], 60, WEST)
    assert moved == night()


@given(st.lists(MOMENTS, min_size=1, max_size=6), st.integers(1, 200), ZONES)
def test_all_that_it_was_fitted_to_lies_on_it(moments: Sequence[datetime], width: int, zone: ZoneInfo) -> None:
    axis = timeaxis.fit(moments, width, zone)
    assert axis is not None
    assert axis.start < axis.end
    cells = [axis.cell(at) for at in sorted(moments)]
    known = [cell for cell in cells if cell is not None]
    assert len(known) == len(cells)
    assert known == sorted(known)


@given(MOMENTS, st.integers(60, 10**8), st.integers(1, 200), ZONES)
def test_labels_never_touch_nor_leave_the_axis(start: datetime, length: int, width: int, zone: ZoneInfo) -> None:
    axis = Axis(start, start + timedelta(seconds=length), width, zone)
    for tick, after in pairwise(timeaxis.ticks(axis)):
        assert tick.cell + len(tick.text) < after.cell
    assert line_width(timeaxis.labels(axis)) == width


@given(MOMENTS, MOMENTS, MOMENTS, st.integers(1, 200))
def test_a_row_is_as_wide_as_its_axis(start: datetime, one: datetime, other: datetime, width: int) -> None:
    axis = Axis(start, start + timedelta(days=400), width, UTC)
    first, last = sorted((one, other))
    middle = first + (last - first) / 2
    layers = (*timeaxis.forecast(start, start, Moments(first, middle, last)), timeaxis.now_line(middle))
    assert line_width(timeaxis.row(axis, layers)) == width


def test_nothing_to_fit_is_no_axis() -> None:
    assert timeaxis.fit([], 40, UTC) is None
    assert timeaxis.fit([EVENING], 0, UTC) is None


def test_one_moment_has_an_axis_of_a_minute_or_more() -> None:
    axis = timeaxis.fit([EVENING], 40, WEST)
    assert axis is not None
    assert axis.seconds >= 60


def test_ticks_are_local_hours_and_midnight_is_the_date() -> None:
    assert line_text(timeaxis.labels(night())).split() == [
        "16h",
        "18h",
        "20h",
        "22h",
        "4",
        "Jan",
        "02h",
        "04h",
        "06h",
    ]


def test_a_narrow_axis_has_fewer_ticks() -> None:
    assert line_text(timeaxis.labels(night(30))).split() == ["18h", "21h", "4", "Jan", "03h"]


def test_where_the_date_does_not_fit_midnight_is_the_weekday() -> None:
    month = datetime(2026, 12, 30, 18, tzinfo=WEST)
    axis = Axis(month, month + timedelta(hours=12), 12, WEST)
    assert line_text(timeaxis.labels(axis)) == "18h   Thu   "


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (timedelta(minutes=1), ["16:28:00", "16:28:30"]),
        (timedelta(minutes=20), ["16:30", "16:35", "16:40", "16:45"]),
        (timedelta(hours=2), ["16:30", "17:00", "17:30", "18:00"]),
        (timedelta(days=3), ["4 Jan", "12h", "5 Jan", "12h", "6 Jan"]),
        (timedelta(days=60), ["5 Jan", "19 Jan", "2 Feb", "16 Feb"]),
    ],
    ids=str,
)
def test_the_steps_suit_the_length(length: timedelta, expected: list[str]) -> None:
    found = [tick.text for tick in timeaxis.ticks(Axis(EVENING, EVENING + length, 46, WEST))]
    assert found[: len(expected)] == expected


def test_the_hour_that_the_clocks_leave_out_is_no_tick() -> None:
    start = datetime(2026, 3, 8, 0, tzinfo=WEST)
    axis = Axis(start, datetime(2026, 3, 8, 6, tzinfo=WEST), 40, WEST)
    assert [tick.text for tick in timeaxis.ticks(axis)] == ["8 Mar", "01h", "03h", "04h", "05h"]
    assert axis.seconds == 5 * 3600


def test_the_end_belongs_to_the_last_cell_and_what_lies_beyond_to_none() -> None:
    axis = Axis(EVENING, EVENING + timedelta(hours=10), 10, WEST)
    assert axis.cell(axis.end) == 9
    assert axis.cell(EVENING) == 0
    assert axis.cell(axis.end + timedelta(seconds=1)) is None
    assert axis.cell(EVENING - timedelta(seconds=1)) is None


def test_a_stretch_is_cut_at_the_ends_and_a_short_one_keeps_a_cell() -> None:
    axis = Axis(EVENING, EVENING + timedelta(hours=10), 10, WEST)
    hour = timedelta(hours=1)
    assert axis.cells(EVENING - hour, EVENING + 2.5 * hour) == range(3)
    assert axis.cells(EVENING + 9 * hour, EVENING + 20 * hour) == range(9, 10)
    assert len(axis.cells(EVENING + hour, EVENING + hour)) == 1
    assert not axis.cells(EVENING - 2 * hour, EVENING - hour)
    assert not axis.cells(EVENING + hour, EVENING)


def test_actual_forecast_range_median_plan_and_deadline_are_told_apart_by_glyph() -> None:
    axis = Axis(EVENING, EVENING + timedelta(hours=20), 20, WEST)

    def after(hours: float) -> datetime:
        return EVENING + timedelta(hours=hours)

    layers = (
        timeaxis.now_line(after(4.5)),
        *timeaxis.forecast(after(4.5), after(4.5), Moments(after(8), after(10), after(13))),
        timeaxis.actual(after(1), after(4.5)),
        timeaxis.planned(after(12)),
        timeaxis.deadline_line(after(16)),
    )
    assert line_text(timeaxis.row(axis, layers)) == " ████▒▒▒░░●░◆░  ┊   "


def test_of_a_range_that_now_has_reached_only_the_rest_is_there() -> None:
    axis = Axis(EVENING, EVENING + timedelta(hours=10), 10, WEST)
    early, late = EVENING + timedelta(hours=2), EVENING + timedelta(hours=7)
    finish = Moments(early, early, late)
    now = EVENING + timedelta(hours=5)
    assert line_text(timeaxis.row(axis, timeaxis.forecast(now, now, finish))) == "     ●░░  "
    assert timeaxis.forecast(late + timedelta(hours=1), now, finish) == ()


def test_words_over_a_row_leave_everything_else_as_it_is() -> None:
    axis = Axis(EVENING, EVENING + timedelta(hours=10), 10, WEST)
    row = timeaxis.row(axis, [timeaxis.deadline_line(EVENING + timedelta(hours=8))])
    assert line_text(timeaxis.written(row, 1, "? no")) == " ? no   ┊ "
    assert timeaxis.written(row, 1, "? no")[-2].tone is Tone.BAD
    assert timeaxis.written(row, 4, "? no") == row


def test_pins_stand_in_their_cells_and_their_words_beside_them() -> None:
    axis = Axis(EVENING, EVENING + timedelta(hours=30), 30, WEST)
    pins = [
        Pin(EVENING + timedelta(hours=4), "▲", "20:14"),
        Pin(EVENING + timedelta(hours=25), "┊", "by 06:30", Tone.BAD, left=True),
    ]
    assert line_text(timeaxis.pins(axis, pins)) == "    ▲ 20:14     by 06:30 ┊    "


def test_words_of_a_pin_go_to_the_other_side_before_they_are_left_out() -> None:
    axis = Axis(EVENING, EVENING + timedelta(hours=12), 12, WEST)
    late = EVENING + timedelta(hours=10)
    assert line_text(timeaxis.pins(axis, [Pin(late, "▲", "20:14")])) == "    20:14 ▲ "
    crowded = [Pin(late, "▲", "20:14"), Pin(EVENING + timedelta(hours=2), "┊", "by 06:30")]
    assert line_text(timeaxis.pins(axis, crowded)) == "  ┊ 20:14 ▲ "
    shortened = Pin(EVENING + timedelta(hours=6), "┊", "by 06:30", left=True, short="6:30")
    assert line_text(timeaxis.pins(axis, [shortened])) == " 6:30 ┊     "
