"""What a kill and a resume do to forecasts: the first ones after it, beside those of the run had it gone on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from backfill_tui.sources.events import UnitFinished
from benchmarks.eta_nights import Scenario, night
from benchmarks.eta_replay import Course, forecasts_after
from benchmarks.eta_scenarios import course, unbroken_course

AFTER = (1, 3, 5, 10)
"""After so many dates of the resumed run the forecast is looked at."""

WITHIN, AT_MOST = 10, 2.0
"""The first comes within so many dates; they are off by no more than so many times those without a resume."""


@dataclass(frozen=True, slots=True)
class Resumes:
    """One row: median errors as factors over runs and places, with the resume and without."""

    name: str
    runs: int
    first_after: int | None  # dates until the first forecast, the most over runs; None: some had none within ten
    resumed: float
    unbroken: float

    @property
    def times(self) -> float:
        """How many times the log error is that without a resume."""
        return math.log(self.resumed) / max(math.log(self.unbroken), 1e-9)

    @property
    def kept(self) -> bool:
        """Whether it is as promised."""
        return self.first_after is not None and self.first_after <= WITHIN and self.times <= AT_MOST


def resumes(scenario: Scenario, seeds: Sequence[int]) -> Resumes:
    """Replay the beginnings of resumed runs, and the same dates of the runs had they gone on."""
    with_one: list[float] = []
    without: list[float] = []
    firsts: list[int | None] = []
    for seed in seeds:
        played = night(scenario, seed)
        spoken = _errors(course(scenario, seed), 0, range(1, WITHIN + 1))
        firsts.append(min(spoken, default=None))
        with_one += [spoken[count] for count in AFTER if count in spoken]
        without += _errors(unbroken_course(scenario, seed), played.finished_before, AFTER).values()
    return Resumes(
        scenario.name,
        len(seeds),
        None if None in firsts else max(first for first in firsts if first is not None),
        math.exp(median(with_one)),
        math.exp(median(without)),
    )


def _errors(one: Course, behind: int, counts: Sequence[int]) -> dict[int, float]:
    """By how many dates were finished, behind those already, the log error of the forecast made right then."""
    finishes = [
        event.at for event in one.events if isinstance(event, UnitFinished) and event.at and event.at > one.from_at
    ]
    moments = [finishes[behind + count - 1] for count in counts]
    found = {}
    for count, moment, eta in zip(counts, moments, forecasts_after(one, moments), strict=True):
        true_s = (one.ends_at - moment) / timedelta(seconds=1)
        if eta is not None and true_s > 0:
            found[count] = abs(math.log(max(eta.remaining_p50_s, 1.0) / max(true_s, 1.0)))
    return found
