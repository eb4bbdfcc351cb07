"""How fast the run goes now against what its dates should take, and where that is heading.

A local level with a trend and a passing disturbance (Harvey, Forecasting, Structural Time Series Models and the
Kalman Filter, 1989, chapter 2) on the logarithm of observed over expected seconds. How much of each there is is not
chosen but weighed: several such models are filtered side by side, each counting by its likelihood.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from backfill_tui.progress.forecast.luck import Array

BLOCKS = 40
"""The work seen is cut into so many equal parts at most: that is as fine as a drift is looked for."""

LEAST_PER_BLOCK = 4

PASSES = 0.08
"""After so much work (in thousands of dates) a disturbance has faded to a third."""

_WANDERS = ((0.0, 0.5), (0.06, 0.25), (0.15, 0.17), (0.35, 0.08))
_TRENDS = ((0.0, 0.75), (0.5, 0.25))
_PASSING = ((0.02, 0.4), (0.06, 0.45), (0.12, 0.15))
"""What is believed beforehand of each: its standard deviation (over 1,000 dates' work, but for what passes)."""


@dataclass(frozen=True, slots=True)
class Level:
    """The logarithm of the pace now, lasting and passing, and how it will go on over 1,000 dates' work."""

    lasting: float
    lasting_variance: float
    trend: float
    trend_variance: float
    wander_variance: float
    passing: float
    passing_variance: float  # around what is known of it now
    stirs_variance: float  # of what passes, once nothing is known of it any more
    seen: float  # how much work it rests on, in thousands of dates


def level(seconds: Array, expected: Array, variances: Array, work: Array, *, prior: tuple[float, float]) -> Level:
    """Follow the level through what was observed, in the order of time.

    `variances` are those of each observation around what was expected; `work` is in thousands of dates' work;
    `prior` is the mean and variance of the log level before anything was seen.
    """
    filters = _Filters(prior)
    if len(seconds):
        behind = 0.0  # of the block before: each is seen in its middle
        for ratio, variance, span in zip(*_blocks(seconds, expected, variances, work), strict=True):
            filters.move((behind + span) / 2)
            filters.see(ratio, variance)
            behind = span
        filters.move(behind / 2)
    return filters.result(float(work.sum()))


def _blocks(seconds: Array, expected: Array, variances: Array, work: Array) -> tuple[Array, Array, Array]:
    """Per block of about equal work: the log of observed over expected, its variance, the work in it."""
    count = int(min(BLOCKS, max(1, len(seconds) // LEAST_PER_BLOCK)))
    done = np.cumsum(expected)
    place = np.round((done - expected / 2) / done[-1] * count, 9)  # a border is not a matter of the last bit
    which = np.minimum(place, count - 1).astype(np.int64)
    columns = [np.bincount(which, one, count) for one in (seconds, expected, variances, work)]
    sums = np.stack(columns).astype(np.float64)
    observed, due, spread, span = sums[:, sums[1] > 0]
    ratio = np.log(np.maximum(observed, due * 1e-3) / due)
    relative = spread / due**2
    # the log of a mean of few lies below the log of what it is the mean of
    return ratio + np.minimum(relative, 1.0) / 2, relative + 1e-6, span


class _Filters:
    """The models, side by side: each a mean and a covariance of (lasting level, trend, what passes)."""

    def __init__(self, prior: tuple[float, float]) -> None:
        models = list(product(_WANDERS, _TRENDS, _PASSING))
        count = len(models)
        self._wander = np.array([wander**2 for (wander, _), _, _ in models])
        self._stirs = np.array([passing**2 for _, _, (passing, _) in models])
        self._log = np.log([a * b * c for (_, a), (_, b), (_, c) in models])
        self._mean = np.zeros((count, 3))
        self._mean[:, 0] = prior[0]
        self._cov = np.zeros((count, 3, 3))
        self._cov[:, 0, 0] = prior[1]
        self._cov[:, 1, 1] = [trend**2 for _, (trend, _), _ in models]
        self._cov[:, 2, 2] = self._stirs

    def move(self, work: float) -> None:
        """Let so much work go by."""
        kept = float(np.exp(-work / PASSES))
        step = np.array([[1.0, work, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, kept]])
        self._mean = self._mean @ step.T
        self._cov = step @ self._cov @ step.T
        self._cov[:, 0, 0] += self._wander * work
        self._cov[:, 2, 2] += self._stirs * (1 - kept**2)

    def see(self, ratio: float, variance: float) -> None:
        """Take in one block: the sum of the level and what passes, scattered."""
        both = self._cov[:, :, 0] + self._cov[:, :, 2]
        total = both[:, 0] + both[:, 2] + variance
        surprise = ratio - self._mean[:, 0] - self._mean[:, 2]
        self._log = self._log - 0.5 * (np.log(total) + surprise**2 / total)
        self._mean = self._mean + both * (surprise / total)[:, None]
        self._cov = self._cov - both[:, :, None] * both[:, None, :] / total[:, None, None]

    def result(self, seen: float) -> Level:
        """What the models say together."""
        weights = np.exp(self._log - self._log.max())
        weights /= weights.sum()
        mean = weights @ self._mean
        variance = weights @ (np.diagonal(self._cov, axis1=1, axis2=2) + (self._mean - mean) ** 2)
        return Level(
            lasting=float(mean[0]),
            lasting_variance=float(variance[0]),
            trend=float(mean[1]),
            trend_variance=float(variance[1]),
            wander_variance=float(weights @ self._wander),
            passing=float(mean[2]),
            passing_variance=float(variance[2]),
            stirs_variance=float(weights @ self._stirs),
            seen=seen,
        )
