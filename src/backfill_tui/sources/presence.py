"""What can be said of a process at one look: who it is, whether it is there, and how it does."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_TICK_S = 0.02  # the kernel counts start times in hundredths of a second
_CLOCK_S = 2.0  # how far two readings of one start time on the wall clock may lie apart


class Presence(StrEnum):
    """Whether the process that was meant is there. Never decided by a pid alone."""

    ALIVE = "alive"
    GONE = "gone"  # was seen by us, and is no longer there (its pid may be somebody else's now)
    ZOMBIE = "zombie"  # ended, not yet collected by its parent
    DENIED = "denied"  # a process is there, but the system does not tell of it; without an identity it may be any
    REFUSED = "refused"  # the pid exists, but it is not the process that was meant; see `note`
    ABSENT = "absent"  # no such process, and none was seen before
    UNKNOWN = "unknown"  # the plan names none


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a process is, for as long as the machine runs and beyond."""

    boot_id: str
    pid: int
    started_at: float  # seconds since the epoch, as the kernel tells it
    since_boot_s: float | None = None  # the same on the kernel's own clock, which nobody sets

    def same_as(self, other: "Identity") -> bool:
        """Whether both are one process. The wall clock may have been set in between; the kernel's own decides."""
        if (self.boot_id, self.pid) != (other.boot_id, other.pid):
            return False
        if self.since_boot_s is not None and other.since_boot_s is not None:
            return abs(self.since_boot_s - other.since_boot_s) < _TICK_S
        return abs(self.started_at - other.started_at) < _CLOCK_S


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
    lived_s: float | None = None  # from its start to this look on the kernel's own clock, which nobody sets
    beside: tuple[int, ...] = ()  # while it lives: other processes that fit as well, and are none of its own

    @property
    def alive(self) -> bool | None:
        """True and False where it is known; None where no process was named or it cannot be told.

        One that may not be looked at is alive only if its identity was settled before.
        """
        match self.presence:
            case Presence.ALIVE:
                return True
            case Presence.DENIED:
                return True if self.identity else None
            case Presence.GONE | Presence.ZOMBIE | Presence.ABSENT | Presence.REFUSED:
                return False
            case Presence.UNKNOWN:
                return None

    @property
    def stopped(self) -> bool:
        """Whether it is there but held: by a signal, or by a debugger."""
        return self.presence is Presence.ALIVE and self.status in {"stopped", "tracing-stop"}

    def elapsed_s(self, now: datetime) -> float | None:
        """Seconds from its start until `now`, or until it was first seen to be gone."""
        return None if self.started_at is None else ((self.gone_since or now) - self.started_at).total_seconds()
