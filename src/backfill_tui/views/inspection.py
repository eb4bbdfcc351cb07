"""What `inspect` says, as the JSON of the contract and as lines for a person."""

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo

from backfill_tui.engine.inspection import CheckpointInspected, Inspected, LogInspected, Unreadable
from backfill_tui.progress.account import Account, Counts, Run, RunEnd, UnitState
from backfill_tui.sources.dialects.explanation import Explanation
from backfill_tui.views import contract
from backfill_tui.views.explanation import explanation_json, explanation_lines
from backfill_tui.views.formats import plural

_FEW = 8


def as_json(inspected: Iterable[Inspected], zone: tzinfo) -> contract.Json:
    """One object per file, in `files`."""
    return {"files": [_file_json(item, zone) for item in inspected]}


def _file_json(item: Inspected, zone: tzinfo) -> contract.Json:
    match item:
        case Unreadable():
            return {"path": str(item.path), "error": item.error, **_explained(item.explanation, zone)}
        case LogInspected():
            return {
                "path": str(item.path),
                "kind": "log",
                "dialect": item.dialect,
                "lines": item.lines,
                "unrecognized_lines": item.unrecognized_lines,
                "runs": [contract.run(run, zone) for run in item.account.runs],
                **contract.account(item.account, zone),
                "rate_per_hour": None if item.rate_per_hour is None else round(item.rate_per_hour, 1),
                "eta": contract.forecast(item.eta, zone),
                "disagreements": contract.disagreements(item.account),
                "notes": list(item.notes),
                **_explained(item.explanation, zone),
            }
        case CheckpointInspected():
            return {
                "path": str(item.path),
                "kind": "checkpoint",
                **contract.checkpoint(item.checkpoint, item.counts, item.holes, item.basis, zone),
                "notes": list(item.notes),
            }


def _explained(explanation: Explanation | None, zone: tzinfo) -> contract.Json:
    return {} if explanation is None else {"explanation": explanation_json(explanation, zone)}


def as_lines(inspected: Iterable[Inspected], zone: tzinfo) -> Iterator[str]:
    """A paragraph per file."""
    for i, item in enumerate(inspected):
        if i:
            yield ""
        match item:
            case Unreadable():
                yield f"{item.path}: {item.error}"
                if item.explanation is not None:
                    yield from explanation_lines(item.explanation, zone)
            case LogInspected():
                yield from _log_lines(item, zone)
                if item.explanation is not None:
                    yield from explanation_lines(item.explanation, zone)
            case CheckpointInspected():
                yield from _checkpoint_lines(item, zone)


def _log_lines(item: LogInspected, zone: tzinfo) -> Iterator[str]:
    account = item.account
    unrecognized = f"{item.unrecognized_lines:,} of them not recognised"
    yield f"{item.path}  (log, {item.dialect or 'no dialect'}, {item.lines:,} lines, {unrecognized})"
    yield f"  {_span(account)}{_counts(account.counts)}"
    yield f"  {_verdict(account)}"
    rate = contract.success_rate(account.counts)
    success = "success rate not known" if rate is None else f"success rate {rate} %"
    records = "" if account.records is None else f", {account.records:,} records"
    yield f"  {success}{records}, {plural(account.error_lines, 'error line')}, {account.fatal_errors} fatal"
    for state in (UnitState.MISSING, UnitState.FAILED):
        if dates := contract.days(account.of_state(state)):
            yield f"  {state.value}: {_few(dates)}"
    for number, run in enumerate(account.runs, 1):
        yield f"  run {number}: {_run(run, zone)}"
    if item.rate_per_hour is not None:
        yield f"  {item.rate_per_hour:.0f} an hour, {_finish(item, zone)}"
    for disagreement in account.disagreements:
        yield f"  {disagreement.day}: the log says {disagreement.log}, the checkpoint {disagreement.checkpoint}"
    for note in item.notes:
        yield f"  {note}"


def _checkpoint_lines(item: CheckpointInspected, zone: tzinfo) -> Iterator[str]:
    seen = item.checkpoint
    yield f"{item.path}  (checkpoint, updated {_clock(seen.updated_at, zone)})"
    dates = f"{seen.start} … {seen.end}: " if seen.start and seen.end else ""
    yield f"  {dates}{_counts(item.counts)}, last successful date {seen.last_successful_date or 'not known'}"
    if item.holes:
        basis = "if every day is due (assumed)" if item.basis == "every_day" else f"by its {item.basis}"
        dates = _few([day.isoformat() for day in item.holes])
        yield f"  {plural(len(item.holes), 'hole')} before it {basis}, which a resume would skip: {dates}"
    for note in item.notes:
        yield f"  {note}"


def _span(account: Account) -> str:
    return f"{account.dates[0]} … {account.dates[1]}: " if account.dates else ""


def _counts(counts: Counts) -> str:
    named = (
        (name, getattr(counts, name))
        for name in ("done", "empty", "skipped", "failed", "running", "pending", "missing")
    )
    total = "an unknown number of units" if counts.total is None else plural(counts.total, "unit")
    parts = ", ".join(f"{number:,} {name}" for name, number in named if number)
    return f"{total}: {parts or 'nothing yet'}"


def _verdict(account: Account) -> str:
    if account.complete:
        return "complete: the job says so, and every date is accounted for"
    if account.claims_complete:
        return "NOT complete: the job says so, but not every date is accounted for"
    if account.runs and account.runs[-1].ended is RunEnd.KILLED:
        return "not complete: the last run ended without a summary"
    return "not complete: no summary yet" if account.runs else "not complete: no run in it"


def _run(run: Run, zone: tzinfo) -> str:
    dates = f", {run.dates[0]} … {run.dates[1]}" if run.dates else ""
    resumed = f", resumed at {run.resumes_from}" if run.resumes_from else ""
    fresh = ", from the beginning (--no-resume)" if run.fresh else ""
    workers = f" with {run.workers} workers" if run.workers and run.workers > 1 else ""
    end = f" to {_clock(run.ended_at, zone)}" if run.ended_at else ""
    return (
        f"{_clock(run.started_at, zone)}{end}, {run.ended.value}, {run.mode.value}{workers}{dates}{resumed}{fresh}"
        f"; {run.dialect}: {run.dialect_reason}"
    )


def _finish(item: LogInspected, zone: tzinfo) -> str:
    eta = item.eta
    if eta is None:
        return "finish not known yet"
    p10, p50, p90 = (_clock(at, zone) for at in (eta.finish_p10, eta.finish_p50, eta.finish_p90))
    trust = "calibrated" if eta.calibrated else "uncalibrated"
    still = "; frozen: its log has stood still since" if eta.frozen else ""
    return f"finish likely {p50} (80 %: {p10} to {p90}, {trust}, {eta.basis}{still})"


def _clock(at: datetime | None, zone: tzinfo) -> str:
    return "at an unknown time" if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _few(dates: list[str]) -> str:
    rest = len(dates) - _FEW
    return ", ".join(dates[:_FEW]) + (f" and {rest} more" if rest > 0 else "")
