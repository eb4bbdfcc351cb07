"""When the error lines of a log were written: how many in each minute, of the last minutes that had any."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

_MOST = 360  # minutes with errors that are kept of each log


@dataclass(frozen=True, slots=True)
class ErrorMinute:
    """The error lines of the minute that begins at `at` (aware, by the log)."""

    at: datetime
    lines: int


class ErrorTimes:
    """Folds error lines into minutes. Memory is bounded; lines without a time are left out."""

    def __init__(self) -> None:
        self._lines: dict[datetime, int] = {}

    def add(self, at: datetime | None, lines: int) -> None:
        """So many error lines at once."""
        if at is None or not lines:
            return
        minute = at.replace(second=0, microsecond=0)
        self._lines[minute] = self._lines.get(minute, 0) + lines
        if len(self._lines) > _MOST:
            del self._lines[next(iter(self._lines))]

    @property
    def minutes(self) -> tuple[ErrorMinute, ...]:
        """In the order of the log."""
        return tuple(ErrorMinute(at, lines) for at, lines in self._lines.items())


def in_order(logs: Iterable[ErrorTimes]) -> tuple[ErrorMinute, ...]:
    """The minutes of several logs, oldest first; of one minute there may be several."""
    return tuple(sorted((minute for log in logs for minute in log.minutes), key=attrgetter("at")))
