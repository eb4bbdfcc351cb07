"""When to look at a night again, and why then: what is expected next, and how long one may go without looking."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from backfill_tui.control.model import NOT_BEGUN, UNDER_WAY, PhaseState, Severity
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.plan.resolved import Polling
from backfill_tui.views import forecast_words as words
from backfill_tui.views import formats
from backfill_tui.views.report_sections import NextCheck, NextReport

AT_LEAST_EVERY = timedelta(hours=1)
"""While anything runs, it is looked at once so often, however far off its end is."""

SOON_AT_MOST = timedelta(minutes=15)
"""While something is wrong, the plan's rhythm of printed lines counts, up to this."""

_A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Moment:
    at: datetime
    why: str


def next_check(snapshot: Snapshot, coming: tuple[NextReport, ...], polling: Polling) -> NextCheck:
    """The earliest of what is expected; sooner while something is wrong; None where nothing changes by itself."""
    now = snapshot.at
    soon = now + min(timedelta(seconds=polling.interval_s * polling.progress_every), SOON_AT_MOST)
    moments = [one for one in _expected(snapshot, soon) if one.at > now]
    under_way = [view for view in snapshot.phases if view.state in UNDER_WAY or view.state is PhaseState.VALIDATING]
    starting = [one.name for one in coming if one.starts == "by itself" and one.gate == "GO"]
    if not under_way and not starting:
        return _of_a_rest(snapshot, moments)
    moments += _wrong(snapshot, soon)
    if starting:
        moments.append(_Moment(soon, f"{', '.join(starting)} should have started by itself by then"))
    moments.append(_Moment(now + AT_LEAST_EVERY, "nothing is expected sooner; what runs is looked at once an hour"))
    first = min(moments, key=lambda one: one.at)
    return NextCheck(_whole_minute(first.at, now), first.why)


def _expected(snapshot: Snapshot, soon: datetime) -> Iterator[_Moment]:
    """Ends of what runs, starts that the plan expects, the deadline."""
    now = snapshot.at
    for view in snapshot.phases:
        seen = words.prospect(view)
        if view.state in UNDER_WAY and seen is not None and not seen.frozen:
            yield _finish(view, seen.finish.p50, words.likely(seen, now), soon, now)
        begins = view.timeline.expected_start if view.timeline else None
        if view.state in NOT_BEGUN and begins is not None:
            yield _Moment(begins, f"the plan expects {view.name} to have started by {formats.moment(begins, now)}")
    if snapshot.deadline is not None:
        yield _Moment(snapshot.deadline.by, f"it is the deadline of {snapshot.deadline.phase}")


def _finish(view: PhaseView, at: datetime, likely: str, soon: datetime, now: datetime) -> _Moment:
    if at <= now:
        return _Moment(soon, f"{view.name} was forecast to be done by now")
    return _Moment(at, f"{view.name} is likely done then ({likely})")


def _wrong(snapshot: Snapshot, soon: datetime) -> Iterator[_Moment]:
    """Nobody waits for an end while something is wrong."""
    critical = sum(a.severity is Severity.CRITICAL and not a.acknowledged for a in snapshot.alerts)
    if critical:
        count = "1 critical alert is" if critical == 1 else f"{critical} critical alerts are"
        yield _Moment(soon, f"{count} open")
    stalled = [view.name for view in snapshot.phases if view.state is PhaseState.STALLED]
    if stalled:
        yield _Moment(soon, f"nothing is heard of {', '.join(stalled)}")


def _of_a_rest(snapshot: Snapshot, moments: list[_Moment]) -> NextCheck:
    """Nothing is at work: only times that the plan names can be waited for."""
    nothing = "nothing runs, and nothing starts by itself: look again once a person has done something"
    if not moments:
        return NextCheck(None, nothing)
    first = min(moments, key=lambda one: one.at)
    return NextCheck(_whole_minute(first.at, snapshot.at), f"{first.why}; until then {nothing}")


def _whole_minute(at: datetime, now: datetime) -> datetime:
    """Rounded up, unless it is nearer than that; in the zone of `now`."""
    local = at.astimezone(now.tzinfo)
    whole = local.replace(second=0, microsecond=0)
    return local if whole == local or at - now < 2 * _A_MINUTE else whole + _A_MINUTE
