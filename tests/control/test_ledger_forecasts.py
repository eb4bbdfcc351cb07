"""Forecasts in a real ledger: each slot once, and held against the end of runs that came to theirs."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backfill_tui.control.ledger import Ledger
from backfill_tui.control.ledger.times import text_of
from backfill_tui.progress.account import Run, RunEnd
from backfill_tui.progress.calibration import Made
from backfill_tui.sources.events import Mode

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
RUN = Run(
    started_at=NOW,
    ended_at=None,
    ended=RunEnd.OPEN,
    dates=None,
    units_total=100,
    workers=1,
    mode=Mode.SEQUENTIAL,
    fresh=False,
    resumes_from=None,
    dialect="day-by-day",
    dialect_reason="",
    offset=0,
)


def made(minute: int, progress: float, *, started: datetime = NOW) -> Made:
    left = 3600.0 - 60 * minute
    at = started + timedelta(minutes=minute)
    return Made(text_of(started), at, progress, left * 0.9, left, left * 1.1, left * 0.8, left * 1.2)


def test_of_each_hundredth_of_a_run_the_first_forecast_is_kept_whoever_made_it(
    tmp_path: Path, ledger: Ledger
) -> None:
    ledger.forecasts.keep({"p": made(1, 0.101)})
    with closing(Ledger.open(tmp_path)) as other:
        other.forecasts.keep({"p": made(2, 0.109), "q": made(2, 0.109)})
        other.forecasts.keep({"p": made(3, 0.11)})
    assert ledger.forecasts.since("p", NOW) == (made(1, 0.101), made(3, 0.11))
    assert ledger.forecasts.since("p", NOW + timedelta(minutes=2)) == (made(3, 0.11),)
    assert ledger.forecasts.since("q", NOW) == (made(2, 0.109),)


def test_before_a_run_begins_one_is_kept_of_every_five_minutes(ledger: Ledger) -> None:
    before = [replace(made(minute, 0.0), run="") for minute in range(12)]
    for one in before:
        ledger.forecasts.keep({"p": one})
    assert ledger.forecasts.since("p", NOW) == (before[0], before[5], before[10])


def test_what_became_of_forecasts_is_known_once_their_run_has_come_to_its_end(ledger: Ledger) -> None:
    for minute in (10, 30, 50):
        ledger.forecasts.keep({"p": made(minute, minute / 60)})
    ledger.units.keep("p", [RUN], {})
    assert ledger.forecasts.outcomes("p") == ()
    ended = replace(RUN, ended=RunEnd.COMPLETED, ended_at=NOW + timedelta(minutes=65))
    ledger.units.keep("p", [ended], {})
    outcomes = ledger.forecasts.outcomes("p")
    assert [one.true_s for one in outcomes] == [3300.0, 2100.0, 900.0]
    assert [one.held for one in outcomes] == [True, True, False], "0.8 to 1.2 of 50, 30 and 10 minutes"
    assert ledger.forecasts.outcomes("q") == ()
    assert ledger.forecasts.outcomes() == outcomes


def test_a_run_that_was_killed_tells_nothing_of_when_it_would_have_been_done(ledger: Ledger) -> None:
    ledger.forecasts.keep({"p": made(10, 0.1)})
    ledger.units.keep("p", [replace(RUN, ended=RunEnd.KILLED, ended_at=NOW + timedelta(minutes=20))], {})
    assert ledger.forecasts.outcomes() == ()


def test_whoever_may_only_look_keeps_nothing(tmp_path: Path, ledger: Ledger) -> None:
    looking = Ledger.existing(tmp_path)
    assert looking is not None
    with closing(looking):
        looking.forecasts.keep({"p": made(10, 0.1)})
    assert ledger.forecasts.since("p", NOW) == ()
