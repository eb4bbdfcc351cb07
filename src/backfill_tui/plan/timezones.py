"""Time zones by name, and the machine's own."""

import os
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from backfill_tui.plan.problems import nearest

_LOCALTIME = Path("/etc/localtime")


def zone(name: str) -> ZoneInfo | None:
    """The time zone of that name (`America/Los_Angeles`), or `None`."""
    try:
        return ZoneInfo(name.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError):  # unknown, a path out of the database, a folder of it
        return None


def nearest_zone(name: str) -> str | None:
    """The name of a zone that was probably meant: by its city, or by its whole name."""
    known = {known.rpartition("/")[2]: known for known in sorted(available_timezones())}
    city = nearest(name.rpartition("/")[2], known)
    return nearest(name, available_timezones()) or (known[city] if city else None)


def machine_zone(environ: Mapping[str, str], localtime: Path = _LOCALTIME) -> ZoneInfo:
    """The machine's time zone: `TZ`, else what /etc/localtime links to, else UTC."""
    named = zone(environ.get("TZ", "").removeprefix(":")) if environ.get("TZ") else None
    if named is not None:
        return named
    _, _, linked = os.path.realpath(localtime).partition("/zoneinfo/")
    return (zone(linked) if linked else None) or ZoneInfo("UTC")
