"""A whole plan under watch: one look gives one Snapshot. Synchronous; `engine.feed` calls it in the background."""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from backfill_tui.checks.subject import WorkCalendar
from backfill_tui.control.alerts import find_alerts
from backfill_tui.control.conflicts import find_conflicts, rivals_of
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.ledger import Ledger
from backfill_tui.control.model import PhaseState
from backfill_tui.control.states import Judged, gate_of, judge
from backfill_tui.control.timeline import timeline
from backfill_tui.engine.calendars import CalendarSource
from backfill_tui.engine.docket import Docket
from backfill_tui.engine.phase_watch import CATCH_UP_S, PhaseLook, PhaseWatch, frozen
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.seen import seen_in
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.engine.verdicts import PhaseVerdicts, VerdictBook
from backfill_tui.errors import BackfillError
from backfill_tui.progress.eta import Forecast
from backfill_tui.sources.process import ProcessTable

_GATED = frozenset({PhaseState.WAITING, PhaseState.BLOCKED, PhaseState.READY})


class PlanWatch:
    """Follows every phase of a plan. Not thread-safe: one caller at a time."""

    def __init__(
        self,
        opened: OpenedPlan,
        ledger: Ledger | None = None,
        docket: Docket | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        """`notes` are sentences of whoever opened it, shown with every snapshot."""
        self.plan = plan = opened.plan
        self._calendars = CalendarSource(plan, ledger, now=datetime.now(UTC))
        self._calendar = _weights(self._calendars.known)
        self._verdicts = VerdictBook(plan, ledger, docket or Docket())
        table = ProcessTable()
        self._watches = [PhaseWatch(phase, table, self._calendar, opened.dialects) for phase in plan.phases]
        self._forecasts: dict[str, Forecast | None] = {}
        self._sequence = 0
        self._notes = notes

    def look(self, now: datetime | None = None) -> Snapshot:
        """One snapshot as of now. A phase that can't be looked at says so and does not keep the others from it."""
        now = (now or datetime.now(UTC)).astimezone(self.plan.tz)
        self._take_calendar(now)
        looks = self._looks(now)
        self._verdicts.refresh()
        seen = seen_in(looks, self._calendars.known, now)
        verdicts = {one.phase.name: self._verdicts.of(one.phase, seen, now) for one in looks}
        facts = [_facts(one, verdicts[one.phase.name]) for one in looks]
        judged = self._judge(facts)
        states = {name: state for name, (state, _) in judged.items()}
        conflicts = find_conflicts(facts, states)
        views = tuple(
            self._view(look, fact, judged, facts, verdicts[fact.phase.name])
            for look, fact in zip(looks, facts, strict=True)
        )
        self._sequence += 1
        deadline = self.plan.deadline
        return Snapshot(
            plan=self.plan.name,
            at=now,
            timezone=self.plan.tz.key,
            phases=views,
            conflicts=conflicts,
            alerts=find_alerts(facts, judged, conflicts, now=now),
            deadline_phase=deadline.phase if deadline else None,
            deadline_by=deadline.by if deadline else None,
            seen=seen,
            notes=tuple(note for note in (*self._notes, self._calendars.note, self._verdicts.note) if note),
            sequence=self._sequence,
        )

    def _looks(self, now: datetime) -> list[PhaseLook]:
        """Each phase as it is. They share the time of a look; one that raises keeps its last look, with a note."""
        share = CATCH_UP_S / max(1, sum(not watch.caught_up for watch in self._watches))
        looks = []
        for watch in self._watches:
            try:
                look = watch.look(now, within_s=share)
            except Exception as error:  # noqa: BLE001 - whatever it is: the other phases must go on being seen
                look = watch.last_look or watch.unseen()
                what = str(error) if isinstance(error, BackfillError) else f"{type(error).__name__}: {error}"
                look = replace(look, notes=(*look.notes, f"It can't be looked at: {what}"))
            looks.append(look)
        return looks

    def look_whole(self, deadline_s: float) -> Snapshot:
        """One snapshot after all logs have been read to their ends, or `deadline_s` seconds have passed."""
        until = time.monotonic() + deadline_s
        self._calendars.wait(deadline_s)
        snapshot = self.look()
        while not all(watch.caught_up for watch in self._watches) and time.monotonic() < until:
            snapshot = self.look()
        return snapshot

    def close(self) -> None:
        """Let go of all files."""
        self._calendars.close()
        for watch in self._watches:
            watch.close()

    def _take_calendar(self, now: datetime) -> None:
        """Use the calendar of the warehouse once it has answered."""
        self._calendars.refresh(now)
        weights = _weights(self._calendars.known)
        if weights is not None and weights is not self._calendar:
            self._calendar = weights
            for watch in self._watches:
                watch.use_calendar(weights)

    def _judge(self, facts: list[PhaseFacts]) -> dict[str, Judged]:
        """The state of every phase, upstream first (the plan has no cycles)."""
        by_name = {one.phase.name: one for one in facts}
        judged: dict[str, Judged] = {}

        def visit(name: str) -> None:
            if name in judged:
                return
            one = by_name[name]
            for before in one.phase.after:
                visit(before)
            upstream = {before: judged[before][0] for before in one.phase.after}
            judged[name] = judge(one, stall_after_s=self.plan.alerts.stall_after_s, upstream=upstream)

        for name in by_name:
            visit(name)
        return judged

    def _view(
        self,
        look: PhaseLook,
        facts: PhaseFacts,
        judged: Mapping[str, Judged],
        everyone: list[PhaseFacts],
        verdicts: PhaseVerdicts,
    ) -> PhaseView:
        phase = look.phase
        state, why = judged[phase.name]
        forecast = self._forecast(phase.name, state, look.forecast)
        upstream = {name: judged[name] for name in phase.after}
        last = look.account.runs[-1] if look.account.runs else None
        return PhaseView(
            name=phase.name,
            title=phase.title,
            state=state,
            why=why,
            writes=phase.writes,
            dates=facts.dates,
            account=replace(look.account, notes=look.notes),
            process=look.process,
            logs=look.logs,
            checkpoint=look.checkpoint,
            rate_per_hour=look.rate_per_hour if state in {PhaseState.RUNNING, PhaseState.STALLED} else None,
            forecast=forecast,
            throughput=look.throughput,
            log_age_s=look.log_age_s,
            timeline=timeline(replace(facts, forecast=forecast)),
            gate=gate_of(facts, upstream, rivals_of(facts, everyone)) if state in _GATED else (),
            calendar=self._calendar,
            dialect=last.dialect if last else None,
            dialect_reason=last.dialect_reason if last else "",
            history_complete=look.history_complete,
            suites=verdicts.suites,
            judgement=verdicts.judgement,
        )

    def _forecast(self, name: str, state: PhaseState, new: Forecast | None) -> Forecast | None:
        """While a phase is stalled its forecast stays as it was; when it is over there is none."""
        if state is PhaseState.STALLED:
            kept = frozen(self._forecasts.get(name) or new)
            self._forecasts[name] = kept
            return kept
        self._forecasts[name] = new if state is PhaseState.RUNNING else None
        return self._forecasts[name]


def _facts(look: PhaseLook, verdicts: PhaseVerdicts) -> PhaseFacts:
    return PhaseFacts(
        phase=look.phase,
        account=look.account,
        process=look.process,
        log_age_s=look.log_age_s,
        log_seen=any(log.size is not None for log in look.logs),
        checkpoint_seen=look.checkpoint is not None and look.checkpoint.readable,
        forecast=look.forecast,
        history_complete=look.history_complete,
        outcome=verdicts.outcome,
        inputs=verdicts.inputs,
        validating=any(suite.running for suite in verdicts.suites if not suite.is_input),
    )


def _weights(calendar: WorkCalendar | None) -> Mapping[date, float] | None:
    return None if calendar is None else calendar.weights
