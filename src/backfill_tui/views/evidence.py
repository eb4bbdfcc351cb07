"""What is known of one date, source by source, and what to do about it."""

from datetime import date, datetime

from backfill_tui.control.dirt import Dirt
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.progress.account import Unit, UnitState
from backfill_tui.views import calendar, formats
from backfill_tui.views.facts import Fact
from backfill_tui.views.marks import mark_of
from backfill_tui.views.spans import Tone, plain

_STATE_TONES = {
    UnitState.DONE: Tone.GOOD,
    UnitState.EMPTY: Tone.QUIET,
    UnitState.SKIPPED: Tone.TEXT,
    UnitState.FAILED: Tone.BAD,
    UnitState.MISSING: Tone.WARN,
    UnitState.RUNNING: Tone.BUSY,
    UnitState.PENDING: Tone.DIM,
}


def title(day: date) -> str:
    """`2024-02-14  Wed`."""
    return f"{day}  {formats.weekday(day)}"


def facts(snapshot: Snapshot, view: PhaseView, day: date) -> list[Fact]:
    """The evidence of a date: its state and why, then each source's word."""
    unit = view.account.units.get(day)
    if unit is None:
        return [Fact("state", _absent(view, day), Tone.DIM), *_calendar(view, day)]
    glyph, _ = calendar.GLYPHS[mark_of(unit, view.suspects)]
    found = [Fact("state", f"{glyph} {unit.state.value}", _STATE_TONES[unit.state])]
    if (cause := view.suspects.causes.get(day)) is not None:
        found.append(Fact("suspect", _suspect(cause, day in view.suspects.windows, snapshot.at), Tone.WARN))
    if unit.why:
        found.append(Fact("why", plain(unit.why), Tone.TEXT))
    if unit.at is not None:
        found.append(Fact("at", formats.stamp(unit.at, snapshot.at), Tone.TEXT))
    found += _calendar(view, day)
    found += [_said(e.source, e.says) for e in unit.evidence if e.source != "calendar"]
    found += _disagreement(view, day)
    if unit.records is not None:
        found.append(Fact("records", formats.count(unit.records), Tone.TEXT))
    if unit.duration_s is not None:
        found.append(Fact("took", formats.precise(unit.duration_s), Tone.TEXT))
    if unit.run is not None and unit.run < len(view.account.runs):
        run = view.account.runs[unit.run]
        found.append(Fact("run", f"{unit.run + 1}, {run.mode.value}", Tone.TEXT))
    return found


def advice(view: PhaseView, day: date) -> str:
    """What to do about a date, as a sentence; empty where there is nothing to do."""
    unit = view.account.units.get(day)
    if unit is None:
        return ""
    if unit.state is UnitState.MISSING:
        return "No run will come back to it by itself: run it again by its own list of dates."
    if unit.state is UnitState.FAILED:
        return "See why in the log, then run it again by its own list of dates."
    if day in view.suspects.causes:
        return "Once its inputs are good: r does all suspect dates again."
    return ""


def has_place_in_log(unit: Unit | None) -> bool:
    """Whether a line of a log can be shown for it."""
    return unit is not None and unit.offset is not None


def _absent(view: PhaseView, day: date) -> str:
    if view.calendar is not None and not view.calendar.get(day):
        return "nothing is expected"
    return "not known by name yet"


def _calendar(view: PhaseView, day: date) -> list[Fact]:
    if view.calendar is None:
        return []
    weight = view.calendar.get(day)
    if not weight:
        return [Fact("calendar", "no games", Tone.TEXT)]
    number = int(weight) if weight == int(weight) else weight
    return [Fact("calendar", f"{number} game{'' if number == 1 else 's'}", Tone.TEXT)]


def _suspect(cause: Dirt, by_window: bool, now: datetime) -> str:
    """Why a date is in doubt: when its input was not known to be good."""
    good = f"last known good {formats.stamp(cause.since, now)}" if cause.since else "never known good before"
    until = "" if cause.until is None else f", good again {formats.stamp(cause.until, now)}"
    what = f"{plain(cause.suite)} was bad {formats.stamp(cause.found_at, now)}, {good}{until}"
    return f"looks back to a suspect date ({what})" if by_window else what


def _said(source: str, says: str) -> Fact:
    return Fact(plain(source), plain(says), Tone.TEXT)


def _disagreement(view: PhaseView, day: date) -> list[Fact]:
    return [
        Fact("but", f"log says {d.log or 'nothing'}, checkpoint says {d.checkpoint or 'nothing'}", Tone.WARN)
        for d in view.account.disagreements
        if d.day == day
    ]
