"""How checks make a verdict (CONTRACT §4): fail, unknown, warn, pass; warn warns at most, info never counts."""

from itertools import product
from typing import get_args

import pytest

from backfill_tui.checks.model import Check, Status, verdict_of, worst
from backfill_tui.plan.words import Severity


def check(status: Status, severity: Severity = "error") -> Check:
    return Check("one", "metric", severity, status)


@pytest.mark.parametrize(
    ("severity", "status", "verdict"),
    [
        ("error", Status.PASS, Status.PASS),
        ("error", Status.WARN, Status.WARN),
        ("error", Status.UNKNOWN, Status.UNKNOWN),
        ("error", Status.FAIL, Status.FAIL),
        ("warn", Status.PASS, Status.PASS),
        ("warn", Status.WARN, Status.WARN),
        ("warn", Status.UNKNOWN, Status.WARN),
        ("warn", Status.FAIL, Status.WARN),
    ],
)
def test_severity_decides_how_much_a_check_counts(severity: Severity, status: Status, verdict: Status) -> None:
    assert verdict_of([check(Status.PASS), check(status, severity)]) is verdict


@pytest.mark.parametrize("status", Status)
def test_info_never_counts(status: Status) -> None:
    assert verdict_of([check(Status.PASS), check(status, "info")]) is Status.PASS


def test_where_nothing_counts_it_passes_if_all_could_be_told() -> None:
    assert verdict_of([]) is Status.UNKNOWN
    assert verdict_of([check(Status.FAIL, "info")]) is Status.PASS
    assert verdict_of([check(Status.PASS, "info"), check(Status.UNKNOWN, "info")]) is Status.UNKNOWN


def test_the_worst_comes_first_whatever_the_order() -> None:
    order = [Status.FAIL, Status.UNKNOWN, Status.WARN, Status.PASS]
    for one, other in product(order, order):
        assert worst([one, other]) is order[min(order.index(one), order.index(other))]


def test_no_verdict_is_better_than_any_of_its_errors() -> None:
    for status, severity in product(Status, get_args(Severity)):
        found = verdict_of([check(Status.FAIL), check(status, severity)])
        assert found is Status.FAIL
