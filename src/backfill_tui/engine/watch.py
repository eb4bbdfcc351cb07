"""A whole plan under watch: one look gives one Snapshot. Synchronous; `engine.feed` calls it in the background."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from backfill_tui.control.conflicts import find_conflicts
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.launch.preflight import preflight
from backfill_tui.control.launch.registry import Registry
from backfill_tui.control.ledger import Ledger
from backfill_tui.control.model import TO_BEGIN, Condition, Conflict, PhaseState
from backfill_tui.control.order import run_order
from backfill_tui.control.standing import Standing, standings
from backfill_tui.control.timeline import timeline
from backfill_tui.engine.alerting import Alerting
from backfill_tui.engine.attempts import AttemptBook
from backfill_tui.engine.claims import Neighbours
from backfill_tui.engine.controllers import ControllersSeen
from backfill_tui.engine.docket import Docket
from backfill_tui.engine.drivers import DriverSeen, drivers_of
from backfill_tui.engine.forecasting import Forecasting, PhaseForecast
from backfill_tui.engine.found import Finds
from backfill_tui.engine.own_commands import OwnCommands
from backfill_tui.engine.phase_watch import PhaseLook
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.probe_book import ProbeBook
from backfill_tui.engine.seen import seen_in
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.engine.suspecting import SuspectBook
from backfill_tui.engine.verdicts import PhaseVerdicts, VerdictBook
from backfill_tui.engine.watched import WatchedPhases
from backfill_tui.plan.resolved import Plan
from backfill_tui.sources.process import ProcessTable


class PlanWatch:
    """Follows every phase of a plan. Not thread-safe: one caller at a time."""

    def __init__(
        self,
        opened: OpenedPlan,
        ledger: Ledger | None = None,
        docket: Docket | None = None,
        notes: tuple[str, ...] = (),
        *,
        neighbours: Neighbours | None = None,
        recordable: bool = True,
        roster: Finds | None = None,
    ) -> None:
        """`notes` are sentences of whoever opened it, shown with every snapshot.

        `recordable` is whether a launch could be noted in the ledger: without that nothing may be started.
        `neighbours` tell what other plans of this user write; None: they are looked at, and told nothing. `roster`
        finds phases that no plan names, which come and go.
        """
        plan, table = opened.plan, ProcessTable()
        self._attempts = AttemptBook(plan, ledger)
        self._phases = WatchedPhases(opened, ledger, table, self._attempts, roster)
        self._begun: frozenset[str] = frozenset()  # what has come to something by the last look
        self._verdicts = VerdictBook(plan, ledger, docket or Docket())
        self._suspects = SuspectBook()
        self._probes = ProbeBook(plan, ledger)
        self._recordable = recordable
        self._neighbours = neighbours or Neighbours(plan, Registry.of_user(), publishing=False)
        self._controllers = ControllersSeen(table)
        self._forecasting = Forecasting(plan, ledger)
        self._alerting = Alerting(plan, ledger)
        self._commands = OwnCommands(plan, Path.cwd())
        self._drivers: tuple[DriverSeen, ...] = ()
        self._sequence = 0
        self._notes = notes

    @property
    def plan(self) -> Plan:
        """The plan, with the phases that it has by now."""
        return self._phases.plan

    def look(self, now: datetime | None = None) -> Snapshot:
        """One snapshot as of now. A phase that can't be looked at says so and does not keep the others from it."""
        now = (now or datetime.now(UTC)).astimezone(self.plan.tz)
        self._phases.take(now, self._begun)
        looks = self._phases.look(now)
        self._verdicts.refresh()
        self._neighbours.refresh(looks)
        elsewhere = self._neighbours.elsewhere(now)
        seen = seen_in(looks, self._phases.calendar, now, today=self._phases.today, elsewhere=elsewhere)
        verdicts = {one.phase.name: self._verdicts.of(one.phase.name, seen, now) for one in looks}
        facts = self._facts(looks, verdicts, now)
        stands = standings(facts, stall_after_s=self.plan.alerts.stall_after_s, now=now)
        states = {name: one.state for name, one in stands.items()}
        self._begun = frozenset(name for name, state in states.items() if state not in TO_BEGIN)
        conflicts = self._conflicts(looks, facts, states, now)
        suites = {name: one.suites for name, one in verdicts.items()}
        forecasts, night = self._forecasting.look(looks, states, suites, self._phases.weights, now)
        views = tuple(
            self._view(look, fact, stands[name], verdicts[name], forecasts[name], name in night.critical, now)
            for look, fact in zip(looks, facts, strict=True)
            for name in (look.phase.name,)
        )
        probes = self._probes.look()
        alerts = self._alerting.look(
            looks,
            facts,
            views,
            forecasts,
            conflicts=conflicts,
            deadline=night.deadline,
            probes=probes,
            ledger_note=self._attempts.note or ("" if self._recordable else " ".join(self._notes)),
            now=now,
        )
        self._sequence += 1
        return Snapshot(
            plan=self.plan.name,
            at=now,
            timezone=self.plan.tz.key,
            phases=tuple(replace(view, remarks=self._alerting.remarks.get(view.name, ())) for view in views),
            conflicts=conflicts,
            alerts=tuple(map(self._commands.alert, alerts)),
            probes=probes,
            deadline=night.deadline,
            critical_path=night.critical_path,
            record=self._forecasting.record,
            seen=seen,
            facts={one.phase.name: one for one in facts},
            drivers=self._drivers,
            notes=(*self._all_notes(), *self._undriven(stands)),
            sequence=self._sequence,
        )

    def look_whole(self, deadline_s: float) -> Snapshot:
        """One snapshot after all logs have been read to their ends, or `deadline_s` seconds have passed."""
        until = time.monotonic() + deadline_s
        self._phases.take(datetime.now(UTC), self._begun)  # so that the calendar is waited for on all dates
        self._phases.wait(deadline_s)
        snapshot = self.look()
        while not self._phases.caught_up and time.monotonic() < until:
            snapshot = self.look()
        return self.look() if self._alerting.waits else snapshot

    def close(self) -> None:
        """Let go of all files."""
        self._phases.close()
        self._forecasting.close()

    def _facts(
        self, looks: Sequence[PhaseLook], verdicts: Mapping[str, PhaseVerdicts], now: datetime
    ) -> list[PhaseFacts]:
        """What is known of each phase, with who else is at it and the dates that are in doubt."""
        self._drivers = drivers_of(self.plan.state_dir)
        facts = self._controllers.told_to([self._fact(one, verdicts[one.phase.name]) for one in looks], now)
        return [
            self._suspects.mark(fact, look, verdicts[look.phase.name].findings, self._phases.calendar, now)
            for fact, look in zip(facts, looks, strict=True)
        ]

    def _conflicts(
        self,
        looks: Sequence[PhaseLook],
        facts: Sequence[PhaseFacts],
        states: Mapping[str, PhaseState],
        now: datetime,
    ) -> tuple[Conflict, ...]:
        """Who writes the same dates of a table, with the commands that are to be typed about it."""
        live = ((one.phase.name, one.process) for one in looks if one.process.alive)
        self._commands.know({name: seen.identity.pid for name, seen in live if seen.identity is not None})
        return tuple(map(self._commands.conflict, find_conflicts(facts, states, now=now)))

    def _all_notes(self) -> tuple[str, ...]:
        books = (self._verdicts.note, self._attempts.note, self._neighbours.note)
        notes = (*self._notes, *self._phases.notes, *books, *self._forecasting.notes)
        return tuple(dict.fromkeys(note for note in notes if note))

    def _undriven(self, stands: Mapping[str, Standing]) -> Iterator[str]:
        """That nobody will start what is to start by itself."""
        coming = [one for one in self.plan.phases if one.start == "auto" and stands[one.name].state in TO_BEGIN]
        if coming and not self._drivers:
            names = ", ".join(one.name for one in coming)
            yield f"Nobody drives this plan now: {names} will not start without `run`, or a screen with --auto."

    def _view(
        self,
        look: PhaseLook,
        facts: PhaseFacts,
        stands: Standing,
        verdicts: PhaseVerdicts,
        forecast: PhaseForecast,
        critical: bool,
        now: datetime,
    ) -> PhaseView:
        phase, state = look.phase, stands.state
        last = look.account.runs[-1] if look.account.runs else None
        return PhaseView(
            name=phase.name,
            title=phase.title,
            state=state,
            why=stands.why,
            writes=phase.writes,
            dates=facts.dates,
            account=replace(look.account, notes=look.notes),
            process=look.process,
            logs=look.logs,
            checkpoint=look.checkpoint,
            rate_per_hour=look.rate_per_hour if state in {PhaseState.RUNNING, PhaseState.STALLED} else None,
            critical=critical,
            forecast=forecast.own,
            prospect=forecast.prospect,
            past=forecast.past,
            costs=forecast.costs,
            throughput=look.throughput,
            log_age_s=look.log_age_s,
            timeline=timeline(facts, state, forecast.prospect, forecast.past, now),
            gate=stands.gate,
            calendar=self._phases.weights,
            dialect=last.dialect if last else None,
            dialect_reason=last.dialect_reason if last else "",
            history_complete=look.history_complete,
            suites=verdicts.suites,
            judgement=verdicts.judgement,
            suspects=facts.suspects,
            attempt=look.deeds.attempt,
            accepted=facts.accepted(now),
        )

    def _fact(self, look: PhaseLook, verdicts: PhaseVerdicts) -> PhaseFacts:
        return PhaseFacts(
            phase=look.phase,
            account=look.account,
            process=look.process,
            log_age_s=look.log_age_s,
            log_seen=any(log.size is not None for log in look.logs),
            checkpoint_seen=look.checkpoint is not None and look.checkpoint.readable,
            history_complete=look.history_complete,
            outcome=verdicts.outcome,
            inputs=verdicts.inputs,
            validating=any(suite.running for suite in verdicts.suites if not suite.is_input),
            attempt=look.deeds.attempt,
            ran=look.deeds.ran,
            unrecorded=look.deeds.unrecorded,
            stop=look.deeds.stop,
            acceptance=look.deeds.acceptance,
            runnable=_runnable(look),
            rate_per_hour=look.rate_per_hour,
            others=self._neighbours.others_of(look.phase, look.account.dates),
            silence_s=self._forecasting.silence_s(look, self._phases.weights),
            doubts=self._neighbours.doubts_of(look.phase),
            driven_by=", ".join(one.clause for one in self._drivers),
            recorded=self._recordable,
        )


def _runnable(look: PhaseLook) -> tuple[Condition, ...]:
    """Whether its command could be run now; asked of the system only where it may soon be."""
    if look.phase.command is None or look.process.alive:
        return ()
    return preflight(run_order(look.phase))
