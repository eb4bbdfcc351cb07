"""How single dates scatter around what they should take: what was seen, and some belief while that is little."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from backfill_tui.progress.forecast.luck import Array

_KEPT = 600
_BELIEF = 24
_SPREAD = 0.35  # of the logarithm, as jobs of this kind scatter


@dataclass(frozen=True, slots=True)
class Noise:
    """Factors around 1, in order. `variance` is that of the factors."""

    factors: Array

    @property
    def variance(self) -> float:
        """Of the factors."""
        return float(self.factors.var())

    def draw(self, luck: Array) -> Array:
        """Factors for uniform draws."""
        drawn: Array = self.factors[(luck * len(self.factors)).astype(np.int64)]
        return drawn

    def draw_beyond(self, luck: Array, least: Array) -> Array:
        """Factors of dates that have already taken `least` (same shape) of what they should."""
        first = np.searchsorted(self.factors, least, side="right")
        left = len(self.factors) - first
        index = np.minimum(first + (luck * left).astype(np.int64), len(self.factors) - 1)
        # one that outlasts all that was seen goes on like the tail of a Pareto law of index 2
        drawn: Array = np.where(left > 0, self.factors[index], least / np.sqrt(1.0 - luck))
        return drawn

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
    return Noise(factors / max(float(factors.mean()), 1e-9))
