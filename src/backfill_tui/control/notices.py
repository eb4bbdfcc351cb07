"""What people who are away are told: messages about alerts and phases, and how it goes with each address. Pure.

An address holds secrets. Here and in the ledger it goes by its label, `notify[0] (slack)`: its place in the plan
and its kind, which is all that may be shown of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote

from backfill_tui.control.model import Alert, Severity
from backfill_tui.control.words import clock, span_words
from backfill_tui.plan.words import NotifyOn

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,20})://")

AGAIN_S = 120.0
"""An alert that comes back so soon after its end, with evidence from before it, is the one that was told."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message. `key` is what it tells of: of one key nothing is told twice. `at` is aware."""

    key: str
    severity: Severity
    title: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What the ledger has of an alert that was told. Times are aware; `over_at` is None while it stands."""

    severity: Severity
    told_at: datetime
    over_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NotifierSeen:
    """An address that the last message did not get through to, by its label. `since` (aware): the first failure."""

    label: str
    since: datetime
    failures: int
    why: str


def labels(addresses: Sequence[str]) -> tuple[str, ...]:
    """What each address of a plan is called, in their order."""
    return tuple(f"notify[{i}]{_kind(address)}" for i, address in enumerate(addresses))


def wants(notify_on: Sequence[NotifyOn], severity: Severity) -> bool:
    """Whether alerts of a severity are told."""
    return severity.value in notify_on


def is_news(alert: Alert, told: Told | None, now: datetime) -> bool:
    """Whether an alert has yet to be told: it never was, has become worse, or is another occurrence of it.

    Several who look don't see it come and go in the same moment: one just over does not begin anew by itself.
    """
    if told is None:
        return True
    if told.over_at is None:
        return alert.severity.worse_than(told.severity)
    return alert.since > told.over_at or now - told.over_at > timedelta(seconds=AGAIN_S)


def of_alert(plan: str, alert: Alert, now: datetime) -> Notice:
    """That something is wrong: since when, what follows from it, and what to do."""
    lines = (alert.detail, alert.action, f"Since {_clock(alert.since, now)}.")
    title = f"[{plan}] {alert.severity.value}: {alert.title}"
    return Notice(f"alert {alert.id} {now.isoformat()}", alert.severity, title, "\n".join(filter(None, lines)), now)


def of_end(plan: str, alert: str, title: str, told_at: datetime, now: datetime, *, seen: bool) -> Notice:
    """That an alert has ended; without `seen`, that whoever had told of it is gone and it is not seen any more."""
    lasted = span_words((now - told_at).total_seconds())
    how = f"It ended at {_clock(now, now)}" if seen else f"It is not seen any more at {_clock(now, now)}"
    body = f"{how}, {lasted} after it was told."
    return Notice(f"over {alert} {told_at.isoformat()}", Severity.INFO, f"[{plan}] over: {title}", body, now)


def of_transition(plan: str, phase: str, state: str, why: str, occasion: str, now: datetime) -> Notice:
    """That a phase is in another state; `occasion` tells its runs and verdicts apart."""
    bad = state in {"failed", "stalled"}
    body = f"{why[:1].upper()}{why[1:]}." if why else f"At {_clock(now, now)}."
    title = f"[{plan}] {phase}: {state}"
    return Notice(f"phase {phase} {state} {occasion}", Severity.WARNING if bad else Severity.INFO, title, body, now)


def of_test(plan: str, label: str, now: datetime) -> Notice:
    """A message that only proves that messages arrive."""
    body = f"{label} is told of alerts of this plan. Nothing is wrong; this was sent at {_clock(now, now)}."
    return Notice(f"test {now.isoformat()}", Severity.INFO, f"[{plan}] test: messages arrive", body, now)


def alert_id_of(label: str) -> str:
    """The id of the alert that an address gets no messages: of that, it is not told itself."""
    return f"notifier:{label}"


def masked(text: str, address: str) -> str:
    """`text` with every part of an address taken out, be it a token, a password or a host."""
    pieces: set[str] = set()
    for whole in (address, unquote(address)):
        pieces.update(piece for piece in re.split(r"[^\w.~%+-]+", whole) if len(piece) > 2)
        pieces.update(piece for piece in re.split(r"[\W_]+", whole) if len(piece) > 5)
    for piece in sorted(pieces - _HARMLESS, key=len, reverse=True):
        text = re.sub(re.escape(piece), "***", text, flags=re.IGNORECASE)
    return text


_HARMLESS = frozenset(
    ("http", "https", "json", "jsons", "xml", "xmls", "form", "forms", "slack", "mailto", "mailtos")
)


def _kind(address: str) -> str:
    found = _SCHEME.match(address)
    return f" ({found[1].lower()})" if found else ""


def _clock(at: datetime, now: datetime) -> str:
    """With the zone, since messages are read elsewhere."""
    return f"{clock(at, now)} {at.astimezone(now.tzinfo):%Z}"
