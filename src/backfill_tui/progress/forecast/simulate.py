"""The futures of a run: when it ends in each, with its workers, the dates in flight, drift and stragglers."""

from dataclasses import dataclass

import numpy as np

from backfill_tui.progress.forecast import luck
from backfill_tui.progress.forecast.chance import Ordinals, day_of_year
from backfill_tui.progress.forecast.drift import drift
from backfill_tui.progress.forecast.fit import Fit
from backfill_tui.progress.forecast.luck import SAMPLES, Array
from backfill_tui.progress.forecast.situation import Situation

EXACT = 120
"""So many of the last dates are given to workers one by one. What lies before is shared by all of them evenly."""

OTHER_SEASON_CHANCE = 0.4
"""How likely it is that a part of the year of which nothing is known yet is unlike those that are known."""

OTHER_SIZES = 0.2
"""How far from the usual a month is of which nothing is known: the standard deviation of the logarithm of sizes."""

SIZES_KNOWN = 8.0
"""From so many dates around it in the year the variance of that is half of it."""

SURE = 0.02
"""A chance of work that is nearer to 0 or 1 than this is not doubted."""

HAS_WORK, SCATTER = 0, 1
OTHER_SEASON, WHERE = 0, 1
SEASON, SIZES = 10, 30


@dataclass(frozen=True, slots=True)
class Futures:
    """Per future: seconds from when the run was last heard of to its end, and to the first completion."""

    ends_s: Array
    first_s: Array


def simulate(situation: Situation, learned: Fit) -> Futures:
    """Play what is left, SAMPLES times."""
    seconds = _seconds(situation, learned)
    flying = len(situation.run.in_flight)
    if not len(seconds):
        return Futures(np.full(SAMPLES, situation.replays_s), np.zeros(SAMPLES))
    workers = situation.run.workers
    first = seconds[: max(1, flying)].min(axis=0)
    ends = seconds.sum(axis=0) if workers <= 1 else _shared(seconds, flying, workers)
    return Futures(situation.replays_s + ends, first)


def _seconds(situation: Situation, learned: Fit) -> Array:
    """What each date still takes of a worker: a row a date, those in flight first."""
    ages = np.array([one.age_s for one in situation.run.in_flight])
    share = learned.light_s / learned.heavy_s if learned.heavy_s else 1.0
    odds = learned.chances
    usual = odds.p * learned.work + (1 - odds.p) * share
    pace = drift(learned.level, (np.cumsum(usual) - usual / 2) / 1000)
    keys = _keys(learned)
    p = _with_doubt(learned)
    if len(ages):
        p[: len(ages)] = _given_age(p[: len(ages)], ages, learned)
    heavy = luck.of_dates(keys, HAS_WORK) < p
    scatter = luck.of_dates(keys, SCATTER)
    due = pace * np.where(heavy, learned.heavy_s * _sizes(learned), learned.light_s)
    seconds: Array = due * np.where(heavy, learned.heavy_noise.draw(scatter), learned.light_noise.draw(scatter))
    for i in np.flatnonzero(ages > 0):
        least = ages[i] / np.maximum(due[i], 1e-9)
        with_work = learned.heavy_noise.draw_beyond(scatter[i], least)
        without = learned.light_noise.draw_beyond(scatter[i], least)
        seconds[i] = np.maximum(due[i] * np.where(heavy[i], with_work, without) - ages[i], 0.0)
    return seconds


def _keys(learned: Fit) -> Ordinals:
    """Whose draws a date has: its own; one without a name has those of its place, counted from the last."""
    count = len(learned.days)
    nameless = 2_000_000 + np.arange(count)[::-1]
    keys: Ordinals = np.where(learned.days > 0, learned.days, nameless)
    return keys


def _with_doubt(learned: Fit) -> Array:
    """The chance of work of each date in each future: what is not known well is doubted, months as a whole."""
    odds = learned.chances
    found = np.repeat(odds.p[:, None], SAMPLES, axis=1)
    doubtful = np.flatnonzero((odds.p > SURE) & (odds.p < 1 - SURE))
    if not len(doubtful):
        return found
    p, rests_on = odds.p[doubtful], odds.rests_on[doubtful]
    spread = 1.0 / np.sqrt((rests_on + 3.0) * p * (1 - p) + 0.5)
    by_month = _by_month(SEASON, learned.days[doubtful])
    shifted = 1.0 / (1.0 + (1 / p - 1)[:, None] * np.exp(-spread[:, None] * by_month))
    unlike = np.where(odds.unforeseen[doubtful], np.exp(-rests_on), 0.0)
    season = luck.row(OTHER_SEASON)
    other = unlike[:, None] * (season < OTHER_SEASON_CHANCE)
    found[doubtful] = (1.0 - other) * shifted + other * (season / OTHER_SEASON_CHANCE)
    return found


def _sizes(learned: Fit) -> Array:
    """The work of each date in each future: where the time of the year alone tells of it months are doubted."""
    spread = np.where(learned.chances.unforeseen, OTHER_SIZES, 0.0)
    spread /= np.sqrt(1.0 + learned.chances.rests_on / SIZES_KNOWN)
    if not spread.any():
        return learned.work[:, None]
    doubt = spread[:, None] * _by_month(SIZES, learned.days) - spread[:, None] ** 2 / 2
    sizes: Array = learned.work[:, None] * np.exp(doubt)
    return sizes


def _by_month(which: int, days: Ordinals) -> Array:
    """Standard normal draws, the same for all dates of about a month."""
    drawn: Array = np.stack([luck.normal(which + i) for i in range(12)])[day_of_year(days) // 31]
    return drawn


def _given_age(p: Array, ages: Array, learned: Fit) -> Array:
    """The chance of work of dates that have been worked on for so long without an end."""
    pace = float(np.exp(learned.level.lasting + learned.level.passing))
    work = learned.work[: len(ages)]
    lasting_heavy = learned.heavy_noise.lasting(ages / np.maximum(learned.heavy_s * work * pace, 1e-9))
    lasting_light = learned.light_noise.lasting(ages / max(learned.light_s * pace, 1e-9))
    heavy = p * np.maximum(lasting_heavy, 1e-3)[:, None]
    light = (1 - p) * np.maximum(lasting_light, 1e-4)[:, None]
    given: Array = heavy / np.maximum(heavy + light, 1e-12)
    return given


def _shared(seconds: Array, flying: int, workers: int) -> Array:
    """When the last of the workers is done: each takes the next date as soon as it is free."""
    free = np.zeros((workers, SAMPLES))
    begun = min(flying, workers)
    free[:begun] = seconds[:begun]
    queue = seconds[begun:]
    bulk = len(queue) - EXACT
    if bulk > workers:
        free = _levelled(free, queue[:bulk])
        queue = queue[bulk:]
    columns = np.arange(SAMPLES)
    for row in queue:
        next_free = free.argmin(axis=0)
        free[next_free, columns] += row
    last: Array = free.max(axis=0)
    return last


def _levelled(free: Array, bulk: Array) -> Array:
    """Workers after a long stretch of work: each is somewhere within a date, and together they have done it all."""
    workers = len(free)
    picked = bulk[np.linspace(0, len(bulk) - 1, workers).astype(np.int64)]
    into = picked * np.stack([luck.row(WHERE + i) for i in range(workers)])
    total = free.sum(axis=0) + bulk.sum(axis=0)
    level = (total - into.sum(axis=0)) / workers
    levelled: Array = level + into
    return levelled
