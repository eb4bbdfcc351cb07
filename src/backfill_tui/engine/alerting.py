"""The alerts of a plan under watch: what the rules look at, what the book makes of it, what people have seen."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from backfill_tui.checks.subject import WorkCalendar
from backfill_tui.control.alert_book import AlertBook
from backfill_tui.control.attempt import Acknowledged
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.ledger import Ledger, LedgerError
from backfill_tui.control.model import UNFINISHED, Alert, Conflict
from backfill_tui.control.probes import ProbeSeen
from backfill_tui.control.rules import find_alerts, remarks
from backfill_tui.control.rules.sight import NO_CALENDAR, CheckpointSight, NightSight, PhaseSight
from backfill_tui.engine.forecasting import PhaseForecast
from backfill_tui.engine.notifier_book import NotifierBook
from backfill_tui.engine.phase_watch import PhaseLook
from backfill_tui.engine.snapshot import CheckpointSeen, LogSeen, PhaseView
from backfill_tui.engine.vitals import Vitals
from backfill_tui.plan.resolved import Phase, Plan
from backfill_tui.progress.prospect import DeadlineProspect


class Alerting:
    """The alerts of one plan, look by look. Not thread-safe: one caller at a time."""

    def __init__(self, plan: Plan, ledger: Ledger | None) -> None:
        self._plan = plan
        self._ledger = ledger
        self._vitals = Vitals(plan)
        self._notifiers = NotifierBook(plan, ledger)
        self._book = AlertBook()
        self._calendar = NO_CALENDAR
        self.remarks: Mapping[str, tuple[str, ...]] = {}  # of each phase, as of the last look
        self._version: object = None
        self._acknowledged: tuple[Acknowledged, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether another look may show more."""
        return self._book.waits

    def look(
        self,
        looks: Sequence[PhaseLook],
        facts: Sequence[PhaseFacts],
        views: Sequence[PhaseView],
        forecasts: Mapping[str, PhaseForecast],
        *,
        conflicts: tuple[Conflict, ...],
        deadline: DeadlineProspect | None,
        probes: tuple[ProbeSeen, ...],
        ledger_note: str,
        now: datetime,
    ) -> tuple[Alert, ...]:
        """What is to be shown as of now, worst first."""
        self._vitals.take(looks, now)
        night = NightSight(
            phases=tuple(
                self._sight(one, view, forecasts[view.name]) for one, view in zip(facts, views, strict=True)
            ),
            now=now,
            limits=self._plan.alerts,
            conflicts=conflicts,
            deadline=deadline,
            probes=probes,
            notifiers=self._notifiers.look(),
            disks=self._vitals.disks,
            ledger_note=ledger_note,
        )
        self.remarks = remarks(night)
        going = {one.name for one in night.phases if one.state in UNFINISHED}
        return self._book.fold(find_alerts(night), now, going=going, acknowledged=self._seen_by_people())

    def _sight(self, facts: PhaseFacts, view: PhaseView, forecast: PhaseForecast) -> PhaseSight:
        return PhaseSight(
            facts=facts,
            state=view.state,
            why=view.why,
            prospect=view.prospect,
            past=view.past,
            timeline=view.timeline,
            costs=view.costs,
            samples=self._vitals.samples(view.name),
            silence_s=forecast.silence_s,
            checkpoint=_checkpoint(view.checkpoint),
            pace=forecast.pace,
            failure_limit=failure_limit(self._plan, facts.phase),
            log=_newest(view.logs),
            calendar=self._calendar_of(view),
        )

    def _calendar_of(self, view: PhaseView) -> WorkCalendar:
        """The plan's calendar; of dates before the first or after the last that it names it tells nothing."""
        if not view.calendar:
            return NO_CALENDAR
        if view.calendar is not self._calendar.weights:
            self._calendar = WorkCalendar(view.calendar, (min(view.calendar), max(view.calendar)))
        return self._calendar

    def _seen_by_people(self) -> tuple[Acknowledged, ...]:
        """All acknowledgements, read again once the ledger was written; where it can't be, what was known."""
        if self._ledger is None:
            return ()
        try:
            if (version := self._ledger.version) != self._version:
                self._acknowledged = self._ledger.acknowledgements.recent(1000)
                self._version = version
        except LedgerError:
            return self._acknowledged  # the attempts' book says that the ledger can't be read
        return self._acknowledged


def failure_limit(plan: Plan, phase: Phase) -> float | None:
    """The share (0…1) of its dates that may fail by the suites of a phase; None where none has a bound on that."""
    least = [
        check.bound.at_least
        for name in phase.suites
        for check in plan.suites[name].progress
        if check.value == "success_rate" and check.severity == "error" and check.bound.at_least is not None
    ]
    return 1.0 - max(least) / 100.0 if least else None


def _checkpoint(seen: CheckpointSeen | None) -> CheckpointSight | None:
    if seen is None or not seen.readable:
        return None
    return CheckpointSight(
        updated_at=seen.updated_at,
        modified_at=seen.modified_at,
        last_successful_date=seen.last_successful_date,
        holes=seen.holes,
        basis=seen.holes_basis or "every_day",
    )


def _newest(logs: Sequence[LogSeen]) -> str:
    """The path of the log that was written last."""
    grown = [(log.last_growth_at.timestamp(), log.path) for log in logs if log.last_growth_at is not None]
    return max(grown)[1] if grown else ""
