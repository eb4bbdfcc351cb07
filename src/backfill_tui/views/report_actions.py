"""What was done and decided in a night, oldest first: each action of the ledger, and the gates that say no now."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from backfill_tui.control.model import PhaseState
from backfill_tui.control.offer import Entry
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.views.report_sections import ActionReport, Decision

_NOT_STARTED = "not started"
_GATE = "its gate"


def actions_of(snapshot: Snapshot, history: Iterable[Entry]) -> tuple[ActionReport, ...]:
    """The ledger's actions in order of time, then a NO-GO for each phase whose gate refuses it now."""
    done = (_action(entry) for entry in sorted(history, key=lambda entry: entry.at))
    return (*done, *_refused(snapshot.phases, snapshot.at))


def _action(entry: Entry) -> ActionReport:
    decision, reason = _decided(entry)
    return ActionReport(
        at=entry.at,
        who=entry.who,
        what=_what(entry),
        phase=entry.phase,
        decision=decision,
        reason=reason,
        outcome=entry.outcome,
    )


def _decided(entry: Entry) -> tuple[Decision | None, str]:
    """A person's GO or NO-GO, and the reason. To launch through an open gate decides nothing: the plan has."""
    if entry.action == "accept":
        return "GO", entry.reason
    if entry.action not in {"launch", "retry"}:
        return None, entry.reason
    if entry.outcome.startswith(f"{_NOT_STARTED}:"):
        return "NO-GO", entry.reason
    return ("GO", f"against its gate: {entry.reason}") if entry.reason else (None, "")


def _what(entry: Entry) -> str:
    """`launch, attempt 2`; `accept`; `validate team_totals`."""
    if entry.action in {"launch", "retry"}:
        return f"{entry.action}, {entry.what}"
    return entry.action if entry.what == entry.phase else f"{entry.action} {entry.what}".strip()


def _refused(views: Iterable[PhaseView], now: datetime) -> Iterator[ActionReport]:
    """Not of those that merely wait for their turn."""
    for view in views:
        closed = [one for one in view.gate if not one.ok]
        if view.state is PhaseState.BLOCKED and closed:
            reason = "; ".join(f"{one.name}: {one.detail}" if one.detail else one.name for one in closed)
            yield ActionReport(now, _GATE, "launch", view.name, "NO-GO", reason, _NOT_STARTED, standing=True)
