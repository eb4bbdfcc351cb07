"""What dates cost, learned: by class and size, shrunk to earlier runs, at the level that the run has now."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from backfill_tui.progress.forecast import chance
from backfill_tui.progress.forecast.columns import Columns, as_begun, columns, joined, ordinals
from backfill_tui.progress.forecast.hints import Hints
from backfill_tui.progress.forecast.level import Level, level
from backfill_tui.progress.forecast.luck import Array
from backfill_tui.progress.forecast.noise import CAP, Noise, flat, noise
from backfill_tui.progress.forecast.shape import Shape
from backfill_tui.progress.forecast.situation import Situation
from backfill_tui.progress.forecast.worked import Took, Worked

LEAST_UNITS = 3
"""From fewer dates in all nothing is forecast."""

LIGHT_SHARE = 0.1
"""What a date without work costs against one with work, until some were seen."""

_OTHER_NIGHT = 0.2
"""How far two nights lie apart in their level: the standard deviation of its logarithm, worth three nights."""

_OTHER_LIGHTS = 10
"""How many dates without work another night may stand for: what is left of such a date differs between nights."""

_SAME_NIGHT = 0.08
_OTHER_WORKERS = 0.25
"""The same where there are e times as many workers or as few: how they get in each other's way is not known."""

_ROUNDS, _MANY = 4, 10
_ANYTHING = 4.0


@dataclass(frozen=True, slots=True)
class Fit:
    """What the simulation needs to know. Seconds are those of one worker at the level's zero."""

    heavy_s: float
    light_s: float
    level: Level
    heavy_noise: Noise
    light_noise: Noise
    chances: chance.Chances  # for the dates in flight, then for those ahead
    work: Array  # of each of them, if it has work; 1 is usual
    days: chance.Ordinals
    progress: float  # the share of the work that lies behind, 0…1


def fit(situation: Situation) -> Fit | None:
    """Learn from all that was seen; None where that is too little to say anything."""
    hints = Hints(situation)
    run = columns(situation.run, hints)
    tonight = [*(columns(one, hints) for one in situation.before), run]
    history = [columns(one, hints) for one in situation.history]
    if sum(map(len, (*history, *tonight))) < LEAST_UNITS:
        return None
    leaves = [*(one.day for one in situation.run.in_flight), *situation.ahead]
    days, said = ordinals(leaves), chance.said_by([hints.said(day) for day in leaves])
    shape = Shape(tonight if hints.of_times else [*history, *tonight], [*history, *tonight])
    base = _base(history, tonight, shape)
    if base is None:
        return None
    heavy_s, light_s, prior = base
    if heavy_s is None and bool((said == chance.HEAVY_SAID).any()):
        return None
    heavy_s = light_s if heavy_s is None else heavy_s
    own = joined(tonight)
    seconds = (heavy_s, light_s)
    now, heavies, lights = _now(tonight, history, shape, seconds, prior)
    for _ in range(_rounds(situation.run)):
        flying = _outlasting(situation.run, hints, shape, now, seconds, heavies)
        now, heavies, lights = _now([*tonight[:-1], as_begun(run, flying)], history, shape, seconds, prior)
    size = np.array([hints.size(day) for day in leaves], dtype=np.float64)
    odds, work = chance.chances(_turned(tonight), _turned(history), days, said), shape.of(days, said, size)
    behind = float(np.where(own.heavy, 1.0, light_s / heavy_s).sum())
    left = float((odds.p * work + (1 - odds.p) * light_s / heavy_s).sum())
    return Fit(
        heavy_s=heavy_s,
        light_s=light_s,
        level=now,
        heavy_noise=heavies,
        light_noise=lights,
        chances=odds,
        work=work,
        days=days,
        progress=behind / max(behind + left, 1e-9),
    )


def _rounds(run: Worked) -> int:
    """How often the dates in flight are guessed anew, each time at the pace that the last guess has led to.

    The first to finish are the short ones; the fewer there are, the more hangs on the others.
    """
    if run.workers <= 1 or not run.took:
        return 0
    return 1 if len(run.took) >= _MANY * run.workers else _ROUNDS


def _turned(runs: Sequence[Columns]) -> chance.Turned:
    one = joined(runs)
    return chance.Turned(one.days, one.said, one.heavy)


def _base(
    history: Sequence[Columns], tonight: Sequence[Columns], shape: Shape
) -> tuple[float | None, float, tuple[float, float]] | None:
    """Seconds of a usual date with work and of one without, and the prior of the level against them.

    From other nights where there are any, each counting alike, else from this one. None if nothing took any time.
    """
    nights = [run for run in history if len(run)]
    usual = [_usual(run, shape) for run in nights]
    known = [(run, heavy) for run, heavy in zip(nights, usual, strict=True) if heavy]
    own = joined(tonight)
    if known:
        logs = [math.log(heavy) for _, heavy in known]
        heavy_s: float | None = math.exp(sum(logs) / len(logs))
        prior = (0.0, _between([run for run, _ in known], logs, tonight[-1].workers))
    else:
        heavy_s, prior = _usual(own, shape), (0.0, _ANYTHING)
    light_s = _light([*known, (own, _usual(own, shape) or heavy_s)], heavy_s)
    return None if not (heavy_s or light_s) else (heavy_s, light_s, prior)


def _usual(run: Columns, shape: Shape) -> float | None:
    """Mean seconds of a date with the usual work; None where a run had none with work."""
    if not run.heavy.any():
        return None
    work = shape.of(run.days[run.heavy], run.said[run.heavy], run.size[run.heavy])
    return float(run.seconds[run.heavy].sum() / work.sum()) or None


def _light(runs: Sequence[tuple[Columns, float | None]], heavy_s: float | None) -> float:
    """Seconds of a date without work: its share of one with work, over all runs, at the level of `heavy_s`."""
    if heavy_s is None:
        alone = runs[-1][0].seconds
        return float(alone.mean()) if len(alone) else 0.0
    total, count = 0.5 * LIGHT_SHARE, 0.5
    for i, (run, usual) in enumerate(runs):
        if usual and not run.heavy.all():
            lights = int((~run.heavy).sum())
            worth = lights if i == len(runs) - 1 else min(lights, _OTHER_LIGHTS)
            total += worth * float(run.seconds[~run.heavy].mean()) / usual
            count += worth
    return heavy_s * total / count


def _between(runs: Sequence[Columns], logs: Sequence[float], workers: int) -> float:
    """The variance of this night's level around the mean of others."""
    mean = sum(logs) / len(logs)
    apart = sum((one - mean) ** 2 for one in logs)
    variance = (3 * _OTHER_NIGHT**2 + apart) / (3 + len(logs) - 1)
    return variance * (1 + 1 / len(logs)) + min(_of_workers(run.workers, workers) for run in runs)


def _of_workers(before: int, now: int) -> float:
    """How uncertain another number of workers makes the level: a variance."""
    return (_OTHER_WORKERS * math.log(max(before, 1) / max(now, 1))) ** 2


def _now(
    tonight: Sequence[Columns],
    history: Sequence[Columns],
    shape: Shape,
    base: tuple[float, float],
    prior: tuple[float, float],
) -> tuple[Level, Noise, Noise]:
    """The level at the end of tonight's runs, one after the other; and how single dates scatter around it."""
    seen = [(run, _expected(run, shape, base)) for run in (*history, *tonight)]
    ratios = [(run, flat(run.seconds / due)) for run, due in seen if len(run)]
    heavies = noise([ratio[run.heavy] for run, ratio in ratios])
    lights = noise([ratio[~run.heavy] for run, ratio in ratios])
    now = level(*(np.empty(0),) * 4, prior=prior)
    for i, (run, due) in enumerate(seen[len(history) :]):
        if i:
            other = _of_workers(tonight[i - 1].workers, run.workers)
            prior = (now.lasting, now.lasting_variance + _SAME_NIGHT**2 + other)
        told = run.heavy if run.heavy.any() else ~run.heavy  # what costs next to nothing tells little of the pace
        took, usual = run.seconds[told], due[told]
        scatter = (heavies if run.heavy.any() else lights).variance * usual**2
        most = CAP * usual * float(np.median(took / usual)) if len(took) else usual
        now = level(np.minimum(took, most), usual, scatter, usual / base[0] / 1000, prior=prior)
    return now, heavies, lights


def _outlasting(
    run: Worked,
    hints: Hints,
    shape: Shape,
    now: Level,
    base: tuple[float, float],
    scatter: Noise,
) -> Columns:
    """The dates in flight, with what they will take as far as can be told from others that took as long already.

    Without them the long ones would be missing among those that have finished.
    """
    took = [Took(one.day, hints.said(one.day) is not False, one.age_s) for one in run.in_flight]
    found = columns(replace(run, took=tuple(took)), hints)
    due = _expected(found, shape, base) * math.exp(now.lasting + now.passing)
    seconds = due * scatter.mean_beyond(found.seconds / due)
    likely = found.heavy & ((found.said == chance.HEAVY_SAID) | (found.seconds > base[1]))
    return found.only(likely, seconds)


def _expected(run: Columns, shape: Shape, base: tuple[float, float]) -> Array:
    work = shape.of(run.days, run.said, run.size)
    return np.maximum(np.where(run.heavy, base[0] * work, base[1]), 1e-6 * base[0])
