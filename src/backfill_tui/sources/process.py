"""Processes as they are seen: identity, load, and the ways in which one can be absent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Presence(StrEnum):
    """Whether the process that was meant is there. Never decided by a pid alone."""

    ALIVE = "alive"
    GONE = "gone"  # was seen by us, and is no longer there (its pid may be somebody else's now)
    ZOMBIE = "zombie"  # ended, not yet collected by its parent
    DENIED = "denied"  # there, but its details may not be read
    REFUSED = "refused"  # the pid exists, but it is not the process that was meant; see `note`
    ABSENT = "absent"  # no such process, and none was seen before
    UNKNOWN = "unknown"  # the plan names none


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a process is, for as long as the machine runs and beyond."""

    boot_id: str
    pid: int
    started_at: float  # seconds since the epoch, as the kernel tells it


@dataclass(frozen=True, slots=True)
class ProcessSeen:
    """One look at the process of a phase."""

    presence: Presence
    identity: Identity | None = None
    started_at: datetime | None = None
    cpu_percent: float | None = None  # since the previous look; None at the first
    rss_bytes: int | None = None
    status: str | None = None  # as the kernel names it: running, sleeping, stopped, …
    command: tuple[str, ...] = ()
    user: str | None = None
    exit_code: int | None = None  # of a process that we launched; an adopted one's cannot be known
    adopted: bool = True
    gone_since: datetime | None = None
    note: str = ""  # a sentence, where something is to be said

    @property
    def alive(self) -> bool | None:
        """True and False where it is known; None where no process was named or it cannot be told."""
        match self.presence:
            case Presence.ALIVE | Presence.DENIED:
                return True
            case Presence.GONE | Presence.ZOMBIE | Presence.ABSENT | Presence.REFUSED:
                return False
            case Presence.UNKNOWN:
                return None
