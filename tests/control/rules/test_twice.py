"""A job that somebody started a second time is told of."""

from dataclasses import replace

import pytest

from backfill_tui.control.model import PhaseState, Severity
from backfill_tui.progress.turns import Turns
from tests.control.phases import ALIVE, GONE, US, account, ago, found, ids, seen, sight


def test_another_process_that_fits_is_told_of_with_what_both_write() -> None:
    (alert,) = found(sight(seen(process=replace(ALIVE, beside=(12,)), writes="a.b")))
    assert alert.id == "twice:fix"
    assert "process 7" in alert.detail
    assert "12 fits its `match`" in alert.detail
    assert "a.b" in alert.detail
    assert "ps -o pid,lstart,args -p 7,12" in alert.action


def test_one_process_is_none_too_many_and_neither_is_one_that_is_gone() -> None:
    assert "twice:fix" not in ids(sight(seen(process=ALIVE)))
    assert "twice:fix" not in ids(sight(seen(process=replace(GONE, beside=(12,)))))


def test_a_process_that_another_phase_stands_by_is_that_ones_work() -> None:
    """Its `match` is wide, and fits what the other one's means as well."""
    wide = sight(seen(process=replace(ALIVE, beside=(12,))))
    other = sight(seen(process=replace(ALIVE, identity=replace(US, pid=12)), name="other"))
    assert "twice:fix" not in ids(wide, other)


def test_two_jobs_that_print_into_one_log_are_told_of_while_they_do() -> None:
    both = replace(account(2, summary=False, gone=False), turns=Turns(("30 of 944", "13 of 1,537"), ago(hours=1)))
    (alert,) = (each for each in found(sight(seen(both, ALIVE))) if each.id == "shared_log:fix")
    assert alert.since == ago(hours=1)
    assert "30 of 944 and at 13 of 1,537" in alert.detail
    over = sight(seen(replace(both, turns=None), ALIVE))
    assert "shared_log:fix" not in ids(over)
    assert "shared_log:fix" not in ids(sight(seen(both, GONE), PhaseState.FAILED))


@pytest.mark.parametrize(
    ("turns", "severity", "said"),
    [
        (None, Severity.CRITICAL, "fix is missing"),
        (Turns(("30 of 944", "13 of 1,537"), ago(hours=1)), Severity.WARNING, "fix may be missing"),
    ],
)
def test_dates_are_only_maybe_missing_where_two_jobs_print_into_one_log(
    turns: Turns | None, severity: Severity, said: str
) -> None:
    told = found(sight(seen(replace(account(3), turns=turns), ALIVE)))
    alert = next(each for each in told if each.id == "missing:fix")
    assert alert.severity is severity
    assert alert.title.startswith(said)
