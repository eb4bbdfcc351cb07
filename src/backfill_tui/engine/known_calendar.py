"""The plan's calendar over all dates that its phases come to have: `yesterday` of a launch and of today are two."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from backfill_tui.checks.subject import WorkCalendar
from backfill_tui.control.ledger import Ledger
from backfill_tui.engine.calendars import CalendarSource
from backfill_tui.plan.resolved import Phase, Plan


class KnownCalendar:
    """What is known of the calendar. A wider one is asked beside it, and takes its place once it has answered."""

    def __init__(self, plan: Plan, ledger: Ledger | None, *, now: datetime) -> None:
        self._plan, self._ledger = plan, ledger
        self._asked = list(plan.phases)
        self._source = CalendarSource(plan, ledger, now=now)
        self._wider: CalendarSource | None = None

    @property
    def known(self) -> WorkCalendar | None:
        """None for a plan without a calendar."""
        return self._source.known

    @property
    def note(self) -> str:
        """A sentence about what could not be asked."""
        return self._source.note or (self._wider.note if self._wider else "")

    def refresh(self, phases: Iterable[Phase], now: datetime) -> None:
        """Ask the warehouse if it is time to, also about dates that are new in `phases`; never waits."""
        self._source.refresh(now)
        self._cover(phases, now)
        if self._wider is None:
            return
        self._wider.refresh(now)
        if self._wider.known is not None and self._wider.known.weights is not None:
            self._source.close()
            self._source, self._wider = self._wider, None

    def wait(self, seconds: float) -> None:
        """Wait for the warehouse's answer, so long at most."""
        (self._wider or self._source).wait(seconds)

    def close(self) -> None:
        """Take the questions back."""
        for source in (self._source, self._wider):
            if source is not None:
                source.close()

    def _cover(self, phases: Iterable[Phase], now: datetime) -> None:
        if self._plan.calendar is None or self._plan.calendar.sql is None:
            return
        dates = {one.dates for one in self._asked}
        fresh = [phase for phase in phases if phase.dates not in dates]
        if not fresh:
            return
        self._asked += fresh
        if self._wider is not None:
            self._wider.close()
        self._wider = CalendarSource(replace(self._plan, phases=tuple(self._asked)), self._ledger, now=now)
