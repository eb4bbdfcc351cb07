"""How a check's value has gone. The ledger makes these, snapshots carry them, screens draw them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Point:
    """The number that a check found at one time (aware)."""

    at: datetime
    value: float
