"""Conflicts in words and as JSON: who writes one table with whom, since when, who wins, and what to stop."""

from datetime import datetime, tzinfo

from backfill_tui.control.model import Conflict, Writer
from backfill_tui.control.rules.conflicts import what_to_stop, who_wins
from backfill_tui.views import contract, formats


def as_json(conflict: Conflict, zone: tzinfo) -> contract.Json:
    """The object of `status --json`."""
    last = conflict.last
    winner = last.winner
    return {
        "phases": list(conflict.phases),
        "table": conflict.table,
        "dates": contract.span(conflict.dates),
        "days": conflict.days,
        "live": conflict.live,
        "doubtful": conflict.doubtful,
        "since": contract.moment(conflict.since, zone),
        "writers": [_writer(writer, zone) for writer in conflict.writers],
        "last_writer": {
            "phase": None if winner is None else conflict.phases[winner],
            "days": list(last.days),
            "unknown": last.unknown,
            "so_far": list(last.so_far),
            "detail": who_wins(conflict),
        },
        "restarters": list(conflict.restarters),
        "action": what_to_stop(conflict) if conflict.live or conflict.doubtful else None,
    }


def _writer(writer: Writer, zone: tzinfo) -> contract.Json:
    return {
        "phase": writer.phase,
        "plan": writer.plan,
        "alive": writer.alive,
        "pid": writer.pid,
        "since": contract.moment(writer.since, zone),
        "at_date": writer.at_date.isoformat() if writer.at_date else None,
        "stop": writer.stop or None,
    }


def sentences(conflict: Conflict, now: datetime) -> tuple[str, ...]:
    """Who, on which days and since when; who wins; what to stop, where both write now."""
    days = "on days that are not known" if conflict.dates is None else _days(conflict)
    since = f", since {formats.stamp(conflict.since, now)}" if conflict.since else ""
    both = f"both write it now{since}" if conflict.live else "one writes it now, the other is to"
    if conflict.doubtful:
        both = "both may write it now: not of both it is known whether the process lives"
    head = f"{' and '.join(conflict.phases)} write {conflict.table} {days}: {both}."
    now_both = conflict.live or conflict.doubtful
    return (head, who_wins(conflict), *((what_to_stop(conflict),) if now_both else conflict.restarters))


def _days(conflict: Conflict) -> str:
    return f"on {formats.plural(conflict.days or 0, 'day')} ({formats.date_range(conflict.dates)})"
