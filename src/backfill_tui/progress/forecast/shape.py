"""How much of the usual work a date with work is: by its size, and where none is known by the time of the year."""

from collections.abc import Sequence

import numpy as np

from backfill_tui.progress.forecast.chance import NONE_SAID, Ordinals, day_of_year, over_the_year
from backfill_tui.progress.forecast.columns import Columns
from backfill_tui.progress.forecast.luck import Array

_SLOPE, _SLOPE_SD = 0.5, 0.35
"""How much of a date's cost grows with its size, before anything is known of it."""

_NOISE_SD = 0.45
_ROUNDS = 4
_FAR_OUT = 4.0  # times the usual; what lies further says nothing of size
_SEASON_STRENGTH = 12.0
_NEAR_STRENGTH = 20.0  # of what is said by the weeks around, against the days around
_LEAST, _MOST = 0.1, 6.0


class Shape:
    """Work relative to the usual date with work, learned from runs each held against its own mean."""

    def __init__(self, telling: Sequence[Columns], seasonal: Sequence[Columns]) -> None:
        """`telling` are the runs whose times tell what a size costs, `seasonal` those that tell of the year."""
        self._slope = _slope(telling)
        self._of_year = self._over_year(seasonal)

    def of(self, days: Ordinals, said: Ordinals, size: Array) -> Array:
        """The work of dates, if they have any."""
        by_size = 1.0 + self._slope * (size - 1.0)
        season = np.where((said == NONE_SAID) & (days > 0), self._of_year[day_of_year(days)], 1.0)
        found: Array = np.clip(by_size * season, _LEAST, _MOST)
        return found

    def _over_year(self, runs: Sequence[Columns]) -> Array:
        """For each place of the year how its dates with work compare with others, in its weeks and its days."""
        due, found, near_due, near_found = np.zeros((4, 366))
        for run in runs:
            kept = run.heavy & (run.days > 0)
            if kept.sum() < 2:
                continue
            ratio = np.minimum(run.seconds[kept] / max(run.seconds[kept].mean(), 1e-9), _FAR_OUT)
            due += over_the_year(run.days[kept], np.ones(len(ratio)))
            found += over_the_year(run.days[kept], ratio)
            near_due += over_the_year(run.days[kept], np.ones(len(ratio)), near=True)
            near_found += over_the_year(run.days[kept], ratio, near=True)
        wide = (found + _SEASON_STRENGTH) / (due + _SEASON_STRENGTH)
        shape: Array = (near_found + _NEAR_STRENGTH * wide) / (near_due + _NEAR_STRENGTH)
        return shape


def _slope(runs: Sequence[Columns]) -> float:
    """The share of the cost of a date of usual size that grows with size: ridge regression towards what is usual.

    What the usual date costs is told by the dates seen, which may all be small ones; that takes the slope to know.
    """
    some = [
        (run.size[kept], run.seconds[kept]) for run in runs if (kept := run.heavy & (run.size != 1.0)).sum() >= 3
    ]
    slope = _SLOPE
    for _ in range(_ROUNDS if some else 0):
        above, both = _NOISE_SD**2 / _SLOPE_SD**2, _NOISE_SD**2 / _SLOPE_SD**2 * _SLOPE
        for size, seconds in some:
            usual = float(seconds.mean()) / max(1.0 + slope * (float(size.mean()) - 1.0), _LEAST)
            took = np.minimum(seconds / max(usual, 1e-9), _FAR_OUT)
            apart = size - size.mean()
            above += float(apart @ apart)
            both += float(apart @ (took - took.mean()))
        slope = min(max(both / above, 0.0), 1.5)
    return slope
