"""Phases together: each begins when those that it comes after are done, in every future by itself.

What comes out are quantiles of each finish, how much it could slip, how likely it is to be what everything waits
for, and the probability of a deadline (Malcolm, Roseboom, Clark, Fazar: PERT, 1959, by draws instead of moments).
Seconds are from one moment, `now`; a phase of which nothing is known makes all that waits for it unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from zlib import crc32

import numpy as np

from backfill_tui.progress.forecast import luck
from backfill_tui.progress.forecast.luck import SAMPLES, Array

_PLAN_SPREAD = 0.2
"""How far durations lie from what a plan says: the standard deviation of the logarithm."""

_LEVEL = 100  # apart from the draws of a single run


@dataclass(frozen=True, slots=True)
class Step:
    """A phase. `left_s`: SAMPLES futures of the work that it has left, None where it is not known.

    `begun`: it is running, or done with nothing left, so it waits for nobody. `delay_s` goes by between the end of
    what it waits for and its own beginning, for validation; before `not_before_s` nobody is there to start it.
    """

    name: str
    left_s: Array | None
    after: tuple[str, ...] = ()
    begun: bool = False
    delay_s: float = 0.0
    not_before_s: float = 0.0


@dataclass(frozen=True, slots=True)
class StepForecast:
    """Seconds from now. `slack_s`: how much it may slip before the target does, the median; `criticality`: in what
    share of the futures the target waits for it, 0…1. Both None where it does not lead to the target.
    """

    name: str
    start_s: tuple[float, float, float]  # p10, p50, p90
    finish_s: tuple[float, float, float]
    slack_s: float | None
    criticality: float | None


@dataclass(frozen=True, slots=True, eq=False)
class NightForecast:
    """All phases of which something is known, by name; the critical path from its beginning to the target."""

    steps: Mapping[str, StepForecast]
    critical_path: tuple[str, ...]
    _starts: Mapping[str, Array]
    _ends: Mapping[str, Array]

    def probability(self, name: str, by_s: float, *, of_start: bool = False) -> float | None:
        """How likely a phase is done (or can start) within so many seconds; None where nothing is known of it."""
        told = (self._starts if of_start else self._ends).get(name)
        return None if told is None else float((told <= by_s).mean())


def compose(steps: Sequence[Step], *, target: str | None = None) -> NightForecast:
    """Play the night. `after` must name steps that are given, without a cycle; `target` is what it is all for.

    Without a target it is what ends last.
    """
    by_name = {step.name: step for step in steps}
    order = list(TopologicalSorter({step.name: step.after for step in steps}).static_order())
    starts: dict[str, Array] = {}
    ends: dict[str, Array] = {}
    for name in order:
        _play(by_name[name], starts, ends)
    goal = target if target is not None else _last(ends)
    critical, latest = _back(by_name, order, starts, ends, goal)
    told = {
        name: StepForecast(
            name=name,
            start_s=_quantiles(starts[name]),
            finish_s=_quantiles(ends[name]),
            slack_s=float(np.median(np.maximum(latest[name] - ends[name], 0.0))) if name in latest else None,
            criticality=float(critical[name].mean()) if name in critical else None,
        )
        for name in order
        if name in ends
    }
    return NightForecast(told, _path(by_name, critical, goal), starts, ends)


def planned(duration_s: float, name: str, elapsed_s: float = 0.0) -> Array:
    """Futures of what is left of a phase of which only a plan tells how long it takes.

    One that takes longer than in a given future is about to end in it, by what is still believed of such plans.
    """
    drawn = duration_s * np.exp(_PLAN_SPREAD * shuffled(luck.normal(_LEVEL), name))
    left: Array = np.maximum(drawn - elapsed_s, _PLAN_SPREAD * _PLAN_SPREAD * drawn if elapsed_s else 0.0)
    return left


def shuffled(futures: Array, name: str) -> Array:
    """Futures in an order that is the phase's own: those of two phases have nothing to do with each other."""
    order = np.random.default_rng(crc32(name.encode())).permutation(SAMPLES)
    mixed: Array = futures[order]
    return mixed


def _play(step: Step, starts: dict[str, Array], ends: dict[str, Array]) -> None:
    """When it begins and ends in each future, unless something about it is not known."""
    if step.left_s is None or (not step.begun and any(name not in ends for name in step.after)):
        return
    start = np.zeros(SAMPLES)
    if not step.begun:
        for name in step.after:
            start = np.maximum(start, ends[name])
        start = np.maximum(start + step.delay_s, step.not_before_s)
    starts[step.name], ends[step.name] = start, start + step.left_s


def _last(ends: Mapping[str, Array]) -> str | None:
    return max(ends, key=lambda name: float(np.median(ends[name])), default=None)


def _back(
    by_name: Mapping[str, Step],
    order: Sequence[str],
    starts: Mapping[str, Array],
    ends: Mapping[str, Array],
    goal: str | None,
) -> tuple[dict[str, Array], dict[str, Array]]:
    """From the goal back: in which futures it waits for each step, and when each must have ended."""
    if goal is None or goal not in ends:
        return {}, {}
    critical, latest = {goal: np.ones(SAMPLES)}, {goal: ends[goal]}
    for name in reversed(order):
        step = by_name[name]
        if name not in critical or step.begun:
            continue
        must_start = latest[name] - (ends[name] - starts[name]) - step.delay_s
        for before in step.after:
            latest[before] = np.minimum(latest.get(before, np.full(SAMPLES, np.inf)), must_start)
            waits = critical[name] * (ends[before] + step.delay_s >= starts[name] - 1e-6)
            critical[before] = np.maximum(critical.get(before, np.zeros(SAMPLES)), waits)
    return critical, latest


def _path(by_name: Mapping[str, Step], critical: Mapping[str, Array], goal: str | None) -> tuple[str, ...]:
    """From the goal back along what it most often waits for."""
    path: list[str] = []
    at = goal if goal in critical else None
    while at is not None:
        path.append(at)
        before = [] if by_name[at].begun else [name for name in by_name[at].after if name in critical]
        at = max(before, key=lambda name: float(critical[name].mean()), default=None)
    return tuple(reversed(path))


def _quantiles(futures: Array) -> tuple[float, float, float]:
    p10, p50, p90 = (float(value) for value in np.quantile(futures, (0.1, 0.5, 0.9)))
    return p10, p50, p90
