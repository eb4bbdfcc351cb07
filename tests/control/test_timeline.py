"""The plan's expectation against forecast and end, and what has changed within an hour."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import PhaseState
from backfill_tui.control.timeline import timeline
from backfill_tui.plan.load import load_plan
from backfill_tui.progress.account import Account
from backfill_tui.progress.prospect import Moments, PastForecast, Prospect
from backfill_tui.sources.presence import Presence
from backfill_tui.sources.process import ProcessSeen

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def finishing(at: datetime) -> Moments:
    return Moments(at - 10 * MINUTE, at, at + 10 * MINUTE)


def facts(folder: Path, expect: str, *, started_at: datetime | None = None) -> PhaseFacts:
    path = folder / "backfill.yaml"
    path.write_text(f"plan: t\ntimezone: UTC\nphases:\n  a: {{command: [true], expect: {{{expect}}}}}\n")
    phase = load_plan(path, now=NOW, environ={}).phases[0]
    return PhaseFacts(phase, Account(), ProcessSeen(Presence.ALIVE, started_at=started_at))


@pytest.mark.parametrize(("late", "assessment"), [(20, "delayed"), (10, "on_track"), (-40, "ahead")])
def test_what_has_not_ended_is_compared_by_its_likely_finish(tmp_path: Path, late: int, assessment: str) -> None:
    one = facts(tmp_path, "finish_by: 2026-01-03T21:15")
    finish = finishing(datetime(2026, 1, 3, 21, 15, tzinfo=UTC) + late * MINUTE)
    told = timeline(one, PhaseState.RUNNING, Prospect(None, finish, "learned"), (), NOW)
    assert told is not None
    assert (told.delta_s, told.assessment) == (late * 60.0, assessment)


def test_what_is_to_take_long_may_be_off_by_a_twentieth_of_it(tmp_path: Path) -> None:
    one = facts(tmp_path, "duration: 10h", started_at=NOW - timedelta(hours=5))
    for late, assessment in ((29, "on_track"), (31, "delayed")):
        finish = finishing(NOW + timedelta(hours=5) + late * MINUTE)
        told = timeline(one, PhaseState.RUNNING, Prospect(None, finish, "learned"), (), NOW)
        assert told is not None
        assert told.assessment == assessment


def test_what_has_not_begun_is_expected_so_long_after_it_was_to_start(tmp_path: Path) -> None:
    one = facts(tmp_path, "start_by: 2026-01-03T22:00, duration: 2h")
    told = timeline(one, PhaseState.WAITING, None, (), NOW)
    assert told is not None
    assert told.expected_start == datetime(2026, 1, 3, 22, tzinfo=UTC)
    assert told.expected_finish == datetime(2026, 1, 4, 0, tzinfo=UTC)
    assert told.assessment is None


def test_it_is_told_how_much_later_it_is_than_it_was_an_hour_ago(tmp_path: Path) -> None:
    one = facts(tmp_path, "finish_by: 2026-01-03T21:15")
    then = [PastForecast(NOW - ago * MINUTE, finishing(NOW + 30 * MINUTE)) for ago in (119, 61)]
    lately = PastForecast(NOW - 30 * MINUTE, finishing(NOW + 55 * MINUTE))
    prospect = Prospect(None, finishing(NOW + 60 * MINUTE), "learned")
    told = timeline(one, PhaseState.RUNNING, prospect, (*then, lately), NOW)
    assert told is not None
    assert told.changed_s == 1800.0
    told = timeline(one, PhaseState.RUNNING, prospect, (lately,), NOW)
    assert told is not None
    assert told.changed_s is None, "an hour ago nothing was forecast"


def test_nothing_expected_and_nothing_changed_is_nothing_to_tell(tmp_path: Path) -> None:
    assert timeline(facts(tmp_path, ""), PhaseState.RUNNING, None, (), NOW) is None


def test_what_should_have_ended_and_has_not_is_late_whatever_is_forecast(tmp_path: Path) -> None:
    one = facts(tmp_path, "finish_by: 2026-01-03T19:00")
    stale = Prospect(None, finishing(NOW - timedelta(hours=2)), "learned", frozen=True)
    for prospect in (None, stale):
        told = timeline(one, PhaseState.STALLED, prospect, (), NOW)
        assert told is not None
        assert (told.delta_s, told.assessment) == (3600.0, "delayed")
