"""How single dates scatter around what they should take: what was seen, and some belief while that is little.

Stragglers are kept apart from the pace: it is the mean of what dates take up to CAP times the usual, and what lies
above comes as often as it came.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from backfill_tui.progress.forecast.luck import Array

CAP = 3.0
"""What takes longer than so many times the usual is a straggler."""

_OUTLASTS = 2.0
_KEPT = 600
_WIDTH = 60  # dates over which the pace is taken to be steady
_BELIEF = 24
_SPREAD = 0.35  # of the logarithm, as jobs of this kind scatter


@dataclass(frozen=True, slots=True)
class Noise:
    """Factors in order. Capped at CAP, their mean is 1."""

    factors: Array

    @property
    def variance(self) -> float:
        """Of the factors without what makes stragglers of them."""
        return float(np.minimum(self.factors, CAP).var())

    def quantile(self, share: float) -> float:
        """The factor that so many of the dates do not exceed."""
        return float(np.quantile(self.factors, share))

    def draw(self, luck: NDArray[np.float32]) -> Array:
        """Factors for uniform draws."""
        drawn: Array = self.factors.take((luck * len(self.factors)).astype(np.int64), mode="clip")
        return drawn

    def draw_beyond(self, luck: NDArray[np.float32], least: Array) -> Array:
        """Factors of dates that have already taken `least` (same shape) of what they should."""
        first = np.searchsorted(self.factors, least, side="right")
        left = len(self.factors) - first
        index = np.minimum(first + (luck * left).astype(np.int64), len(self.factors) - 1)
        # one that outlasts all that was seen goes on like the tail of a Pareto law of index 2
        drawn: Array = np.where(left > 0, self.factors[index], least / np.sqrt(1.0 - luck))
        return drawn

    def mean_beyond(self, least: Array) -> Array:
        """The mean factor of dates that have already taken `least` of what they should."""
        above = np.cumsum(self.factors[::-1])[::-1]
        first = np.searchsorted(self.factors, least, side="right")
        left = len(self.factors) - first
        found: Array = np.where(
            left > 0, above[np.minimum(first, len(above) - 1)] / np.maximum(left, 1), _OUTLASTS * least
        )
        return found

    def lasting(self, least: Array) -> Array:
        """The share of dates that take more than `least`."""
        share: Array = 1.0 - np.searchsorted(self.factors, least, side="right") / len(self.factors)
        return share


def noise(relative: Sequence[Array]) -> Noise:
    """From observed over expected times of several runs, the latest last."""
    kept = np.concatenate([*relative, np.empty(0)])[-_KEPT:]
    law = NormalDist(0.0, _SPREAD)
    believed = np.exp([law.inv_cdf((i + 0.5) / _BELIEF) for i in range(_BELIEF)])
    weight = max(0, _BELIEF - len(kept) // 4)
    some = believed[np.linspace(0, _BELIEF - 1, weight).astype(np.int64)] if weight else np.empty(0)
    factors = np.sort(np.concatenate([kept, some]))
    for _ in range(3):
        factors = factors / max(float(np.minimum(factors, CAP).mean()), 1e-9)
    return Noise(factors)


def flat(ratio: Array) -> Array:
    """Ratios without the run's slow drift, so that only the scatter of single dates is left."""
    capped = np.minimum(ratio, CAP * max(float(np.median(ratio)), 1e-9))
    if len(ratio) <= _WIDTH:
        return ratio / max(float(capped.mean()), 1e-9)
    sums = np.cumsum(np.concatenate([[0.0], capped]))
    at = np.arange(len(ratio))
    low, high = np.maximum(at - _WIDTH // 2, 0), np.minimum(at + _WIDTH // 2, len(ratio))
    level: Array = ratio / np.maximum((sums[high] - sums[low]) / (high - low), 1e-9)
    return level
