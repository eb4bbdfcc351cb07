"""A log whose times are of another zone than they are read in is told of; one that is only slow is not."""

from datetime import timedelta

import pytest

from backfill_tui.control.attempt import Stage
from backfill_tui.sources.process import Presence, ProcessSeen
from tests.control.phases import NOW, US, ago, attempt, found, seen, sight
from tests.logs import LogWriter, days
from tests.reading import account_of

D = days("2022-01-01", 5)


def log_of(hours: float, minutes: float = 0) -> LogWriter:
    """A run that began ten minutes ago by a clock that is off by so much."""
    at = NOW - timedelta(minutes=10) + timedelta(hours=hours, minutes=minutes)
    return LogWriter(at=at.replace(tzinfo=None)).header("2022-01-01", "2022-01-05").unit(1, 5, D[0], took=60.0)


@pytest.mark.parametrize(
    ("hours", "title"),
    [
        (5, "ahead of the clock"),
        (-9, "behind the clock"),
        (-3.5, "behind the clock"),
        (0, None),
    ],
)
def test_times_of_another_zone_are_told_of_and_right_ones_are_not(hours: float, title: str | None) -> None:
    ours = attempt(Stage.RUNNING, started_at=ago(minutes=10))
    facts = seen(account_of(log_of(hours).body), attempt=ours, ran=ours, log_age_s=30.0)
    titles = [alert.title for alert in found(sight(facts)) if alert.id == "clock:fix"]
    assert len(titles) == (title is not None)
    assert title is None or titles[0].endswith(title)


def test_a_job_that_begins_to_print_late_is_not_of_another_zone() -> None:
    ours = attempt(Stage.RUNNING, started_at=ago(minutes=31))
    facts = seen(account_of(log_of(0).body), attempt=ours, ran=ours, log_age_s=30.0)
    assert found(sight(facts)) == ()


def found_process(presence: Presence = Presence.ALIVE, minutes: float = 10) -> ProcessSeen:
    return ProcessSeen(presence, US, started_at=ago(minutes=minutes, seconds=3))


@pytest.mark.parametrize("presence", [Presence.ALIVE, Presence.REFUSED])
def test_a_log_of_a_process_that_was_only_found_is_told_to_lie_behind(presence: Presence) -> None:
    """By its log that process began too late to have written it: its pid may have been refused for that."""
    facts = seen(account_of(log_of(-8).body), found_process(presence), log_age_s=540.0)
    (alert,) = (alert for alert in found(sight(facts)) if alert.id == "clock:fix")
    assert alert.title == "fix: its log's times lie 8 h 00 min behind the clock"


def test_a_found_process_that_has_only_warned_so_far_does_not_answer_for_the_run_before_it() -> None:
    """The run before it began eight hours ago, took a minute, and has nothing to do with it."""
    facts = seen(account_of(log_of(-8).body), found_process(), log_age_s=5.0)
    assert [alert.id for alert in found(sight(facts))] == []
