"""The map of the dates."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.control.dirt import Dirt
from backfill_tui.control.suspects import Suspects
from backfill_tui.progress.account import Account, Counts, Unit, UnitState
from backfill_tui.views.bar import bar, count_bar, date_map, known_by_count
from backfill_tui.views.marks import SUSPECT
from backfill_tui.views.spans import Tone, line_text, line_width

START = date(2021, 10, 19)
URGENT = [UnitState.MISSING, UnitState.FAILED, UnitState.RUNNING, UnitState.PENDING]


def _units(states: Mapping[int, UnitState]) -> dict[date, Unit]:
    return {START + timedelta(days=i): Unit(START + timedelta(days=i), state) for i, state in states.items()}


def _range(days: int) -> tuple[date, date]:
    return START, START + timedelta(days=days - 1)


@st.composite
def nights(draw: st.DrawFn) -> tuple[int, dict[int, UnitState], int]:
    days = draw(st.integers(1, 400))
    states = draw(st.dictionaries(st.integers(0, days - 1), st.sampled_from(list(UnitState)), max_size=80))
    return days, states, draw(st.integers(1, 120))


@given(nights())
def test_there_are_exactly_as_many_cells_as_asked_for(night: tuple[int, dict[int, UnitState], int]) -> None:
    days, states, width = night
    cells = date_map(_range(days), _units(states), width)
    assert len(cells) == width
    assert line_width(bar(cells)) == width


@given(nights())
def test_each_cell_shows_the_worst_state_of_its_slice(night: tuple[int, dict[int, UnitState], int]) -> None:
    days, states, width = night
    cells = date_map(_range(days), _units(states), width)
    for index, cell in enumerate(cells):
        first = index * days // width
        last = max(first + 1, (index + 1) * days // width)
        inside = {states[i] for i in range(first, last) if i in states}
        worst = next((state for state in URGENT if state in inside), None)
        if worst is not None:
            assert cell is worst
        elif inside:
            assert cell in inside
        else:
            assert cell is None


@given(nights())
def test_no_trouble_is_lost_however_narrow_the_bar(night: tuple[int, dict[int, UnitState], int]) -> None:
    days, states, width = night
    cells = date_map(_range(days), _units(states), width)
    assert (UnitState.MISSING in cells) == (UnitState.MISSING in states.values())


def test_a_stretch_of_mostly_empty_dates_is_empty_and_one_of_mostly_done_dates_is_done() -> None:
    states = dict.fromkeys(range(7), UnitState.DONE) | dict.fromkeys(range(7, 20), UnitState.EMPTY)
    cells = date_map(_range(20), _units(states), 2)
    assert cells == (UnitState.DONE, UnitState.EMPTY)


def test_dates_outside_the_range_are_left_out() -> None:
    outside = {-1: UnitState.FAILED, 10: UnitState.FAILED, 0: UnitState.DONE}
    assert set(date_map(_range(10), _units(outside), 5)) == {UnitState.DONE, None}


def test_no_room_and_a_range_that_ends_before_it_starts_give_no_cells() -> None:
    assert date_map(_range(10), {}, 0) == ()
    assert date_map((START, START - timedelta(days=1)), {}, 5) == ()


def test_every_state_has_a_glyph_of_its_own_so_that_colour_is_not_needed() -> None:
    glyphs = {bar((state,))[0].text for state in UnitState}
    assert len(glyphs) == len(UnitState)


def test_failed_and_missing_are_badges() -> None:
    assert bar((UnitState.FAILED,))[0].tone is Tone.BAD_BADGE
    assert bar((UnitState.MISSING,))[0].tone is Tone.WARN_BADGE


def test_a_suspect_date_is_seen_among_done_ones_and_behind_a_failed_one() -> None:
    day = date(2024, 1, 1)
    units = {day + timedelta(days=i): Unit(day + timedelta(days=i), UnitState.DONE) for i in range(8)}
    spell = Dirt("usage", datetime(2026, 1, 3, tzinfo=UTC))
    suspects = Suspects(causes={day + timedelta(days=i): spell for i in (1, 5)})
    dates = (day, day + timedelta(days=7))
    assert date_map(dates, units, 4, suspects) == (SUSPECT, UnitState.DONE, SUSPECT, UnitState.DONE)
    units[day] = Unit(day, UnitState.FAILED)
    assert date_map(dates, units, 4, suspects)[0] is UnitState.FAILED
    assert line_text(bar(date_map(dates, units, 4, suspects))) == "✗█?█"


def test_a_suspect_date_that_is_being_done_anew_is_shown_as_running() -> None:
    day = date(2024, 1, 1)
    suspects = Suspects(causes={day: Dirt("usage", datetime(2026, 1, 3, tzinfo=UTC))})
    assert date_map((day, day), {day: Unit(day, UnitState.RUNNING)}, 1, suspects) == (UnitState.RUNNING,)


def test_a_count_of_dates_that_have_no_names_is_a_bar_and_no_map() -> None:
    waiting = _units(dict.fromkeys(range(10), UnitState.PENDING))
    assert known_by_count(Account(units=waiting, counts=Counts(total=10, done=4, pending=6)))
    assert known_by_count(Account(counts=Counts(total=10, done=4, pending=6)))
    named = {**waiting, **_units({0: UnitState.FAILED})}
    assert not known_by_count(Account(units=named, counts=Counts(total=10, failed=1, pending=9)))
    assert not known_by_count(Account(units=waiting, counts=Counts(total=10, pending=10)))


def test_a_bar_of_a_count_is_full_only_where_all_is_done() -> None:
    def drawn(fraction: float, width: int) -> str:
        return line_text(count_bar(fraction, width))

    assert drawn(0.4, 10) == "━━━━──────"
    assert drawn(0.999, 10) == "━━━━━━━━━─"
    assert drawn(1.0, 3) == "━━━"
    assert drawn(0.5, 0) == ""
