"""Whether two jobs print into one log: it goes on now where the one has come to, now where the other has. Pure.

A job by itself counts on, or begins anew. It never goes back to where an earlier run was left, again and again.
"""

from dataclasses import dataclass
from datetime import date, datetime

from backfill_tui.sources.events import UnitStarted

_RETURNS = 3
"""So often: a list of dates done by hand in the midst of a run is left once."""

_ALONE = 50
"""Dates begun in a row after which whoever printed between them is gone."""

_LEFT_AT_MOST = 8


@dataclass(frozen=True, slots=True)
class _Place:
    """How far somebody has come: the i/N of the date that was begun last."""

    number: int
    of: int | None

    def leads_to(self, other: "_Place") -> bool:
        return self.of == other.of and self.number < other.number


@dataclass(frozen=True, slots=True)
class Turns:
    """Places that two jobs or more take turns at, the newest last, and since when (aware)."""

    places: tuple[str, ...]
    since: datetime | None


class TurnTaking:
    """Follows the dates that one log tells the beginning of, in its order."""

    def __init__(self) -> None:
        self._at: _Place | None = None
        self._day: date | None = None
        self._left: list[_Place] = []  # where others were when they were left, the newest last
        self._returns = 0
        self._since: datetime | None = None
        self._in_a_row = 0

    @property
    def turns(self) -> Turns | None:
        """Who takes turns at its end; None where one job is alone with it."""
        if self._returns < _RETURNS or self._at is None or not self._left:
            return None
        return Turns(tuple(_shown(one) for one in (self._left[-1], self._at)), self._since)

    def begun(self, event: UnitStarted) -> None:
        """Take the next date that was begun. Only of jobs that do one after another and count them."""
        if event.number is None or event.day == self._day:  # told twice, tried again, or told from within
            return
        place, before = _Place(event.number, event.of), self._at
        self._at, self._day = place, event.day
        if before is None:
            return
        came_from = max((one for one in (*self._left, before) if one.leads_to(place)), key=_number, default=None)
        if came_from == before:
            self._went_on(before, place)
            return
        self._left = [*self._left, before][-_LEFT_AT_MOST:]
        if came_from is not None:
            self._left.remove(came_from)
            self._returned(event.at)

    def _went_on(self, before: _Place, place: _Place) -> None:
        self._left = [one for one in self._left if not (before.leads_to(one) and not place.leads_to(one))]
        self._in_a_row += 1
        if self._in_a_row >= _ALONE:
            self._left, self._returns, self._since = [], 0, None

    def _returned(self, at: datetime | None) -> None:
        self._returns += 1
        self._since = self._since or at
        self._in_a_row = 0


def _number(place: _Place) -> int:
    return place.number


def _shown(place: _Place) -> str:
    return f"{place.number:,} of {place.of:,}" if place.of is not None else f"{place.number:,}"
