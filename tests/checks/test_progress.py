"""Bounds on the account of a phase."""

from datetime import UTC, datetime

from backfill_tui.checks.model import Reason, Status
from backfill_tui.checks.progress import progress_check
from backfill_tui.plan.resolved import Bound, ProgressCheck
from backfill_tui.plan.words import AccountValue
from backfill_tui.progress.account import Account, Counts, Run, RunEnd
from backfill_tui.sources.events import Mode

RUN = Run(
    datetime(2026, 1, 3, 13, tzinfo=UTC), None, RunEnd.OPEN, None, 10, 1, Mode.SEQUENTIAL, False, None, "x", "", 0
)
GOOD = Account(counts=Counts(total=10, done=6, empty=4), lead=RUN, records=120)
POOR = Account(counts=Counts(total=10, done=5, empty=0, failed=5), lead=RUN, fatal_errors=2)


def wanted(value: AccountValue, bound: Bound) -> ProgressCheck:
    return ProgressCheck(value, bound, "error")


def test_the_success_rate_is_a_percentage() -> None:
    found = progress_check(wanted("success_rate", Bound(at_least=95.0)), {"a": POOR})
    assert (found.status, found.value, found.detail) == (Status.FAIL, 50.0, "50.00 % (>= 95 %)")


def test_counts_errors_and_records_are_read_from_the_account() -> None:
    assert progress_check(wanted("fatal_errors", Bound(at_most=0.0)), {"a": GOOD}).status is Status.PASS
    assert progress_check(wanted("fatal_errors", Bound(at_most=0.0)), {"a": POOR}).value == 2
    assert progress_check(wanted("records", Bound(at_least=100.0)), {"a": GOOD}).value == 120
    assert progress_check(wanted("missing", Bound(at_most=0.0)), {"a": GOOD}).status is Status.PASS


def test_the_zeros_of_an_account_that_nobody_wrote_to_mean_nothing() -> None:
    planned = Account(counts=Counts(total=10, pending=10))
    for value in ("fatal_errors", "missing", "failed", "success_rate", "records"):
        found = progress_check(wanted(value, Bound(at_most=0.0)), {"a": planned})
        assert (found.status, found.reason) == (Status.UNKNOWN, Reason.NO_ACCOUNT)


def test_a_checkpoint_tells_dates_but_no_errors() -> None:
    only_checkpoint = Account(counts=Counts(total=10, done=10))
    assert progress_check(wanted("failed", Bound(at_most=0.0)), {"a": only_checkpoint}).status is Status.PASS
    assert (
        progress_check(wanted("fatal_errors", Bound(at_most=0.0)), {"a": only_checkpoint}).status is Status.UNKNOWN
    )


def test_of_several_writers_the_worst_counts_and_is_named() -> None:
    found = progress_check(wanted("success_rate", Bound(at_least=95.0)), {"first": GOOD, "second": POOR})
    assert found.status is Status.FAIL
    assert found.detail.startswith("second: ")


def test_without_any_account_it_is_unknown() -> None:
    assert progress_check(wanted("missing", Bound(at_most=0.0)), {}).reason is Reason.NO_ACCOUNT
