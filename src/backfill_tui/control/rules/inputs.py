"""The alert about inputs that fail while a phase computes from them: what they spoilt, and what to do. Pure."""

import shlex
from collections.abc import Iterator
from datetime import datetime

from backfill_tui.control.dirt import Dirt
from backfill_tui.control.model import UNDER_WAY, Alert, Severity
from backfill_tui.control.rules.sight import NightSight, PhaseSight
from backfill_tui.control.rules.wording import LISTED
from backfill_tui.control.suspects import Suspects
from backfill_tui.control.words import clock, dates, were
from backfill_tui.plan.resolved import Phase


def dirty(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """What was computed since its inputs were last known good is suspect, and so is what it computes now.

    A person who accepts the run takes what it does as it is.
    """
    phase, suspects, now = one.facts.phase, one.facts.suspects, night.now
    if one.facts.accepted(now) is not None:
        return
    at_work = one.state in UNDER_WAY
    going = suspects.dirty_now
    spoiling = at_work and bool(going)
    if not suspects.count and not spoiling:
        return
    rests = "rests" if suspects.count == 1 else "rest"
    yield Alert(
        id=f"dirty:{phase.name}",
        severity=Severity.CRITICAL,
        phase=phase.name,
        since=min(spell.found_at for spell in suspects.dirt),
        title=f"{phase.name} runs on dirty inputs"
        if spoiling
        else f"{dates(suspects.count)} of {phase.name} {rests} on dirty inputs",
        detail=f"{_found(suspects, now)}. {_spoilt_words(suspects, now)}",
        action=" ".join(_what_to_do(phase, suspects, at_work=at_work)),
    )


def _found(suspects: Suspects, now: datetime) -> str:
    """What was found of the inputs, of each that is still dirty, else of all that were."""

    def clause(spell: Dirt) -> str:
        found_at = clock(spell.found_at, now)
        if spell.until is None:
            return f"{spell.why or f'{spell.suite} is not good'} (found at {found_at})"
        return f"{spell.suite} was bad at {found_at}, and good again at {clock(spell.until, now)}"

    return "; ".join(clause(spell) for spell in suspects.dirty_now or suspects.dirt)


def _spoilt_words(suspects: Suspects, now: datetime) -> str:
    """How many dates were computed since the inputs were last known good."""
    count, windows = suspects.count, len(suspects.windows)
    good_at = [spell.since for spell in suspects.dirt]
    since = [time for time in good_at if time is not None]
    known = len(since) == len(good_at)
    when = f"since its inputs were last known good, at {clock(min(since), now)}" if known else ""
    if not count:
        return f"None of its dates was computed {when or 'so far, and nobody has found its inputs good before'}."
    if windows == count:
        return f"{dates(count)} {_look(count)} back to dates that were computed from them, and done anew since."
    direct = f"{dates(count - windows)} {were(count - windows)} computed"
    direct += f" {when}" if when else ", and nobody has found its inputs good before"
    more = f"; {dates(windows)} computed later {_look(windows)} back to these" if windows else ""
    return f"{direct}{more}."


def _what_to_do(phase: Phase, suspects: Suspects, *, at_work: bool) -> Iterator[str]:
    name, days = phase.name, suspects.dates
    if suspects.dirty_now:
        if at_work:
            yield f"Stop it: backfill-tui stop {name}."
        yield f"Mend the inputs, and judge them: backfill-tui validate {name} --inputs."
    elif at_work:
        yield "Wait for its end."
    if not days and not suspects.unnamed:
        return
    do = "Then do" if at_work or suspects.dirty_now else "Do"
    command = phase.retry_of(days[:LISTED])
    if command is not None and days:
        rest = f" (and so the other {len(days) - LISTED:,})" if len(days) > LISTED else ""
        yield f"{do} the suspect dates again: backfill-tui retry {name}, which runs {shlex.join(command)}{rest}."
    elif phase.command is not None:
        yield f"{do} them again: backfill-tui launch {name} --again."
    else:
        yield f"{do} the suspect dates again, by the job's own list of dates."
    yield f"If they are good as they are: backfill-tui accept {name} --reason …"


def _look(count: int) -> str:
    return "looks" if count == 1 else "look"
