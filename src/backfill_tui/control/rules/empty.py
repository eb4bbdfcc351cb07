"""The alert about dates that should have had work, and of which a job says that there was none. Pure."""

import shlex
from collections.abc import Iterator

from backfill_tui.control.model import Alert, Severity
from backfill_tui.control.rules.sight import NightSight, PhaseSight
from backfill_tui.control.rules.wording import named, percent, retry
from backfill_tui.control.words import dates
from backfill_tui.progress.account import UnitState

_SOME = 3
_SHARE = 0.05
"""By so many of the dates with work a calendar may well be off: a game put off, one without statistics."""


def unexpectedly(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """More dates came out empty than a calendar is usually off by: a source that answers nothing loses data."""
    units = [
        unit
        for day, unit in one.facts.account.units.items()
        if unit.state in {UnitState.DONE, UnitState.EMPTY} and one.calendar.has_work(day)
    ]
    empty = sorted((unit for unit in units if unit.state is UnitState.EMPTY), key=lambda unit: unit.day)
    if len(empty) < _SOME or len(empty) <= _SHARE * len(units):
        return
    days = [unit.day for unit in empty]
    share = f"{len(days):,} of {dates(len(units))} with work so far ({percent(len(days) / len(units))})"
    yield Alert(
        id=f"empty:{one.name}",
        severity=Severity.WARNING,
        phase=one.name,
        since=min((unit.at for unit in empty if unit.at is not None), default=night.now),
        title=f"{one.name}: {dates(len(days))} with work by the calendar came out empty",
        detail=f"By its log {share} have 0 records: {named(days)}. They count as done; nothing does them again.",
        action=f"See whether the source had their rows, or the calendar is off{_in_its_log(one)}. "
        f"{retry(one.facts.phase, days)}",
    )


def _in_its_log(one: PhaseSight) -> str:
    return f": backfill-tui inspect {shlex.quote(one.log)}" if one.log else ""
