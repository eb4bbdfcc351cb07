"""Errors in a log: one over and over, ever more of them; not those that a job gets over."""

from datetime import timedelta

import pytest

from backfill_tui.control.model import Severity
from backfill_tui.control.rules.sight import Sample
from tests.control.phases import ALIVE, NOW, D, found, ids, log_of, seen, sight
from tests.logs import LogWriter
from tests.reading import account_of


def failing(log: LogWriter, times: int) -> LogWriter:
    for _ in range(times):
        log.say("Attempt failed", "ERROR")
        log.raw("Traceback (most recent call last):", '  File "job.py", line 1, in <module>', "ValueError: no rows")
        log.say("Trying again in 5 s", "WARNING", after=5)
    return log


def looping(times: int) -> LogWriter:
    return failing(log_of(2, summary=False), times)


@pytest.mark.parametrize(("times", "told"), [(9, False), (10, True)])
def test_tracebacks_in_a_row_without_a_date_done_are_a_loop(times: int, told: bool) -> None:
    one = sight(seen(account_of(looping(times).body), ALIVE))
    assert ("loop:fix" in ids(one)) is told


def test_a_loop_stands_since_its_first_traceback_and_is_critical() -> None:
    began = log_of(2, summary=False).at
    (alert,) = found(sight(seen(account_of(looping(12).body), ALIVE)))
    assert alert.severity is Severity.CRITICAL
    assert abs(alert.since.replace(tzinfo=None) - began) < timedelta(seconds=5)


def test_a_date_that_is_done_ends_the_loop() -> None:
    log = looping(12).unit(3, 5, D[2])
    assert ids(sight(seen(account_of(log.body), ALIVE))) == []


def test_an_error_with_its_causes_is_one() -> None:
    log = log_of(2, summary=False)
    for _ in range(6):
        log.say("Attempt failed", "ERROR")
        log.raw("Traceback (most recent call last):", "KeyError: 1", "", "During handling of the above exception,")
        log.raw("Traceback (most recent call last):", "ValueError: no rows")
        log.say("Trying again", "WARNING")
    assert ids(sight(seen(account_of(log.body), ALIVE))) == []


def test_a_fatal_record_is_told_of_since_it_was_written() -> None:
    log = log_of(2, summary=False).say("Out of quota", "CRITICAL")
    at = log.at
    log.unit(3, 5, D[2])
    (alert,) = found(sight(seen(account_of(log.body), ALIVE)))
    assert (alert.id, alert.since.replace(tzinfo=None)) == ("fatal:fix", at)


def counted(*errors: int) -> tuple[Sample, ...]:
    """Error lines at every fifth minute, the last one now."""
    return tuple(Sample(NOW - timedelta(minutes=5 * i), error_lines=n) for i, n in enumerate(reversed(errors)))[
        ::-1
    ]


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        ((0, 0, 0, 0, 0, 10, 20), True),
        ((0, 0, 0, 0, 0, 9, 19), False),  # too few
        ((0, 20, 40, 60, 80, 100, 120), False),  # as many as ever
        ((0, 5, 10, 15, 20, 60, 100), True),  # four times as many
        ((0, 0, 20), False),  # not watched for long enough
        ((0, 20, 20, 20, 20, 20, 20), False),  # over
    ],
)
def test_ever_more_error_lines_are_a_warning(errors: tuple[int, ...], told: bool) -> None:
    one = sight(seen(account_of(log_of(2, summary=False).body), ALIVE), samples=counted(*errors))
    assert [alert.severity for alert in found(one)] == ([Severity.WARNING] if told else [])


def test_a_machine_that_slept_has_nothing_to_compare_with() -> None:
    samples = (Sample(NOW - timedelta(hours=9), error_lines=0), Sample(NOW, error_lines=500))
    assert found(sight(seen(account_of(log_of(2, summary=False).body), ALIVE), samples=samples)) == ()
