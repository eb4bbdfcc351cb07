"""Lights for what surrounds a night: what a probe's answer means, and how it stands by its newest answers. Pure.

An answer is well, not well, or unknown: a probe that could not ask, or got no answer in its time, tells nothing of
what it asks about.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from backfill_tui.plan.resolved import Probe

ProbeValue = bool | int | float | str | None
"""An exit code, an HTTP status, or the first value of a query; texts for times and lists."""

_FRESH_FOR = 2.0
"""An answer is stale once so many intervals have passed since it: at least one was missed."""

_LOOK_S = 60.0  # whoever asks looks now and then; that much later than its interval is not late


class ProbeKind(StrEnum):
    """What a probe asks."""

    COMMAND = "command"
    HTTP = "http"
    SQL = "sql"


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """What one asking found. `ok` is None where it could not be told; `detail` is a clause with no secret in it."""

    ok: bool | None
    detail: str
    value: ProbeValue = None


@dataclass(frozen=True, slots=True)
class ProbeSeen:
    """One probe as it stands. Times are aware.

    `at` is the time of its newest answer, None if it was never asked. `since` is when it began to be as it is: the
    first of the answers in a row that were as the newest, of which there are `times`.
    """

    name: str
    kind: ProbeKind
    every_s: float
    timeout_s: float
    ok: bool | None = None
    detail: str = ""
    value: ProbeValue = None
    at: datetime | None = None
    since: datetime | None = None
    times: int = 0
    by_hand: str = ""  # how a person asks the same; empty where there is no such command

    def stale(self, now: datetime) -> bool:
        """Whether its newest answer is older than it should be: nobody has asked in time."""
        if self.at is None:
            return False
        return now - self.at > timedelta(seconds=_FRESH_FOR * self.every_s + self.timeout_s + _LOOK_S)


def kind_of(probe: Probe) -> ProbeKind:
    """What a probe of the plan asks."""
    if probe.run is not None:
        return ProbeKind.COMMAND
    return ProbeKind.HTTP if probe.http is not None else ProbeKind.SQL
