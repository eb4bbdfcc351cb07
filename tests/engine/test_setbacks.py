"""Steps that could not be done: when they are tried again, and when that is worth a line."""

from datetime import UTC, datetime, timedelta

from backfill_tui.control.driving import PAUSE_S
from backfill_tui.engine.setbacks import Setbacks

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
PAUSE = timedelta(seconds=PAUSE_S)


def test_it_rests_for_the_pause_and_is_said_once() -> None:
    setbacks = Setbacks[str]()
    assert setbacks.met("p", "disk full", at=NOW)
    assert setbacks.rests("p", NOW + PAUSE / 2)
    assert not setbacks.rests("p", NOW + PAUSE)
    assert not setbacks.rests("another", NOW)
    assert not setbacks.met("p", "disk full", at=NOW + PAUSE)
    assert setbacks.rests("p", NOW + PAUSE)
    assert setbacks.met("p", "held by another", at=NOW + 2 * PAUSE)


def test_once_it_was_done_it_is_said_again() -> None:
    setbacks = Setbacks[str]()
    setbacks.met("p", "disk full", at=NOW)
    setbacks.over("p")
    assert not setbacks.has("p")
    assert not setbacks.rests("p", NOW)
    assert setbacks.met("p", "disk full", at=NOW)


def test_what_the_next_look_sees_is_passed_over_unless_it_comes_back() -> None:
    setbacks = Setbacks[str]()
    assert not setbacks.met("p", "a rival", at=NOW, seen=True)
    assert not setbacks.rests("p", NOW)
    assert setbacks.met("p", "a rival", at=NOW, seen=True)
    assert setbacks.rests("p", NOW)
    assert not setbacks.met("p", "a rival", at=NOW + PAUSE, seen=True)


def test_a_clock_set_back_by_hours_does_not_make_it_rest_for_hours() -> None:
    setbacks = Setbacks[str]()
    setbacks.met("p", "disk full", at=NOW)
    assert not setbacks.rests("p", NOW - timedelta(hours=3))
