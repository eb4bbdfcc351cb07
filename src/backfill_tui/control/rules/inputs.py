"""The alert about inputs that fail while a phase computes from them. Pure."""

from collections.abc import Iterator

from backfill_tui.control.model import UNDER_WAY, Alert, Severity
from backfill_tui.control.rules.sight import NightSight, PhaseSight
from backfill_tui.control.rules.wording import named, retry
from backfill_tui.control.suspects import Suspects
from backfill_tui.control.words import dates


def dirty(one: PhaseSight, _night: NightSight) -> Iterator[Alert]:
    """What was computed since its inputs were last known good is suspect, and so is what it computes now."""
    suspects = one.suspects
    if suspects is None or not suspects.dirt:
        return
    going = suspects.dirty_now
    if not suspects.count and not (going and one.state in UNDER_WAY):
        return
    worst = (going or suspects.dirt)[-1]
    bad = ", ".join(dict.fromkeys(spell.suite for spell in going or suspects.dirt))
    yield Alert(
        id=f"dirty:{one.name}",
        severity=Severity.CRITICAL,
        phase=one.name,
        since=min(spell.found_at for spell in suspects.dirt),
        title=f"{one.name} {'computes' if going and one.state in UNDER_WAY else 'was computed'} from dirty inputs",
        detail=f"Input {bad} {'fails' if going else 'failed'}{f' ({worst.why})' if worst.why else ''}. "
        f"{_computed(suspects)}",
        action=_action(one, suspects),
    )


def _computed(suspects: Suspects) -> str:
    since = min((spell.since for spell in suspects.dirt if spell.since is not None), default=None)
    known = f"since it was last known good ({since:%Y-%m-%d %H:%M})" if since else "since it was not known good"
    if not suspects.count:
        return "No date was computed since it was last known good."
    windows = f", {len(suspects.windows):,} of them by their windows" if suspects.windows else ""
    what = f": {named(suspects.dates)}" if suspects.dates else ""
    return f"{dates(suspects.count)} computed {known} {_are(suspects.count)} suspect{windows}{what}."


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _action(one: PhaseSight, suspects: Suspects) -> str:
    going = suspects.dirty_now
    stop = f"Stop it: backfill-tui stop {one.name}. " if going and one.facts.alive else ""
    mend = f"Mend the input, then judge it: backfill-tui validate {one.name} --inputs. " if going else ""
    redo = retry(one.facts.phase, suspects.dates) if suspects.dates else ""
    return f"{stop}{mend}{redo}".strip() or f"Judge the inputs: backfill-tui validate {one.name} --inputs"
