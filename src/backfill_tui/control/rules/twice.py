"""Alerts about a job that seems to run twice: several processes fit one phase, two print into its log. Pure."""

import shlex
from collections.abc import Iterator

from backfill_tui.control.model import UNDER_WAY, Alert, Severity
from backfill_tui.control.rules.sight import NightSight, PhaseSight


def running(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """A warning, since the plan's `match` may only be too wide: whether both do its work is not known.

    A process that another phase of the plan stands by is that one's work.
    """
    seen, phase = one.facts.process, one.facts.phase
    elsewhere = {each.facts.process.identity.pid for each in night.phases if each.facts.process.identity}
    others = [str(pid) for pid in seen.beside if pid not in elsewhere]
    if not seen.alive or not others or seen.identity is None:
        return
    mine = seen.identity.pid
    alone = len(others) == 1
    fit, it_is, all_of_them = ("fits", "that is", "both") if alone else ("fit", "these are", "all")
    table = phase.writes or "the same dates"
    yield Alert(
        id=f"twice:{one.name}",
        severity=Severity.WARNING,
        phase=one.name,
        since=night.now,
        title=f"{one.name} may run twice",
        detail=f"Beside process {mine}, which is watched, {' and '.join(others)} {fit} its `match`. "
        f"If {it_is} this job, too, they {all_of_them} write {table}: whichever comes last to a date wins.",
        action=f"Look at them: ps -o pid,lstart,args -p {','.join([str(mine), *others])}. End the ones that are "
        "too many, or make `match` tell them apart.",
    )


def printing(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """The lines of its log go on at two places by turns: somebody else prints into it."""
    turns = one.facts.account.turns
    if turns is None or one.state not in UNDER_WAY:
        return
    here = f": fuser -v {shlex.quote(one.log)}" if one.log else ""
    yield Alert(
        id=f"shared_log:{one.name}",
        severity=Severity.WARNING,
        phase=one.name,
        since=turns.since or night.now,
        title=f"Two jobs print into the log of {one.name}",
        detail=f"Its dates go on by turns at {' and at '.join(turns.places)}. Which of them did a date, and "
        "whether it came to an end, can't be told for certain: missing dates, pace and finish may be wrong.",
        action=f"See who has it open{here}. End the one that is too many; else give each a log of its own.",
    )
