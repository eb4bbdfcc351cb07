"""The futures of an open run as time goes by and nothing is heard of it."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from statistics import NormalDist

import numpy as np

from backfill_tui.progress.calibration import Outcome
from backfill_tui.progress.forecast.backtest import backtest
from backfill_tui.progress.forecast.columns import columns
from backfill_tui.progress.forecast.fit import Fit
from backfill_tui.progress.forecast.hints import Hints
from backfill_tui.progress.forecast.luck import Array
from backfill_tui.progress.forecast.shape import Shape
from backfill_tui.progress.forecast.simulate import Futures, simulate
from backfill_tui.progress.forecast.situation import Situation
from backfill_tui.progress.forecast.worked import Took
from backfill_tui.progress.prospect import ClassCost, PaceSeen

_NEXT_TO_NOTHING = 1e-3
_HALF_A_DATE = 0.5

_SEEN = 0.9
"""What the few dates that were seen tell of; longer ones are reckoned from how they scatter."""

_LATE, _EARLIER = 40, 40
"""From fewer dates no change of pace can be told from chance."""

_MOSTLY = 0.8
"""What dates have written tells their sizes where so many of them tell it."""

_TOLD_BY_SECONDS = 2.0
"""Logs tell whole seconds: of dates that take less, no pace can be told."""

_STEP = 1.25
"""How much longer the silence has to be before the dates in flight are looked at anew."""

_FEW = 60
"""With no more dates left the end hangs on those in flight, and it costs little to look at them anew."""


class FutureRun:
    """What is left of a run. It changes only when what was seen does, or a date is overdue."""

    def __init__(self, situation: Situation, learned: Fit, heard_at: datetime) -> None:
        self._situation, self._learned = situation, learned
        self._fresh = simulate(situation, learned)
        self._usual_s = float(np.median(self._fresh.first_s))
        self._aged: tuple[float, Futures] = (0.0, self._fresh)
        self.basis = situation.basis
        self.heard_at = heard_at
        self.progress = learned.progress

    def backtest(self) -> list[Outcome]:
        """How forecasts would have done earlier in this run; takes the time of five of them."""
        return backtest(self._situation)

    def stretched_s(self, now: datetime, factor: float) -> Array:
        """The same futures, so many times as far from their middle, in the logarithm, as they are."""
        left = self.remaining_s(now)
        middle = float(np.median(left))
        if middle <= 0:
            return left
        wider: Array = middle * np.exp(factor * np.log(np.maximum(left / middle, _NEXT_TO_NOTHING)))
        return wider

    def costs(self) -> tuple[ClassCost, ...]:
        """What a date of each class costs one worker now; of classes that were seen, or are to come."""
        learned, took = self._learned, self._situation.run.took
        pace = math.exp(learned.level.lasting + learned.level.passing)
        with_work = float(learned.chances.p.sum())
        heavy = sum(one.heavy for one in took)
        classes = (
            ("with work", learned.heavy_s, learned.heavy_noise, heavy, with_work),
            ("without", learned.light_s, learned.light_noise, len(took) - heavy, len(learned.work) - with_work),
        )
        return tuple(
            ClassCost(
                name=name,
                p10_s=seconds * pace * noise.quantile(0.1),
                p50_s=seconds * pace * noise.quantile(0.5),
                p90_s=seconds * pace * noise.quantile(0.9),
                seen=seen,
                left=left,
            )
            for name, seconds, noise, seen, left in classes
            if seen or left > _HALF_A_DATE
        )

    def longest_s(self, share: float) -> float:
        """Seconds that pass between two signs of life, by dates like those in flight, in that share of the cases.

        Beyond what was seen single dates scatter like a lognormal law.
        """
        learned, law = self._learned, NormalDist()
        noise = learned.heavy_noise if learned.chances.p[:1].sum() > _HALF_A_DATE else learned.light_noise
        spread = float(np.log(np.maximum(noise.factors, _NEXT_TO_NOTHING)).std())
        tail = math.exp(max(0.0, law.inv_cdf(share) - law.inv_cdf(_SEEN)) * spread)
        return max(
            float(np.quantile(self._fresh.first_s, share)), tail * float(np.quantile(self._fresh.first_s, _SEEN))
        )

    def pace(self) -> PaceSeen | None:
        """How fast dates with work come of late against earlier ones; None while there are too few of either."""
        run, hints = self._situation.run, Hints(self._situation)
        said = columns(run, hints)
        took = replace(said, size=_sizes(run.took, said.size)).only(said.heavy, said.seconds)
        if len(took) < _LATE + _EARLIER:
            return None
        before = np.arange(len(took)) < len(took) - _LATE
        shape = Shape([took.only(before, took.seconds)], ())  # what a size costs, as the earlier ones tell
        each = took.seconds / shape.of(took.days, took.said, took.size)
        changed = _change(each)
        late, earlier = (float(np.median(part)) for part in (each[-_LATE:], each[:changed]))
        if min(late, earlier) < _TOLD_BY_SECONDS:
            return None
        measured = float(np.median(took.seconds[-_LATE:]))
        since = int(took.days[changed])
        return PaceSeen(
            "with work",
            3600 / measured,
            3600 / measured * late / earlier,
            _LATE,
            since=date.fromordinal(since) if since else None,
        )

    def remaining_s(self, now: datetime) -> Array:
        """Seconds from `now` to the end, of each future, in the order of the futures.

        While nothing is heard of the run, its dates in flight have taken that long. In a future in which one should
        have ended since, it ends right now, and all else later.
        """
        silent = max(0.0, (now - self.heard_at).total_seconds())
        age = self._age(silent)
        if age != self._aged[0]:
            self._aged = (age, simulate(self._situation.aged(age), self._learned) if age else self._fresh)
        futures, since = self._aged[1], silent - age
        late = np.maximum(since - futures.first_s, 0.0)
        left: Array = np.maximum(futures.ends_s + late - since, 0.0)
        return left

    def _age(self, silent_s: float) -> float:
        """The silence that the futures know of: that which is, in steps that grow with it unless few are left."""
        if self._usual_s <= 0:
            return 0.0
        if len(self._learned.days) <= _FEW:
            return silent_s
        if silent_s <= self._usual_s:
            return 0.0
        steps = math.floor(math.log(silent_s / self._usual_s) / math.log(_STEP))
        return float(self._usual_s * _STEP**steps)


def _change(each: Array) -> int:
    """Where the dates began to take as long as the last ones do: before it most took less, from it on most more.

    The maximum of a cumulative sum of signs (a CUSUM); at the latest where the last ones begin.
    """
    late, earlier = (float(np.median(part)) for part in (each[-_LATE:], each[:-_LATE]))
    signs = np.where(each > (late + earlier) / 2, -1, 1)
    return int(np.clip(np.argmax(np.cumsum(signs if late > earlier else -signs)) + 1, _EARLIER, len(each) - _LATE))


def _sizes(took: Sequence[Took], said: Array) -> Array:
    """How much work each date was against the usual: by what it wrote, else as it was `said` beforehand."""
    wrote = np.array([one.size or 0.0 for one in took if one.heavy])
    if np.count_nonzero(wrote) < max(1.0, _MOSTLY * len(wrote)):
        return said
    usual = float(wrote[wrote > 0].mean())
    return np.array([one.size / usual if one.size else 1.0 for one in took])
