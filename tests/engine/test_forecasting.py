"""Forecasts of phases under watch: from real logs, with a ledger that remembers earlier nights."""

import os
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backfill_tui.control.ledger import Ledger
from backfill_tui.control.model import PhaseState
from backfill_tui.engine.plans import open_plan
from backfill_tui.engine.seen_runs import RunsSeen
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.engine.watch import PlanWatch
from backfill_tui.progress.calibration import THIS_RUN
from tests.logs import LogWriter, days

COUNT = 120
D = days("2022-01-01", COUNT)
START, END = D[0].isoformat(), D[-1].isoformat()

PLAN = f"""
plan: t
timezone: UTC
deadline: {{phase: train, by: 2026-01-04T06:30}}
phases:
  fix: {{log: job.log, dates: {{start: {START}, end: {END}}}}}
  next: {{log: next.log, dates: {{start: {START}, end: {END}}}, command: ["true"], after: [fix]}}
  train: {{command: ["true"], after: [next]}}
"""


def log_of(at: datetime, count: int, *, seconds: float = 30.0) -> LogWriter:
    """A sequential run that has finished so many dates; weekends have no work."""
    log = LogWriter(at=at.replace(tzinfo=None)).header(START, END)
    for i, day in enumerate(D[:count]):
        free = day.weekday() >= 5
        log.unit(i + 1, COUNT, day, 0 if free else 10, took=1.0 if free else seconds)
    return log


def end_of(log: LogWriter) -> datetime:
    return log.at.replace(tzinfo=UTC)


def look(folder: Path, at: datetime, *, ledger: Ledger | None = None) -> Snapshot:
    with ExitStack() as leaving:
        watch = PlanWatch(open_plan(folder / "backfill.yaml", now=at, environ={"TZ": "UTC"}), ledger)
        leaving.callback(watch.close)
        watch.look(at)
        return watch.look(at)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "backfill.yaml").write_text(PLAN)
    return tmp_path


NIGHT = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)


def earlier_night(folder: Path, phase: str, at: datetime) -> None:
    """Keep in the ledger what a whole run took, as a screen that watched it would have."""
    log = log_of(at, COUNT).summary()
    name = {"fix": "job.log", "next": "next.log"}[phase]
    (folder / name).write_bytes(log.body)
    with closing(Ledger.open(folder / ".backfill-tui")) as ledger:
        RunsSeen(ledger).take(look(folder, end_of(log), ledger=ledger), at_once=True)
    (folder / name).unlink()


def test_an_open_run_is_forecast_and_what_comes_after_it_is_not_known(folder: Path) -> None:
    log = log_of(NIGHT, 80)
    (folder / "job.log").write_bytes(log.body)
    snapshot = look(folder, end_of(log))
    fix = snapshot.phase("fix")
    assert fix.forecast is not None
    assert fix.prospect is not None
    assert fix.prospect.finish.p50 == fix.forecast.finish_p50
    left = (end_of(log_of(NIGHT, COUNT)) - end_of(log)).total_seconds()
    assert fix.forecast.remaining_p50_s == pytest.approx(left, rel=0.15)
    assert fix.prospect.calibrated_by == THIS_RUN
    assert [(cost.name, cost.seen) for cost in fix.costs] == [("with work", 56), ("without", 24)]
    assert snapshot.phase("next").prospect is None
    assert snapshot.deadline is not None
    assert (snapshot.deadline.probability, snapshot.deadline.lacking) == (None, ("next",))
    assert snapshot.critical_path == ("fix", "next", "train")


def test_nothing_is_forecast_from_nothing(folder: Path) -> None:
    snapshot = look(folder, NIGHT)
    assert [view.prospect for view in snapshot.phases] == [None, None, None]
    (folder / "job.log").write_bytes(log_of(NIGHT, 1).body)
    assert look(folder, NIGHT + timedelta(minutes=1)).phase("fix").forecast is None


def test_an_earlier_night_tells_of_a_phase_before_it_has_begun(folder: Path) -> None:
    earlier_night(folder, "next", NIGHT - timedelta(days=1))
    log = log_of(NIGHT, 80)
    (folder / "job.log").write_bytes(log.body)
    with closing(Ledger.open(folder / ".backfill-tui")) as ledger:
        snapshot = look(folder, end_of(log), ledger=ledger)
    fix, following = snapshot.phase("fix").prospect, snapshot.phase("next").prospect
    assert fix is not None
    assert following is not None
    assert following.start is not None
    assert following.basis == "history"
    assert following.start.p50 == fix.finish.p50
    took = end_of(log_of(NIGHT, COUNT)) - NIGHT
    assert abs((following.finish.p50 - following.start.p50) - took) < took * 0.15
    assert snapshot.deadline is not None
    assert snapshot.deadline.of_start
    assert snapshot.deadline.probability == 1.0
    assert not snapshot.deadline.calibrated


def test_the_first_dates_of_a_night_are_forecast_by_what_earlier_ones_took(folder: Path) -> None:
    earlier_night(folder, "fix", NIGHT - timedelta(days=1))
    log = log_of(NIGHT, 5)
    (folder / "job.log").write_bytes(log.body)
    with closing(Ledger.open(folder / ".backfill-tui")) as ledger:
        fix = look(folder, end_of(log), ledger=ledger).phase("fix")
    assert fix.forecast is not None
    assert fix.forecast.basis == "history"
    left = (end_of(log_of(NIGHT, COUNT)) - end_of(log)).total_seconds()
    assert fix.forecast.remaining_p50_s == pytest.approx(left, rel=0.15)


def test_while_it_is_stalled_the_forecast_stands_still_for_whoever_looks(folder: Path) -> None:
    log = log_of(NIGHT, 80)
    path = folder / "job.log"
    path.write_bytes(log.body)
    os.utime(path, (end_of(log).timestamp(),) * 2)
    plan = (folder / "backfill.yaml").read_text()
    (folder / "backfill.yaml").write_text(plan.replace("plan: t\n", "plan: t\nalerts: {stall_after: 10m}\n"))
    seen = [look(folder, end_of(log) + timedelta(minutes=minutes)).phase("fix") for minutes in (11, 12, 500)]
    assert {view.state for view in seen} == {PhaseState.STALLED}
    forecasts = [view.forecast for view in seen]
    assert forecasts[0] is not None
    assert forecasts[0].frozen
    assert [one.finish_p50 for one in forecasts if one] == [forecasts[0].finish_p50] * 3
    assert seen[0].prospect is not None
    assert seen[-1].prospect is None, "what was forecast has come to pass without it"


def test_what_is_shown_is_kept_and_told_of_again(folder: Path) -> None:
    with closing(Ledger.open(folder / ".backfill-tui")) as ledger:
        shown = []
        for count in (60, 75, 90):
            log = log_of(NIGHT, count)
            (folder / "job.log").write_bytes(log.body)
            shown.append(look(folder, end_of(log), ledger=ledger).phase("fix"))
        fix = shown[-1]
        assert [one.at for one in fix.past] == [end_of(log_of(NIGHT, count)) for count in (60, 75, 90)]
        assert fix.prospect is not None
        assert fix.past[-1].finish == fix.prospect.finish
        whole = log_of(NIGHT, COUNT).summary()
        (folder / "job.log").write_bytes(whole.body)
        snapshot = look(folder, end_of(whole), ledger=ledger)
        RunsSeen(ledger).take(snapshot, at_once=True)
        assert snapshot.phase("fix").prospect is None
        assert len(snapshot.phase("fix").past) == 3
        became = ledger.forecasts.outcomes("fix")
        assert [one.progress for one in became] == sorted(one.progress for one in became)
        assert len(became) == 3


def test_ranges_are_calibrated_by_earlier_nights_once_there_are_enough(folder: Path) -> None:
    with closing(Ledger.open(folder / ".backfill-tui")) as ledger:
        for night in range(4):
            begun = NIGHT - timedelta(days=8 - night)
            for count in (20, 60, 100):
                log = log_of(begun, count, seconds=30.0 + night)
                (folder / "job.log").write_bytes(log.body)
                look(folder, end_of(log), ledger=ledger)
            whole = log_of(begun, COUNT, seconds=30.0 + night).summary()
            (folder / "job.log").write_bytes(whole.body)
            RunsSeen(ledger).take(look(folder, end_of(whole), ledger=ledger), at_once=True)
        log = log_of(NIGHT, 60)
        (folder / "job.log").write_bytes(log.body)
        snapshot = look(folder, end_of(log), ledger=ledger)
    prospect = snapshot.phase("fix").prospect
    assert prospect is not None
    assert prospect.calibrated_by == "earlier runs"
    assert snapshot.record.of == 12


def test_a_log_that_lies_zones_behind_is_forecast_by_its_own_clock(folder: Path) -> None:
    """Its date in flight is not eight hours old."""
    log = log_of(NIGHT, 80)
    (folder / "job.log").write_bytes(log.body)
    right = look(folder, end_of(log)).phase("fix").forecast
    later = end_of(log) + timedelta(hours=8)
    os.utime(folder / "job.log", (later.timestamp(), later.timestamp()))
    behind = look(folder, later).phase("fix").forecast
    assert right is not None
    assert behind is not None
    assert abs(behind.remaining_p50_s - right.remaining_p50_s) < 1
    assert abs(behind.finish_p50 - right.finish_p50 - timedelta(hours=8)) < timedelta(seconds=1)
