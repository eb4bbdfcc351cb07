"""The phases that a plan has by now, and the watch on each: which there are, with which dates, calendar and deeds.

What follows from what is seen of them is `engine.watch`'s.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from backfill_tui.checks.subject import WorkCalendar
from backfill_tui.control.ledger import Ledger
from backfill_tui.engine.attempts import NOTHING, AttemptBook
from backfill_tui.engine.dated import DatedPhases
from backfill_tui.engine.found import Finds, FoundPhase
from backfill_tui.engine.known_calendar import KnownCalendar
from backfill_tui.engine.phase_watch import CATCH_UP_S, PhaseLook, PhaseWatch
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.errors import in_words
from backfill_tui.plan.resolved import Phase
from backfill_tui.sources.process import ProcessTable


class WatchedPhases:
    """Follows the logs, checkpoints and process of each phase. Not thread-safe: one caller at a time."""

    def __init__(
        self,
        opened: OpenedPlan,
        ledger: Ledger | None,
        table: ProcessTable,
        attempts: AttemptBook,
        roster: Finds | None,
    ) -> None:
        """`roster` finds phases that no plan names, which come and go."""
        self.plan = opened.plan
        self._opened = opened
        self._table = table
        self._attempts = attempts
        self._roster = roster
        self._calendars = KnownCalendar(self.plan, ledger, now=datetime.now(UTC))
        self._dated = DatedPhases(opened)
        self.weights = _weights(self._calendars.known)
        """The work due a date; None without a calendar, or while it is not known."""
        self._watches = [self._watch_of(phase) for phase in self.plan.phases]

    @property
    def calendar(self) -> WorkCalendar | None:
        """What is known of the plan's calendar; None for a plan without one."""
        return self._calendars.known

    @property
    def today(self) -> Mapping[str, Phase]:
        """By name: each phase as a launch would have it now."""
        return self._dated.today

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be found, dated or asked, in sentences."""
        found = self._roster.notes if self._roster is not None else ()
        return (*found, self._dated.note, self._calendars.note)

    @property
    def caught_up(self) -> bool:
        """Whether all logs were read to their ends."""
        return all(watch.caught_up for watch in self._watches)

    def take(self, now: datetime, begun: Collection[str]) -> None:
        """Take what has changed since: phases found, deeds, days, the calendar. `begun` have come to something."""
        self._take_found()
        self._take_deeds(now, begun)
        self._take_calendar(now)

    def look(self, now: datetime) -> list[PhaseLook]:
        """Each phase as it is. They share the time of a look; one that raises keeps its last look, with a note."""
        share = CATCH_UP_S / max(1, sum(not watch.caught_up for watch in self._watches))
        looks = []
        for watch in self._watches:
            try:
                look = watch.look(now, within_s=share)
            except Exception as error:  # noqa: BLE001 - whatever it is: the other phases must go on being seen
                look = watch.last_look or watch.unseen()
                look = replace(look, notes=(*look.notes, f"It can't be looked at: {in_words(error)}"))
            looks.append(look)
        return looks

    def wait(self, seconds: float) -> None:
        """Wait for the calendar's answer, so long at most."""
        self._calendars.wait(seconds)

    def close(self) -> None:
        """Let go of all files."""
        self._calendars.close()
        for watch in self._watches:
            watch.close()

    def _watch_of(self, phase: Phase, found: FoundPhase | None = None) -> PhaseWatch:
        return PhaseWatch(phase, self._table, self.weights, self._opened.dialects, found)

    def _take_found(self) -> None:
        """Watch what has been found since, and no longer what turned out to be no job."""
        if self._roster is None:
            return
        found = {one.phase.name: one for one in self._roster.look()}
        watched = {watch.phase.name: watch for watch in self._watches}
        for name, watch in watched.items():
            if name not in found:
                watch.close()
            elif watch.found != found[name]:
                watch.follow(found[name])
        self._watches = [watched.get(name) or self._watch_of(one.phase, one) for name, one in found.items()]
        self.plan = replace(self.plan, phases=tuple(one.phase for one in found.values()))
        self._dated.meet(self.plan.phases)

    def _take_deeds(self, now: datetime, begun: Collection[str]) -> None:
        """Let each phase know what was done to it from here, and give it the dates that it has by now."""
        self._dated.turn(now)
        deeds = self._attempts.refresh()
        for i, before in enumerate(self._watches):
            name = before.phase.name
            done = deeds.get(name, NOTHING)
            phase = self._dated.of(before.phase, done, begun=name in begun)
            if phase != before.phase:
                before.close()
                self._watches[i] = self._watch_of(phase)
            self._watches[i].know(done)

    def _take_calendar(self, now: datetime) -> None:
        """Use the calendar of the warehouse once it has answered."""
        watched = [watch.phase for watch in self._watches]
        self._calendars.refresh((*watched, *self._dated.today.values()), now)
        weights = _weights(self._calendars.known)
        if weights is not None and weights is not self.weights:
            self.weights = weights
            for watch in self._watches:
                watch.use_calendar(weights)


def _weights(calendar: WorkCalendar | None) -> Mapping[date, float] | None:
    return None if calendar is None else calendar.weights
