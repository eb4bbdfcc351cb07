"""How the pace goes on in each future: the level as it is known now, its trend, its wandering, and what passes."""

import numpy as np

from backfill_tui.progress.forecast import luck
from backfill_tui.progress.forecast.level import PASSES, Level
from backfill_tui.progress.forecast.luck import SAMPLES, Array

STEP = 0.02
"""How finely it is followed, in thousands of dates' work. Fixed, so that work added at the end changes nothing."""

_BEYOND = 4.0
"""A trend is carried on about so many times as far as it was seen."""

_LEVEL, _TREND, _PASSING, _STEPS = 0, 1, 2, 3
_FARTHEST = 10.0


def drift(level: Level, ahead: Array) -> Array:
    """The factor on what dates take: a row for each position ahead (in thousands of dates' work), SAMPLES wide."""
    count = int(ahead[-1] / STEP) + 1 if len(ahead) else 0
    reach = (np.arange(count) + 0.5) * STEP
    known = max(_BEYOND * level.seen, 1e-9)
    carried = known * (1 - np.exp(-reach / known))
    now = level.lasting + np.sqrt(level.lasting_variance) * luck.normal(_LEVEL)
    trend = carried[:, None] * level.trend + reach[:, None] * np.sqrt(level.trend_variance) * luck.normal(_TREND)
    wander = np.cumsum(luck.normal_rows(_STEPS, count), axis=0) * np.sqrt(level.wander_variance * STEP)
    steps = np.exp(np.clip(now + trend + wander + _passing(level, count), -_FARTHEST, _FARTHEST))
    factor: Array = steps[np.minimum((ahead / STEP).astype(np.int64), count - 1)]
    return factor


def _passing(level: Level, count: int) -> Array:
    """What passes: from what it is now to anything that it may be."""
    kept = np.exp(-STEP / PASSES)
    stirs = np.sqrt(level.stirs_variance * (1 - kept**2))
    path = np.empty((count, SAMPLES))
    state = level.passing + np.sqrt(level.passing_variance) * luck.normal(_PASSING)
    for i, stirred in enumerate(luck.normal_rows(_STEPS + 1, count)):
        path[i] = state
        state = kept * state + stirs * stirred
    return path
