"""What an examination finds: one sentence a thing, how well it is, and how to mend it. Values only."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How well something is. Order: from the best to the worst."""

    OK = "ok"
    UNKNOWN = "unknown"
    WARN = "warn"
    BAD = "bad"


_RANK = {level: rank for rank, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class Finding:
    """`said` is a sentence without its subject's `area`; `mend` is what to do, where it is not well."""

    area: str
    level: Level
    said: str
    mend: str | None = None


def worst(findings: Iterable[Finding]) -> Level:
    """The worst level among them; nothing found is nothing known."""
    return max((one.level for one in findings), key=_RANK.__getitem__, default=Level.UNKNOWN)
