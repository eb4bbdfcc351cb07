"""A whole plan under watch: one look gives one Snapshot. Synchronous; `engine.feed` calls it in the background."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from backfill_tui.checks.subject import WorkCalendar
from backfill_tui.control.conflicts import find_conflicts
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.launch.preflight import preflight
from backfill_tui.control.launch.registry import Registry
from backfill_tui.control.ledger import Ledger
from backfill_tui.control.model import TO_BEGIN, Condition, PhaseState
from backfill_tui.control.order import run_order
from backfill_tui.control.standing import Standing, standings
from backfill_tui.control.timeline import timeline
from backfill_tui.engine.alerting import Alerting
from backfill_tui.engine.attempts import NOTHING, AttemptBook
from backfill_tui.engine.claims import Neighbours
from backfill_tui.engine.controllers import ControllersSeen
from backfill_tui.engine.dated import DatedPhases
from backfill_tui.engine.docket import Docket
from backfill_tui.engine.drivers import DriverSeen, drivers_of
from backfill_tui.engine.forecasting import Forecasting, PhaseForecast
from backfill_tui.engine.found import Finds, FoundPhase
from backfill_tui.engine.known_calendar import KnownCalendar
from backfill_tui.engine.own_commands import OwnCommands
from backfill_tui.engine.phase_watch import CATCH_UP_S, PhaseLook, PhaseWatch
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.probe_book import ProbeBook
from backfill_tui.engine.seen import seen_in
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.engine.suspecting import SuspectBook
from backfill_tui.engine.verdicts import PhaseVerdicts, VerdictBook
from backfill_tui.errors import in_words
from backfill_tui.plan.resolved import Phase
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
        self.plan = plan = opened.plan
        self._opened = opened
        self._calendars = KnownCalendar(plan, ledger, now=datetime.now(UTC))
        self._dated = DatedPhases(opened)
        self._begun: frozenset[str] = frozenset()  # what has come to something by the last look
        self._calendar = _weights(self._calendars.known)
        self._verdicts = VerdictBook(plan, ledger, docket or Docket())
        self._suspects = SuspectBook()
        self._attempts = AttemptBook(plan, ledger)
        self._probes = ProbeBook(plan, ledger)
        self._recordable = recordable
        self._neighbours = neighbours or Neighbours(plan, Registry.of_user(), publishing=False)
        self._roster = roster
        self._table = ProcessTable()
        self._controllers = ControllersSeen(self._table)
        self._watches = [self._watch_of(phase) for phase in plan.phases]
        self._forecasting = Forecasting(plan, ledger)
        self._alerting = Alerting(plan, ledger)
        self._commands = OwnCommands(plan, Path.cwd())
        self._drivers: tuple[DriverSeen, ...] = ()
        self._sequence = 0
        self._notes = notes

    def look(self, now: datetime | None = None) -> Snapshot:
        """One snapshot as of now. A phase that can't be looked at says so and does not keep the others from it."""
        now = (now or datetime.now(UTC)).astimezone(self.plan.tz)
        self._take_found()
        self._take_deeds(now)
        self._take_calendar(now)
        looks = self._looks(now)
        self._verdicts.refresh()
        self._neighbours.refresh(looks)
        live = ((one.phase.name, one.process) for one in looks if one.process.alive)
        self._commands.know({name: seen.identity.pid for name, seen in live if seen.identity is not None})
        seen = seen_in(
            looks,
            self._calendars.known,
            now,
            today=self._dated.today,
            elsewhere=self._neighbours.elsewhere(now),
        )
        verdicts = {one.phase.name: self._verdicts.of(one.phase.name, seen, now) for one in looks}
        self._drivers = drivers_of(self.plan.state_dir)
        facts = [self._facts(one, verdicts[one.phase.name]) for one in looks]
        facts = self._controllers.told_to(facts, now)
        facts = [
            self._suspects.mark(fact, look, verdicts[look.phase.name].findings, self._calendars.known, now)
            for fact, look in zip(facts, looks, strict=True)
        ]
        stands = standings(facts, stall_after_s=self.plan.alerts.stall_after_s, now=now)
        self._begun = frozenset(name for name, one in stands.items() if one.state not in TO_BEGIN)
        states = {name: one.state for name, one in stands.items()}
        conflicts = tuple(map(self._commands.conflict, find_conflicts(facts, states, now=now)))
        forecasts, night = self._forecasting.look(
            looks,
            states,
            {name: one.suites for name, one in verdicts.items()},
            self._calendar,
            now,
        )
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

    def _all_notes(self) -> tuple[str, ...]:
        books = (
            self._dated.note,
            self._calendars.note,
            self._verdicts.note,
            self._attempts.note,
            self._neighbours.note,
        )
        found = self._roster.notes if self._roster is not None else ()
        notes = (*self._notes, *found, *books, *self._forecasting.notes)
        return tuple(dict.fromkeys(note for note in notes if note))

    def _undriven(self, stands: Mapping[str, Standing]) -> Iterator[str]:
        """That nobody will start what is to start by itself."""
        coming = [one for one in self.plan.phases if one.start == "auto" and stands[one.name].state in TO_BEGIN]
        if coming and not self._drivers:
            names = ", ".join(one.name for one in coming)
            yield f"Nobody drives this plan now: {names} will not start without `run`, or a screen with --auto."

    def _watch_of(self, phase: Phase, found: FoundPhase | None = None) -> PhaseWatch:
        return PhaseWatch(phase, self._table, self._calendar, self._opened.dialects, found)

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

    def _take_deeds(self, now: datetime) -> None:
        """Let each phase know what was done to it from here, and give it the dates that it has by now."""
        self._dated.turn(now)
        deeds = self._attempts.refresh()
        for i, before in enumerate(self._watches):
            name = before.phase.name
            done = deeds.get(name, NOTHING)
            phase = self._dated.of(before.phase, done, begun=name in self._begun)
            if phase != before.phase:
                before.close()
                self._watches[i] = self._watch_of(phase)
            self._watches[i].know(done)

    def _looks(self, now: datetime) -> list[PhaseLook]:
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

    def look_whole(self, deadline_s: float) -> Snapshot:
        """One snapshot after all logs have been read to their ends, or `deadline_s` seconds have passed."""
        until = time.monotonic() + deadline_s
        now = datetime.now(UTC)
        self._take_found()
        self._take_deeds(now)
        self._take_calendar(now)  # so that it is waited for on all dates
        self._calendars.wait(deadline_s)
        snapshot = self.look()
        while not all(watch.caught_up for watch in self._watches) and time.monotonic() < until:
            snapshot = self.look()
        return self.look() if self._alerting.waits else snapshot

    def close(self) -> None:
        """Let go of all files."""
        self._calendars.close()
        self._forecasting.close()
        for watch in self._watches:
            watch.close()

    def _take_calendar(self, now: datetime) -> None:
        """Use the calendar of the warehouse once it has answered."""
        watched = [watch.phase for watch in self._watches]
        self._calendars.refresh((*watched, *self._dated.today.values()), now)
        weights = _weights(self._calendars.known)
        if weights is not None and weights is not self._calendar:
            self._calendar = weights
            for watch in self._watches:
                watch.use_calendar(weights)

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
            calendar=self._calendar,
            dialect=last.dialect if last else None,
            dialect_reason=last.dialect_reason if last else "",
            history_complete=look.history_complete,
            suites=verdicts.suites,
            judgement=verdicts.judgement,
            suspects=facts.suspects,
            attempt=look.deeds.attempt,
            accepted=facts.accepted(now),
        )

    def _facts(self, look: PhaseLook, verdicts: PhaseVerdicts) -> PhaseFacts:
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
            stop=look.deeds.stop,
            acceptance=look.deeds.acceptance,
            runnable=_runnable(look),
            rate_per_hour=look.rate_per_hour,
            others=self._neighbours.others_of(look.phase, look.account.dates),
            silence_s=self._forecasting.silence_s(look, self._calendar),
            doubts=self._neighbours.doubts_of(look.phase),
            driven_by=", ".join(one.clause for one in self._drivers),
            recorded=self._recordable,
        )


def _runnable(look: PhaseLook) -> tuple[Condition, ...]:
    """Whether its command could be run now; asked of the system only where it may soon be."""
    if look.phase.command is None or look.process.alive:
        return ()
    return preflight(run_order(look.phase))


def _weights(calendar: WorkCalendar | None) -> Mapping[date, float] | None:
    return None if calendar is None else calendar.weights
