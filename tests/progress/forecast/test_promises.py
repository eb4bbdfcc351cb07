"""What a forecast promises from the log to its quantiles: pauses, sizes that lie ahead, always the same answer."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfill_tui.progress.calibration import Calibration
from backfill_tui.progress.eta import Forecast, outlook
from backfill_tui.progress.forecast.fit import fit
from backfill_tui.progress.forecast.simulate import simulate
from backfill_tui.progress.forecast.situation import Situation
from backfill_tui.progress.forecast.worked import Took, Worked
from backfill_tui.progress.reconcile import reconcile
from backfill_tui.progress.sequence import place_runs
from tests.logs import LogWriter, days
from tests.reading import read

NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)
SOME = days("2022-01-01", 200)


def log_of(done: int, *, pause_s: float = 0.0, before: int = 60, workers: int = 1) -> LogWriter:
    """A log of so many of the 200 dates; for so long nothing happens before one of them."""
    rng = Random(4)  # noqa: S311 - a test's dice
    log = LogWriter()
    if workers > 1:
        log.parallel_header(SOME[0].isoformat(), SOME[-1].isoformat(), workers=workers)
    else:
        log.header(SOME[0].isoformat(), SOME[-1].isoformat())
    for i, day in enumerate(SOME[:done], 1):
        stood = pause_s if i == before else 0.0
        took = rng.uniform(15, 25)
        if workers > 1:
            log.say(f"  ✓ {day}: 10 records", after=stood + took / workers)
        else:
            log.unit(i, 200, day, took=stood + took)
    return log


def forecast_of(log: LogWriter, by: Calibration | None = None) -> Forecast:
    reading = read(log.body)
    runs = place_runs([reading.book], gone=False)
    ahead = outlook(reconcile([reading.evidence]), runs, calendar=dict.fromkeys(SOME, 5.0))
    now = reading.parser.last_line_at
    assert ahead is not None
    assert now is not None
    return (replace(ahead, calibration=by) if by else ahead).at(now)


@pytest.mark.parametrize("workers", [1, 6])
@given(st.floats(1_800, 90_000), st.integers(30, 100))
@settings(max_examples=15, deadline=None)
def test_a_pause_of_the_process_is_left_out(workers: int, pause_s: float, before: int) -> None:
    calm = forecast_of(log_of(120, workers=workers))
    stood = forecast_of(log_of(120, pause_s=pause_s, before=before, workers=workers))
    assert stood.remaining_p50_s == pytest.approx(calm.remaining_p50_s, rel=0.03)
    assert stood.remaining_p90_s == pytest.approx(calm.remaining_p90_s, rel=0.06)


@given(st.integers(3, 199), st.sampled_from([1, 6]), st.floats(0.5, 8.0))
@settings(max_examples=25, deadline=None)
def test_the_quantiles_are_in_order_however_wide_experience_makes_them(
    done: int, workers: int, factor: float
) -> None:
    if workers > 1:
        done = max(done, 10)
    eta = forecast_of(log_of(done, workers=workers), Calibration((factor,) * 3))
    assert 0 <= eta.remaining_p10_s <= eta.remaining_p50_s <= eta.remaining_p90_s
    assert eta.finish_p10 <= eta.finish_p50 <= eta.finish_p90
    assert eta.calibrated


def test_the_same_log_has_the_same_forecast_in_every_process() -> None:
    """To the last digit, whatever order its sets and dictionaries have there."""
    ask = (
        "from tests.progress.forecast.test_promises import forecast_of, log_of\n"
        "for w in (1, 6): print(repr(forecast_of(log_of(80, workers=w))))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", ask],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert "remaining_p50_s" in said.pop()


@pytest.mark.parametrize("usual", [2.0, 8.0])
def test_what_a_size_costs_is_learned_from_sizes_that_are_not_the_usual(usual: float) -> None:
    """A run begins among small dates, or big ones; those ahead are of all sizes."""
    calendar: dict[date, float] = {day: usual + i % 3 - 1 if i < 90 else 1.0 + i % 9 for i, day in enumerate(SOME)}
    rng = Random(5)  # noqa: S311 - a test's dice
    cost = {day: (20.0 + 4.0 * games) * rng.lognormvariate(-0.005, 0.1) for day, games in calendar.items()}
    one = Situation(
        Worked(1, tuple(Took(day, True, cost[day]) for day in SOME[:90]), (), NOON), SOME[90:], calendar=calendar
    )
    found = fit(one)
    assert found is not None
    truth = sum(cost[day] for day in SOME[90:])
    assert float(np.median(simulate(one, found).ends_s)) == pytest.approx(truth, rel=0.08)
