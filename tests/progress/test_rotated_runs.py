"""A run whose log was rotated in its midst: nothing is lost at the seam, what is not seen is not called missing."""

import pytest

from backfill_tui.progress.account import UnitState
from backfill_tui.progress.reconcile import reconcile
from tests.logs import LogWriter, days
from tests.reading import account_of, read

D = days("2022-01-01", 8)


def story() -> LogWriter:
    log = LogWriter().header("2022-01-01", "2022-01-08")
    for i, day in enumerate(D):
        log.unit(i + 1, len(D), day)
    return log.summary()


LINES = story().body.splitlines(keepends=True)


@pytest.mark.parametrize("seam", range(8, len(LINES)))
def test_two_logs_of_one_run_are_one_wherever_the_seam_is(seam: int) -> None:
    """A line that says `Success` does not say of which date."""
    before, after = read(b"".join(LINES[:seam])).evidence, read(b"".join(LINES[seam:])).evidence
    after.book.follow(before.book)
    account = reconcile([before, after])
    assert account.counts.done == len(D)
    assert account.counts.missing == 0


def test_following_twice_changes_nothing_more() -> None:
    seam = next(i for i, line in enumerate(LINES) if b"Success" in line)
    before, after = read(b"".join(LINES[:seam])).evidence, read(b"".join(LINES[seam:])).evidence
    after.book.follow(before.book)
    version = after.book.version
    after.book.follow(before.book)
    assert after.book.version == version


def test_what_was_rotated_away_is_not_missing() -> None:
    """It says 5 of 8: four were done before, in a file that is not there."""
    tail = b"".join(LINES[next(i for i, line in enumerate(LINES) if b"day 5/8" in line) : -9])
    account = account_of(tail, planned=D, gone=True)
    assert {account.units[day].state for day in D[:4]} == {UnitState.PENDING}
    assert account.counts.missing == 0
    assert account.notes == (
        "Its log begins in the midst of its run, at 2022-01-05: what came before is not in it.",
    )


def test_a_run_that_begins_with_its_first_date_passes_over_what_it_leaves_out() -> None:
    log = LogWriter().unit(1, 8, D[0]).unit(3, 8, D[2])
    assert account_of(log.body, planned=D, gone=True).of_state(UnitState.MISSING) == [D[1]]
