"""The replay that judges forecasts uses nothing that was not known at the time, and adds up what it found."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from backfill_tui.sources.events import UnitFinished
from benchmarks import eta_speed
from benchmarks.eta_nights import Scenario, night
from benchmarks.eta_replay import POINTS, forecasts_after, replay
from benchmarks.eta_report import EtaReport, judged
from benchmarks.eta_resume import Resumes, resumes
from benchmarks.eta_rivals import Rate, Rich, Rival, Tqdm
from benchmarks.eta_scenarios import course, unbroken_course
from benchmarks.eta_scores import ranges, scores
from benchmarks.options import Options
from tests.logs import days

SHORT = Scenario("resumed", "calendar", resumed=True)
POOL = Scenario("resumed, 15 workers", "calendar", workers=15, resumed=True)


def test_a_forecast_does_not_know_what_came_after_it() -> None:
    whole = course(SHORT, 3)
    middle = whole.from_at + (whole.ends_at - whole.from_at) / 2
    seen = [event for event in whole.events if event.at is not None and event.at <= middle + timedelta(seconds=1)]
    cut = replay(replace(whole, events=seen), with_rivals=False)
    full = replay(whole, with_rivals=False)
    before = [i for i, share in enumerate(POINTS) if share <= 0.5]
    assert [cut.said[i].p50_s for i in before] == [full.said[i].p50_s for i in before]


def test_the_same_seed_is_the_same_night_and_another_night_is_not() -> None:
    assert night(SHORT, 5) == night(SHORT, 5)
    assert night(SHORT, 5).ends_at != night(SHORT, 6).ends_at
    assert night(SHORT, 5).ends_at != night(SHORT, 5, earlier=1).ends_at


def test_a_killed_pool_leaves_holes_that_its_resume_does_not_come_back_to() -> None:
    played = night(POOL, 1)
    finished = [event.day for event in played.events if isinstance(event, UnitFinished) and event.day]
    first, second = finished[: played.finished_before], finished[played.finished_before :]
    assert min(second) > max(first)
    assert len(set(first)) < (max(first) - min(first)).days + 1


def test_the_run_without_a_resume_is_the_same_one_until_the_kill() -> None:
    played, whole = night(SHORT, 4), unbroken_course(SHORT, 4)
    before = [event for event in played.events if event.at and event.at < played.from_at]
    assert list(whole.events[: len(before)]) == before
    assert course(SHORT, 4).calendar == whole.calendar


def test_forecasts_after_moments_are_those_of_a_replay() -> None:
    one = course(SHORT, 3)
    moments = [one.from_at + share * (one.ends_at - one.from_at) for share in POINTS]
    said = [said.p50_s for said in replay(one, with_rivals=False).said]
    assert [eta and eta.remaining_p50_s for eta in forecasts_after(one, moments)] == pytest.approx(said, rel=1e-9)


@pytest.mark.parametrize("resumed", [1.10, 1.30])
def test_a_resume_is_judged_by_the_error_without_one(resumed: float) -> None:
    row = Resumes("resumed", 20, 1, resumed, 1.08)
    assert row.kept is (resumed < 1.08**2)
    assert not Resumes("resumed", 20, None, 1.08, 1.08).kept


def test_a_resumed_run_is_forecast_from_its_first_date_on() -> None:
    assert resumes(SHORT, [1]).first_after == 1


def test_of_even_completions_every_rival_knows_what_remains() -> None:
    dates = dict.fromkeys(days("2022-01-01", 100), True)
    entered: list[Rival] = [Rich(100, 0.0), Tqdm(100, 0.0), Tqdm(100, 0.0, 0.0), Rate(dates, 0.0)]
    for i, day in enumerate(list(dates)[:60], 1):
        for rival in entered:
            rival.complete(day, 10.0 * i)
    assert [rival.remaining_s(600.0) for rival in entered] == pytest.approx([400.0] * 4)


def test_the_table_has_every_rival_and_every_range() -> None:
    one = replay(course(SHORT, 1), looking_back=True)
    row = judged(scores("resumed", [one], [one]), 1.5, forgiven=False)
    report = EtaReport(1, 1, quick=True, rows=[row], resumes=[resumes(SHORT, [1])])
    report.overall["by itself"] = ranges([one.by_itself()])
    text = report.table()
    for word in ("tqdm", "rich", "rate of work dates", "by itself", "≤ 1.50 ok", "without one", "over 1 runs"):
        assert word in text
    assert row.ours.median < row.rivals["tqdm"].median
    assert 0 <= row.plain.low <= row.plain.held <= row.plain.high <= 1
    assert row.first_after == 1
    assert row.silent == 0


def test_how_long_a_forecast_takes_is_told_for_every_kind_of_run(tmp_path: Path) -> None:
    report = eta_speed.measure(Options(size=1 / 32, rounds=1))
    assert len([row for row in report.rows if row.target]) == 10
    assert all(row.value > 0 for row in report.rows)
    assert report.write(tmp_path).name == "eta_speed.json"
