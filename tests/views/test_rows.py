"""The phases table: columns and cells."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.control.model import PhaseState
from backfill_tui.engine.snapshot import LogSeen
from backfill_tui.progress.account import Account, Counts, RunEnd
from backfill_tui.sources.presence import Presence, ProcessSeen
from backfill_tui.views import rows
from backfill_tui.views.spans import Tone, line_text
from tests.tui import example

NEEDS = st.fixed_dictionaries({}, optional={c.key: st.integers(0, 70) for c in rows.COLUMNS})


@given(NEEDS, st.integers(1, 250))
def test_columns_never_overlap_nor_leave_the_room(needs: dict[str, int], room: int) -> None:
    placed = rows.place(rows.COLUMNS, needs, room)
    end = -rows.GAP
    for cell in placed:
        assert cell.x == end + rows.GAP
        assert cell.width >= 1
        end = cell.x + cell.width
    assert end <= room


@given(NEEDS, st.integers(12, 250))
def test_the_name_is_the_last_to_go(needs: dict[str, int], room: int) -> None:
    assert rows.place(rows.COLUMNS, needs, room)[0].column.key == "name"


def test_a_column_that_has_nothing_to_say_is_not_there() -> None:
    keys = {p.column.key for p in rows.place(rows.COLUMNS, {"name": 10}, 200)}
    assert keys.isdisjoint({"plan", "failed", "missing", "dates"})


def test_of_an_unknown_phase_nothing_is_nought() -> None:
    unknown = Counts(
        total=None, done=None, empty=None, skipped=None, failed=None, running=None, pending=None, missing=None
    )
    cells = rows.cells(example.phase("x", account=Account(counts=unknown)), example.NOW, stars=False)
    for key in ("percent", "done", "rate", "finish", "likely", "plan", "ok", "failed", "missing", "log"):
        assert line_text(cells[key]) == "–", key
    assert line_text(cells["process"]) == "·"


def test_an_uncalibrated_forecast_is_marked() -> None:
    view = example.night().phases[0]
    assert line_text(rows.likely(view, example.NOW)) == "~21:15"
    assert view.forecast is not None
    sure = replace(view, forecast=replace(view.forecast, calibrated=True))
    assert line_text(rows.likely(sure, example.NOW)) == "21:15"


def test_a_frozen_forecast_steps_back() -> None:
    view = example.night().phases[0]
    assert view.forecast is not None
    frozen = replace(view, forecast=replace(view.forecast, frozen=True))
    assert rows.likely(frozen, example.NOW)[0].tone is Tone.DIM


def test_a_phase_that_has_not_begun_shows_what_the_night_forecasts_and_steps_back() -> None:
    cells = rows.cells(example.night().phase("player_game_summary"), example.NOW, stars=False)
    assert line_text(cells["finish"]) == "21:20–22:05"
    assert line_text(cells["likely"]) == "~21:45"
    assert cells["likely"][0].tone is Tone.DIM


def test_of_a_run_under_way_its_own_forecast_counts() -> None:
    view = example.night().phases[0]
    assert line_text(rows.likely(replace(view, prospect=None), example.NOW)) == "~21:15"
    assert rows.likely(view, example.NOW)[0].tone is Tone.STRONG
    alone = replace(view, forecast=None)
    assert line_text(rows.likely(alone, example.NOW)) == "~21:15"


def test_what_is_over_shows_when_it_ended() -> None:
    ended = example.run(example.NOW, example.tonight((21, 7)), RunEnd.COMPLETED, example.FIX, 944)
    view = example.phase("x", PhaseState.PASSED, account=Account(runs=(ended,), lead=ended))
    cells = rows.cells(view, example.NOW, stars=False)
    assert [line_text(cells[key]) for key in ("finish", "likely")] == ["ended", "21:07"]


def test_a_process_is_alive_gone_or_not_named() -> None:
    now = example.NOW
    alive = example.phase("x", process=example.alive(1, timedelta(hours=3, minutes=46), "python job.py"))
    gone = example.phase("x", process=example.gone(1, timedelta(minutes=5)))
    refused = example.phase("x", process=ProcessSeen(Presence.REFUSED))
    assert line_text(rows.process(alive, now)) == "● 3h46"
    assert line_text(rows.process(gone, now)) == "○ 5m"
    assert line_text(rows.process(refused, now)) == "○"


def test_the_star_stands_only_before_critical_phases_but_names_align() -> None:
    critical = rows.cells(example.phase("a", critical=True), example.NOW, stars=True)["name"]
    other = rows.cells(example.phase("b"), example.NOW, stars=True)["name"]
    assert (line_text(critical), line_text(other)) == ("★ a", "  b")


def test_reading_says_how_far_the_slowest_log_is() -> None:
    logs = tuple(replace(example.night().phases[0].logs[0], read_fraction=f) for f in (0.9, 0.34))
    view = example.phase("x", logs=logs, history_complete=False)
    assert rows.reading(view) == "reading 34 %"
    assert rows.reading(replace(view, history_complete=True)) is None


def test_a_log_that_tells_of_no_date_says_why_and_one_that_does_says_nothing() -> None:
    odd = LogSeen("job.log", size=90, last_growth_at=example.NOW, note="None of its 2 lines was recognised.")
    silent = example.phase("x", PhaseState.RUNNING, why="running", logs=(odd,))
    assert rows.standing(silent) == ("running", "None of its 2 lines was recognised.")
    counted = replace(silent, account=Account(counts=Counts(total=2, done=1, pending=1)))
    assert rows.standing(counted) == ("running", "")
    to_come = example.phase("x", why="waits", logs=(LogSeen("job.log", note="There is no such file."),))
    assert rows.standing(to_come) == ("waits", "")
    nobody = ProcessSeen(Presence.ABSENT, note="There is no process 7.")
    assert rows.standing(example.phase("x", PhaseState.UNKNOWN, process=nobody)) == ("There is no process 7.",)
    assert rows.standing(example.phase("x", PhaseState.WAITING, why="waits", process=nobody)) == ("waits", "")
