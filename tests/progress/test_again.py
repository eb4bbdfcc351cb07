"""Dates that were done before the leading run: what it only replays is told apart from what it works again."""

from datetime import timedelta

import pytest

from backfill_tui.progress.eta import Forecast, Outlook, outlook
from backfill_tui.progress.forecast.read_runs import history_of
from backfill_tui.progress.pace import completions, rate_per_hour
from backfill_tui.progress.reconcile import reconcile
from backfill_tui.progress.sequence import place_runs
from tests.logs import LogWriter, days
from tests.reading import read

START, COUNT = "2022-03-01", 100
ALL = days(START, COUNT)
END = ALL[-1].isoformat()


def worked(log: LogWriter, walked: int, *, took: float, first: int = 0) -> LogWriter:
    """A run over the first of all dates, each a second longer than `took`."""
    for i, day in enumerate(ALL[first:walked], first + 1):
        log.unit(i, COUNT, day, took=took)
    return log


def whole(took: float = 29.0) -> LogWriter:
    return worked(LogWriter().header(START, END), COUNT, took=took).summary()


def outlook_of(log: LogWriter) -> Outlook | None:
    reading = read(log.body)
    return outlook(reconcile([reading.evidence]), place_runs([reading.book], gone=False))


def eta(log: LogWriter) -> Forecast | None:
    ahead, now = outlook_of(log), read(log.body).parser.last_line_at
    assert now is not None
    return ahead.at(now) if ahead else None


def rate(log: LogWriter) -> float | None:
    return rate_per_hour(completions(place_runs([read(log.body).book], gone=False)))


@pytest.mark.parametrize("took", [9.0, 29.0, 89.0])
def test_what_a_run_works_again_is_left_and_has_its_own_rate(took: float) -> None:
    log = worked(whole().header(START, END), 60, took=took)
    told = eta(log)
    assert told is not None
    assert told.remaining_p50_s == pytest.approx(40 * (took + 1), rel=0.1)
    assert told.remaining_p10_s < 0.99 * told.remaining_p90_s
    assert rate(log) == pytest.approx(3600 / (took + 1), rel=0.01)


def test_the_dates_are_counted_once_though_they_are_worked_twice() -> None:
    account = reconcile([read(worked(whole().header(START, END), 60, took=29.0).body).evidence])
    assert (account.counts.total, account.counts.done) == (COUNT, COUNT)


def test_a_resume_that_goes_over_what_is_done_has_only_the_rest_to_do() -> None:
    for replayed in (10, 30, 59):
        killed = worked(LogWriter().header(START, END), 60, took=29.0)
        told = eta(worked(killed.header(START, END), replayed, took=0.0))
        assert told is not None
        going_over = (60 - replayed) * 1.0
        assert told.remaining_p50_s == pytest.approx(40 * 30 + going_over, rel=0.1)


def test_a_second_resume_does_not_take_the_first_ones_replays_for_work() -> None:
    log = worked(LogWriter().header(START, END), 60, took=29.0)
    worked(log.header(START, END), 60, took=0.0)
    told = eta(worked(log.header(START, END), 30, took=0.0))
    assert told is not None
    assert told.remaining_p50_s == pytest.approx(40 * 30 + 30, rel=0.1)
    assert rate(log) is None


def test_what_a_long_replay_takes_is_not_forgotten() -> None:
    log = worked(LogWriter().header(START, END), 95, took=99.0)
    told = eta(worked(log.header(START, END), 15, took=14.0))
    assert told is not None
    assert told.remaining_p50_s == pytest.approx(80 * 15 + 5 * 100, rel=0.15)


def test_a_run_that_only_replays_takes_as_long_as_its_replays() -> None:
    log = worked(whole(took=99.0).header(START, END), 60, took=4.0)
    told = eta(log)
    assert told is not None
    assert told.remaining_p50_s == pytest.approx(40 * 5, rel=0.1)
    assert rate(log) == pytest.approx(720, rel=0.02)


def test_nothing_is_forecast_before_it_is_known_whether_a_run_works_or_replays() -> None:
    log = whole().header(START, END).say(f"Processing day 1/{COUNT}: {START}")
    assert eta(log) is None
    assert eta(worked(whole().header(START, END), 1, took=29.0)) is not None


def pool(log: LogWriter, walked: int, *, first: int = 0, every: float = 3.0) -> LogWriter:
    for day in ALL[first:walked]:
        log.say(f"  ✓ {day}: 10 records", after=every)
    return log


def test_workers_that_do_all_dates_again_are_forecast_by_what_is_left_of_them() -> None:
    log = pool(LogWriter().parallel_header(START, END, workers=5), COUNT).say("PARALLEL BACKFILL COMPLETE")
    again = pool(log.parallel_header(START, END, workers=5), 50)
    told = eta(again)
    assert told is not None
    assert told.remaining_p50_s == pytest.approx(50 * 3, rel=0.2)
    assert rate(again) == pytest.approx(1200, rel=0.01)


def test_workers_that_leave_out_what_is_done_are_not_waited_for_to_do_it() -> None:
    log = pool(LogWriter().parallel_header(START, END, workers=5), 70)
    log.parallel_header(START, END, workers=5)
    told = eta(pool(log, 90, first=70))
    assert told is not None
    assert told.remaining_p50_s == pytest.approx(10 * 3, rel=0.4)


def test_a_shorter_range_that_is_worked_again_is_all_that_is_left() -> None:
    log = whole()
    log.header(START, ALL[19].isoformat())
    for i, day in enumerate(ALL[:10], 1):
        log.unit(i, 20, day, took=29.0)
    told = eta(log)
    assert told is not None
    assert told.remaining_p50_s == pytest.approx(10 * 30, rel=0.15)


def test_what_a_killed_pool_was_at_had_its_turn() -> None:
    log = LogWriter().parallel_header(START, END, workers=4)
    late = ALL[10:20:5]  # two of its workers hang at these, the others go on
    for day in ALL[:50]:
        if day not in late:
            log.say(f"  ✓ {day}: 10 records", after=10.0)
    (run,) = history_of(place_runs([read(log.body).book], gone=True))
    assert run.workers == 4
    assert {one.day for one in run.in_flight} >= set(late)
    assert run.took[-1].seconds == pytest.approx(22, abs=timedelta(seconds=12).total_seconds())


def test_dates_that_are_not_due_take_their_time_if_the_job_walks_them() -> None:
    due = [day for i, day in enumerate(ALL) if i % 2 == 0]
    log = LogWriter().header(START, END)
    for i, day in enumerate(ALL[:60], 1):
        log.unit(i, COUNT, day, 10 if day in due else 0, took=29.0 if day in due else 9.0)
    reading = read(log.body)
    account = reconcile([reading.evidence], planned=due)
    ahead = outlook(account, place_runs([reading.book], gone=False), calendar=dict.fromkeys(due, 1.0))
    assert ahead is not None
    assert reading.parser.last_line_at is not None
    assert account.counts.pending == 20
    assert ahead.at(reading.parser.last_line_at).remaining_p50_s == pytest.approx(20 * 30 + 20 * 10, rel=0.05)


def test_dates_without_work_that_fail_are_not_taken_for_quick_work() -> None:
    def resumed(*, failing: bool) -> float:
        log = worked(LogWriter().header(START, END), 40, took=29.0)
        log.header(START, END, resume=ALL[40].isoformat())
        for i, day in enumerate(ALL[40:52], 1):
            log.unit(i, 60, day, None if failing and i % 5 == 0 else 0, took=1.0)
        told = eta(log)
        assert told is not None
        return told.remaining_p50_s

    assert resumed(failing=True) == pytest.approx(resumed(failing=False), rel=0.1)
