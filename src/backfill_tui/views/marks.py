"""What a date is shown as: its state, unless what it was computed from is in doubt."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from backfill_tui.control.suspects import NONE_SUSPECT, Suspects
from backfill_tui.progress.account import Unit, UnitState

SUSPECT: Literal["suspect"] = "suspect"

Mark = UnitState | Literal["suspect"]
"""The state of a date, or that it rests on dirty inputs: what is done may be wrong."""

_DONE = frozenset({UnitState.DONE, UnitState.EMPTY, UnitState.SKIPPED})


def mark_of(unit: Unit, suspects: Suspects = NONE_SUSPECT) -> Mark:
    """The mark of one date. One that runs, or is to be run again anyway, is shown as that."""
    return SUSPECT if unit.state in _DONE and unit.day in suspects.causes else unit.state


def marks_of(units: Mapping[date, Unit], suspects: Suspects = NONE_SUSPECT) -> dict[date, Mark]:
    """The mark of each date."""
    return {day: mark_of(unit, suspects) for day, unit in units.items()}
