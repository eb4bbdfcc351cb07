"""The chart of how a forecast has gone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.control.model import Timeline
from backfill_tui.progress.prospect import PastForecast
from backfill_tui.views import forecast_fan
from backfill_tui.views.spans import Line, Tone, line_text, line_width
from tests.tui import forecasts
from tests.tui.example import NOW
from tests.tui.forecasts import at, moments


def _drawn(line: Line) -> set[Tone]:
    return {span.tone for span in line if set(span.text) & {"░", "█"}}


@pytest.mark.parametrize(("room", "height"), [(40, 12), (76, 12), (128, 20), (200, 40)])
def test_the_chart_fits(room: int, height: int) -> None:
    for view in (forecasts.running(), forecasts.over(), forecasts.waiting()):
        lines = forecast_fan.lines(forecasts.night(view), view, room, height)
        assert len(lines) <= height
        assert all(line_width(line) <= room for line in lines)


def test_the_newest_forecast_stands_at_the_bottom_with_its_times() -> None:
    view = forecasts.running()
    *_, last, pins = map(line_text, forecast_fan.lines(forecasts.night(view), view, 128, 20))
    assert last.split()[0] == "now"
    assert last.split()[-2:] == ["21:15", "21:01–21:33"]
    assert "now 20:14 ▲" in pins
    assert "◆ plan 21:02" in pins


def test_a_frozen_forecast_is_not_made_again_now() -> None:
    view = forecasts.running(frozen=True)
    lines = forecast_fan.lines(forecasts.night(view), view, 128, 20)
    assert line_text(lines[-2]).split()[0] == "20:12"


def test_ranges_that_did_not_hold_are_told_from_those_that_did() -> None:
    view = forecasts.over()
    _, *rows, pins = forecast_fan.lines(forecasts.night(view), view, 128, 20)
    assert _drawn(rows[0]) == {Tone.DIM}
    assert _drawn(rows[-1]) == {Tone.BUSY}
    assert "ended 19:52 ▲" in line_text(pins)
    assert "did not hold" in forecast_fan.legend(forecasts.night(view), view)


def test_a_run_of_minutes_is_told_to_the_second() -> None:
    finish = moments(NOW + timedelta(minutes=2), 0.2)
    made = tuple(PastForecast(NOW - timedelta(seconds=4 * i), finish) for i in range(9, 0, -1))
    view = replace(forecasts.running(), prospect=None, forecast=None, past=made, timeline=None)
    first = line_text(forecast_fan.lines(forecasts.night(view), view, 128, 20)[1]).split()
    assert first[0] == "20:13:31"
    assert first[-2:] == ["20:16:07", "20:15:56–20:16:21"]


def test_two_forecasts_of_one_minute_do_not_turn_the_others_to_seconds() -> None:
    view = forecasts.running()
    again = (*view.past, PastForecast(NOW - timedelta(seconds=5), view.past[-1].finish))
    first = line_text(forecast_fan.lines(forecasts.night(view), replace(view, past=again), 128, 20)[1])
    assert first.split()[0] == "16:32"


def test_the_median_is_seen_where_a_mark_would_hide_it() -> None:
    view = forecasts.running()
    assert view.prospect is not None
    exact = replace(view, past=(), timeline=Timeline(view.prospect.finish.p50, 0.0, "on_track"))
    row = line_text(forecast_fan.lines(forecasts.night(exact), exact, 128, 20)[1])
    assert "█" in row


def test_a_first_forecast_far_off_does_not_squeeze_the_others() -> None:
    view = forecasts.running()
    wild = PastForecast(view.past[0].at, replace(view.past[0].finish, p90=NOW + timedelta(days=9)))
    lines = forecast_fan.lines(forecasts.night(view), replace(view, past=(wild, *view.past[1:])), 128, 20)
    newest = line_text(lines[-2])
    assert newest.count("░") > 8


def test_without_any_forecast_it_says_so() -> None:
    view = replace(forecasts.running(), forecast=None, prospect=None, past=())
    (line,) = forecast_fan.lines(forecasts.night(view), view, 76, 12)
    assert line_text(line) == forecast_fan.NOTHING


def test_a_row_once_made_stays_when_others_come() -> None:
    made = forecasts.past(at(21, 15), at(20, 0))
    before = forecast_fan.resample(made, 12, NOW)
    later = PastForecast(made[-1].at + timedelta(seconds=10), moments(at(21, 20), 9))
    after = forecast_fan.resample((*made, later), 12, NOW)
    assert before[:-1] == after[: len(before) - 1]
    assert after[-1] == later


@given(
    gaps=st.lists(st.integers(min_value=1, max_value=200_000), min_size=1, max_size=80),
    most=st.integers(min_value=1, max_value=30),
)
def test_resampling_keeps_order_room_and_the_newest(gaps: list[int], most: int) -> None:
    stamps = [sum(gaps[: i + 1]) for i in range(len(gaps))]
    made = [PastForecast(NOW + timedelta(seconds=s), moments(at(21, 0), 9)) for s in stamps]
    kept = forecast_fan.resample(made, most, NOW)
    assert 1 <= len(kept) <= most
    assert kept[-1] == made[-1]
    assert [one.at for one in kept] == sorted({one.at for one in kept})
    if len(made) <= most:
        assert kept == made
