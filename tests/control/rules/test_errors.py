"""Errors in a log: one over and over, ever more of them; not those that a job gets over."""

from datetime import timedelta

import pytest

from backfill_tui.control.model import Severity
from tests.control.phases import ALIVE, D, ago, found, ids, log_of, seen, sight
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


def test_errors_are_looked_up_where_they_stand_however_long_ago() -> None:
    """A job may have gone on for hours since: the end of its log does not show them."""
    log = log_of(2, summary=False).say("Out of quota", "CRITICAL").unit(3, 5, D[2])
    (alert,) = found(sight(seen(account_of(log.body), ALIVE), log="/srv/my logs/fix.log"))
    assert alert.action.endswith("""grep -niE '\\b(critical|fatal|traceback)\\b' '/srv/my logs/fix.log'""")


def erring(*errors: int) -> LogWriter:
    """A log with so many error lines in each five minutes, the last of them now."""
    log = LogWriter(at=ago(minutes=5 * len(errors)).replace(tzinfo=None)).header(D[0].isoformat(), D[4].isoformat())
    for lines in errors:
        end = log.at + timedelta(minutes=5)
        for _ in range(lines):
            log.say("Row refused", "ERROR", after=2)
        log.at = end
        log.say("Next chunk", after=0)
    return log


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        ((0, 0, 0, 0, 10, 10), True),
        ((0, 0, 0, 0, 9, 10), False),  # too few
        ((0, 20, 20, 20, 20, 20), False),  # as many as ever
        ((0, 5, 5, 5, 40, 40), True),  # eight times as many
        ((0, 0, 20), False),  # for half as long as would tell what is usual
        ((0, 0, 60), True),  # beyond doubt all the same
        ((0, 60), False),  # as long as it is known, it has erred
        ((0, 40, 0, 0, 0, 0), False),  # over
    ],
)
def test_ever_more_error_lines_are_a_warning(errors: tuple[int, ...], told: bool) -> None:
    one = sight(seen(account_of(erring(*errors).body), ALIVE))
    assert [alert.severity for alert in found(one)] == ([Severity.WARNING] if told else [])


def test_they_increase_since_the_first_of_the_last_ten_minutes() -> None:
    (alert,) = found(sight(seen(account_of(erring(0, 0, 0, 0, 0, 30).body), ALIVE)))
    assert ago(minutes=6) <= alert.since <= ago(minutes=4)


def test_a_log_whose_clock_is_off_tells_it_all_the_same() -> None:
    log = erring(0, 0, 0, 0, 10, 10)
    zone_off = account_of(log.body.replace(b"2026-01-03 19", b"2026-01-03 11").replace(b" 20:", b" 12:"))
    assert "errors:fix" in ids(sight(seen(zone_off, ALIVE)))


def test_errors_of_yesterday_are_not_increasing_today() -> None:
    log = erring(0, 0, 40, 0)
    log.at += timedelta(hours=20)
    log.say("Next chunk", after=0)
    assert "errors:fix" not in ids(sight(seen(account_of(log.body), ALIVE)))
