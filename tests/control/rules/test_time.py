"""Pace, memory, the plan's times, disks: told of beyond their thresholds, and not beside them."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from backfill_tui.control.model import Alert, PhaseState, Severity, Timeline
from backfill_tui.control.rules.sight import DiskSeen, FreeSpace, PhaseSight, Sample
from backfill_tui.plan.resolved import AlertThresholds, Expectation
from backfill_tui.progress.prospect import DeadlineProspect, Moments, PaceSeen, PastForecast, Prospect
from tests.control.phases import ALIVE, COMMAND, NOW, D, account, ago, found, ids, seen, sight

RUNNING = sight(seen(account(2, summary=False, gone=False), ALIVE))
READY = sight(seen(command=COMMAND), PhaseState.READY, "may be started")


def in_(**how: float) -> datetime:
    return NOW + timedelta(**how)


def forecast(finish: datetime, *, frozen: bool = False) -> Prospect:
    return Prospect(None, Moments(finish, finish, finish), "calendar", frozen=frozen)


# Pace


@pytest.mark.parametrize(("recent", "told"), [(71.0, False), (69.0, True), (140.0, False)])
def test_dates_that_come_slower_than_their_class_did_are_a_warning(recent: float, told: bool) -> None:
    one = replace(RUNNING, pace=PaceSeen("with work", recent, 100.0, 40))
    assert [(alert.id, alert.severity) for alert in found(one)] == (
        [("rate:fix", Severity.WARNING)] if told else []
    )
    assert ids(replace(one, state=PhaseState.STALLED, facts=replace(one.facts, log_age_s=None))) == []


def test_the_alert_about_pace_tells_what_dates_took_and_what_they_should_have() -> None:
    (alert,) = found(replace(RUNNING, pace=PaceSeen("with work", 3600 / 61.4, 3600 / 12.25, 40)))
    assert alert.title == "fix has become slower by 80 %"
    assert "Its last 40 dates with work took a worker 61 s each (the middle one)" in alert.detail
    assert "dates of their sizes take 12.2 s" in alert.detail


def test_it_is_slower_since_the_first_of_the_slow_dates_was_done() -> None:
    slow = replace(RUNNING, pace=PaceSeen("with work", 50.0, 100.0, 40, since=D[1]))
    (alert,) = found(slow)
    assert alert.since == slow.facts.account.units[D[1]].at


# Memory


def held(*megabytes: float) -> PhaseSight:
    """Memory at every minute, the last one now."""
    last = len(megabytes) - 1
    samples = tuple(Sample(ago(minutes=last - i), rss_bytes=int(mb * 1e6)) for i, mb in enumerate(megabytes))
    return replace(RUNNING, samples=samples)


@pytest.mark.parametrize(
    ("megabytes", "told"),
    [
        ([400 + 10 * i for i in range(60)], True),
        ([400 + 2 * i for i in range(60)], False),  # a third more in an hour
        ([100 + min(40 * i, 900) for i in range(60)], False),  # it has loaded what it needs
        ([400 + 300 * (i % 20) / 20 for i in range(60)], False),  # it comes and goes
        ([400 + 20 * i for i in range(20)], False),  # not for long
        ([10 + 0.5 * i for i in range(60)], False),  # next to nothing
    ],
)
def test_memory_that_grows_and_grows_is_a_warning(megabytes: list[float], told: bool) -> None:
    assert ids(held(*megabytes)) == (["memory:fix"] if told else [])


# The plan's times


@pytest.mark.parametrize(
    ("finish", "told"), [(in_(hours=1, minutes=14), False), (in_(hours=1, minutes=16), True), (ago(hours=1), False)]
)
def test_a_forecast_more_than_a_quarter_of_an_hour_late_is_a_warning(finish: datetime, told: bool) -> None:
    one = replace(RUNNING, timeline=Timeline(in_(hours=1), 0.0, "delayed"), prospect=forecast(finish))
    assert ids(one) == (["late:fix"] if told else [])


def test_what_is_not_done_long_after_its_time_is_late_without_a_forecast_too() -> None:
    one = replace(RUNNING, timeline=Timeline(ago(minutes=20), None, None))
    (alert,) = found(one)
    assert alert.title == "fix is late by 20 min"
    assert ids(replace(one, timeline=Timeline(ago(minutes=10), None, None))) == []


def told(*finishes: datetime) -> tuple[PastForecast, ...]:
    """Forecasts of the last hours, the newest an hour ago."""
    return tuple(PastForecast(ago(hours=i), Moments(at, at, at)) for i, at in enumerate(reversed(finishes), 1))[
        ::-1
    ]


def test_it_is_late_since_its_forecasts_have_said_so_without_a_break() -> None:
    due_at, soon, late = in_(hours=1), in_(minutes=30), in_(hours=2)
    one = replace(RUNNING, timeline=Timeline(due_at, 0.0, "delayed"), prospect=forecast(late))
    for past, since in (((late, soon, late, late), ago(hours=2)), ((late, soon), NOW), ((), NOW)):
        (alert,) = found(replace(one, past=told(*past)))
        assert alert.since == since


def test_a_deadline_is_hardly_met_since_forecasts_have_said_so() -> None:
    (alert,) = due(0.04, in_(hours=3), phase=replace(RUNNING, past=told(in_(hours=2), in_(hours=4))))
    assert alert.since == ago(hours=1)


def test_what_has_ended_late_is_not_late_any_more() -> None:
    over = sight(seen(account(5), ALIVE), PhaseState.PASSED, timeline=Timeline(ago(hours=3), 7200.0, "delayed"))
    assert ids(over) == []


@pytest.mark.parametrize(
    ("by", "state", "told"),
    [
        (ago(minutes=5), PhaseState.READY, True),
        (ago(minutes=5), PhaseState.WAITING, True),
        (ago(minutes=5), PhaseState.UNKNOWN, True),
        (in_(minutes=5), PhaseState.READY, False),
        (ago(minutes=5), PhaseState.RUNNING, False),
    ],
)
def test_what_was_to_begin_by_now_and_has_not_is_a_warning(by: datetime, state: PhaseState, told: bool) -> None:
    one = sight(seen(command=COMMAND, expect=Expectation(start_by=by)), state, "waits for others")
    assert [(alert.id, alert.since) for alert in found(one)] == ([("start:fix", by)] if told else [])


def due(probability: float | None, by: datetime, *, phase: PhaseSight = RUNNING, risk: float = 0.9) -> list[Alert]:
    met = DeadlineProspect("fix", by, probability)
    return list(found(phase, deadline=met, limits=AlertThresholds(deadline_risk=risk)))


@pytest.mark.parametrize(
    ("probability", "risk", "told"),
    [(0.0999, 0.9, True), (0.1001, 0.9, False), (0.45, 0.5, True), (1.0, 0.9, False), (None, 0.9, False)],
)
def test_a_deadline_with_less_than_ten_in_a_hundred_is_critical(
    probability: float | None, risk: float, told: bool
) -> None:
    alerts = due(probability, in_(hours=3), risk=risk)
    assert [(alert.id, alert.severity) for alert in alerts] == ([("deadline", Severity.CRITICAL)] if told else [])


def test_a_probability_that_is_not_calibrated_says_so() -> None:
    (alert,) = due(0.04, in_(hours=3))
    assert "the probability is 4.0 % (not calibrated yet)" in alert.detail


@pytest.mark.parametrize(("hours", "by"), [(3, "by 23:00;"), (9, "by 2026-01-04 05:00;")])
def test_a_time_of_the_plan_has_its_date_where_that_is_not_today(hours: int, by: str) -> None:
    (alert,) = due(0.04, in_(hours=hours))
    assert by in alert.detail


def test_a_deadline_that_has_gone_by_was_missed_since_then() -> None:
    (alert,) = due(0.0, ago(minutes=3))
    assert (alert.title, alert.severity, alert.since) == (
        "The deadline was missed",
        Severity.CRITICAL,
        ago(minutes=3),
    )
    (late,) = due(0.0, ago(minutes=3), phase=replace(RUNNING, state=PhaseState.PASSED))
    assert late.severity is Severity.WARNING


def test_nothing_of_the_plans_times_is_told_while_a_log_is_still_being_read() -> None:
    reading = replace(RUNNING, facts=replace(RUNNING.facts, history_complete=False))
    late = replace(reading, timeline=Timeline(ago(hours=1), 0.0, "delayed"), prospect=forecast(in_(hours=1)))
    assert due(0.0, in_(hours=3), phase=late) == []


# Disks


def disk(*free_gb: float, phases: tuple[str, ...] = ("fix",), state: bool = False) -> DiskSeen:
    """Free space at every tenth minute, the last one now."""
    last = len(free_gb) - 1
    space = tuple(FreeSpace(ago(minutes=10 * (last - i)), int(gb * 1e9)) for i, gb in enumerate(free_gb))
    return DiskSeen("/var/log", 100_000_000_000, space, phases, state)


@pytest.mark.parametrize(
    ("free", "hours", "told"),
    [
        ((20.0, 15.0, 10.0), 1, True),  # full in twenty minutes
        ((20.0, 19.5, 19.0), 1, False),  # lasts for hours
        ((20.0, 19.5, 19.0), 9, True),
        ((10.0, 15.0, 20.0), 9, False),
        ((0.9,), 1, True),  # less than a gigabyte
        ((20.0, 10.0), None, False),  # nobody knows until when it has to last
    ],
)
def test_a_disk_that_is_full_before_the_forecast_finish_is_a_warning(
    free: tuple[float, ...], hours: int | None, told: bool
) -> None:
    one = RUNNING if hours is None else replace(RUNNING, prospect=forecast(in_(hours=hours)))
    assert ids(one, disks=(disk(*free),)) == (["disk:/var/log"] if told else [])


def test_when_a_disk_is_full_is_told_with_its_date_where_that_is_not_today() -> None:
    one = replace(RUNNING, prospect=forecast(in_(hours=9)))
    (today,) = found(one, disks=(disk(20.0, 15.0, 10.0),))
    assert "full by 20:20, before 2026-01-04 05:00, when its jobs are" in today.detail
    (tomorrow,) = found(one, disks=(disk(20.0, 19.5, 19.0),))
    assert "full by 2026-01-04 02:20, before 2026-01-04 05:00" in tomorrow.detail


def test_a_full_disk_is_told_of_beside_what_has_failed_and_in_fitting_units() -> None:
    alerts = found(replace(RUNNING, state=PhaseState.FAILED), disks=(disk(0.0072),))
    alert = next(one for one in alerts if one.id == "disk:/var/log")
    assert alert.title == "The disk of /var/log is nearly full"
    assert alert.detail.startswith("7 MB of 100.0 GB are free.")
    filling = disk(20.0, 15.0, 10.0)  # by whatever else: nothing of this plan waits for it
    assert "disk:/var/log" not in ids(replace(RUNNING, state=PhaseState.FAILED), disks=(filling,))


def test_a_disk_that_nobody_writes_to_is_nobodys_matter() -> None:
    assert ids(READY, disks=(disk(0.5, state=True),)) == []
    assert ids(RUNNING, disks=(disk(0.5, phases=()),)) == []


@pytest.mark.parametrize(
    ("forecast_in_h", "calibrated", "severity"),
    [
        (5.9, False, Severity.WARNING),
        (6.1, False, Severity.CRITICAL),
        (3.3, True, Severity.CRITICAL),
    ],
)
def test_a_forecast_held_against_nothing_yet_is_critical_only_where_it_could_be_far_off(
    forecast_in_h: float, calibrated: bool, severity: Severity
) -> None:
    at = in_(hours=forecast_in_h)
    moments = Moments(at, at, at)
    met = DeadlineProspect("fix", in_(hours=3), 0.01, calibrated=calibrated, moment=moments)
    (alert,) = found(RUNNING, deadline=met)
    assert alert.severity is severity
