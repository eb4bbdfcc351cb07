"""Bytes to an account in one step, for tests of what logs mean."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

from backfill_tui.engine.logs import LogReading
from backfill_tui.progress.account import Account, UnitState
from backfill_tui.progress.reconcile import reconcile
from backfill_tui.sources.dialects.load import choose


def read(
    body: bytes, *, cuts: Iterable[int] = (), until: datetime | None = None, dialect: str = "auto"
) -> LogReading:
    """A log read in the pieces that `cuts` make of it."""
    reading = LogReading(choose(dialect), UTC, until)
    places = [0, *sorted(cuts), len(body)]
    for start, end in pairwise(places):
        reading.feed(body[start:end], start)
    return reading


def account_of(*bodies: bytes, **how: Any) -> Account:
    return reconcile([read(body).evidence for body in bodies], **how)


def states(account: Account) -> Mapping[date, UnitState]:
    return {day: unit.state for day, unit in account.units.items()}


def iso(days: Sequence[date]) -> list[str]:
    return [day.isoformat() for day in days]
