"""The calendar's places and lines."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.progress.account import UnitState
from backfill_tui.views.calendar import GLYPHS, block_line, layout, legend, step
from backfill_tui.views.spans import line_text

FOUR_YEARS = (date(2021, 10, 19), date(2026, 1, 2))
RANGES = st.tuples(st.dates(date(1995, 1, 1), date(2030, 1, 1)), st.integers(0, 3700)).map(
    lambda pair: (pair[0], pair[0] + timedelta(days=pair[1]))
)


def _days(dates: tuple[date, date]) -> list[date]:
    return [dates[0] + timedelta(days=i) for i in range((dates[1] - dates[0]).days + 1)]


@given(RANGES, st.integers(20, 200))
def test_every_date_has_a_place_of_its_own(dates: tuple[date, date], width: int) -> None:
    grid = layout(dates, width)
    places = [grid.place(day) for day in _days(dates)]
    assert len(set(places)) == len(places)
    assert all(0 <= x < grid.width and 0 <= y < grid.height for x, y in places)


@given(RANGES, st.integers(20, 200))
def test_the_line_of_a_date_shows_its_glyph_at_its_place(dates: tuple[date, date], width: int) -> None:
    grid = layout(dates, width)
    day = dates[1]
    x, y = grid.place(day)
    found = grid.locate(y)
    assert found is not None
    line = line_text(block_line(*found, {day: UnitState.FAILED}))
    assert line[x] == "✗"


def test_four_seasons_fill_a_wide_terminal_two_cells_a_week_and_a_narrow_one_with_one() -> None:
    assert [layout(FOUR_YEARS, width).width for width in (120, 96, 76)] == [107, 94, 55]
    assert [b.title for b in layout(FOUR_YEARS, 96).blocks] == [
        "2021-22",
        "2022-23",
        "2023-24",
        "2024-25",
        "2025-26",
    ]


def test_seasons_stand_under_one_another_week_by_week() -> None:
    grid = layout(FOUR_YEARS, 96)
    columns = {grid.place(date(year, 12, 25))[0] for year in (2021, 2022, 2023, 2024)}
    assert max(columns) - min(columns) <= 2


def test_a_single_month_is_one_block_without_a_season() -> None:
    grid = layout((date(2024, 2, 1), date(2024, 2, 29)), 80)
    assert len(grid.blocks) == 1
    assert grid.blocks[0].title == ""
    assert "Feb" in "".join(s.text for s in block_line(grid.blocks[0], 0, {}))


@pytest.mark.parametrize(
    ("first", "months"),
    [
        (date(2024, 12, 25), "    Jan     Feb"),  # a week of December has no room for a name of its own
        (date(2024, 12, 16), "  Dec Jan     Feb"),
        (date(2024, 12, 31), "  Jan     Feb"),
    ],
)
def test_a_month_that_is_hardly_there_leaves_its_room_to_the_next(first: date, months: str) -> None:
    block = layout((first, date(2025, 2, 10)), 80).blocks[0]
    assert line_text(block_line(block, 0, {})) == months


def test_ten_years_scroll_downwards() -> None:
    grid = layout((date(2015, 7, 1), date(2025, 6, 30)), 120)
    assert len(grid.blocks) == 10
    assert grid.height == 10 * 9 - 1


def test_the_cursor_never_leaves_the_range() -> None:
    grid = layout(FOUR_YEARS, 96)
    assert step(grid, FOUR_YEARS[0], weeks=-1) == FOUR_YEARS[0]
    assert step(grid, FOUR_YEARS[1], days=5) == FOUR_YEARS[1]
    assert step(grid, date(2024, 2, 14), weeks=1) == date(2024, 2, 21)


def test_every_state_has_a_glyph_of_its_own_so_that_colour_is_not_needed() -> None:
    assert len({glyph for glyph, _ in GLYPHS.values()}) == len(GLYPHS)


def test_the_legend_says_no_games_only_where_games_are_known_of() -> None:
    words = ["".join(s.text for s in legend([UnitState.EMPTY], games=games)) for games in (True, False)]
    assert words == ["· no games", "· empty"]
