"""A job that stands still is told of once it is silent beyond what its dates take; one that waits is not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from backfill_tui.control.model import PhaseState, Severity
from backfill_tui.control.rules.sight import CheckpointSight, PhaseSight, Sample
from tests.control.phases import ALIVE, NOBODY, NOW, account, ago, found, seen, sight

HOUR = 3600.0


def silent(for_s: float, *, silence_s: float | None, **more: Any) -> PhaseSight:
    begun = account(2, summary=False, gone=False, at=ago(hours=7))
    facts = seen(begun, replace(ALIVE, started_at=ago(hours=8)), log_age_s=for_s)
    return sight(facts, silence_s=silence_s, **more)


def severities(one: PhaseSight) -> list[Severity]:
    return [alert.severity for alert in found(one) if alert.id == "stalled:fix"]


@pytest.mark.parametrize(
    ("for_s", "silence_s", "expected"),
    [
        (1799.0, 60.0, []),  # not for as long as `stall_after`
        (1801.0, 60.0, [Severity.CRITICAL]),
        (1801.0, HOUR, []),  # a date may well take that long
        (HOUR + 1, HOUR, [Severity.CRITICAL]),
        (1801.0, None, [Severity.WARNING]),  # nobody knows what a date takes
    ],
)
def test_silence_is_critical_beyond_both_stall_after_and_what_dates_take(
    for_s: float, silence_s: float | None, expected: list[Severity]
) -> None:
    assert severities(silent(for_s, silence_s=silence_s)) == expected


def test_it_stands_since_its_last_word() -> None:
    (alert,) = found(silent(2 * HOUR, silence_s=60.0))
    assert alert.since == ago(hours=2)
    assert "backfill-tui stop fix" in alert.action


def test_a_process_that_is_not_known_to_live_is_a_warning_at_most() -> None:
    facts = seen(account(2, summary=False, gone=False), NOBODY, log_age_s=HOUR)
    assert severities(sight(facts, silence_s=60.0)) == [Severity.WARNING]


def test_a_checkpoint_that_is_being_written_is_a_sign_of_life() -> None:
    assert severities(silent(HOUR, silence_s=60.0, checkpoint=CheckpointSight(modified_at=ago(minutes=5)))) == []
    old = CheckpointSight(modified_at=ago(minutes=45))
    assert severities(silent(HOUR, silence_s=60.0, checkpoint=old)) == [Severity.CRITICAL]


@pytest.mark.parametrize(("cpu", "surer"), [(0.0, True), (3.0, False)])
def test_no_processor_for_ten_minutes_makes_it_surer(cpu: float, surer: bool) -> None:
    samples = tuple(Sample(NOW - timedelta(minutes=i), cpu_percent=cpu) for i in range(15, -1, -1))
    (alert,) = found(silent(HOUR, silence_s=60.0, samples=samples))
    assert ("used no processor" in alert.detail) is surer


def test_a_few_minutes_without_processor_say_nothing_yet() -> None:
    samples = tuple(Sample(NOW - timedelta(minutes=i), cpu_percent=0.0) for i in range(5, -1, -1))
    (alert,) = found(silent(HOUR, silence_s=60.0, samples=samples))
    assert "processor" not in alert.detail


def test_a_stopped_process_is_told_of_at_once_with_what_lets_it_go_on() -> None:
    facts = seen(account(2, summary=False, gone=False), replace(ALIVE, status="stopped"))
    one = sight(facts, silence_s=60.0)
    assert one.state is PhaseState.STALLED
    (alert,) = found(one)
    assert (alert.severity, alert.action) == (Severity.WARNING, "To let it go on: kill -CONT 7")
