"""The forecasts of a plan: of each run by itself, as often as it is worth it, and of the night as a whole."""

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from backfill_tui.control.ledger import Ledger
from backfill_tui.control.ledger.forecasts import slot_of
from backfill_tui.control.ledger.times import text_of
from backfill_tui.control.model import PhaseState
from backfill_tui.engine.forecast_book import ForecastBook
from backfill_tui.engine.night import Member, Night, night_of
from backfill_tui.engine.phase_watch import PhaseLook
from backfill_tui.engine.snapshot import SuiteView
from backfill_tui.errors import in_words
from backfill_tui.plan.resolved import Expectation, Plan
from backfill_tui.progress.account import UnitState
from backfill_tui.progress.calibration import EARLIER_RUNS, LEAST_RUNS, Made, Record
from backfill_tui.progress.eta import Forecast, Outlook, later, outlook, planned, unstarted
from backfill_tui.progress.prospect import ClassCost, PaceSeen, PastForecast, Prospect
from backfill_tui.progress.sequence import PlacedRun, leading

if TYPE_CHECKING:
    from backfill_tui.progress.forecast.luck import Array

_SHARE = 50
"""A forecast is made anew after so many times the time that it took: it may cost a fiftieth of a processor."""

_LOOK_BACK_EVERY = 0.05
"""A run without earlier ones is held against itself anew after so much of its work."""

_TO_DO = frozenset({UnitState.PENDING, UnitState.MISSING, UnitState.FAILED})


@dataclass(frozen=True, slots=True)
class PhaseForecast:
    """What is forecast of one phase: of its own run, and within the night."""

    own: Forecast | None = None
    prospect: Prospect | None = None
    past: tuple[PastForecast, ...] = ()
    costs: tuple[ClassCost, ...] = ()
    silence_s: float | None = None  # how long it may be silent, and all is well
    pace: PaceSeen | None = None


@dataclass(slots=True)
class _Reckoned:
    """The newest outlook of a phase's run, what it was made from, and when it is worth to make another."""

    runs: Sequence[PlacedRun]
    calendar: Mapping[date, float] | None
    outlook: Outlook | None
    due: float  # on the monotonic clock
    costs: tuple[ClassCost, ...] = ()
    silence_s: float | None = None
    pace: PaceSeen | None = None
    looked_back_at: float | None = None  # its progress then

    def is_of(self, runs: Sequence[PlacedRun]) -> bool:
        """Whether the same run leads."""
        lead, other = leading(self.runs), leading(runs)
        return lead is not None and other is not None and lead.trace is other.trace


class Forecasting:
    """Forecasts of all phases of a plan. Not thread-safe: one caller at a time."""

    def __init__(self, plan: Plan, ledger: Ledger | None) -> None:
        self._plan = plan
        self._book = ForecastBook(ledger)
        self.notes: tuple[str, ...] = ()  # of the last look: which phases could not be forecast
        self._reckoned: dict[str, _Reckoned] = {}
        self._to_come: dict[str, tuple[tuple[object, ...], Array | None]] = {}
        self._kept: dict[str, tuple[str, int]] = {}  # the slot of each phase's newest forecast

    def look(
        self,
        looks: Sequence[PhaseLook],
        states: Mapping[str, PhaseState],
        suites: Mapping[str, Sequence[SuiteView]],
        calendar: Mapping[date, float] | None,
        now: datetime,
    ) -> tuple[dict[str, PhaseForecast], Night]:
        """The forecasts as of now, by phase; and the night."""
        now = now.astimezone(UTC)  # between two times of one zone Python reckons by its clock, which is set
        self.notes = ()
        members = [
            self._known(look, states[look.phase.name], suites[look.phase.name], calendar, now) for look in looks
        ]
        night = night_of(members, self._plan.deadline, now)
        self._keep(looks, night, now)
        return {one.phase.name: self._told(one, night, now) for one in members}, night

    def _told(self, one: Member, night: Night, now: datetime) -> PhaseForecast:
        name = one.phase.name
        told = PhaseForecast(one.own, night.prospects.get(name), self._book.past(name, now))
        if one.own is None:
            return told
        known = self._reckoned[name]
        return replace(told, costs=known.costs, silence_s=known.silence_s, pace=known.pace)

    @property
    def record(self) -> Record:
        """How the last ranges that were shown, of whichever phase, have held."""
        return self._book.record()

    def silence_s(self, look: PhaseLook, calendar: Mapping[date, float] | None) -> float | None:
        """How long its log may be silent by what its dates take, in seconds; None while nothing tells."""
        with suppress(Exception):  # the forecast itself says what is wrong
            self._outlook(look, calendar)
        known = self._reckoned.get(look.phase.name)
        return known.silence_s if known is not None and known.is_of(look.runs) else None

    def close(self) -> None:
        """Wait a moment for what is still to be kept."""
        self._book.close()

    def _known(
        self,
        look: PhaseLook,
        state: PhaseState,
        suites: Sequence[SuiteView],
        calendar: Mapping[date, float] | None,
        now: datetime,
    ) -> Member:
        """A phase of which no forecast can be made keeps none from being made of the others."""
        try:
            return self._member(look, state, suites, calendar, now)
        except Exception as error:  # noqa: BLE001 - whatever it is: it is said, and the night goes on being watched
            name = look.phase.name
            self.notes = (*self.notes, f"{name} can't be forecast: {in_words(error)}")
            return Member(look.phase, state)

    def _member(
        self,
        look: PhaseLook,
        state: PhaseState,
        suites: Sequence[SuiteView],
        calendar: Mapping[date, float] | None,
        now: datetime,
    ) -> Member:
        run = look.account.lead
        attempt = look.deeds.attempt
        member = Member(
            phase=look.phase,
            state=state,
            started_at=(attempt.started_at if attempt else None) or (run.started_at if run else None),
            ended_at=(run.ended_at if run else None) or (attempt.ended_at if attempt else None),
            counted=look.account.counts.total is not None,
            inputs_s=_seconds(suite for suite in suites if suite.is_input),
            suites_s=_seconds(suite for suite in suites if not suite.is_input),
        )
        if member.done:
            return member
        if state in {PhaseState.RUNNING, PhaseState.STALLED}:
            return self._under_way(member, look, calendar, now)
        if state in {PhaseState.FAILED, PhaseState.STOPPED}:
            return member  # a person has to do something about it, and nobody knows when
        if look.phase.judges_only:
            known = EARLIER_RUNS if member.suites_s else ""
            return replace(
                member, left_s=planned(member.suites_s, look.phase.name), basis="history", calibrated_by=known
            )
        return self._before_it(member, look, calendar)

    def _under_way(
        self, member: Member, look: PhaseLook, calendar: Mapping[date, float] | None, now: datetime
    ) -> Member:
        """While it is stalled the forecast is that of the moment at which it was found to be.

        Once that has begun to come to pass without the run, nobody knows when it will be done. A log that lies
        behind is asked by its own clock.
        """
        ahead = self._outlook(look, calendar)
        if ahead is None:
            return self._by_plan(
                member, elapsed_s=(now - member.started_at).total_seconds() if member.started_at else 0
            )
        stalled = member.state is PhaseState.STALLED
        at = self._stalled_at(look, now) if stalled else now
        behind = timedelta(seconds=look.log_behind_s)
        own = ahead.at(at - behind).moved(behind)
        by = ahead.calibration.by if own.calibrated else ""
        stale = stalled and own.finish_p10 <= now
        return replace(
            member,
            left_s=None if stale else later(ahead.futures_s(at - behind), (now - at).total_seconds()),
            own=replace(own, frozen=stalled),
            basis=own.basis,
            calibrated_by=by,
        )

    def _stalled_at(self, look: PhaseLook, now: datetime) -> datetime:
        """The same for whoever looks, whenever: when it was last heard of, or had been silent for too long."""
        heard_at = now - timedelta(seconds=look.log_age_s or 0.0)
        if look.process.stopped:
            return heard_at
        return min(now, heard_at + timedelta(seconds=self._plan.alerts.stall_after_s))

    def _before_it(self, member: Member, look: PhaseLook, calendar: Mapping[date, float] | None) -> Member:
        """A phase that has not begun: by what its dates took before, else by the plan."""
        history = self._book.history(look.phase.name, look.runs)
        days = sorted(day for day, unit in look.account.units.items() if unit.state in _TO_DO)
        if not history.runs or not (days := days or history.days):
            return self._by_plan(member)
        key = (tuple(days), history, calendar)
        known = self._to_come.get(look.phase.name)
        if known is None or known[0] != key:
            known = self._to_come[look.phase.name] = key, unstarted(days, calendar=calendar, history=history)
        if known[1] is None:
            return self._by_plan(member)
        many = len(history.runs) >= LEAST_RUNS
        basis = "history" if calendar is None else "calendar"
        return replace(member, left_s=known[1], basis=basis, calibrated_by=EARLIER_RUNS if many else "")

    def _by_plan(self, member: Member, elapsed_s: float = 0.0) -> Member:
        duration = _expected_s(member.phase.expect)
        if duration is None:
            return member
        return replace(member, left_s=planned(duration, member.phase.name, elapsed_s=elapsed_s))

    def _outlook(self, look: PhaseLook, calendar: Mapping[date, float] | None) -> Outlook | None:
        """The outlook of the run that leads; a little old while making another would cost too much."""
        name = look.phase.name
        before = self._reckoned.get(name)
        if before is not None and before.is_of(look.runs):
            same = before.runs is look.runs and before.calendar is calendar
            if same or (before.outlook is not None and time.monotonic() < before.due):
                return before.outlook
        else:
            before = None
        began = time.monotonic()
        made = outlook(
            look.account,
            look.runs,
            calendar=calendar,
            history=self._book.history(name, look.runs),
            calibration=self._book.calibration(name, look.runs),
        )
        looked_back_at = None
        if made is not None and not made.calibration.speaks_at(made.progress):
            made, looked_back_at = _looking_back(made, before)
        due = time.monotonic() + _SHARE * (time.monotonic() - began)
        self._reckoned[name] = reckoned = _Reckoned(look.runs, calendar, made, due, looked_back_at=looked_back_at)
        if made is not None:
            reckoned.costs, reckoned.silence_s, reckoned.pace = made.costs(), made.longest_s(), made.pace()
        return made

    def _keep(self, looks: Sequence[PhaseLook], night: Night, now: datetime) -> None:
        """Keep what is shown, of each slot the first."""
        new = {}
        for look in looks:
            name = look.phase.name
            prospect = night.prospects.get(name)
            if prospect is None or prospect.frozen or not look.history_complete:
                continue
            made = self._made(look, prospect, now)
            if made is not None and self._kept.get(name) != (slot := (made.run, slot_of(made))):
                new[name], self._kept[name] = made, slot
        if new:
            self._book.keep(new)

    def _made(self, look: PhaseLook, prospect: Prospect, now: datetime) -> Made | None:
        if prospect.start is not None:
            low, middle, high = ((at - now).total_seconds() for at in astuple(prospect.finish))
            return Made("", now, 0.0, low, middle, high, low, high)
        reckoned, lead = self._reckoned.get(look.phase.name), leading(look.runs)
        if reckoned is None or reckoned.outlook is None or lead is None or lead.trace.first_at is None:
            return None
        return reckoned.outlook.made(text_of(lead.trace.first_at), now - timedelta(seconds=look.log_behind_s))


def _expected_s(expect: Expectation) -> float | None:
    """How long a phase is to take by the plan: said, or from when to when."""
    if expect.duration_s is not None or expect.start_by is None or expect.finish_by is None:
        return expect.duration_s
    return max(0.0, (expect.finish_by - expect.start_by).total_seconds())


def _looking_back(made: Outlook, before: _Reckoned | None) -> tuple[Outlook, float]:
    """The same calibrated by its own run; as the last one was, while that was only just."""
    last, at = (before.outlook, before.looked_back_at) if before is not None else (None, None)
    if last is not None and at is not None and made.progress - at < _LOOK_BACK_EVERY:
        return replace(made, calibration=last.calibration), at
    return made.looking_back(), made.progress


def _seconds(suites: Iterable[SuiteView]) -> float:
    """How long suites took when they were last run, one after the other."""
    return sum(suite.result.duration_s or 0.0 for suite in suites if suite.result is not None)
