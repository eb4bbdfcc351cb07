"""Which dates a phase has: those of its launch once it was launched, the plan's of today until it has begun.

`yesterday` is resolved once per attempt and kept with it, and is another day for what is still to come.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from backfill_tui.control.attempt import Attempt
from backfill_tui.engine.attempts import Deeds
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.errors import BackfillError
from backfill_tui.plan.ranges import Dates
from backfill_tui.plan.resolved import Phase

_A_DAY = timedelta(days=1)


class DatedPhases:
    """The phases of one plan, each with the dates it has by now. Not thread-safe: one caller at a time."""

    def __init__(self, opened: OpenedPlan) -> None:
        self._opened = opened
        self._day = None if opened.read_at is None else opened.read_at.astimezone(opened.plan.tz).date()
        self.today = {phase.name: phase for phase in opened.plan.phases}
        """By name: each as a launch would have it now."""
        self.note = ""
        self._launched: dict[tuple[str, Dates], Phase | None] = {}

    def meet(self, phases: Iterable[Phase]) -> None:
        """Take phases that were found, in place of those that were known: their dates are theirs for good."""
        self.today = {phase.name: phase for phase in phases}

    def turn(self, now: datetime) -> None:
        """Resolve relative dates anew where a day has begun since. Where the plan can't be read they stay."""
        day = now.astimezone(self._opened.plan.tz).date()
        if day == self._day or self._opened.read_again is None:
            return
        self._day = day
        try:
            plan = self._opened.as_of(now)
        except BackfillError as error:
            self.note = f"Relative dates are not those of {day}, but of a day before: {error}"
            return
        self.note = ""
        self.today = {phase.name: phase for phase in plan.phases}

    def of(self, kept: Phase, deeds: Deeds, *, begun: bool) -> Phase:
        """The phase, so far watched as `kept`, after what was done to it; `begun`: something has come of it."""
        attempt = deeds.attempt if deeds.attempt is not None and deeds.attempt.stage.live else deeds.ran
        launched = None if attempt is None else self._as_launched(attempt, deeds)
        if launched is not None:
            return launched
        return kept if begun else self.today[kept.name]

    def _as_launched(self, attempt: Attempt, deeds: Deeds) -> Phase | None:
        """None where it was launched with dates that the plan, as it is now written, does not come to."""
        dates = attempt.order.dates
        if dates is None:
            return None
        key = (attempt.phase, dates)
        if key not in self._launched:
            self._launched[key] = self._found(
                attempt.phase, dates, deeds.first_with.get(dates, attempt.intended_at)
            )
        return self._launched[key]

    def _found(self, name: str, dates: Dates, intended_at: datetime) -> Phase | None:
        """What was offered before midnight may have been taken after it."""
        if self.today[name].dates == dates:
            return self.today[name]
        with suppress(BackfillError):
            for at in (intended_at, intended_at - _A_DAY):
                if (phase := self._opened.as_of(at).phase(name)).dates == dates:
                    return phase
        return None
