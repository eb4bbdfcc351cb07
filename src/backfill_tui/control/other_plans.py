"""What the user's other plans write, will write and have written, as the rules of this plan see it. Values only."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Doing(StrEnum):
    """What another plan's phase has to do with a table."""

    WRITES = "writes"  # a process of it lives
    WILL_WRITE = "will write"  # a live process of its plan (`run`, a screen with --auto) will start it by itself
    WROTE = "wrote"  # its process has ended


@dataclass(frozen=True, slots=True)
class OtherWriter:
    """A phase of another plan, or of this one under another state folder, that has to do with a table.

    `dates` are its first and last day; None: not known, any may be. `pid` and `since` (aware) are its process's, of
    one to come those of whoever will start it. `ended_at` (aware) is the last moment at which it may have written,
    of one that wrote. `stop` is the command that ends that process; empty where it has ended.
    """

    plan: str
    phase: str
    table: str
    doing: Doing
    dates: tuple[date, date] | None = None
    pid: int | None = None
    since: datetime | None = None
    ended_at: datetime | None = None
    stop: str = ""

    @property
    def name(self) -> str:
        """The phase with its plan: `weekly:fix`."""
        return f"{self.plan}:{self.phase}"

    @property
    def clause(self) -> str:
        """Who does what on which days, as a clause without the table's name."""
        pid = f" (pid {self.pid})" if self.pid is not None else ""
        days = "it, its dates are not known" if self.dates is None else f"{self.dates[0]} … {self.dates[1]}"
        match self.doing:
            case Doing.WRITES:
                return f"{self.phase} of the plan {self.plan}{pid} writes {days}"
            case Doing.WILL_WRITE:
                by = "" if self.pid is None else f"process {self.pid}, which drives "
                return f"{by}the plan {self.plan}, will start {self.phase} by itself"
            case Doing.WROTE:
                return f"{self.phase} of the plan {self.plan} has written {days}"
