"""Two writers of one table on days in common: the last one wins, and the other's work is lost."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import combinations

from backfill_tui.control.attempt import Kind
from backfill_tui.control.facts import ROUNDED, PhaseFacts
from backfill_tui.control.model import GOOD, Conflict, Judged, PhaseState
from backfill_tui.plan.tables import same_table
from backfill_tui.progress.account import RunEnd

_COMING = frozenset(
    {
        PhaseState.WAITING,
        PhaseState.BLOCKED,
        PhaseState.READY,
        PhaseState.LAUNCHING,
        PhaseState.RUNNING,
        PhaseState.STALLED,
    }
)


def find_conflicts(facts: Sequence[PhaseFacts], states: Mapping[str, PhaseState]) -> tuple[Conflict, ...]:
    """Every pair that writes the same table on days in common, where one writes now and the other does or will."""
    found = []
    for one, other in combinations(facts, 2):
        table = one.phase.writes
        if table is None or not _write_one_table(one, other):
            continue
        common = days_in_common(one.dates, other.dates)
        live = bool(one.alive and other.alive)
        either = bool(one.alive or other.alive)
        coming = {states[one.phase.name], states[other.phase.name]} <= _COMING
        if common is not None and (live or (either and coming)):
            days = (common[1] - common[0]).days + 1
            found.append(Conflict((one.phase.name, other.phase.name), table, common, days, live))
    return tuple(found)


def days_in_common(one: tuple[date, date] | None, other: tuple[date, date] | None) -> tuple[date, date] | None:
    """The days that lie in both ranges; None if there are none, or a range is not known."""
    if one is None or other is None:
        return None
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start <= end else None


def may_meet(one: tuple[date, date] | None, other: tuple[date, date] | None) -> bool:
    """Whether two ranges have days in common, or may have: one of them is not known."""
    return one is None or other is None or days_in_common(one, other) is not None


def rivals_of(facts: PhaseFacts, everyone: Sequence[PhaseFacts]) -> list[str]:
    """The live phases that write this one's table on days in common, by name."""
    return [
        other.phase.name
        for other in _same_table(facts, everyone)
        if other.alive and days_in_common(facts.dates, other.dates) is not None
    ]


def doubtful_rivals_of(facts: PhaseFacts, everyone: Sequence[PhaseFacts]) -> list[str]:
    """Those that may be at this one's dates, each as a clause: whether they live, or on what days, is not known."""
    found = []
    for other in _same_table(facts, everyone):
        name = other.phase.name
        if other.alive and (facts.dates is None or other.dates is None):
            found.append(f"{name} writes it now; on which dates is not known")
        elif other.alive is None and _log_is_open(other) and may_meet(facts.dates, other.dates):
            found.append(f"{name} may be writing it: its log is open, whether its process lives is not known")
    return found


def changed_since(facts: PhaseFacts, now: datetime) -> str:
    """What the plan says otherwise of a phase than when we launched it, as a clause; empty if nothing."""
    ours, phase = facts.launched(now), facts.phase
    if ours is None or ours.order.kind is not Kind.RUN or facts.accepted(now) is not None:
        return ""
    if phase.command is not None and ours.order.commands and ours.order.commands != (phase.command,):
        return "its command in the plan has changed since it ran"
    return (
        "the table that it writes has changed in the plan since it ran" if ours.order.writes != phase.writes else ""
    )


def overwritten_by(
    facts: PhaseFacts, everyone: Sequence[PhaseFacts], judged: Mapping[str, Judged], *, now: datetime
) -> str:
    """Who has written a phase's dates since it ended, or since a person accepted it, as a clause; empty if nobody.

    However good another was found, this one's work is lost; only a good one that comes after it by the plan has
    written over it as it should. Not meant is a phase whose suites count: these are stale by themselves once
    somebody has written.
    """
    given = facts.accepted(now)
    if given is None and facts.phase.suites:
        return ""
    since = given.at if given is not None else _ended_at(facts)
    for other in _same_table(facts, everyone):
        if days_in_common(facts.dates, other.dates) is None:
            continue
        if judged[other.phase.name][0] in GOOD and _comes_after(other, facts, everyone):
            continue
        began, last = other.begun_at or other.last_run_at, _ended_at(other)
        known = given is not None and began is not None and began <= given.at
        if other.alive and not known:
            return f"{other.phase.name} writes its dates now"
        if not other.alive and since is not None and last is not None and last > since + ROUNDED:
            return f"{other.phase.name} ({judged[other.phase.name][0].value}) has written its dates since"
    return ""


def _same_table(facts: PhaseFacts, everyone: Sequence[PhaseFacts]) -> Iterator[PhaseFacts]:
    """The other phases that write its table."""
    return (other for other in everyone if other.phase.name != facts.phase.name and _write_one_table(facts, other))


def _write_one_table(one: PhaseFacts, other: PhaseFacts) -> bool:
    table, other_table = one.phase.writes, other.phase.writes
    return table is not None and other_table is not None and same_table(table, other_table)


def _comes_after(one: PhaseFacts, other: PhaseFacts, everyone: Sequence[PhaseFacts]) -> bool:
    """Whether by the plan one starts only once the other is done, at once or by way of others."""
    by_name = {each.phase.name: each.phase for each in everyone}
    found: set[str] = set()
    open_ends = list(one.phase.after)
    while open_ends:
        name = open_ends.pop()
        if name not in found:
            found.add(name)
            open_ends.extend(by_name[name].after)
    return other.phase.name in found


def _log_is_open(facts: PhaseFacts) -> bool:
    return facts.run is not None and facts.run.ended is RunEnd.OPEN


def _ended_at(facts: PhaseFacts) -> datetime | None:
    """When it was last at work, as far as is known."""
    ours = facts.attempt
    times = [facts.process.gone_since if facts.run is None else None, facts.account.last_line_at]
    times.append(ours.ended_at if ours is not None else None)
    return max((time for time in times if time is not None), default=None)
