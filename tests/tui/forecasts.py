"""Forecasts of the example night: how they went, what dates cost, and a phase whose finish is known by now."""

import math
import random
from dataclasses import replace
from datetime import datetime, timedelta

from backfill_tui.control.model import PhaseState, Timeline
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.progress.account import RunEnd
from backfill_tui.progress.calibration import Record
from backfill_tui.progress.prospect import ClassCost, DeadlineProspect, Moments, PastForecast, Prospect
from tests.tui import example
from tests.tui.example import NOW, ZONE

BEGAN = NOW - timedelta(hours=3, minutes=46)
COSTS = (ClassCost("with work", 14.2, 21.6, 33.9, 312, 88.4), ClassCost("without", 2.1, 2.9, 4.4, 427, 116.6))
RECORD = Record(33, 40)


def at(hour: int, minute: int = 0) -> datetime:
    """A local time of the night; hours before noon are of its morning after."""
    return datetime(2026, 1, 3 if hour >= 12 else 4, hour, minute, tzinfo=ZONE)


def moments(middle: datetime, minutes: float) -> Moments:
    """A median and, about so many minutes before and after it, the ends of its range."""
    return Moments(middle - timedelta(minutes=0.9 * minutes), middle, middle + timedelta(minutes=1.2 * minutes))


def past(finish: datetime, until: datetime, *, bias: float = 0.0) -> tuple[PastForecast, ...]:
    """Forecasts every five minutes that find their way to a finish, having begun `bias` minutes off it."""
    chance = random.Random(5)  # noqa: S311 - a made-up evening
    told = []
    moment, wander = BEGAN + timedelta(minutes=4), 0.0
    while moment < until:
        left = (finish - moment).total_seconds() / 60
        wander = 0.9 * wander + chance.gauss(0, 1.6)
        middle = finish + timedelta(minutes=wander + bias * left / 300)
        told.append(PastForecast(moment, moments(middle, 3 + 2.6 * math.sqrt(max(0.0, left)))))
        moment += timedelta(minutes=5)
    return tuple(told)


def running(*, calibrated: bool = False, frozen: bool = False) -> PhaseView:
    """The fix, on its way."""
    finish = moments(at(21, 15), 15)
    return replace(
        example.phases()[0],
        state=PhaseState.STALLED if frozen else PhaseState.RUNNING,
        prospect=Prospect(
            None,
            finish,
            "calendar",
            calibrated=calibrated,
            frozen=frozen,
            slack_s=0.0,
            criticality=0.83,
            calibrated_by="earlier runs" if calibrated else "",
        ),
        past=past(at(21, 15), NOW, bias=55),
        costs=COSTS,
        timeline=Timeline(at(21, 2), 780.0, "on_track", at(16, 28), changed_s=-420.0),
    )


def waiting() -> PhaseView:
    """The phase after it."""
    start = moments(at(21, 19), 15)
    return replace(
        example.phases()[2],
        prospect=Prospect(start, moments(at(21, 45), 20), "history", slack_s=0.0, criticality=0.83),
        timeline=Timeline(at(21, 30), 900.0, "delayed"),
    )


def over() -> PhaseView:
    """The fix, once it has ended at 19:52."""
    ended = at(19, 52)
    run = example.run(BEGAN, ended, RunEnd.COMPLETED, example.FIX, 944)
    account = replace(
        example.account(example.FIX, 944, running=False, runs=(run,)), lead=run, claims_complete=True, complete=True
    )
    return replace(
        example.phases()[0],
        state=PhaseState.PASSED,
        why="passed at 19:56",
        account=account,
        forecast=None,
        prospect=None,
        past=past(ended, ended, bias=95),
        costs=COSTS,
        timeline=Timeline(at(20, 0), -480.0, "on_track"),
    )


def night(first: PhaseView | None = None, *, record: Record = RECORD) -> Snapshot:
    """The example night with what is forecast of its first phases."""
    others = example.phases()
    return replace(
        example.night(),
        phases=(first or running(), others[1], waiting(), *others[3:]),
        deadline=DeadlineProspect("ml_training", at(6, 30), probability=0.71, of_start=True),
        record=record,
    )
