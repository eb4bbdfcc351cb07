"""The draws of a simulation. Each date keeps its own for ever, so a forecast moves only when its inputs do."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

SAMPLES = 200
"""How many futures are simulated."""

_ROWS = 4096  # eleven years of dates before two share their draws
_STEPS = 512
_SEED = 20_260_103

Array = NDArray[np.float64]

NOTHING_LEFT: Array = np.zeros(SAMPLES)
"""The futures of what is done."""

NOTHING_LEFT.setflags(write=False)


@cache
def _table(which: int) -> NDArray[np.float32]:
    drawn = np.random.default_rng([_SEED, which]).random((_ROWS, SAMPLES), dtype=np.float32)
    drawn.setflags(write=False)
    return drawn


def of_dates(keys: NDArray[np.int64], which: int) -> NDArray[np.float32]:
    """Uniform draws in [0, 1), a row of SAMPLES for each key; `which` tells what they decide."""
    return _table(which)[keys % _ROWS]


@cache
def row(which: int) -> Array:
    """SAMPLES uniform draws for something that is decided once."""
    drawn: Array = np.random.default_rng([_SEED, 3000 + which]).random(SAMPLES)
    drawn.setflags(write=False)
    return drawn


@cache
def _normals(which: int) -> Array:
    drawn: Array = np.random.default_rng([_SEED, 2000 + which]).standard_normal((_STEPS, SAMPLES))
    drawn.setflags(write=False)
    return drawn


def normal_rows(which: int, count: int) -> Array:
    """Standard normal draws, a row of SAMPLES for each of so many steps; the first rows are always the same."""
    if count <= _STEPS:
        return _normals(which)[:count]
    repeats = -(-count // _STEPS)
    return np.tile(_normals(which), (repeats, 1))[:count]


@cache
def normal(which: int) -> Array:
    """SAMPLES standard normal draws that lie as evenly as so many can, in an order of their own."""
    from statistics import NormalDist

    law = NormalDist()
    even = [law.inv_cdf((i + 0.5) / SAMPLES) for i in range(SAMPLES)]
    drawn = np.random.default_rng([_SEED, 1000 + which]).permutation(np.array(even))
    drawn.setflags(write=False)
    return drawn
