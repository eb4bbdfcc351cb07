"""What the ledger has of earlier runs and of how forecasts of them held, and the forecasts that it is to keep."""

import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from backfill_tui.control.ledger import Ledger, LedgerError
from backfill_tui.control.ledger.times import text_of
from backfill_tui.control.ledger.units import SeenRun
from backfill_tui.engine.keeper import Keeper
from backfill_tui.progress.account import UnitState
from backfill_tui.progress.calibration import (
    LEAST_RUNS,
    NO_RECORD,
    UNCALIBRATED,
    Calibration,
    Made,
    Outcome,
    Record,
    calibrate,
)
from backfill_tui.progress.eta import NO_HISTORY, History
from backfill_tui.progress.forecast.read_runs import workers_of
from backfill_tui.progress.forecast.worked import Finish, Worked, worked
from backfill_tui.progress.prospect import Moments, PastForecast
from backfill_tui.progress.sequence import PlacedRun
from backfill_tui.sources.events import Mode

PAST = timedelta(hours=24)
"""How far back it is told how a forecast has evolved."""

_RECORD_EVERY_S = 60.0
_HEAVY = frozenset({UnitState.DONE, UnitState.FAILED})


class ForecastBook:
    """By phase: history, calibration and past forecasts, read when a phase's runs change. One caller at a time.

    A ledger that can't be read teaches nothing; forecasts then rest on their own run.
    """

    def __init__(self, ledger: Ledger | None) -> None:
        self._ledger = ledger
        self._histories: dict[str, tuple[frozenset[str], History]] = {}
        self._calibrations: dict[str, tuple[frozenset[str], Calibration]] = {}
        self._past: dict[str, deque[PastForecast]] = {}
        self._keeper = Keeper()
        self._record, self._record_due = NO_RECORD, 0.0

    def history(self, phase: str, runs: Sequence[PlacedRun]) -> History:
        """What runs of other nights took: those in the ledger that are not among the runs that count now."""
        own = _starts(runs)
        known = self._histories.get(phase)
        if known is None or known[0] != own:
            known = self._histories[phase] = own, self._read_history(phase, own)
        return known[1]

    def calibration(self, phase: str, runs: Sequence[PlacedRun]) -> Calibration:
        """By what became of forecasts of the phase's earlier runs; while these are few, of all other nights'."""
        own = _starts(runs)
        known = self._calibrations.get(phase)
        if known is None or known[0] != own:
            known = self._calibrations[phase] = own, self._read_calibration(phase)
        return known[1]

    def past(self, phase: str, now: datetime) -> tuple[PastForecast, ...]:
        """How the finish of the phase was forecast in the last day, oldest first."""
        past = self._past_of(phase, now)
        while past and past[0].at < now - PAST:
            past.popleft()
        return tuple(past)

    def keep(self, made: Mapping[str, Made]) -> None:
        """Forecasts that have just been shown: they belong to the past, and to the ledger if it may be written."""
        for phase, one in made.items():
            self._past_of(phase, one.at).append(as_past(one))
        if (ledger := self._ledger) is not None and not ledger.read_only:
            for phase, one in made.items():
                self._keeper.put(f"{phase} {one.at}", partial(ledger.forecasts.keep, {phase: one}))

    def close(self) -> None:
        """Wait a moment for what is still to be kept."""
        self._keeper.close()

    def record(self) -> Record:
        """How the last ranges that were shown have held, whichever phase they were of; read now and then."""
        if self._ledger is not None and time.monotonic() >= self._record_due:
            self._record_due = time.monotonic() + _RECORD_EVERY_S
            with suppress(LedgerError):
                self._record = calibrate(self._ledger.forecasts.outcomes()).record
        return self._record

    def _past_of(self, phase: str, now: datetime) -> deque[PastForecast]:
        if phase not in self._past:
            self._past[phase] = deque(self._read_past(phase, now))
        return self._past[phase]

    def _read_history(self, phase: str, own: frozenset[str]) -> History:
        if self._ledger is None:
            return NO_HISTORY
        try:
            seen = self._ledger.units.of(phase)
        except LedgerError:
            return NO_HISTORY
        others = [run for run in seen if text_of(run.started_at) not in own and run.mode is not Mode.DATES]
        return History(tuple(map(_worked, others)))

    def _read_calibration(self, phase: str) -> Calibration:
        if self._ledger is None:
            return UNCALIBRATED
        try:
            outcomes = self._ledger.forecasts.outcomes(phase)
            if len({outcome.run for outcome in outcomes}) < LEAST_RUNS:
                outcomes = _of_nights(self._ledger.forecasts.outcomes())
        except LedgerError:
            return UNCALIBRATED
        return calibrate(outcomes) if outcomes else UNCALIBRATED

    def _read_past(self, phase: str, now: datetime) -> list[PastForecast]:
        if self._ledger is None:
            return []
        try:
            return [as_past(one) for one in self._ledger.forecasts.since(phase, now - PAST)]
        except LedgerError:
            return []


def _of_nights(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """Those of all phases, if they are of enough nights: phases that ran side by side err together."""
    nights = {outcome.run[:10] for outcome in outcomes}  # a run is known by its start, which begins with the day
    return outcomes if len(nights) >= LEAST_RUNS else ()


def as_past(made: Made) -> PastForecast:
    """The finish that a forecast told of, as it was shown."""
    low, middle, high = (made.at + timedelta(seconds=left) for left in (made.low_s, made.p50_s, made.high_s))
    return PastForecast(made.at, Moments(low, middle, high))


def _starts(runs: Sequence[PlacedRun]) -> frozenset[str]:
    return frozenset(text_of(run.trace.first_at) for run in runs if run.counts and run.trace.first_at)


def _worked(run: SeenRun) -> Worked:
    finishes = [
        Finish(
            day=unit.day,
            at=unit.ended_at,
            heavy=unit.state in _HEAVY,
            duration_s=unit.duration_s,
            size=float(unit.records) if unit.records and unit.state in _HEAVY else None,
        )
        for unit in run.units
    ]
    return worked(finishes, workers=workers_of(run.mode, run.workers), started_at=run.started_at)
