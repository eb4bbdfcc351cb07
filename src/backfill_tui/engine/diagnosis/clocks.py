"""Whether clocks agree: this machine's with the world's, and the times in logs with when they were written."""

import ctypes
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from backfill_tui.engine.diagnosis.files import matches
from backfill_tui.engine.diagnosis.finding import Finding, Level
from backfill_tui.engine.logs import LogReading
from backfill_tui.errors import SourceError
from backfill_tui.plan.resolved import Phase
from backfill_tui.sources.dialects.load import choose
from backfill_tui.sources.dialects.model import Dialect
from backfill_tui.sources.files import open_regular, read_at

AREA = "clock"

_END = 1 << 18  # bytes of a log's end in which its last time is looked for
_HALF_HOUR_S = 1800.0  # zones lie whole halves of an hour apart, but for three with quarters
_LAG_S = 60.0  # how late after it is printed a buffered line may reach its file
_UNSET_US = 16_000_000  # the error of a clock that nothing sets; systemd's timedatectl judges by it, too


@dataclass(frozen=True, slots=True)
class Written:
    """A phase's newest log: when it was written by the file system, and by its own last line; both aware."""

    phase: str
    path: Path
    zone: str
    at: datetime
    last_line_at: datetime


def synchronised() -> bool | None:
    """Whether something keeps this machine's clock right (NTP), by adjtimex(2); None: it can't be told."""

    class Timex(ctypes.Structure):
        _fields_ = (
            ("modes", ctypes.c_uint),
            ("offset", ctypes.c_long),
            ("freq", ctypes.c_long),
            ("maxerror", ctypes.c_long),
            ("esterror", ctypes.c_long),
            ("rest", ctypes.c_byte * 512),
        )

    asked = Timex()  # modes 0: only asked
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.byref(asked))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else asked.maxerror < _UNSET_US


def clock_finding(*, right: bool | None) -> Finding:
    """What is to be said of this machine's clock."""
    if right is None:
        return Finding(AREA, Level.UNKNOWN, "Whether the clock is set by NTP can't be told here.", _BY_HAND)
    if not right:
        return Finding(AREA, Level.WARN, _ADRIFT, _BY_HAND)
    return Finding(AREA, Level.OK, "This machine's clock is set by NTP.")


_ADRIFT = "The kernel knows of nothing that keeps the clock right (NTP); in a container or a VM its host may."
_BY_HAND = "Compare `date -u` with another clock; `timedatectl set-ntp true` has it set."


def log_clock_findings(
    phases: Sequence[Phase], dialects: Sequence[Dialect], *, now: datetime, leeway_s: float
) -> Iterator[Finding]:
    """Logs whose times can't be right: ahead of when they were written, or whole half hours behind it.

    `leeway_s`: what clocks of two machines may differ by.
    """
    seen = [one for phase in phases if (one := _written(phase, dialects)) is not None]
    found = [finding for one in seen if (finding := log_clock(one, now=now, leeway_s=leeway_s)) is not None]
    yield from found
    if seen and not found:
        logs = "1 log agree" if len(seen) == 1 else f"{len(seen)} logs agree"
        yield Finding(AREA, Level.OK, f"The times in {logs} with when they were written.")


def log_clock(one: Written, *, now: datetime, leeway_s: float) -> Finding | None:
    """What is wrong with the times of one log; None if nothing is. `now` is this machine's time."""
    future = (one.at - now).total_seconds()
    if future > leeway_s:
        said = (
            f"{one.phase}: {one.path} was written {_span(future)} in the future, by the clock of its file system."
        )
        return Finding(AREA, Level.WARN, said, "Set the clock of the machine that keeps the file, or this one's.")
    ahead = (one.last_line_at - one.at).total_seconds()
    if ahead > leeway_s:
        said = f"{one.phase}: the last line of {one.path} is {_span(ahead)} ahead of when it was written"
        return _of_zone(said, one)
    halves = round(-ahead / _HALF_HOUR_S)
    if halves >= 1 and 0 <= -ahead - halves * _HALF_HOUR_S < _LAG_S:
        behind = _span(halves * _HALF_HOUR_S)
        return _of_zone(f"{one.phase}: the last line of {one.path} looks {behind} behind when it was written", one)
    return None


def _of_zone(said: str, one: Written) -> Finding:
    return Finding(
        AREA,
        Level.WARN,
        f"{said}; its times are read as {one.zone}.",
        f"Give {one.phase} the `log_timezone` that its job prints in.",
    )


def _written(phase: Phase, dialects: Sequence[Dialect]) -> Written | None:
    """The phase's log that was written last; the older ones' times are of the same zone. None: it tells no time."""
    newest: tuple[float, Path] | None = None
    for path in (path for log in phase.logs for path in matches(log)):
        with suppress(OSError):  # said where files are looked at
            newest = max(newest or (0.0, path), (path.stat().st_mtime, path))
    if newest is None:
        return None
    last = None
    with suppress(SourceError):
        last = _last_line_at(newest[1], LogReading(choose(phase.dialect, dialects), phase.log_timezone))
    if last is None:
        return None
    return Written(phase.name, newest[1], phase.log_timezone.key, datetime.fromtimestamp(newest[0], UTC), last)


def _last_line_at(path: Path, reading: LogReading) -> datetime | None:
    descriptor, seen = open_regular(path)
    try:
        start = max(0, seen.st_size - _END)
        reading.feed(read_at(descriptor, _END, start), start)
    finally:
        os.close(descriptor)
    return reading.parser.last_line_at


def _span(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"
