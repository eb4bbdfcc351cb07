"""The sections of a status report as JSON (docs/report.md). Times are ISO 8601, absent knowledge null."""

from datetime import tzinfo

from backfill_tui.views import contract, forecast_json
from backfill_tui.views.contract import Json, moment
from backfill_tui.views.report_model import PhaseReport, Report, SuiteReport
from backfill_tui.views.report_sections import (
    ActionReport,
    CoverageReport,
    HandoffReport,
    NextReport,
    ProcessReport,
    RunningReport,
    SummaryReport,
    TimelineReport,
)


def sections(report: Report, zone: tzinfo) -> Json:
    """By key, in the order in which they are read."""
    return {
        "summary": _summary(report, report.summary),
        "processes": [_process(one, zone) for one in report.processes],
        "data_quality": [_quality(report.phase(one.name), one.coverage, zone) for one in report.quality],
        "timeline": [_item(one, zone) for one in report.timeline],
        "issues": [
            {
                "severity": one.severity.value,
                "phase": one.phase,
                "since": moment(one.since, zone),
                "title": one.title,
                "detail": one.detail,
                "action": one.action or None,
            }
            for one in report.issues
        ],
        "actions": [_action(one, zone) for one in report.actions],
        "recommendations": [
            {
                "text": one.text,
                "because": one.because,
                "phase": one.phase,
                "severity": one.severity,
                "alert": one.alert,
            }
            for one in report.recommendations
        ],
        "next_check": {"at": moment(report.next_check.at, zone), "why": report.next_check.why},
        "handoff": _handoff(report.handoff, zone),
    }


def _summary(report: Report, one: SummaryReport) -> Json:
    return {
        "health": report.health,
        "critical": one.critical,
        "warnings": one.warnings,
        "acknowledged": one.acknowledged,
        "all_running": one.all_running,
        "running": list(one.running),
        "not_running": list(one.not_running),
        "unsure": list(one.unsure),
        "on_track": one.on_track,
        "track": list(one.track),
        "judged": sum(phase.judged for phase in report.phases),
        "phases": len(report.phases),
    }


def _process(one: ProcessReport, zone: tzinfo) -> Json:
    known = one.total is not None or one.accounted
    return {
        "phase": one.name,
        "state": one.state.value,
        "critical": one.critical,
        "alive": one.alive,
        "accounted": one.accounted if known else None,
        "total": one.total,
        "percent": round(100.0 * one.accounted / one.total, 1) if one.total else None,
        "current_date": one.current_date.isoformat() if one.current_date else None,
        "eta": forecast_json.moments(one.eta.finish, zone) if one.eta else None,
        "calibrated": one.eta.calibrated if one.eta else None,
        "frozen": one.eta.frozen if one.eta else None,
        "ended_at": moment(one.ended_at, zone),
        "rate_per_hour": None if one.rate_per_hour is None else round(one.rate_per_hour, 1),
        "skipped": one.skipped,
        "suspect": one.suspect_count,
        "critical_alerts": one.critical_alerts,
        "warnings": one.warnings,
    }


def _quality(phase: PhaseReport, coverage: CoverageReport, zone: tzinfo) -> Json:
    return {
        "phase": phase.name,
        "coverage": {
            "due": coverage.due,
            "covered": coverage.covered,
            "percent": None if coverage.percent is None else round(coverage.percent, 2),
            "basis": coverage.basis,
            "lacking_dates": contract.days(coverage.lacking),
            "to_come": coverage.to_come,
            "detail": coverage.why or None,
        },
        "success_rate": contract.success_rate(phase.counts),
        "records": phase.records,
        "verdict": phase.verdict.value if phase.verdict else None,
        "stale": phase.stale or None,
        "suites": [_suite(suite, zone) for suite in phase.suites],
    }


def _suite(suite: SuiteReport, zone: tzinfo) -> Json:
    """Its checks with a bound, and whatever does not pass; all of them are in the phase's own `suites`."""
    return {
        "name": suite.name,
        "is_input": suite.is_input,
        "verdict": suite.verdict.value if suite.verdict else None,
        "at": moment(suite.at, zone),
        "metrics": [
            {
                "name": check.name,
                "shown": check.shown,
                "bound": check.bound,
                "standing": check.standing.value if check.standing else None,
            }
            for check in (*suite.troubles, *suite.kept)
        ],
    }


def _item(one: TimelineReport, zone: tzinfo) -> Json:
    return {
        "phase": one.name,
        "state": one.state.value,
        "critical": one.critical,
        "expected_start": moment(one.expected_start, zone),
        "expected_finish": moment(one.expected_finish, zone),
        "finish": moment(one.finish, zone),
        "finish_is": None if one.finish is None else "actual" if one.ended else "forecast",
        "range": forecast_json.moments(one.spread, zone),
        "calibrated": one.calibrated if one.spread else None,
        "frozen": one.frozen,
        "delta_s": one.delta_s,
        "assessment": one.assessment,
        "changed_s": one.changed_s,
    }


def _action(one: ActionReport, zone: tzinfo) -> Json:
    return {
        "at": moment(one.at, zone),
        "who": one.who,
        "what": one.what,
        "phase": one.phase or None,
        "decision": one.decision,
        "reason": one.reason or None,
        "outcome": one.outcome or None,
        "standing": one.standing,
    }


def _handoff(one: HandoffReport, zone: tzinfo) -> Json:
    return {
        "folder": one.folder or None,
        "drivers": list(one.drivers),
        "running": [_running(run, zone) for run in one.running],
        "next": [_next(step, zone) for step in one.coming],
        "commands": [str(command) for command in one.commands],
    }


def _running(one: RunningReport, zone: tzinfo) -> Json:
    return {
        "phase": one.name,
        "pid": one.pid,
        "since": moment(one.since, zone),
        "logs": list(one.logs),
        "origin": one.origin,
        "command": one.command or None,
    }


def _next(one: NextReport, zone: tzinfo) -> Json:
    return {
        "phase": one.name,
        "state": one.state.value,
        "gate": one.gate,
        "waits_for": [{"name": c.name, "ok": c.ok, "detail": c.detail} for c in one.waits_for],
        "likely_start": forecast_json.moments(one.likely_start, zone),
        "starts": one.starts,
        "how": one.how,
    }
