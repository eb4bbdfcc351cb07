"""The hour that a clock change repeats: which of the two a naive stamp means is told by the stamps before it. Pure.

A log whose clock goes back by most of that hour has come to its second pass. What goes back by a little only, as
workers' lines do, and a log that begins within the hour are taken for the first.
"""

from datetime import datetime, timedelta, tzinfo

_BACK = timedelta(minutes=30)
"""So far no worker's line lies behind the others'; of a job that is silent for longer the change is not seen."""

_NONE = timedelta(0)


class RepeatedHour:
    """Follows the stamps of one log in their order, each read as of the first pass. `timezone` is the log's."""

    def __init__(self, timezone: tzinfo) -> None:
        self._timezone = timezone
        self._latest: datetime | None = None
        self._later = _NONE  # by how much the second pass is later, while the log is in it

    def settled(self, at: datetime) -> datetime:
        """The moment of the next stamp."""
        if not self._later and (self._latest is None or at >= self._latest):
            self._latest = at
            return at
        self._later = self._behind(at)
        return at + self._later

    def told(self, at: datetime) -> datetime:
        """The moment of a stamp after those that were settled; it settles nothing."""
        return at + self._behind(at)

    def may_be_later(self, at: datetime) -> bool:
        """Whether a stamp lies in an hour that is repeated."""
        return bool(self._repeated(at))

    def copy(self) -> "RepeatedHour":
        """One that goes on from here by itself."""
        other = RepeatedHour(self._timezone)
        other._latest, other._later = self._latest, self._later
        return other

    def _behind(self, at: datetime) -> timedelta:
        if self._latest is None:
            return _NONE
        if self._later:
            return self._repeated(at)
        back = self._latest - at
        if back <= _BACK:
            return _NONE
        later = self._repeated(at)
        return later if back <= later else _NONE

    def _repeated(self, at: datetime) -> timedelta:
        """By how much the same stamp is later in the second pass; nothing where there is none."""
        first = at.astimezone(self._timezone)
        if first.fold:
            return _NONE
        offset, again = first.utcoffset(), first.replace(fold=1).utcoffset()
        return offset - again if offset is not None and again is not None and again < offset else _NONE
