"""A snapshot as the JSON of the contract and as lines for a person."""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from backfill_tui.control.attempt import Acceptance
from backfill_tui.engine.snapshot import PhaseView, Snapshot, SuiteView
from backfill_tui.sources.process import ProcessSeen
from backfill_tui.views import conflicts, contract, forecast_json, forecast_words, formats, probes
from backfill_tui.views.source_notes import source_notes
from backfill_tui.views.spans import plain


def as_json(snapshot: Snapshot) -> contract.Json:
    """The object of `status --json`."""
    zone = snapshot.at.tzinfo
    assert zone is not None  # noqa: S101 - a snapshot's time is aware
    return {
        "plan": snapshot.plan,
        "at": contract.moment(snapshot.at, zone),
        "health": snapshot.health,
        "deadline": forecast_json.deadline(snapshot.deadline, zone),
        "critical_path": list(snapshot.critical_path),
        "record": forecast_json.record(snapshot.record),
        "phases": [_phase(view, snapshot) for view in snapshot.phases],
        "conflicts": [conflicts.as_json(conflict, zone) for conflict in snapshot.conflicts],
        "probes": probes.as_json(snapshot.probes, snapshot.at),
        "alerts": [
            {
                "id": alert.id,
                "severity": alert.severity.value,
                "phase": alert.phase,
                "since": contract.moment(alert.since, zone),
                "title": alert.title,
                "detail": alert.detail,
                "action": alert.action,
                "acknowledged": alert.acknowledged,
            }
            for alert in snapshot.alerts
        ],
        "drivers": [
            {"what": one.what, "pid": one.identity.pid, "since": contract.moment(one.since, zone)}
            for one in snapshot.drivers
        ],
        "notes": list(snapshot.notes),
    }


def _phase(view: PhaseView, snapshot: Snapshot) -> contract.Json:
    zone = snapshot.at.tzinfo
    assert zone is not None  # noqa: S101 - a snapshot's time is aware
    return {
        "name": view.name,
        "title": view.title,
        "state": view.state.value,
        "why": view.why,
        "remarks": list(view.remarks),
        "attempt": view.attempt.number if view.attempt else None,
        "critical": view.critical,
        "slack_s": forecast_json.slack_s(view.prospect),
        **contract.account(view.account, zone),
        "rate_per_hour": None if view.rate_per_hour is None else round(view.rate_per_hour, 1),
        "eta": contract.forecast(view.forecast, zone),
        "prospect": forecast_json.prospect(view.prospect, zone),
        "suspect_dates": contract.days(view.suspects.dates),
        "disagreements": contract.disagreements(view.account),
        "process": _process(view.process, snapshot),
        "checkpoint": _checkpoint(view, snapshot),
        "log_age_s": None if view.log_age_s is None else round(view.log_age_s, 1),
        "dialect": view.dialect,
        "timeline": forecast_json.timeline(view.timeline, zone),
        "gate": contract.gate(view.gate) if view.gate else None,
        "verdict": view.judgement.verdict.value if view.judgement else None,
        "verdict_stale": (view.judgement.stale or None) if view.judgement else None,
        "verdict_at": contract.moment(view.judgement.at, zone) if view.judgement else None,
        "suites": [_suite(suite, zone) for suite in view.suites],
        "accepted": _accepted(view.accepted, zone),
        "notes": list(source_notes(view)),
    }


def _accepted(acceptance: Acceptance | None, zone: tzinfo) -> contract.Json | None:
    if acceptance is None:
        return None
    return {"by": acceptance.person, "reason": acceptance.reason, "at": contract.moment(acceptance.at, zone)}


def _suite(suite: SuiteView, zone: tzinfo) -> contract.Json:
    result = suite.result
    return {
        "name": suite.name,
        "is_input": suite.is_input,
        "verdict": result.verdict.value if result else None,
        "at": contract.moment(result.at, zone) if result else None,
        "stale": suite.stale or None,
    }


def _checkpoint(view: PhaseView, snapshot: Snapshot) -> contract.Json | None:
    seen, zone = view.checkpoint, snapshot.at.tzinfo
    if seen is None or zone is None:
        return None
    return {
        "path": seen.path,
        "updated_at": contract.moment(seen.updated_at, zone),
        "last_successful_date": seen.last_successful_date.isoformat() if seen.last_successful_date else None,
        "holes": contract.days(seen.holes) if seen.readable else None,
        "holes_basis": seen.holes_basis,
    }


def _process(seen: ProcessSeen, snapshot: Snapshot) -> contract.Json:
    zone = snapshot.at.tzinfo
    assert zone is not None  # noqa: S101 - a snapshot's time is aware
    return {
        "pid": seen.identity.pid if seen.identity else None,
        "alive": seen.alive,
        "presence": seen.presence.value,
        "started_at": contract.moment(seen.started_at, zone),
        "cpu_percent": seen.cpu_percent,
        "rss_bytes": seen.rss_bytes,
        "exit_code": seen.exit_code,
        "adopted": seen.adopted,
        "note": seen.note,
    }


def as_lines(snapshot: Snapshot) -> Iterator[str]:
    """A line of health, one per phase, then the alerts; with no control characters of whoever wrote them."""
    return (plain(line) for line in _lines(snapshot))


def _lines(snapshot: Snapshot) -> Iterator[str]:
    zone = snapshot.at.tzinfo
    due = forecast_words.deadline(snapshot.deadline, snapshot.at)
    at = f"{formats.clock(snapshot.at, zone)} {snapshot.at.tzname()}"
    yield f"{snapshot.plan}: {snapshot.health} at {at}{due and ', ' + due}"
    width = max((len(view.name) for view in snapshot.phases), default=0)
    progress = _columns([_progress(view, snapshot.at) for view in snapshot.phases])
    troubles = [_trouble(view) for view in snapshot.phases]
    wide = max(map(len, troubles), default=0)
    for view, columns, trouble in zip(snapshot.phases, progress, troubles, strict=True):
        cells = (f"{view.name:<{width}}", f"{view.state.value:<8}", columns, trouble.ljust(wide), view.why)
        yield "  " + "  ".join(filter(None, cells))
        for note in source_notes(view):
            yield f"  {'':<{width}}  {note}"
    for alert in sorted(snapshot.alerts, key=lambda alert: alert.acknowledged):
        since = formats.clock(alert.since, zone)
        seen = "acknowledged, " if alert.acknowledged else ""
        yield f"  {seen}{alert.severity.value} since {since}: {alert.title}"
        yield from (
            f"    {words}" for words in (alert.detail, f"→ {alert.action}" if alert.action else "") if words
        )
    for line in probes.lines(snapshot.probes, snapshot.at):
        yield f"  {line}"
    for conflict in snapshot.conflicts:
        if not (conflict.live or conflict.doubtful):  # one that is, is among the alerts
            yield f"  conflict to come: {' '.join(conflicts.sentences(conflict, snapshot.at))}"
    for one in snapshot.drivers:
        yield f"  driven by {one.clause} since {formats.clock(one.since, zone)}"
    for note in snapshot.notes:
        yield f"  {note}"


def _progress(view: PhaseView, now: datetime) -> tuple[str, str, str, str]:
    """How far it is, its likely finish, and the range of that."""
    counts = view.account.counts
    known = counts.total is not None
    share = formats.percent(counts.fraction) if known else ""
    done = f"{counts.accounted:,}/{counts.total:,}" if known else ""
    if (prospect := forecast_words.prospect(view)) is None:
        return share, done, "", ""
    finish = prospect.finish
    frozen = " frozen" if prospect.frozen else ""
    return share, done, forecast_words.likely(prospect, now), formats.moments(finish.p10, finish.p90, now) + frozen


def _trouble(view: PhaseView) -> str:
    """What a share of 100 % would hide."""
    counts = view.account.counts
    told = (counts.failed, "failed"), (counts.missing, "missing"), (len(view.suspects.dates), "suspect")
    return ", ".join(f"{count:,} {word}" for count, word in told if count)


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Each row as one text, its cells at the right of columns that are as wide as they need to be."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.rjust(wide) for cell, wide in zip(row, widths, strict=True) if wide) for row in rows]
