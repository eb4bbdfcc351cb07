"""The JSON of the contract. Times are ISO 8601 with offset, durations seconds, absent knowledge null."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from backfill_tui.control.gate import is_open
from backfill_tui.control.model import Condition
from backfill_tui.progress.account import Account, Counts, Run, UnitState
from backfill_tui.progress.eta import Forecast

if TYPE_CHECKING:
    from backfill_tui.sources.checkpoint import Checkpoint

Json = dict[str, Any]


def moment(at: datetime | None, zone: tzinfo) -> str | None:
    """A time in the zone that the reader thinks in."""
    return None if at is None else at.astimezone(zone).isoformat()


def days(dates: Iterable[date]) -> list[str]:
    """Dates as ISO, in order."""
    return [day.isoformat() for day in sorted(dates)]


def span(dates: tuple[date, date] | None) -> list[str] | None:
    """First and last date."""
    return None if dates is None else [dates[0].isoformat(), dates[1].isoformat()]


def units(counts: Counts) -> Json:
    """How many units are in each state."""
    names = ("total", "done", "empty", "skipped", "failed", "running", "pending", "missing")
    return {name: getattr(counts, name) for name in names}


def success_rate(counts: Counts) -> float | None:
    """In percent, two decimals."""
    rate = counts.success_rate
    return None if rate is None else round(rate, 2)


def missing_dates(account: Account) -> list[str] | None:
    """The dates passed over; None where the expected dates are not known by name."""
    return None if account.counts.missing is None else days(account.of_state(UnitState.MISSING))


def forecast(eta: Forecast | None, zone: tzinfo) -> Json | None:
    """Quantiles of the finish and of the remaining time."""
    if eta is None:
        return None
    return {
        "finish_p10": moment(eta.finish_p10, zone),
        "finish_p50": moment(eta.finish_p50, zone),
        "finish_p90": moment(eta.finish_p90, zone),
        "remaining_s": {
            "p10": round(eta.remaining_p10_s, 1),
            "p50": round(eta.remaining_p50_s, 1),
            "p90": round(eta.remaining_p90_s, 1),
        },
        "basis": eta.basis,
        "calibrated": eta.calibrated,
        "frozen": eta.frozen,
    }


def run(one: Run, zone: tzinfo) -> Json:
    """One invocation of a job."""
    return {
        "started_at": moment(one.started_at, zone),
        "ended_at": moment(one.ended_at, zone),
        "ended": one.ended.value,
        "dates": span(one.dates),
        "units_total": one.units_total,
        "workers": one.workers,
        "mode": one.mode.value,
        "fresh": one.fresh,
        "resumes_from": one.resumes_from.isoformat() if one.resumes_from else None,
        "dialect": one.dialect,
        "dialect_reason": one.dialect_reason,
    }


def account(of: Account, zone: tzinfo) -> Json:
    """What `inspect` and `status` say alike of an account."""
    return {
        "dates": span(of.dates),
        "units": units(of.counts),
        "claims_complete": of.claims_complete,
        "complete": of.complete,
        "success_rate": success_rate(of.counts),
        "records": of.records,
        "fatal_errors": of.fatal_errors,
        "error_lines": of.error_lines,
        "failed_dates": days(of.of_state(UnitState.FAILED)),
        "missing_dates": missing_dates(of),
        "current_date": of.current_date.isoformat() if of.current_date else None,
        "first_line_at": moment(of.first_line_at, zone),
        "last_line_at": moment(of.last_line_at, zone),
    }


def disagreements(of: Account) -> list[Json]:
    """Dates of which log and checkpoint tell different outcomes."""
    return [{"date": d.day.isoformat(), "log": d.log, "checkpoint": d.checkpoint} for d in of.disagreements]


def gate(conditions: Sequence[Condition]) -> Json:
    """Every condition with its evidence, and what they come to."""
    return {
        "state": "open" if is_open(conditions) else "blocked",
        "conditions": [
            {"name": one.name, "kind": one.kind.value, "ok": one.ok, "detail": one.detail} for one in conditions
        ],
    }


def checkpoint(
    seen: "Checkpoint", counts: Counts, holes: Iterable[date] | None, basis: str | None, zone: tzinfo
) -> Json:
    """A checkpoint by itself: it does not tell done from empty, nor what is running."""
    last = seen.last_successful_date
    return {
        "dates": span((seen.start, seen.end)) if seen.start and seen.end else None,
        "units": units(counts),
        "failed_dates": None if counts.failed is None else days(seen.failed),
        "last_successful_date": last.isoformat() if last else None,
        "updated_at": moment(seen.updated_at, zone),
        "holes": None if holes is None else days(holes),
        "holes_basis": basis,
    }
