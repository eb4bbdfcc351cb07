"""The report of a night: what became of every phase, who did what, and whether it may go on.

Made of one snapshot and of what the ledger has; others write it down (`report_json`, `report_markdown`).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from backfill_tui.checks.model import Check, Status, worst
from backfill_tui.control.attempt import Attempt
from backfill_tui.control.model import NOT_BEGUN, PhaseState
from backfill_tui.control.offer import Entry
from backfill_tui.engine.snapshot import PhaseView, Snapshot, SuiteView
from backfill_tui.plan.resolved import Plan, Polling
from backfill_tui.progress.account import UnitState
from backfill_tui.views import conflicts, probes, verdicts
from backfill_tui.views.report_actions import actions_of
from backfill_tui.views.report_advice import recommendations_of
from backfill_tui.views.report_coming import Commands, coming
from backfill_tui.views.report_handoff import handoff_of
from backfill_tui.views.report_model import (
    GOOD,
    AttemptReport,
    CheckReport,
    PhaseReport,
    Report,
    SuiteReport,
)
from backfill_tui.views.report_next_check import next_check
from backfill_tui.views.report_quality import quality_of
from backfill_tui.views.report_summary import processes_of, summary_of, timeline_of

_LIVE = frozenset({PhaseState.LAUNCHING, PhaseState.RUNNING, PhaseState.STALLED, PhaseState.VALIDATING})
_OUTCOMES = {
    PhaseState.PASSED: Status.PASS,
    PhaseState.WARNED: Status.WARN,
    PhaseState.FAILED: Status.FAIL,
    PhaseState.STOPPED: Status.FAIL,  # its work was not done, whoever wanted it so
}

_Spell = tuple[datetime, datetime]


def report_of(
    snapshot: Snapshot,
    *,
    attempts: Iterable[Attempt] = (),
    history: Iterable[Entry] = (),
    next_steps: Sequence[str] = (),
    notes: Sequence[str] = (),
    scope: Collection[str] | None = None,
    plan: Plan | None = None,
) -> Report:
    """The report as of the snapshot. `scope` names the phases that the whole is judged by; None: all.

    `attempts` and `history` are the ledger's, of all phases; of a phase's newest attempt the snapshot knows more.
    `plan` is what it is a snapshot of; None where that has no file, so that no command can name it.
    """
    made = _with_newest(attempts, snapshot.phases)
    told = [_phase(view, [a for a in made if a.phase == view.name], snapshot.at) for view in snapshot.phases]
    phases = tuple(replace(phase, in_scope=scope is None or phase.name in scope) for phase in told)
    wanted = [phase for phase in phases if phase.in_scope]
    final = bool(wanted) and all(phase.judged for phase in wanted)
    verdict = worst(phase.outcome for phase in wanted)
    started = min((phase.started_at for phase in phases if phase.started_at), default=None)
    ended = max((phase.ended_at for phase in phases if phase.ended_at), default=None) if final else None
    timeline, to_come, commands = timeline_of(snapshot), coming(snapshot, Commands(plan)), Commands(plan)
    entries = tuple(sorted(history, key=lambda entry: entry.at))
    return Report(
        plan=snapshot.plan,
        at=snapshot.at,
        final=final,
        verdict=verdict,
        health=snapshot.health,
        deadline=snapshot.deadline,
        started_at=started,
        ended_at=ended,
        duration_s=((ended or snapshot.at) - started).total_seconds() if started else None,
        phases=phases,
        overrides=tuple(_attempt(attempt) for attempt in made if attempt.override is not None),
        history=entries,
        conflicts=snapshot.conflicts,
        alerts=snapshot.alerts,
        next_steps=tuple(next_steps) if final and verdict in GOOD else (),
        notes=(*snapshot.notes, *notes),
        summary=summary_of(snapshot, timeline),
        processes=processes_of(snapshot),
        quality=quality_of(snapshot),
        timeline=timeline,
        actions=actions_of(snapshot, entries),
        recommendations=recommendations_of(snapshot, commands),
        next_check=next_check(snapshot, to_come, plan.polling if plan else Polling()),
        handoff=handoff_of(snapshot, to_come, plan),
        conflict_sentences=tuple(conflicts.sentences(one, snapshot.at) for one in snapshot.conflicts),
        probes=tuple(probes.lines(snapshot.probes, snapshot.at)),
    )


def _with_newest(attempts: Iterable[Attempt], views: Iterable[PhaseView]) -> list[Attempt]:
    """The attempts in order of time, those that were seen just now in place of their rows."""
    known = {(attempt.phase, attempt.number): attempt for attempt in attempts}
    known |= {(a.phase, a.number): a for view in views if (a := view.attempt) is not None}
    return sorted(known.values(), key=lambda attempt: attempt.intended_at)


def _phase(view: PhaseView, attempts: Sequence[Attempt], at: datetime) -> PhaseReport:
    account, judgement = view.account, view.judgement
    outcome = _outcome(view)
    spells = _merged(_spells(view, attempts, at))
    missing = account.counts.missing is not None
    return PhaseReport(
        name=view.name,
        title=view.title,
        state=view.state,
        why=view.why,
        judged=outcome is not None,
        outcome=outcome or Status.UNKNOWN,
        writes=view.writes,
        dates=view.dates,
        counts=account.counts,
        records=account.records,
        failed=tuple(account.of_state(UnitState.FAILED)),
        missing=tuple(account.of_state(UnitState.MISSING)) if missing else None,
        started_at=spells[0][0] if spells else None,
        ended_at=spells[-1][1] if spells and not _goes_on(view) else None,
        duration_s=sum((end - start).total_seconds() for start, end in spells) if spells else None,
        attempts=tuple(_attempt(attempt) for attempt in attempts),
        verdict=judgement.verdict if judgement else None,
        verdict_at=judgement.at if judgement else None,
        stale=_stale(view),
        suites=tuple(_suite(suite) for suite in view.suites),
        accepted=view.accepted,
        suspect=view.suspects.dates,
        unmet=tuple(condition for condition in view.gate if not condition.ok) if view.state in NOT_BEGUN else (),
    )


def _outcome(view: PhaseView) -> Status | None:
    """What a phase has come to; None while something is still to come of it."""
    if view.accepted is not None and view.state not in _LIVE:
        return Status.PASS
    if view.state is PhaseState.FINISHED and _all_asked(view):
        return Status.UNKNOWN
    return _OUTCOMES.get(view.state)


def _all_asked(view: PhaseView) -> bool:
    """Whether nothing is left by which a finished phase could be judged: its suites, if any, were all asked."""
    return all(suite.result is not None and not suite.stale and not suite.running for suite in _own(view))


def _stale(view: PhaseView) -> str:
    """Why its verdict no longer counts; empty while it does, and where there is none."""
    if view.judgement is None:
        return ""
    return view.judgement.stale or next((suite.stale for suite in _own(view) if suite.stale), "")


def _own(view: PhaseView) -> list[SuiteView]:
    return [suite for suite in view.suites if not suite.is_input]


def _goes_on(view: PhaseView) -> bool:
    attempt = view.attempt
    return view.state in _LIVE or bool(view.process.alive) or (attempt is not None and attempt.stage.live)


def _spells(view: PhaseView, attempts: Iterable[Attempt], at: datetime) -> Iterator[_Spell]:
    """When it ran: by its launches, its logs, and the process that is there; each with an end, now at the latest.

    A process that is gone says too little: that it was first missed now does not mean that it has just ended.
    """
    goes_on = _goes_on(view)
    for attempt in attempts:
        if attempt.started_at is not None:
            end = attempt.ended_at or (at if attempt.stage.live else view.account.last_line_at)
            yield attempt.started_at, end or attempt.started_at
    for run in view.account.runs:
        if run.started_at is not None:
            yield run.started_at, run.ended_at or (at if goes_on else view.account.last_line_at) or at
    if view.process.alive and view.process.started_at is not None:
        yield view.process.started_at, at


def _merged(spells: Iterable[_Spell]) -> list[_Spell]:
    """The same time without overlaps, in order."""
    merged: list[_Spell] = []
    for start, end in sorted(spells):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, max(start, end)))
    return merged


def _attempt(attempt: Attempt) -> AttemptReport:
    return AttemptReport(
        phase=attempt.phase,
        number=attempt.number,
        kind=attempt.order.kind,
        stage=attempt.stage,
        asked_by=attempt.asked_by,
        person=attempt.person,
        at=attempt.intended_at,
        override=attempt.override,
        pid=attempt.identity.pid if attempt.identity else None,
        started_at=attempt.started_at,
        ended_at=attempt.ended_at,
        exit_code=attempt.exit_code,
        signal=attempt.signal,
        ending=attempt.ending,
        note=attempt.note,
        days=attempt.order.days,
    )


def _suite(suite: SuiteView) -> SuiteReport:
    result = suite.result
    return SuiteReport(
        name=suite.name,
        title=suite.title,
        is_input=suite.is_input,
        verdict=result.verdict if result else None,
        at=result.at if result else None,
        stale=suite.stale,
        checks=tuple(_check(check) for check in result.checks) if result else (),
    )


def _check(check: Check) -> CheckReport:
    value, bound = verdicts.value_and_bound(check)
    return CheckReport(
        name=check.name,
        kind=check.kind,
        severity=check.severity,
        status=check.status,
        standing=verdicts.standing(check),
        value=check.value,
        unit=check.unit,
        bound=check.bound,
        shown=f"{value} ({bound})" if bound else value,
        detail=check.detail,
        todo=check.todo or "",
    )
