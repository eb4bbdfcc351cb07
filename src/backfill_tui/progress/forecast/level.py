"""How fast the run goes now against what its dates should take, and where that is heading.

A local level with a trend (Harvey, Forecasting, Structural Time Series Models and the Kalman Filter, 1989, 2.3) on
the logarithm of observed over expected seconds. How much it wanders and whether it has a trend is not chosen but
weighed: several such models are filtered side by side, each counting by its likelihood.
"""

from dataclasses import dataclass

import numpy as np

from backfill_tui.progress.forecast.luck import Array

BLOCKS = 40
"""The work seen is cut into so many equal parts at most: that is as fine as a drift is looked for."""

LEAST_PER_BLOCK = 4

_WANDERS = np.array([0.0, 0.05, 0.12, 0.3])  # standard deviation of the log level over 1,000 dates' work
_TRENDS = np.array([0.0, 0.35])  # standard deviation of its trend over 1,000 dates' work
_BELIEF = np.array([[0.30, 0.15], [0.20, 0.10], [0.12, 0.06], [0.05, 0.02]])


@dataclass(frozen=True, slots=True)
class Level:
    """The logarithm of the pace now: mean and variance; its trend and wandering by 1,000 dates' work ahead."""

    mean: float
    variance: float
    trend: float
    trend_variance: float
    wander_variance: float
    seen: float  # how much work it rests on, in thousands of dates


def level(seconds: Array, expected: Array, variances: Array, work: Array, *, prior: tuple[float, float]) -> Level:
    """Follow the level through what was observed, in the order of time.

    `variances` are those of each observation around what was expected; `work` is in thousands of dates' work;
    `prior` is the mean and variance of the log level before anything was seen.
    """
    if not len(seconds):
        return Level(prior[0], prior[1], 0.0, 0.0, 0.12**2, 0.0)
    filters = _Filters(prior)
    blocks = _blocks(seconds, expected, variances, work)
    for ratio, variance, span in zip(*blocks, strict=True):
        filters.move(span / 2)
        filters.see(ratio, variance)
        filters.move(span / 2)
    return filters.result(float(work.sum()))


def _blocks(seconds: Array, expected: Array, variances: Array, work: Array) -> tuple[Array, Array, Array]:
    """Per block of about equal work: the log of observed over expected, its variance, the work in it."""
    count = int(min(BLOCKS, max(1, len(seconds) // LEAST_PER_BLOCK)))
    done = np.cumsum(expected)
    which = np.minimum((done - expected / 2) / done[-1] * count, count - 1).astype(np.int64)
    columns = [np.bincount(which, one, count) for one in (seconds, expected, variances, work)]
    sums = np.stack(columns).astype(np.float64)
    observed, due, spread, span = sums[:, sums[1] > 0]
    ratio = np.log(np.maximum(observed, due * 1e-3) / due)
    relative = spread / due**2
    # the log of a mean of few lies below the log of what it is the mean of
    return ratio + np.minimum(relative, 1.0) / 2, relative + 1e-6, span


class _Filters:
    """The models of the grid, side by side: each a mean and a covariance of (level, trend)."""

    def __init__(self, prior: tuple[float, float]) -> None:
        wanders, trends = np.meshgrid(_WANDERS, _TRENDS, indexing="ij")
        self._q: Array = (wanders**2).ravel()
        count = len(self._q)
        self._x = np.full(count, prior[0])
        self._b = np.zeros(count)
        self._xx = np.full(count, prior[1])
        self._xb = np.zeros(count)
        self._bb: Array = (trends**2).ravel()
        self._log: Array = np.log(_BELIEF.ravel())

    def move(self, work: float) -> None:
        """Let so much work go by."""
        self._x = self._x + self._b * work
        self._xx = self._xx + 2 * work * self._xb + work * work * self._bb + self._q * work
        self._xb = self._xb + work * self._bb

    def see(self, ratio: float, variance: float) -> None:
        """Take in one block."""
        total = self._xx + variance
        surprise = ratio - self._x
        self._log = self._log - 0.5 * (np.log(total) + surprise**2 / total)
        gain, trend_gain = self._xx / total, self._xb / total
        self._x = self._x + gain * surprise
        self._b = self._b + trend_gain * surprise
        self._bb = self._bb - trend_gain * self._xb
        self._xb = self._xb - trend_gain * self._xx
        self._xx = self._xx - gain * self._xx

    def result(self, seen: float) -> Level:
        """What the models say together."""
        weights = np.exp(self._log - self._log.max())
        weights /= weights.sum()
        x, b = float(weights @ self._x), float(weights @ self._b)
        return Level(
            mean=x,
            variance=float(weights @ (self._xx + (self._x - x) ** 2)),
            trend=b,
            trend_variance=float(weights @ (self._bb + (self._b - b) ** 2)),
            wander_variance=float(weights @ self._q),
            seen=seen,
        )
