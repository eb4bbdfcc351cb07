"""Lights for what surrounds a night: what a probe's answer means, and how it stands by its newest answers. Pure.

An answer is well, not well, or unknown: a probe that could not ask, or got no answer in its time, tells nothing of
what it asks about.
"""

import hashlib
import json
import math
import shlex
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from backfill_tui.checks.bounds import hold, phrase, shown
from backfill_tui.checks.model import Status, Value
from backfill_tui.plan.resolved import Bound, Probe

ProbeValue = bool | int | float | str | None
"""An exit code, an HTTP status, or the first value of a query; texts for times and lists."""

_FRESH_FOR = 2.0
"""An answer is stale once so many intervals have passed since it: at least one was missed."""

_NOT_ASKED = ("name", "every_s", "timeout_s")

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
class KeptAnswer:
    """An answer as the ledger keeps it: when it came, since when answers in a row are so, and how many they are."""

    answer: ProbeAnswer
    at: datetime
    since: datetime
    times: int = 1


@dataclass(frozen=True, slots=True)
class ProbeSeen:
    """One probe as it stands. Times are aware.

    `at` is the time of its newest answer, None if it was never asked. `since` is when it began to be as it is: the
    first of the answers in a row that were as the newest, of which there are `times`. `awaited_since` is since when
    a first answer is waited for, None where there is one, or where nobody asks.
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
    awaited_since: datetime | None = None

    def stale(self, now: datetime) -> bool:
        """Whether its newest answer is older than it should be: nobody has asked in time."""
        return self.at is not None and self._is_long(now - self.at)

    def unanswered(self, now: datetime) -> bool:
        """Whether a first answer is waited for longer than one can take, in vain."""
        return self.at is None and self.awaited_since is not None and self._is_long(now - self.awaited_since)

    def _is_long(self, waited: timedelta) -> bool:
        return waited > timedelta(seconds=_FRESH_FOR * self.every_s + self.timeout_s + _LOOK_S)


def kind_of(probe: Probe) -> ProbeKind:
    """What a probe of the plan asks."""
    if probe.run is not None:
        return ProbeKind.COMMAND
    return ProbeKind.HTTP if probe.http is not None else ProbeKind.SQL


def digest_of(probe: Probe) -> str:
    """What a probe asks and what is well, as a short text: answers to another question are not this probe's."""
    asked = {key: value for key, value in asdict(probe).items() if key not in _NOT_ASKED}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]


def seen_of(probe: Probe, kept: KeptAnswer | None, awaited_since: datetime | None = None) -> ProbeSeen:
    """A probe of the plan by its newest answer; None: there is none, and it is waited for since then (aware)."""
    answer = kept.answer if kept is not None else ProbeAnswer(None, "not asked yet")
    return ProbeSeen(
        name=probe.name,
        kind=kind_of(probe),
        every_s=probe.every_s,
        timeout_s=probe.timeout_s,
        ok=answer.ok,
        detail=answer.detail,
        value=answer.value,
        at=kept.at if kept else None,
        since=kept.since if kept else None,
        times=kept.times if kept else 0,
        by_hand=shlex.join(probe.run) if probe.run is not None else "",
        awaited_since=None if kept else awaited_since,
    )


def of_exit(code: int, clause: str) -> ProbeAnswer:
    """What a program answered; a negative code is the signal that ended it."""
    return ProbeAnswer(code == 0, clause, code if code >= 0 else None)


def of_status(status: int, expected: int) -> ProbeAnswer:
    """What an HTTP address answered."""
    well = status == expected
    return ProbeAnswer(well, f"status {status}" if well else f"status {status} ({expected} expected)", status)


def of_cell(value: Value, bound: Bound) -> ProbeAnswer:
    """What a query answered, by the first value of its first row."""
    held = hold(value, bound)
    detail = phrase(value, bound)
    ok = None if held.status is Status.UNKNOWN else held.status is Status.PASS
    return ProbeAnswer(ok, f"{detail}; {held.why}" if held.why else detail, _plain(value))


NO_ROWS = ProbeAnswer(None, "the query returned no rows")


def of_silence(timeout_s: float) -> ProbeAnswer:
    """No answer in the probe's time."""
    return ProbeAnswer(None, f"no answer within {timeout_s:g} s")


def _plain(value: Value) -> ProbeValue:
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has no such number
    return shown(value) if isinstance(value, date | tuple) else value
