"""The report as JSON: the object of `status --json`, and beside it what only a report tells (docs/report.md)."""

from datetime import tzinfo

from backfill_tui.checks.record import value_json
from backfill_tui.control.offer import Entry
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.views import contract, status
from backfill_tui.views.contract import Json
from backfill_tui.views.report_model import AttemptReport, CheckReport, PhaseReport, Report, SuiteReport
from backfill_tui.views.report_sections_json import sections


def as_json(report: Report, snapshot: Snapshot) -> Json:
    """The object of `report --json`; `snapshot` is the one that the report was made of."""
    zone = report.at.tzinfo
    assert zone is not None  # noqa: S101 - a report's time is aware
    told = status.as_json(snapshot)
    phases = zip(told["phases"], report.phases, strict=True)
    return {
        "plan": told["plan"],
        "at": told["at"],
        "final": report.final,
        "verdict": report.verdict.value,
        "go": report.go,
        "started_at": contract.moment(report.started_at, zone),
        "ended_at": contract.moment(report.ended_at, zone),
        "duration_s": _seconds(report.duration_s),
        **told,
        "phases": [{**known, **_phase(phase, zone)} for known, phase in phases],
        "blocking": [phase.name for phase in report.blocking],
        "overrides": [_attempt(attempt, zone) for attempt in report.overrides],
        "history": [_entry(entry, zone) for entry in report.history],
        "next_steps": list(report.next_steps),
        "notes": list(report.notes),
        **sections(report, zone),
    }


def _phase(phase: PhaseReport, zone: tzinfo) -> Json:
    return {
        "writes": phase.writes,
        "dates": contract.span(phase.dates),
        "judged": phase.judged,
        "in_scope": phase.in_scope,
        "outcome": phase.outcome.value,
        "started_at": contract.moment(phase.started_at, zone),
        "ended_at": contract.moment(phase.ended_at, zone),
        "duration_s": _seconds(phase.duration_s),
        "attempts": [_attempt(attempt, zone) for attempt in phase.attempts],
        "suites": [_suite(suite, zone) for suite in phase.suites],
    }


def _attempt(attempt: AttemptReport, zone: tzinfo) -> Json:
    return {
        "phase": attempt.phase,
        "number": attempt.number,
        "kind": attempt.kind.value,
        "stage": attempt.stage.value,
        "asked_by": attempt.asked_by,
        "person": attempt.person,
        "at": contract.moment(attempt.at, zone),
        "override": attempt.override,
        "pid": attempt.pid,
        "started_at": contract.moment(attempt.started_at, zone),
        "ended_at": contract.moment(attempt.ended_at, zone),
        "exit_code": attempt.exit_code,
        "signal": attempt.signal,
        "note": attempt.note,
        "days": contract.days(attempt.days),
    }


def _suite(suite: SuiteReport, zone: tzinfo) -> Json:
    return {
        "name": suite.name,
        "title": suite.title,
        "is_input": suite.is_input,
        "verdict": suite.verdict.value if suite.verdict else None,
        "at": contract.moment(suite.at, zone),
        "stale": suite.stale or None,
        "checks": [_check(check) for check in suite.checks],
    }


def _check(check: CheckReport) -> Json:
    return {
        "name": check.name,
        "kind": check.kind,
        "severity": check.severity,
        "status": check.status.value,
        "value": value_json(check.value),
        "unit": check.unit,
        "bound": check.bound,
        "detail": check.detail,
        "todo": check.todo or None,
    }


def _entry(entry: Entry, zone: tzinfo) -> Json:
    return {
        "at": contract.moment(entry.at, zone),
        "action": entry.action,
        "phase": entry.phase,
        "who": entry.who,
        "what": entry.what,
        "reason": entry.reason or None,
        "outcome": entry.outcome or None,
        "ended_at": contract.moment(entry.ended_at, zone),
        "days": contract.days(entry.days),
    }


def _seconds(duration: float | None) -> float | None:
    return None if duration is None else round(duration, 1)
