"""Ranges of dates: a first and a last one, both included. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta

Dates = tuple[date, date]
"""First and last day, both included."""

MOST_DAYS = 40_000
"""A century and more: a longer range is a slip of the pen, and its dates are not listed one by one."""


def every_day(first: date, last: date) -> Iterator[date]:
    """Each day of a range, in order; none if `last` is earlier than `first`."""
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def days_in_common(one: Dates | None, other: Dates | None) -> Dates | None:
    """The days that lie in both ranges; None if there are none, or a range is not known."""
    if one is None or other is None:
        return None
    first, last = max(one[0], other[0]), min(one[1], other[1])
    return (first, last) if first <= last else None


def may_meet(one: Dates | None, other: Dates | None) -> bool:
    """Whether two ranges have days in common, or may have: one of them is not known."""
    return one is None or other is None or days_in_common(one, other) is not None
