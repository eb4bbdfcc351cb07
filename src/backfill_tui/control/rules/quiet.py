"""What looks odd and is in order: no work scheduled, bootstrap skips, a processor at rest. Pure.

These are remarks about a phase, not alerts: nothing is wrong, and nobody has to do anything.
"""

from collections.abc import Callable, Iterator

from backfill_tui.checks.subject import WorkCalendar
from backfill_tui.control.model import UNDER_WAY, PhaseState
from backfill_tui.control.rules.asking import mistake, name_of
from backfill_tui.control.rules.sight import NightSight, PhaseSight
from backfill_tui.control.words import dates, span_words
from backfill_tui.progress.account import Unit, UnitState

_STRETCH = 3  # dates in a row: All-Star days are four, an off-season a hundred
_RESTING_PERCENT = 5.0
_QUIET = 0.2
"""A log is quiet once it has said nothing for this share of `stall_after`."""


def remarks(night: NightSight) -> dict[str, tuple[str, ...]]:
    """What is to be remarked of each phase, as sentences. A rule that breaks is remarked itself."""
    return {
        one.name: tuple(text for rule in RULES for text in _told(rule, one, night))
        for one in night.phases
        if one.facts.history_complete
    }


def _told(
    rule: Callable[[PhaseSight, NightSight], Iterator[str]], one: PhaseSight, night: NightSight
) -> Iterator[str]:
    try:
        yield from rule(one, night)
    except Exception as error:  # noqa: BLE001 - a remark that can't be made must not take the look down
        yield f"The rule {name_of(rule)} broke, a mistake in this program; please report it: {mistake(error)}."


def no_work(one: PhaseSight, _night: NightSight) -> Iterator[str]:
    """The last dates that it did had nothing to do: an off-season, a break. Only a calendar knows that of them."""
    if one.state is not PhaseState.RUNNING:
        return
    finished = [
        unit for unit in one.facts.account.units.values() if unit.state in _OUTCOMES and unit.at is not None
    ]
    finished.sort(key=lambda unit: (unit.at, unit.day))
    days = sorted(unit.day for unit in _stretch(one.calendar, finished))
    if len(days) < _STRETCH:
        return
    last = f"the last {dates(len(days))} ({days[0]} … {days[-1]})"
    if all(one.calendar.knows(day) for day in days):
        yield f"No work scheduled: {last} carry none by the calendar; they count as done."
    else:
        yield f"It wrote no records: nothing was due by its log in {last}; they count as done."


_OUTCOMES = frozenset({UnitState.DONE, UnitState.EMPTY, UnitState.FAILED})


def _stretch(calendar: WorkCalendar, finished: list[Unit]) -> list[Unit]:
    """The last dates in a row, in the order of their ends, that had nothing to do; none that should have had."""
    start = len(finished)
    while start and finished[start - 1].state is UnitState.EMPTY and not calendar.has_work(finished[start - 1].day):
        start -= 1
    return finished[start:]


def skipped(one: PhaseSight, _night: NightSight) -> Iterator[str]:
    """Dates that the job leaves out on purpose, since too little lies before them."""
    units = [unit for unit in one.facts.account.units.values() if unit.state is UnitState.SKIPPED]
    if not units or one.state not in UNDER_WAY:
        return
    yield (
        f"It left out {dates(len(units))} on purpose (bootstrap), the first {min(unit.day for unit in units)}; "
        "they count neither as done nor as failed."
    )


def resting(one: PhaseSight, night: NightSight) -> Iterator[str]:
    """Its processor is at rest while its log is quiet: it waits for an answer, and not for too long yet."""
    silent_s, cpu = one.facts.silent_s(night.now), one.samples[-1].cpu_percent if one.samples else None
    quiet = silent_s is not None and silent_s > _QUIET * night.limits.stall_after_s
    if one.state is not PhaseState.RUNNING or not one.facts.alive or not quiet or silent_s is None:
        return
    if cpu is None or cpu > _RESTING_PERCENT:
        return
    yield f"It waits: its processor is at {cpu:.0f} %, its log quiet for {span_words(silent_s)}, as between dates."


RULES = (no_work, skipped, resting)
