"""Whether a date will have work: from what is said of it, and from what dates like it turned out to be.

What is said of a date is its class: a calendar or an earlier run says that it has work, or that it has none, or
nothing says anything. Within a class dates are alike that lie at the same time of the year, or on one weekday.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backfill_tui.progress.forecast.luck import Array

BANDWIDTH_DAYS = 9.0
"""How near in the year dates must lie to tell of one another."""

NEAR_DAYS = 3.0
"""How near to tell of one another where much is known."""

NONE_SAID, LIGHT_SAID, HEAVY_SAID = 0, 1, 2
"""The classes."""

_SAID = {NONE_SAID: 0.5, LIGHT_SAID: 0.02, HEAVY_SAID: 0.98}
_BELIEF = {NONE_SAID: 0.5, LIGHT_SAID: 12.0, HEAVY_SAID: 3.0}  # worth so many dates seen
_STRENGTH = {NONE_SAID: 3.0, LIGHT_SAID: 12.0, HEAVY_SAID: 12.0}  # of a class against the time of the year
_WEEKDAY_STRENGTH = 4.0

Ordinals = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Chances:
    """For dates ahead the chance of work, and how many dates seen each rests on."""

    p: Array
    rests_on: Array
    unforeseen: NDArray[np.bool_]  # nothing is said of it but when in the year it is


def year_kernel(days: float = BANDWIDTH_DAYS) -> Array:
    """How much a date at one place of the year tells of one at another: 366 by 366, 1 on the diagonal."""
    apart = np.abs(np.arange(366)[:, None] - np.arange(366)[None, :])
    apart = np.minimum(apart, 366 - apart)
    kernel: Array = np.exp(-0.5 * (apart / days) ** 2)
    return kernel


_KERNEL, _NEAR = year_kernel(), year_kernel(NEAR_DAYS)


def day_of_year(ordinals: Ordinals) -> Ordinals:
    """The place in the year of each date, 0…365. A date without a name (0) has one too; it means nothing."""
    days: Ordinals = np.floor((ordinals - 1) % 365.2425).astype(np.int64)
    return days


def over_the_year(ordinals: Ordinals, amounts: Array, *, near: bool = False) -> Array:
    """For each place in the year the sum of the amounts within weeks of it, or `near` it."""
    at = np.bincount(day_of_year(ordinals), weights=amounts, minlength=366)
    found: Array = (_NEAR if near else _KERNEL) @ at
    return found


@dataclass(frozen=True, slots=True)
class Turned:
    """Dates that turned out to have work or not, with the class that they had beforehand."""

    days: Ordinals
    said: Ordinals
    heavy: NDArray[np.bool_]


def chances(seen: Turned, elsewhere: Turned, ahead: Ordinals, said_ahead: Ordinals) -> Chances:
    """The chance of work for the dates ahead (proleptic ordinals, 0 for one that is not known by name).

    `seen` are this run's dates; those seen `elsewhere` tell, too, of dates of which nothing is said.
    """
    p, rests_on = np.empty(len(ahead)), np.empty(len(ahead))
    for said in np.unique(said_ahead):
        asked = said_ahead == said
        if said == NONE_SAID:
            days = np.concatenate([elsewhere.days, seen.days])
            found = _of_class(NONE_SAID, days, np.concatenate([elsewhere.heavy, seen.heavy]), ahead[asked])
        else:
            mine = seen.said == said
            found = _of_class(int(said), seen.days[mine], seen.heavy[mine], ahead[asked])
        p[asked], rests_on[asked] = found
    return Chances(p, rests_on, (said_ahead == NONE_SAID) & (ahead > 0))


def _of_class(said: int, seen: Ordinals, heavy: NDArray[np.bool_], ahead: Ordinals) -> tuple[Array, Array]:
    belief = _BELIEF[said]
    overall = (heavy.sum() + belief * _SAID[said]) / (len(seen) + belief)
    named, amounts = seen > 0, heavy.astype(np.float64)
    total = over_the_year(seen[named], np.ones(int(named.sum())))
    with_work = over_the_year(seen[named], amounts[named])
    strength = _STRENGTH[said]
    place = day_of_year(ahead)
    rests_on = np.where(ahead > 0, total[place], 0.0)
    p = (np.where(ahead > 0, with_work[place], 0.0) + strength * overall) / (rests_on + strength)
    if said == NONE_SAID:
        p = np.where(ahead > 0, p * _of_weekday(seen[named], amounts[named], float(overall))[ahead % 7], p)
    return np.clip(p, 0.0, 1.0), rests_on


def _of_weekday(seen: Ordinals, amounts: Array, overall: float) -> Array:
    """How much more often than others the dates of each weekday have work."""
    count = np.bincount(seen % 7, minlength=7) + _WEEKDAY_STRENGTH
    ratio: Array = (np.bincount(seen % 7, weights=amounts, minlength=7) + _WEEKDAY_STRENGTH * overall) / count
    return ratio / max(overall, 1e-9)


def said_by(words: Sequence[bool | None]) -> Ordinals:
    """Classes from what is said of each date: that it has work, that it has none, or nothing."""
    classes: Ordinals = np.array(
        [NONE_SAID if word is None else HEAVY_SAID if word else LIGHT_SAID for word in words], dtype=np.int64
    )
    return classes
