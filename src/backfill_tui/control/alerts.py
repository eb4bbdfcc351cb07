"""What must be said at once, from one look: each alert with its time, its consequence and what to do.

Stateless: the same facts give the same alerts with the same ids, in a dashboard and in a one-shot `status` alike.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from backfill_tui.checks.model import Status
from backfill_tui.control.clock_alerts import clock_alerts
from backfill_tui.control.conflict_alerts import conflict_alerts
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.launch_alerts import launch_alerts, not_runnable
from backfill_tui.control.model import NOT_BEGUN, Alert, Conflict, Judged, PhaseState, Severity
from backfill_tui.control.words import progress_words
from backfill_tui.progress.account import RunEnd, UnitState

_NAMED = 5  # dates named in a sentence
_LISTED = 60  # dates in a command that a person may copy

_NOT_GONE = frozenset({PhaseState.PASSED, PhaseState.WARNED, PhaseState.STOPPED})
"""Such a phase has ended without a summary on request, or with exit code 0 and every date done."""


def find_alerts(
    facts: Sequence[PhaseFacts], judged: Mapping[str, Judged], conflicts: Sequence[Conflict], *, now: datetime
) -> tuple[Alert, ...]:
    """The alerts of this moment, worst first, then oldest first. What is still being read raises none."""
    found = [alert for conflict in conflicts for alert in conflict_alerts(conflict, now=now)]
    for one in facts:
        judged_as = judged[one.phase.name]
        found.extend(_stalled(one, judged_as, now))
        found.extend(launch_alerts(one, now))
        if judged_as[0] in NOT_BEGUN:
            found.extend(not_runnable(one, now))
        if one.history_complete:
            found.extend(_of_its_run(one, judged_as, now))
            found.extend(clock_alerts(one, now))
    order = list(Severity)
    return tuple(sorted(found, key=lambda alert: (order.index(alert.severity), alert.since)))


def _of_its_run(facts: PhaseFacts, judged: Judged, now: datetime) -> Iterator[Alert]:
    """What its sources tell. Of a phase that a person has accepted it is still said, but no longer alarms."""
    found = list(_failed_by_data(facts, judged, now))
    for rule in (_gone, _missing, _incomplete, _fatal, _disagreement):
        found.extend(rule(facts, now))
    accepted = facts.accepted(now) is not None
    if judged[0] in _NOT_GONE and not accepted:
        found = [alert for alert in found if alert.id != f"gone:{facts.phase.name}"]
    if judged[0] is PhaseState.FAILED and not any(alert.severity is Severity.CRITICAL for alert in found):
        found.append(_failed(facts, judged, now))
    yield from (replace(alert, severity=Severity.INFO) if accepted else alert for alert in found)


def _failed(facts: PhaseFacts, judged: Judged, now: datetime) -> Alert:
    """Whatever else made it fail."""
    name, why = facts.phase.name, judged[1]
    ours = facts.launched(now)
    again = f", then start it again: backfill-tui launch {name} --again" if facts.phase.command else "."
    return Alert(
        id=f"failed:{name}",
        severity=Severity.CRITICAL,
        phase=name,
        since=(ours.ended_at if ours is not None else None) or facts.gone_since or now,
        title=f"{name} failed",
        detail=f"{why[:1].upper()}{why[1:]}. What comes after it does not start.",
        action=f"Read the end of its output{again}",
    )


def _stalled(facts: PhaseFacts, judged: Judged, now: datetime) -> Iterator[Alert]:
    state, why = judged
    if state is not PhaseState.STALLED:
        return
    age = timedelta(seconds=facts.silent_s(now) or 0)
    yield Alert(
        id=f"stalled:{facts.phase.name}",
        severity=Severity.WARNING,
        phase=facts.phase.name,
        since=now - age,
        title=f"{facts.phase.name} stands still",
        detail=f"{why[:1].upper()}{why[1:]}.",
        action="Look at its process and at the end of its log.",
    )


def _gone(facts: PhaseFacts, now: datetime) -> Iterator[Alert]:
    run = facts.run
    if facts.alive is not False or run is None or run.ended is not RunEnd.KILLED:
        return
    missing = facts.account.counts.missing or 0
    days = facts.account.of_state(UnitState.MISSING)
    holes = f" It passed over {_named(days)}: missing." if missing else ""
    ours = facts.launched(now)
    known = ours is not None and (ours.signal is not None or ours.exit_code is not None)
    how = f"It {ours.ending}" if ours is not None and known else "Its process ended"
    rest = f", which skips the missing dates. {_retry(facts, days)}" if missing else ": it resumes where it was."
    yield Alert(
        id=f"gone:{facts.phase.name}",
        severity=Severity.CRITICAL,
        phase=facts.phase.name,
        since=facts.gone_since or now,
        title=f"{facts.phase.name} is gone without a summary",
        detail=f"{how}{progress_words(facts.account.counts)}, and its log does not say that it was done.{holes}",
        action=f"Read the end of its log, then start it again{rest}",
    )


def _missing(facts: PhaseFacts, now: datetime) -> Iterator[Alert]:
    run = facts.run
    if not facts.account.counts.missing or run is None or run.ended is RunEnd.KILLED:
        return
    days = facts.account.of_state(UnitState.MISSING)
    claim = "calls itself complete" if facts.account.claims_complete else "resumed past them"
    yield Alert(
        id=f"missing:{facts.phase.name}",
        severity=Severity.CRITICAL,
        phase=facts.phase.name,
        since=run.ended_at or run.started_at or now,
        title=f"{facts.phase.name} is missing {_count(days)}",
        detail=f"It {claim}, but {_named(days)} had no outcome; no resume will do them.",
        action=_retry(facts, days),
    )


def _incomplete(facts: PhaseFacts, now: datetime) -> Iterator[Alert]:
    """It calls itself complete, yet dates of the plan have no outcome and are not missing: it was never asked."""
    account, run = facts.account, facts.run
    claims_only = account.claims_complete and not account.complete and not account.counts.missing
    if not claims_only or run is None or facts.alive:
        return
    left = account.counts.pending
    yield Alert(
        id=f"incomplete:{facts.phase.name}",
        severity=Severity.CRITICAL,
        phase=facts.phase.name,
        since=run.ended_at or now,
        title=f"{facts.phase.name} calls itself complete, but is not",
        detail=f"{left:,} dates have no outcome." if left else "Not every date is accounted for.",
        action="Compare the range in the plan with the one it was started with.",
    )


def _fatal(facts: PhaseFacts, now: datetime) -> Iterator[Alert]:
    count = facts.account.fatal_errors
    if not count:
        return
    yield Alert(
        id=f"fatal:{facts.phase.name}",
        severity=Severity.CRITICAL,
        phase=facts.phase.name,
        since=facts.account.last_line_at or now,
        title=f"{facts.phase.name} logged {count} fatal error{'s' if count > 1 else ''}",
        detail="A CRITICAL or FATAL record, or a traceback after which the run ended.",
        action="Read the error in its log.",
    )


def _disagreement(facts: PhaseFacts, now: datetime) -> Iterator[Alert]:
    disagreements = facts.account.disagreements
    if not disagreements:
        return
    first = disagreements[0]
    yield Alert(
        id=f"disagreement:{facts.phase.name}",
        severity=Severity.CRITICAL,
        phase=facts.phase.name,
        since=facts.account.last_line_at or now,
        title=f"{facts.phase.name}: log and checkpoint disagree on {_count([d.day for d in disagreements])}",
        detail=f"{first.day}: the log says {first.log}, the checkpoint {first.checkpoint}.",
        action="Look at the table for these dates before trusting either.",
    )


def _failed_by_data(facts: PhaseFacts, judged: Judged, now: datetime) -> Iterator[Alert]:
    """Its suites have found its data wanting, and that still counts."""
    outcome, name = facts.outcome, facts.phase.name
    if judged[0] is not PhaseState.FAILED or outcome.verdict is not Status.FAIL or outcome.stale:
        return
    yield Alert(
        id=f"data:{name}",
        severity=Severity.CRITICAL,
        phase=name,
        since=outcome.at or now,
        title=f"{name} failed by its data",
        detail=f"Suite {outcome.why}. What comes after it must not start on this.",
        action=f"Mend the data, or a bound on purpose; then judge it again: backfill-tui validate {name}",
    )


def _retry(facts: PhaseFacts, days: Sequence[date]) -> str:
    command = facts.phase.retry_of(days[:_LISTED])
    if command is None:
        return "Run these dates again with the job's own list of dates."
    rest = f" (then the other {len(days) - _LISTED})" if len(days) > _LISTED else ""
    return f"Run them again: {shlex.join(command)}{rest}"


def _named(days: Sequence[date]) -> str:
    rest = len(days) - _NAMED
    return ", ".join(day.isoformat() for day in days[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _count(days: Sequence[date]) -> str:
    return "1 date" if len(days) == 1 else f"{len(days):,} dates"
