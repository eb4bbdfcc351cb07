"""What a date costs: seconds for a date with work and for one without, learned from completions.

Sequential runs tell each date's cost as the time since the completion before it. Parallel runs tell only how many
of each kind were completed in a stretch of time; the two costs are the least-squares solution over such stretches,
so they are shares of the wall clock and W workers need no further arithmetic.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from backfill_tui.progress.pace import Completion

HALF_LIFE_UNITS = 80
"""After so many completions of its class, an observation weighs half."""

STRETCH = 8
"""Completions per worker in one stretch of a parallel run."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Mean seconds of a unit of one class, the variance between units, and how many observations they rest on."""

    mean_s: float
    variance: float
    weight: float


@dataclass(frozen=True, slots=True)
class Costs:
    """The cost of a date with work and of one without; None where none was seen."""

    heavy: Cost | None
    light: Cost | None

    def mean(self, probability: float) -> float:
        """Expected seconds of a date that has work with this probability."""
        heavy, light = self._both()
        return probability * heavy.mean_s + (1 - probability) * light.mean_s

    def variance(self, probability: float) -> float:
        """Variance of the seconds of such a date."""
        heavy, light = self._both()
        between = probability * (1 - probability) * (heavy.mean_s - light.mean_s) ** 2
        return probability * heavy.variance + (1 - probability) * light.variance + between

    def uncertainty(self, heavies: float, lights: float) -> float:
        """Variance of the sum that comes from not knowing the means better."""
        heavy, light = self._both()
        return heavies**2 * heavy.variance / max(1.0, heavy.weight) + lights**2 * light.variance / max(
            1.0, light.weight
        )

    def _both(self) -> tuple[Cost, Cost]:
        nothing = Cost(0.0, 0.0, 0.0)
        return self.heavy or self.light or nothing, self.light or self.heavy or nothing


def learn(done: Sequence[Completion], workers: int) -> Costs:
    """The costs that a run's completions show; both None from fewer than two."""
    if workers > 1:
        return _from_stretches(sorted(done, key=lambda completion: completion.at), workers)
    heavy: list[float] = []
    light: list[float] = []
    for before, after in pairwise(done):
        seconds = (after.at - before.at).total_seconds()
        if seconds >= 0:
            (light if after.heavy is False else heavy).append(seconds)
    return Costs(_weighted(_without_pauses(heavy)), _weighted(_without_pauses(light)))


def _without_pauses(seconds: Sequence[float]) -> list[float]:
    """Leave out times in which the process plainly stood still: ten times what is usual, and over five minutes."""
    if len(seconds) < 5:
        return list(seconds)
    usual = sorted(seconds)[int(len(seconds) * 0.9)]
    return [value for value in seconds if value <= max(10 * usual, 300.0)]


def _weighted(seconds: Sequence[float]) -> Cost | None:
    if not seconds:
        return None
    weights = [0.5 ** ((len(seconds) - 1 - i) / HALF_LIFE_UNITS) for i in range(len(seconds))]
    total = sum(weights)
    mean = sum(w * s for w, s in zip(weights, seconds, strict=True)) / total
    variance = sum(w * (s - mean) ** 2 for w, s in zip(weights, seconds, strict=True)) / total
    return Cost(mean, variance, total**2 / sum(w * w for w in weights))


def _from_stretches(done: Sequence[Completion], workers: int) -> Costs:
    size = workers * STRETCH
    cuts = list(range(len(done) - 1, 0, -size))[::-1]
    if not cuts:
        return Costs(None, None)
    if len(cuts) == 1 or cuts[0] < size // 2:
        cuts = [0, *cuts[1:]] if len(cuts) > 1 else [0, *cuts]
    rows = []
    for start, end in pairwise(cuts):
        part = done[start + 1 : end + 1]
        lights = sum(1 for completion in part if completion.heavy is False)
        seconds = (done[end].at - done[start].at).total_seconds()
        rows.append((float(len(part) - lights), float(lights), seconds))
    return _least_squares(rows)


def _least_squares(rows: Sequence[tuple[float, float, float]]) -> Costs:
    """Non-negative a, b that best explain heavy·a + light·b = seconds, recent stretches weighing more."""
    weights = [0.5 ** ((len(rows) - 1 - i) / 8) for i in range(len(rows))]
    hh = sum(w * h * h for w, (h, _, _) in zip(weights, rows, strict=True))
    ll = sum(w * n * n for w, (_, n, _) in zip(weights, rows, strict=True))
    hl = sum(w * h * n for w, (h, n, _) in zip(weights, rows, strict=True))
    hs = sum(w * h * s for w, (h, _, s) in zip(weights, rows, strict=True))
    ls = sum(w * n * s for w, (_, n, s) in zip(weights, rows, strict=True))
    determinant = hh * ll - hl * hl
    if determinant > 1e-9 * max(1.0, hh * ll):
        a, b = (hs * ll - ls * hl) / determinant, (ls * hh - hs * hl) / determinant
    else:
        a = b = (hs + ls) / (hh + 2 * hl + ll) if hh + ll else 0.0
    if b < 0:
        a, b = (hs / hh if hh else 0.0), 0.0
    elif a < 0:
        a, b = 0.0, (ls / ll if ll else 0.0)
    residual = sum(w * (s - h * a - n * b) ** 2 for w, (h, n, s) in zip(weights, rows, strict=True)) / sum(weights)
    units = sum(w * (h + n) for w, (h, n, _) in zip(weights, rows, strict=True)) / sum(weights)
    per_unit = residual / max(1.0, units)
    seen = sum(h for h, _, _ in rows), sum(n for _, n, _ in rows)
    return Costs(
        Cost(a, per_unit, seen[0]) if seen[0] else None,
        Cost(b, per_unit, seen[1]) if seen[1] else None,
    )
