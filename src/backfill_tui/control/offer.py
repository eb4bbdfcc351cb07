"""Offers: what would be done if somebody said yes, whole, so that it can be shown before. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from backfill_tui.control.attempt import Order
from backfill_tui.control.model import Condition
from backfill_tui.sources.presence import Identity


@dataclass(frozen=True, slots=True)
class LaunchOffer:
    """A launch, or a retry (its `order.kind` tells), that may be made. Doing it looks at the gate once more.

    `again` is whether an earlier attempt has ended, so that `launch` needs `--again`.
    """

    order: Order
    number: int
    conditions: tuple[Condition, ...]
    run_folder: Path
    at: datetime
    again: bool = False

    @property
    def open(self) -> bool:
        """Whether every condition is met; unknown is not."""
        return all(condition.ok for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Target:
    """One process that a stop would signal."""

    pid: int
    command: str


@dataclass(frozen=True, slots=True)
class StopOffer:
    """A stop that may be made: the process, then all that it started.

    It is of `identity` and no other: once another process has taken its place, nothing comes of the offer.
    `kill`: SIGTERM was sent and its grace is over, so that it would be SIGKILL. `restarters` are sentences naming
    what would start it again, in this plan or another.
    """

    phase: str
    identity: Identity
    targets: tuple[Target, ...]
    grace_s: float
    kill: bool = False
    adopted: bool = False
    restarters: tuple[str, ...] = ()


StopResult = Literal["ended", "still_there"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history: an action, by whom, when (aware, UTC), and what came of it."""

    at: datetime
    action: Literal["launch", "retry", "stop", "accept", "validate", "acknowledge"]
    phase: str
    who: str
    what: str  # "attempt 2", "player_game_summary"
    reason: str = ""  # of an override, a stop, an acceptance
    outcome: str = ""  # "exit code 0", "pass", …
    ended_at: datetime | None = None
    days: tuple[date, ...] = ()
