"""Alerts about a job's checkpoint: against its log, holes that a resume would skip, and one left behind. Pure."""

from collections.abc import Iterator
from datetime import date, datetime

from backfill_tui.control.model import UNDER_WAY, Alert, Severity
from backfill_tui.control.rules.sight import CheckpointSight, NightSight, PhaseSight
from backfill_tui.control.rules.wording import named, retry
from backfill_tui.control.words import dates, span_words
from backfill_tui.progress.account import RunEnd, UnitState
from backfill_tui.sources.events import Mode

_ASSUMED = "every_day"
_SOME = 3  # dates done since: with fewer, a job that saves now and then is only about to


def disagreement(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """Log and checkpoint tell other outcomes of a date, and neither is merely older."""
    account = one.facts.account
    if not account.disagreements:
        return
    first = account.disagreements[0]
    unit = account.units.get(first.day)
    times = [piece.at for piece in unit.evidence if piece.at is not None] if unit else []
    yield Alert(
        id=f"disagreement:{one.name}",
        severity=Severity.CRITICAL,
        phase=one.name,
        since=max(times, default=night.now),
        title=f"{one.name}: log and checkpoint disagree on {dates(len(account.disagreements))}",
        detail=f"{first.day}: the log says {first.log}, the checkpoint {first.checkpoint}.",
        action=_look_at_the_table(one),
    )


def _look_at_the_table(one: PhaseSight) -> str:
    judge = f": backfill-tui validate {one.name}" if one.facts.phase.suites else "."
    return f"Look at the table for these dates before trusting either{judge}"


def holes(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """Dates without an outcome before the one behind which a resume goes on; nobody is at them any more.

    Not where they are only assumed to carry work, nor where the account calls them missing: that is said already.
    """
    seen = one.checkpoint
    if seen is None or seen.basis == _ASSUMED or seen.last_successful_date is None:
        return
    units = one.facts.account.units
    told = {day for day, unit in units.items() if unit.state is UnitState.MISSING}
    days = [day for day in seen.holes if day not in told]
    if not days or not _left_behind(one, night, days):
        return
    yield Alert(
        id=f"holes:{one.name}",
        severity=Severity.CRITICAL,
        phase=one.name,
        since=_written(seen) or night.now,
        title=f"{one.name}: a resume would skip {dates(len(days))}",
        detail=f"Its checkpoint goes on behind {seen.last_successful_date}, but {named(days)} had no outcome"
        f" (by the {seen.basis}).",
        action=retry(one.facts.phase, days),
    )


def _left_behind(one: PhaseSight, night: NightSight, days: list[date]) -> bool:
    """Whether nobody can be at these dates: it is gone, it takes one after the other, or has fewer workers."""
    facts = one.facts
    run = facts.run
    if facts.alive is False or (run is not None and run.ended is not RunEnd.OPEN):
        return True
    if run is None:
        written = _written(one.checkpoint) if one.checkpoint else None
        silent_s = (night.now - written).total_seconds() if written else 0.0
        return not facts.alive and silent_s > night.limits.stall_after_s
    if run.mode is Mode.SEQUENTIAL:
        return True
    return run.workers is not None and len(days) > run.workers


def stale(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """The log tells of dates done long after the checkpoint was last written."""
    seen, facts = one.checkpoint, one.facts
    written = seen.modified_at if seen else None
    if written is None or one.state not in UNDER_WAY or facts.run is None or facts.run.ended is not RunEnd.OPEN:
        return
    age_s = (night.now - written).total_seconds()
    if age_s <= night.limits.checkpoint_age_s or (facts.silent_s(night.now) or 0.0) > night.limits.stall_after_s:
        return
    since = [
        unit.at
        for unit in facts.account.units.values()
        if unit.state in {UnitState.DONE, UnitState.EMPTY} and unit.at is not None and unit.at > written
    ]
    if len(since) < _SOME or (max(since) - written).total_seconds() <= night.limits.checkpoint_age_s:
        return
    yield Alert(
        id=f"checkpoint:{one.name}",
        severity=Severity.WARNING,
        phase=one.name,
        since=written,
        title=f"{one.name}: its checkpoint is not updated",
        detail=f"It was last written {span_words(age_s)} ago; {dates(len(since))} were done since. "
        "Were it killed now, a resume would do them again.",
        action=f"Look whether it can be written (disk, permissions): ls -l {facts.phase.checkpoint}",
    )


def _written(seen: CheckpointSight) -> datetime | None:
    """When it was written, by its own word or by the file: the earlier, since files are copied and restored."""
    return min((at for at in (seen.updated_at, seen.modified_at) if at is not None), default=None)
