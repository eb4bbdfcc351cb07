"""Phases as they may be seen, for tests of the rules: what was launched, stopped, accepted, and how it ended."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from backfill_tui.control.attempt import Acceptance, Attempt, Kind, Order, Stage, StopAsked
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import Alert, Condition, ConditionKind, PhaseState
from backfill_tui.control.rules import find_alerts
from backfill_tui.control.rules.sight import NightSight, PhaseSight
from backfill_tui.control.states import judge
from backfill_tui.plan.resolved import Phase
from backfill_tui.progress.account import Account
from backfill_tui.sources.process import Identity, Presence, ProcessSeen
from tests.logs import LogWriter, days
from tests.reading import account_of

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
START, END = "2022-01-01", "2022-01-05"
D = days(START, 5)
RANGE = (D[0], D[4])
US = Identity("boot", 7, NOW.timestamp() - 3600)
NOBODY = ProcessSeen(Presence.UNKNOWN)
ALIVE = ProcessSeen(Presence.ALIVE, US, started_at=NOW - timedelta(hours=1))
GONE = ProcessSeen(Presence.GONE, US, started_at=NOW - timedelta(hours=1), gone_since=NOW)
COMMAND = ("job",)


def ago(**how: float) -> datetime:
    return NOW - timedelta(**how)


def seen(account: Account | None = None, process: ProcessSeen = NOBODY, **phase: Any) -> PhaseFacts:
    """A phase named `fix`; what is not a field of a phase is one of the facts."""
    own = set(PhaseFacts.__dataclass_fields__) - {"inputs"}
    facts = {name: phase.pop(name) for name in own & set(phase)}
    described = replace(Phase(name="fix", title="fix"), **phase)
    return replace(PhaseFacts(described, account or Account(), process, log_age_s=5.0), **facts)


def attempt(stage: Stage = Stage.ENDED, **more: Any) -> Attempt:
    """Our launch an hour ago; one that has ended did so a minute ago."""
    kind, listed = more.pop("kind", Kind.RUN), more.pop("days", ())
    order = Order("fix", (COMMAND,), Path(), kind, days=listed)
    known: dict[str, Any] = {}
    if stage not in {Stage.INTENDED, Stage.NOT_STARTED}:
        known |= {"identity": US, "started_at": ago(hours=1)}
    if stage is Stage.ENDED:
        known["ended_at"] = ago(minutes=1)
    return Attempt(order, 1, "command", "ana", ago(hours=1), stage, **(known | more))


def upstream(name: str, ok: bool | None, detail: str = "") -> Condition:
    return Condition(name, ok, detail, ConditionKind.UPSTREAM, name)


def reads(suite: str, ok: bool | None, detail: str = "") -> Condition:
    return Condition(f"input {suite}", ok, detail, ConditionKind.INPUT, suite)


def alone(ok: bool | None, detail: str, table: str = "a.b") -> Condition:
    return Condition(f"only writer of {table}", ok, detail, ConditionKind.WRITER, table)


def stop(**more: Any) -> StopAsked:
    return replace(StopAsked("fix", US, "wrong range", "command", "ana", ago(minutes=2)), **more)


def accepted(at: datetime) -> Acceptance:
    return Acceptance("fix", "known holes", "bo", at)


def log_of(units: int = 5, *, summary: bool = True, failed: int = 0, at: datetime | None = None) -> LogWriter:
    """A run of five dates that began half an hour ago, of which the first `units` have an outcome."""
    log = LogWriter(at=(at or ago(minutes=30)).replace(tzinfo=None)).header(START, END)
    for i in range(units):
        log.unit(i + 1, 5, D[i], None if i < failed else 10)
    return log.summary() if summary else log


def account(units: int = 5, *, gone: bool = True, **log: Any) -> Account:
    return account_of(log_of(units, **log).body, gone=gone, planned=D)


def sight(facts: PhaseFacts, state: PhaseState | None = None, why: str = "", **more: Any) -> PhaseSight:
    """A phase as the rules of alerts look at it; by its state, where none is given, as it is judged."""
    judged = (state, why) if state is not None else judge(facts, stall_after_s=1800, now=NOW)
    return PhaseSight(facts, *judged, **more)


def found(*sights: PhaseSight, **more: Any) -> tuple[Alert, ...]:
    """The alerts of a night of these phases."""
    return find_alerts(NightSight(sights, **({"now": NOW} | more)))


def ids(*sights: PhaseSight, **more: Any) -> list[str]:
    return [alert.id for alert in found(*sights, **more)]
