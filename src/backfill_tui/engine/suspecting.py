"""Which dates of a phase rest on dirty inputs, by its logs and checkpoint and by what its inputs have told."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime

from backfill_tui.checks.subject import WorkCalendar
from backfill_tui.control.dirt import Dirt, Finding, Told, dirt_of
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.suspects import NONE_SUSPECT, Computed, Suspects, suspects_of
from backfill_tui.control.verdicts import NOT_RUN
from backfill_tui.engine.phase_watch import PhaseLook
from backfill_tui.progress.account import Account, UnitState
from backfill_tui.progress.sequence import PlacedRun, leading
from backfill_tui.progress.trace import GOOD

_COMPUTED = frozenset({UnitState.DONE, UnitState.EMPTY, UnitState.RUNNING})
"""What such a date has in the table was computed. Of one that runs it is what was there before."""

_RestsOn = tuple[Account, tuple[Dirt, ...], datetime | None, datetime | None, WorkCalendar | None]


class SuspectBook:
    """The suspect dates of each phase, found anew only where something has changed. One caller at a time."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[_RestsOn, Suspects]] = {}

    def mark(
        self,
        facts: PhaseFacts,
        look: PhaseLook,
        findings: Mapping[str, tuple[Told, ...]],
        calendar: WorkCalendar | None,
        now: datetime,
    ) -> PhaseFacts:
        """The facts with their suspect dates; `findings` are what each input has told so far, by suite."""
        if not findings:
            return facts
        return replace(facts, suspects=self._suspects(facts, look, findings, calendar, now))

    def _suspects(
        self,
        facts: PhaseFacts,
        look: PhaseLook,
        findings: Mapping[str, tuple[Told, ...]],
        calendar: WorkCalendar | None,
        now: datetime,
    ) -> Suspects:
        dirt = tuple(_dirt(facts, findings))
        judged_since = _first_word(findings)
        if facts.accepted(now) is not None:  # a GO for the run that is under way is one for all that it does
            going = tuple(spell for spell in dirt if spell.until is None)
            return Suspects(dirt=going) if going else NONE_SUSPECT
        accepted_at = facts.acceptance.at if facts.acceptance is not None else None
        rests_on = (look.account, dirt, judged_since, accepted_at, calendar)
        known = self._known.get(look.phase.name)
        if known is not None and known[0][0] is look.account and known[0][1:] == rests_on[1:]:
            return known[1]
        found = suspects_of(
            _computed(look, calendar, now),
            dirt,
            ticks=_ticks(look.runs),
            judged_since=judged_since,
            accepted_at=accepted_at,
        )
        self._known[look.phase.name] = rests_on, found
        return found


def _dirt(facts: PhaseFacts, findings: Mapping[str, tuple[Told, ...]]) -> Iterator[Dirt]:
    for need in facts.phase.inputs:
        why = facts.inputs.get(need.suite, NOT_RUN).why
        yield from dirt_of(need.suite, findings.get(need.suite, ()), lookback_days=need.lookback_days, why=why)


def _first_word(findings: Mapping[str, tuple[Told, ...]]) -> datetime | None:
    """When each input had been found good or bad once; None: one of them never was."""
    first = [
        min((one.at for one in told if one.finding is not Finding.NOTHING), default=None)
        for told in findings.values()
    ]
    known = [at for at in first if at is not None]
    return max(known) if known and len(known) == len(first) else None


def _computed(look: PhaseLook, calendar: WorkCalendar | None, now: datetime) -> Iterator[Computed]:
    """Every computation that is known of the dates that have a result now."""
    wanted = {day for day, unit in look.account.units.items() if unit.state in _COMPUTED}
    wanted -= {day for day in wanted if _had_nothing_due(look.account, day, calendar)}
    in_logs: set[date] = set()
    for number, placed in enumerate(look.runs):
        for day, done in placed.trace.outcomes.items() if placed.counts else ():
            if day in wanted and done.outcome in GOOD:
                in_logs.add(day)
                ended = min(done.at or now, now)
                yield Computed(day, began=_began(done.at, done.duration_s), ended=ended, run=number)
    for day in wanted:
        unit = look.account.units[day]
        if day not in in_logs and unit.state is not UnitState.RUNNING:
            # Only its checkpoint has it: from before the logs began, if these tell of dates.
            times = [unit.at, look.account.first_line_at if in_logs else None, now]
            yield Computed(day, began=None, ended=min(time for time in times if time is not None))


def _began(ended: datetime | None, duration_s: float | None) -> datetime | None:
    if ended is None:
        return None
    return datetime.fromtimestamp(ended.timestamp() - (duration_s or 0.0), ended.tzinfo)


def _had_nothing_due(account: Account, day: date, calendar: WorkCalendar | None) -> bool:
    """Whether it was found empty, as it should be: nothing was computed that could be wrong."""
    empty = account.units[day].state is UnitState.EMPTY
    return empty and calendar is not None and calendar.knows(day) and not calendar.has_work(day)


def _ticks(runs: tuple[PlacedRun, ...]) -> list[datetime]:
    """When the dates of the last run ended, where its log counts them and does not name them."""
    lead = leading(runs)
    return lead.trace.ticks if lead is not None and lead.trace.counts_only else []
