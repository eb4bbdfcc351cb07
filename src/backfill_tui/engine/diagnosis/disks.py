"""Whether there is room where logs are written and the state is kept."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from backfill_tui.engine.diagnosis.finding import Finding, Level

AREA = "disk"

_FEW_INODES = 0.01  # of all


@dataclass(frozen=True, slots=True)
class Place:
    """A folder, and what is written there; it may not have been made yet."""

    folder: Path
    what: str


def disk_findings(places: Sequence[Place], *, least_bytes: int) -> Iterator[Finding]:
    """One finding a disk. `least_bytes`: with less than that left it is a warning."""
    disks: dict[int, tuple[Path, list[str]]] = {}
    for place in places:
        there = _nearest(place.folder)
        try:
            device = there.stat().st_dev
        except OSError as error:
            why = f"{there} can't be looked at ({error.strerror})."
            yield Finding(AREA, Level.UNKNOWN, why, "See its permissions, and whether its disk answers.")
            continue
        whats = disks.setdefault(device, (there, []))[1]
        if place.what not in whats:
            whats.append(place.what)
    for folder, whats in disks.values():
        yield _of_disk(folder, ", ".join(whats), least_bytes)


def _nearest(folder: Path) -> Path:
    """The folder, or of those above it the nearest that is there."""
    return next(one for one in (folder, *folder.parents) if one.is_dir() or one == one.parent)


def _of_disk(folder: Path, whats: str, least_bytes: int) -> Finding:
    room = os.statvfs(folder)
    free, total = room.f_bavail * room.f_frsize, room.f_blocks * room.f_frsize
    find = f"Find what can go: du -xh {folder} | sort -h | tail"
    if room.f_flag & os.ST_RDONLY:
        said = f"{folder} is on a disk that is mounted read-only ({whats})."
        return Finding(AREA, Level.BAD, said, "Remount it to be written, or keep that elsewhere (--state-dir).")
    if not room.f_blocks:
        return Finding(AREA, Level.UNKNOWN, f"{folder} does not tell how much room there is ({whats}).")
    if not free:
        return Finding(AREA, Level.BAD, f"{folder} is on a full disk ({whats}).", find)
    if room.f_files and room.f_favail < room.f_files * _FEW_INODES:
        said = f"{folder}: room for {room.f_favail:,} more files only, however small ({whats})."
        return Finding(AREA, Level.WARN if room.f_favail else Level.BAD, said, find)
    said = f"{folder}: {free / 1e9:,.1f} GB of {total / 1e9:,.0f} GB are free ({whats})."
    return Finding(AREA, Level.WARN if free < least_bytes else Level.OK, said, find if free < least_bytes else None)
