"""The alert about inputs that fail while a phase computes from them. Pure."""

from collections.abc import Iterator

from backfill_tui.control.model import UNDER_WAY, Alert
from backfill_tui.control.rules.sight import NightSight, PhaseSight
from backfill_tui.control.suspects import dirty_inputs


def dirty(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """What was computed since its inputs were last known good is suspect, and so is what it computes now.

    A person who accepts the run takes what it does as it is.
    """
    if one.facts.accepted(night.now) is None:
        at_work = one.state in UNDER_WAY
        yield from dirty_inputs(one.facts.phase, one.facts.suspects, at_work=at_work, now=night.now)
