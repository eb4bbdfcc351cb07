"""Whether what a phase wrote is still what its table holds, or the plan or another writer has come since. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from backfill_tui.control.attempt import Kind
from backfill_tui.control.conflicts import comes_after, of_one_table
from backfill_tui.control.facts import ROUNDED, PhaseFacts
from backfill_tui.control.model import GOOD, Judged
from backfill_tui.control.other_plans import Doing, OtherWriter
from backfill_tui.plan.ranges import days_in_common


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
    for other in of_one_table(facts, everyone):
        if days_in_common(facts.dates, other.dates) is None:
            continue
        if judged[other.phase.name][0] in GOOD and comes_after(other, facts, everyone):
            continue
        began, last = other.begun_at or other.last_run_at, _ended_at(other)
        known = given is not None and began is not None and began <= given.at
        if other.alive and not known:
            return f"{other.phase.name} writes its dates now"
        if not other.alive and since is not None and last is not None and last > since + ROUNDED:
            return f"{other.phase.name} ({judged[other.phase.name][0].value}) has written its dates since"
    return next(_by_other_plans(facts, since, given.at if given is not None else None), "")


def _by_other_plans(facts: PhaseFacts, since: datetime | None, accepted_at: datetime | None) -> Iterator[str]:
    """Other plans' phases that write its dates now, or have since, each as a clause.

    Not one that wrote already when a person accepted it.
    """
    for other in facts.others:
        known = accepted_at is not None and other.since is not None and other.since <= accepted_at
        if other.doing is Doing.WRITES and not known:
            yield f"{other.phase} of the plan {other.plan} writes its dates now"
        elif other.doing is Doing.WROTE and since is not None and _came_after(other, since):
            yield f"{other.phase} of the plan {other.plan} has written its dates since"


def _came_after(other: OtherWriter, since: datetime) -> bool:
    """Whether one that has ended was begun after a moment, or ended clearly later than that."""
    begun = other.since is not None and other.since > since
    return begun or (other.ended_at is not None and other.ended_at > since + ROUNDED)


def _ended_at(facts: PhaseFacts) -> datetime | None:
    """When it was last at work, as far as is known."""
    ours = facts.attempt
    times = [facts.process.gone_since if facts.run is None else None, facts.account.last_line_at]
    times.append(ours.ended_at if ours is not None else None)
    return max((time for time in times if time is not None), default=None)
