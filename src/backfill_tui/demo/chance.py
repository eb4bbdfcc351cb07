"""The night's dice: every draw is named, so that the same seed gives the same night whoever draws first."""

import random


def draws(seed: int, *of: object) -> random.Random:
    """Return a generator of its own for what is drawn, e.g. `draws(7, "cost", day)`: equal names, equal numbers."""
    return random.Random("/".join(map(str, (seed, *of))))  # noqa: S311 - a simulation, not a secret
