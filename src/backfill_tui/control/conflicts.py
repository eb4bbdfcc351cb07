"""Two writers of one table on days in common: the last one wins, and the other's work is lost. Pure."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations

from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.last_word import course_of, last_word
from backfill_tui.control.model import NOT_BEGUN, UNDER_WAY, Conflict, LastWord, PhaseState, Writer
from backfill_tui.control.other_plans import Doing, OtherWriter
from backfill_tui.plan.ranges import Dates, days_in_common, may_meet
from backfill_tui.plan.tables import same_table
from backfill_tui.progress.account import RunEnd

_COMING = NOT_BEGUN | UNDER_WAY


def find_conflicts(
    facts: Sequence[PhaseFacts], states: Mapping[str, PhaseState], *, now: datetime
) -> tuple[Conflict, ...]:
    """Every pair that writes the same table on days in common, where one writes now and the other does or will.

    Those of this plan come first, then those with other plans. Of two that both write now it is a conflict, too,
    where it is not known on which days.
    """
    pairs = (pair for pair in combinations(facts, 2) if _write_one_table(*pair))
    within = (_within(one, other, facts, states, now) for one, other in pairs)
    beyond = (_beyond(one, other, facts, states) for one in facts for other in one.others)
    return tuple(conflict for conflict in (*within, *beyond) if conflict is not None)


def restarters_of(
    facts: PhaseFacts, everyone: Sequence[PhaseFacts], states: Mapping[str, PhaseState]
) -> tuple[str, ...]:
    """What would write its table on its days by itself once it has been stopped, each as a sentence."""
    found = []
    for other in of_one_table(facts, everyone):
        phase, state = other.phase, states[other.phase.name]
        waits = phase.start == "auto" and phase.command is not None and state in NOT_BEGUN
        if waits and not other.alive and may_meet(facts.dates, other.dates):
            by = other.driven_by or "`run`, or a screen with --auto, though nobody drives now"
            found.append(f"{phase.name} is to start by itself, by {by}: it writes {phase.writes} too.")
    coming = (one for one in facts.others if one.doing is Doing.WILL_WRITE)
    found += [f"{one.clause[:1].upper()}{one.clause[1:]}: it writes {one.table} too." for one in coming]
    return (*found, *facts.controllers)


def is_contested(facts: PhaseFacts, everyone: Sequence[PhaseFacts]) -> bool:
    """Whether it writes now what others, of this plan or another, write or will write on days maybe in common."""
    if not facts.alive:
        return False
    within = any(may_meet(facts.dates, other.dates) for other in of_one_table(facts, everyone))
    return within or any(one.doing is not Doing.WROTE for one in facts.others)


def rivals_of(facts: PhaseFacts, everyone: Sequence[PhaseFacts]) -> list[str]:
    """The live phases that write this one's table on days in common, by name."""
    return [
        other.phase.name
        for other in of_one_table(facts, everyone)
        if other.alive and days_in_common(facts.dates, other.dates) is not None
    ]


def doubtful_rivals_of(facts: PhaseFacts, everyone: Sequence[PhaseFacts]) -> list[str]:
    """Those that may be at this one's dates, each as a clause: whether they live, or on what days, is not known."""
    found = []
    for other in of_one_table(facts, everyone):
        name = other.phase.name
        if other.alive and (facts.dates is None or other.dates is None):
            found.append(f"{name} writes it now; on which dates is not known")
        elif other.alive is None and _log_is_open(other) and may_meet(facts.dates, other.dates):
            found.append(f"{name} may be writing it: its log is open, whether its process lives is not known")
    return found


def of_one_table(facts: PhaseFacts, everyone: Sequence[PhaseFacts]) -> Iterator[PhaseFacts]:
    """The other phases that write its table."""
    return (other for other in everyone if other.phase.name != facts.phase.name and _write_one_table(facts, other))


def comes_after(one: PhaseFacts, other: PhaseFacts, everyone: Sequence[PhaseFacts]) -> bool:
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


def _within(
    one: PhaseFacts,
    other: PhaseFacts,
    everyone: Sequence[PhaseFacts],
    states: Mapping[str, PhaseState],
    now: datetime,
) -> Conflict | None:
    """The conflict of two phases of this plan that write one table, if it is one."""
    live = bool(one.alive and other.alive)
    stands = {states[one.phase.name], states[other.phase.name]}
    doubtful = not live and stands == {PhaseState.RUNNING}
    coming = bool(one.alive or other.alive) and stands <= _COMING
    common = days_in_common(one.dates, other.dates)
    if not _is_one(live, coming or doubtful, common, one.dates, other.dates):
        return None
    restarters = [restarters_of(each, everyone, states) for each in (one, other) if each.alive]
    return Conflict(
        writers=(_writer(one), _writer(other)),
        table=one.phase.writes or "",
        dates=common,
        days=_count(common),
        live=live,
        since=_since(one.begun_at, other.begun_at) if live else None,
        last=_between(one, other, states, common, now),
        restarters=tuple(dict.fromkeys(sentence for found in restarters for sentence in found)),
        doubtful=doubtful,
    )


def _beyond(
    one: PhaseFacts, other: OtherWriter, everyone: Sequence[PhaseFacts], states: Mapping[str, PhaseState]
) -> Conflict | None:
    """The conflict of a phase with one of another plan, if it is one."""
    writes, state = other.doing is Doing.WRITES, states[one.phase.name]
    live = bool(one.alive and writes)
    doubtful = writes and not live and state is PhaseState.RUNNING
    met = bool(one.alive and other.doing is Doing.WILL_WRITE) or (writes and state in _COMING)
    common = days_in_common(one.dates, other.dates)
    if not _is_one(live, met, common, one.dates, other.dates):
        return None
    return Conflict(
        writers=(_writer(one), _other_writer(other)),
        table=one.phase.writes or other.table,
        dates=common,
        days=_count(common),
        live=live,
        since=_since(one.begun_at, other.since) if live else None,
        last=_against(other, common, live=live or doubtful, mine_comes=not one.alive),
        restarters=restarters_of(one, everyone, states) if one.alive else (),
        doubtful=doubtful,
    )


def _is_one(live: bool, met: bool, common: Dates | None, one: Dates | None, other: Dates | None) -> bool:
    """Of what may meet on days that are not known only two live writers are a conflict."""
    if common is not None:
        return live or met
    return live and may_meet(one, other)


def _between(
    one: PhaseFacts, other: PhaseFacts, states: Mapping[str, PhaseState], common: Dates | None, now: datetime
) -> LastWord:
    if common is None:
        return LastWord(why="it is not known which days they have in common")
    mine, theirs = course_of(one, states[one.phase.name]), course_of(other, states[other.phase.name])
    if mine is None or theirs is None:
        name = (one if mine is None else other).phase.name
        return LastWord(unknown=_count(common) or 0, why=f"how far {name} is, date by date, is not known")
    return last_word(mine, theirs, common, now)


def _against(other: OtherWriter, common: Dates | None, *, live: bool, mine_comes: bool) -> LastWord:
    """Of another plan's phase only its days are known, not how far it is; but who comes later comes last."""
    if common is None:
        return LastWord(why="it is not known which days they have in common")
    days = _count(common) or 0
    if live:
        return LastWord(unknown=days, why=f"how far {other.name} is, is known to its own plan only")
    return LastWord(days=(days, 0) if mine_comes else (0, days))


def _writer(facts: PhaseFacts) -> Writer:
    name, identity = facts.phase.name, facts.process.identity
    return Writer(
        phase=name,
        alive=facts.alive,
        pid=identity.pid if identity is not None and facts.process.alive else None,
        since=facts.begun_at if facts.alive else None,
        at_date=facts.account.current_date if facts.alive else None,
        stop=f"backfill-tui stop {shlex.quote(name)}" if facts.alive else "",
    )


def _other_writer(other: OtherWriter) -> Writer:
    writes = other.doing is Doing.WRITES
    return Writer(
        phase=other.phase,
        plan=other.plan,
        alive=writes,
        pid=other.pid if writes else None,
        since=other.since if writes else None,
        stop=other.stop if writes else "",
    )


def _since(one: datetime | None, other: datetime | None) -> datetime | None:
    """From when on both have been there."""
    return None if one is None or other is None else max(one, other)


def _count(span: Dates | None) -> int | None:
    return None if span is None else (span[1] - span[0]).days + 1


def _write_one_table(one: PhaseFacts, other: PhaseFacts) -> bool:
    return same_table(one.phase.writes, other.phase.writes)


def _log_is_open(facts: PhaseFacts) -> bool:
    return facts.run is not None and facts.run.ended is RunEnd.OPEN
