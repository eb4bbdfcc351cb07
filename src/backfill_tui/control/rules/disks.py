"""Alerts about disks that fill up under logs and state. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from backfill_tui.control.model import UNDER_WAY, Alert, PhaseState, Severity
from backfill_tui.control.rules.sight import DiskSeen, NightSight
from backfill_tui.control.words import clock, size_words

_LEAST = timedelta(minutes=10)
_LATELY = timedelta(hours=1)
_FAR_S = timedelta(days=30).total_seconds()
"""One hour's rate tells nothing of so long a time."""


def filling(night: NightSight) -> Iterator[Alert]:
    """Little is left, or it will be used up before what writes there is forecast to be done.

    Little is told of where something has failed, too: it may be why, and it keeps it from being done again.
    """
    at_work = {one.name for one in night.phases if one.state in UNDER_WAY}
    broken = {one.name for one in night.phases if one.state is PhaseState.FAILED}
    for disk in night.disks:
        if not _is_of(disk, at_work | broken):
            continue
        free = disk.space[-1].free_bytes
        full_at = _full_at(disk, night.now)
        done_at = _done_at(night, at_work.intersection(disk.phases) or at_work)
        little = free < night.limits.disk_free_bytes
        soon = _is_of(disk, at_work) and full_at is not None and done_at is not None and full_at < done_at
        if not little and not soon:
            continue
        when = f" At this rate it is full by {clock(full_at, night.now)}" if full_at is not None and soon else ""
        until = f", before {clock(done_at, night.now)}, when its jobs are forecast to be done." if done_at else ""
        yield Alert(
            id=f"disk:{disk.folder}",
            severity=Severity.WARNING,
            phase=None,
            since=night.now,
            title=f"The disk of {disk.folder} {'is nearly full' if little else 'fills up'}",
            detail=f"{size_words(free)} of {size_words(disk.total_bytes)} are free.{when}{until if when else ''} "
            f"{_what(disk)} there: jobs whose log can't be written stop.",
            action=f"Find what can go: du -xh {disk.folder} | sort -h | tail",
        )


def _is_of(disk: DiskSeen, names: set[str]) -> bool:
    """Whether any of these phases writes to it, if only its state."""
    return bool(names.intersection(disk.phases) or (names and disk.holds_state))


def _what(disk: DiskSeen) -> str:
    logs = f"The log{'s' if len(disk.phases) > 1 else ''} of {', '.join(disk.phases)}" if disk.phases else ""
    state = "the state folder" if disk.holds_state else ""
    told = " and ".join(part for part in (logs, state) if part)
    return f"{told[:1].upper()}{told[1:]} {'is' if not (logs and state) and len(disk.phases) <= 1 else 'are'}"


def _full_at(disk: DiskSeen, now: datetime) -> datetime | None:
    """When nothing is left at the rate of the last hour; None where it hardly fills, or that is not known yet."""
    lately = [one for one in disk.space if now - one.at <= _LATELY]
    if len(lately) < 2 or lately[-1].at - lately[0].at < _LEAST:
        return None
    used = lately[0].free_bytes - lately[-1].free_bytes
    if used <= 0:
        return None
    left_s = (lately[-1].at - lately[0].at).total_seconds() * lately[-1].free_bytes / used
    return now + timedelta(seconds=left_s) if left_s <= _FAR_S else None


def _done_at(night: NightSight, names: set[str]) -> datetime | None:
    ends = [one.prospect.finish.p50 for one in night.phases if one.name in names and one.prospect is not None]
    return max(ends, default=None)
