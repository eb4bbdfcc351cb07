"""Rates and forecasts: what they rest on, and what they may never do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfill_tui.progress.eta import Forecast, Outlook, forecast, learn_history, outlook
from backfill_tui.progress.pace import Completion, completions, rate_per_hour, throughput
from backfill_tui.progress.reconcile import reconcile
from backfill_tui.progress.sequence import place_runs
from tests.logs import LogWriter, days
from tests.reading import read

NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)


def every(seconds: list[float], *, heavy: bool = True) -> list[Completion]:
    at, done = NOON, [Completion(NOON, None, heavy)]
    for second in seconds:
        at += timedelta(seconds=second)
        done.append(Completion(at, None, heavy))
    return done


def forecast_of(log: LogWriter, **how: object) -> Forecast | None:
    reading = read(log.body)
    account, runs = reconcile([reading.evidence]), place_runs([reading.book], gone=False)
    now = reading.parser.last_line_at
    assert now is not None
    return forecast(account, runs, now=now, **how)  # type: ignore[arg-type]


def seasons(done: int, total: int = 60) -> LogWriter:
    """Weekdays take 40 s, weekends nothing to speak of."""
    all_days = days("2022-03-01", total)
    log = LogWriter().header(all_days[0].isoformat(), all_days[-1].isoformat())
    for i, day in enumerate(all_days[:done], 1):
        empty = day.weekday() >= 5
        log.unit(i, total, day, 0 if empty else 10, took=1.0 if empty else 39.0)
    return log


def test_a_rate_is_said_of_the_recent_completions_only() -> None:
    assert rate_per_hour(every([10.0] * 50 + [100.0] * 100)) == pytest.approx(36.0)


def test_no_rate_from_too_little() -> None:
    assert rate_per_hour(every([])) is None
    assert rate_per_hour(every([10.0])) is None
    assert rate_per_hour(every([0.0, 0.0, 0.0])) is None


def test_a_count_to_the_number_of_planned_dates_has_the_rest_of_it_left() -> None:
    due = days("2024-01-01", 365)
    log = LogWriter()
    for number in range(1, 319):
        log.say(f"[{number}/365] loaded", after=30)
    reading = read(log.body)
    now = reading.parser.last_line_at
    assert now is not None
    found = forecast(reconcile([reading.evidence], planned=due), place_runs([reading.book], gone=False), now=now)
    assert found is not None
    assert found.remaining_p50_s == pytest.approx(47 * 30, rel=0.05)


@pytest.mark.parametrize(("step", "each_s"), [(10, 300), (1, 0.1)], ids=["tens", "ten a second"])
def test_counts_that_come_together_are_no_work_done_at_once(step: int, each_s: float) -> None:
    log = LogWriter()
    for number in range(step, 131, step):
        log.say(f"[{number}/300] loaded", after=each_s)
    reading = read(log.body)
    now = reading.parser.last_line_at
    assert now is not None
    found = forecast(reconcile([reading.evidence]), place_runs([reading.book], gone=False), now=now)
    assert found is not None
    assert found.remaining_p50_s == pytest.approx(170 * each_s / step, rel=0.2)


@pytest.mark.parametrize(("at_once", "each_s"), [(10, 1), (30, 60)], ids=["ten a second", "in batches"])
def test_dates_that_are_told_of_together_took_their_shares_of_the_time(at_once: int, each_s: float) -> None:
    due = days("2022-01-01", 360)
    log = LogWriter().header("2022-01-01", "2022-12-26")
    for i, day in enumerate(due[:180]):
        log.say(f"Processing day {i + 1}/360: {day}", after=0 if i % at_once else each_s)
        log.say("  ✓ Success: 12 records", after=0)
    reading = read(log.body)
    now = reading.parser.last_line_at
    assert now is not None
    found = forecast(reconcile([reading.evidence]), place_runs([reading.book], gone=False), now=now)
    assert found is not None
    assert found.remaining_p50_s == pytest.approx(180 * each_s / at_once, rel=0.25)


def test_what_a_resume_replays_is_not_progress() -> None:
    some = days("2022-01-01", 20)
    log = LogWriter().header("2022-01-01", "2022-01-20")
    for i, day in enumerate(some[:10], 1):
        log.unit(i, 20, day, took=60)
    log.header("2022-01-01", "2022-01-20")
    for i, day in enumerate(some[:16], 1):
        log.unit(i, 20, day, took=0.1 if i <= 10 else 60)
    done = completions(place_runs([read(log.body).book], gone=False))
    assert [completion.day for completion in done] == some[10:16]
    assert rate_per_hour(done) == pytest.approx(3600 / 61, rel=0.01)


def test_throughput_covers_the_run_in_equal_slices() -> None:
    slices = throughput(every([10.0] * 100), slices=10)
    assert len(slices) == 10
    assert slices[0].at == NOON
    assert sum(piece.per_hour for piece in slices) / 10 == pytest.approx(363.6, rel=0.01)


def test_no_forecast_from_nothing_and_none_when_nothing_is_left() -> None:
    assert forecast_of(seasons(0)) is None
    assert forecast_of(seasons(2)) is None
    assert forecast_of(seasons(60).summary()) is None


@pytest.mark.parametrize("done", [10, 20, 30, 40, 50])
def test_empty_dates_are_known_to_be_fast_with_a_calendar(done: int) -> None:
    all_days = days("2022-03-01", 60)
    calendar = {day: 0.0 if day.weekday() >= 5 else 5.0 for day in all_days}
    truth = sum(41.0 if calendar[day] else 3.0 for day in all_days[done:])
    eta = forecast_of(seasons(done), calendar=calendar)
    assert eta is not None
    assert eta.basis == "calendar"
    assert eta.remaining_p50_s == pytest.approx(truth, rel=0.05)


def outlook_of(log: LogWriter) -> Outlook:
    reading = read(log.body)
    ahead = outlook(reconcile([reading.evidence]), place_runs([reading.book], gone=False))
    assert ahead is not None
    return ahead


def test_without_earlier_runs_a_run_may_be_judged_by_itself_which_widens_but_never_narrows() -> None:
    ahead = outlook_of(seasons(400, 600))
    now = NOON + timedelta(days=1)
    plain, itself = ahead.at(now), ahead.looking_back().at(now)
    assert not plain.calibrated
    assert itself.calibrated
    assert itself.finish_p50 == plain.finish_p50
    assert itself.finish_p10 <= plain.finish_p10
    assert itself.finish_p90 >= plain.finish_p90


def test_too_few_dates_are_nothing_to_look_back_on() -> None:
    assert not outlook_of(seasons(30, 600)).looking_back().at(NOON).calibrated


def test_what_is_kept_of_a_forecast_is_what_was_simulated_and_what_was_shown() -> None:
    ahead = outlook_of(seasons(400, 600))
    now = NOON + timedelta(days=1)
    made, shown = ahead.made("run", now), ahead.at(now)
    assert (made.p10_s, made.p50_s, made.p90_s) == (
        shown.remaining_p10_s,
        shown.remaining_p50_s,
        shown.remaining_p90_s,
    )
    assert (made.low_s, made.high_s) == (shown.remaining_p10_s, shown.remaining_p90_s)
    assert made.progress == pytest.approx(2 / 3, abs=0.02)


def test_an_earlier_log_tells_which_dates_have_work() -> None:
    history = learn_history(place_runs([read(seasons(60).summary().body).book], gone=True))
    eta = forecast_of(seasons(20), history=history)
    assert eta is not None
    assert eta.basis == "history"
    truth = sum(3.0 if day.weekday() >= 5 else 41.0 for day in days("2022-03-01", 60)[20:])
    assert eta.remaining_p50_s == pytest.approx(truth, rel=0.05)


@given(st.integers(5, 50), st.integers(0, 30))
@settings(max_examples=40, deadline=None)
def test_more_remaining_work_never_finishes_earlier(done: int, more: int) -> None:
    less, further = forecast_of(seasons(done, 60)), forecast_of(seasons(done, 60 + more))
    assert less is not None
    assert further is not None
    assert further.finish_p50 >= less.finish_p50


@given(st.integers(4, 59))
@settings(max_examples=40, deadline=None)
def test_quantiles_are_in_order_and_never_in_the_past(done: int) -> None:
    eta = forecast_of(seasons(done))
    assert eta is not None
    assert 0 <= eta.remaining_p10_s <= eta.remaining_p50_s <= eta.remaining_p90_s
    assert not eta.calibrated


@pytest.mark.parametrize(
    ("name", "hour"),
    [
        ("team_offense_backfill_phase1.log", 18),
        ("team_offense_bug_fix.log", 18),
        ("phase4_pcf_backfill_20260103_v2.log", 20),
    ],
)
def test_half_way_through_the_samples_the_finish_is_known_within_an_eighth(
    samples: Path, name: str, hour: int
) -> None:
    body = (samples / name).read_bytes()
    now = datetime(2026, 1, 3, hour, tzinfo=UTC)
    reading = read(body, until=now)
    ended = read(body).parser.last_line_at
    runs = place_runs([reading.book], gone=False)
    eta = forecast(reconcile([reading.evidence]), runs, now=now)
    assert eta is not None
    assert ended is not None
    assert eta.remaining_p50_s == pytest.approx((ended - now).total_seconds(), rel=0.125)
