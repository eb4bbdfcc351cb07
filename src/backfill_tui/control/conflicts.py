"""Two writers of one table on days in common: the last one wins, and the other's work is lost."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import combinations

from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import Conflict, PhaseState

_COMING = frozenset(
    {
        PhaseState.WAITING,
        PhaseState.BLOCKED,
        PhaseState.READY,
        PhaseState.LAUNCHING,
        PhaseState.RUNNING,
        PhaseState.STALLED,
    }
)


def find_conflicts(facts: Sequence[PhaseFacts], states: Mapping[str, PhaseState]) -> tuple[Conflict, ...]:
    """Every pair that writes the same table on days in common, where one writes now and the other does or will."""
    found = []
    for one, other in combinations(facts, 2):
        table = one.phase.writes
        if table is None or table != other.phase.writes:
            continue
        common = days_in_common(one.dates, other.dates)
        live = bool(one.process.alive and other.process.alive)
        either = bool(one.process.alive or other.process.alive)
        coming = {states[one.phase.name], states[other.phase.name]} <= _COMING
        if common is not None and (live or (either and coming)):
            days = (common[1] - common[0]).days + 1
            found.append(Conflict((one.phase.name, other.phase.name), table, common, days, live))
    return tuple(found)


def days_in_common(one: tuple[date, date] | None, other: tuple[date, date] | None) -> tuple[date, date] | None:
    """The days that lie in both ranges; None if there are none, or a range is not known."""
    if one is None or other is None:
        return None
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start <= end else None


def rivals_of(facts: PhaseFacts, everyone: Sequence[PhaseFacts]) -> list[str]:
    """The live phases that write this one's table on days in common."""
    return [
        other.phase.name
        for other in everyone
        if other is not facts
        and other.process.alive
        and facts.phase.writes is not None
        and other.phase.writes == facts.phase.writes
        and days_in_common(facts.dates, other.dates) is not None
    ]
