"""Dates, commands and clauses as the sentences of alerts say them."""

import shlex
from collections.abc import Sequence
from datetime import date

from backfill_tui.control.rules.sight import PhaseSight
from backfill_tui.plan.resolved import Phase

_NAMED = 5  # dates named in a sentence
LISTED = 60
"""Dates in a command that a person may copy."""


def retry(phase: Phase, days: Sequence[date]) -> str:
    """The sentence that tells how these dates are run again."""
    command = phase.retry_of(days[:LISTED])
    if command is None:
        return "Run these dates again with the job's own list of dates."
    rest = f" (then the other {len(days) - LISTED})" if len(days) > LISTED else ""
    return f"Run them again: {shlex.join(command)}{rest}"


def retry_left(phase: Phase, days: Sequence[date]) -> str:
    """The same of dates that are failed or missing: `retry` knows them, a few are listed for a person."""
    command = phase.retry_of(days)
    if command is None:
        return retry(phase, days)
    by_hand = f", or by hand: {shlex.join(command)}" if len(days) <= LISTED else ""
    return f"Run them again: backfill-tui retry {phase.name}{by_hand}"


def named(days: Sequence[date]) -> str:
    """The first few dates, and how many more there are."""
    rest = len(days) - _NAMED
    return ", ".join(day.isoformat() for day in days[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def capital(clause: str) -> str:
    """A clause as the beginning of a sentence. Only of what begins with a word of ours: names stay as they are."""
    return f"{clause[:1].upper()}{clause[1:]}"


def end_of_log(one: PhaseSight) -> str:
    """The command that shows the end of its newest log, after a colon; empty where no log is known."""
    return f": tail -n 100 {shlex.quote(one.log)}" if one.log else ""


def in_log(one: PhaseSight, pattern: str, *, last: int = 0) -> str:
    """The command that finds such lines in its newest log, after a colon; `last`: so many of them at most."""
    if not one.log:
        return ""
    end = f" | tail -n {last}" if last else ""
    return f": grep -niE {shlex.quote(pattern)} {shlex.quote(one.log)}{end}"


def percent(share: float) -> str:
    """A share of 0…1 in percent: `47 %`; below ten with one decimal."""
    value = 100 * share
    return f"{value:.1f} %" if 0 < value < 10 else f"{value:.0f} %"
