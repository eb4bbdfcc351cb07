"""How far forecasts' ranges have held, and how much wider they must be to hold as often as they say.

Split conformal prediction (Lei, G'Sell, Rinaldo, Tibshirani, Wasserman: Distribution-Free Predictive Inference for
Regression, 2018) on the logarithm of the remaining time, with earlier runs as what is exchangeable.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

EARLIER_RUNS, THIS_RUN = "earlier runs", "this run"
"""By what ranges may have been checked."""

SHARE = 0.8
"""What a range claims to hold: from p10 to p90."""

LEAST_RUNS = 4
"""Four of five is the most that fewer runs can vouch for."""

RECENT = 40
"""How many of the last ranges the record tells of."""

_TOLD_OF_A_RUN = 5  # ranges that count for the record, evenly over its work
_PARTS = 3  # of a run: early forecasts and late ones err differently
_LEAST_WIDTH = 0.01  # of the logarithm: a range is never said narrower than a hundredth
_NARROWEST, _WIDEST = 0.5, 8.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One forecast with what then happened: remaining seconds as said (p10, p50, p90) and as they were.

    `run` tells runs apart, `progress` is how much of it lay behind, 0…1. The range is that before any widening;
    `held` whether what was shown did.
    """

    run: str
    progress: float
    p10_s: float
    p50_s: float
    p90_s: float
    true_s: float
    held: bool

    @property
    def score(self) -> float:
        """How many half-widths the truth lay from the middle: at most 1 if the range held."""
        low, high = _widths(self.p10_s, self.p50_s, self.p90_s)
        apart = math.log(max(self.true_s, 1e-9) / max(self.p50_s, 1e-9))
        return apart / high if apart >= 0 else -apart / low


@dataclass(frozen=True, slots=True)
class Made:
    """A forecast as it was made at a moment (aware), to be kept until it is known what became of it.

    `p10_s` … `p90_s` are the remaining seconds as simulated, `low_s` and `high_s` the range as it was shown.
    """

    run: str
    at: datetime
    progress: float
    p10_s: float
    p50_s: float
    p90_s: float
    low_s: float
    high_s: float


def what_became(made: Iterable[Made], ended_at: datetime) -> list[Outcome]:
    """Forecasts of one run against when it really ended; those made at its very end say nothing."""
    found = []
    for one in made:
        true_s = (ended_at - one.at).total_seconds()
        if true_s > 0:
            held = one.low_s <= true_s <= one.high_s
            found.append(Outcome(one.run, one.progress, one.p10_s, one.p50_s, one.p90_s, true_s, held))
    return found


@dataclass(frozen=True, slots=True)
class Record:
    """Of so many recent ranges that claimed to hold in four of five cases, so many held."""

    held: int
    of: int

    def __str__(self) -> str:
        return f"of the last {self.of} 80 % ranges, {self.held} held"


NO_RECORD = Record(0, 0)


@dataclass(frozen=True, slots=True)
class Calibration:
    """By part of a run, the factor on the width of a range; None where too few runs tell it."""

    factors: tuple[float | None, ...] = (None,) * _PARTS
    record: Record = NO_RECORD
    by: str = ""  # EARLIER_RUNS or THIS_RUN

    def speaks_at(self, progress: float) -> bool:
        """Whether ranges at this point of a run were checked against what happened."""
        return self.factors[_part(progress)] is not None

    def factor_at(self, progress: float) -> float:
        """How many times wider a range is to be than it was reckoned; 1 where nothing is known."""
        factor = self.factors[_part(progress)]
        return 1.0 if factor is None else factor

    def widened(self, p10_s: float, p50_s: float, p90_s: float, progress: float) -> tuple[float, float, float]:
        """A range as wide as it has to be. The middle stays where it is."""
        factor = self.factors[_part(progress)]
        if factor is None or p50_s <= 0:
            return p10_s, p50_s, p90_s
        low, high = _widths(p10_s, p50_s, p90_s)
        return p50_s * math.exp(-factor * low), p50_s, p50_s * math.exp(factor * high)


UNCALIBRATED = Calibration()


def calibrate(outcomes: Sequence[Outcome]) -> Calibration:
    """From what became of forecasts of earlier runs, in the order in which they were made."""
    parts: dict[int, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        parts[_part(outcome.progress)].append(outcome)
    recent = _apart(outcomes)[-RECENT:]
    return Calibration(
        factors=tuple(_factor(parts[part]) for part in range(_PARTS)),
        record=Record(sum(outcome.held for outcome in recent), len(recent)),
        by=EARLIER_RUNS,
    )


def _apart(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """A few of each run: forecasts that were made soon after one another hold or fail together."""
    found: dict[tuple[str, int], Outcome] = {}
    for outcome in outcomes:
        found.setdefault((outcome.run, int(outcome.progress * _TOLD_OF_A_RUN)), outcome)
    return list(found.values())


def calibrate_by_itself(back_tests: Sequence[Outcome]) -> Calibration:
    """From what a run's forecasts would have been earlier in it, where nothing better is known.

    They overlap, so they vouch for less than other runs do: a range may become wider by them, not narrower. They
    speak of the whole run, whatever part of it they were made in.
    """
    factor = _factor(back_tests)
    if factor is None:
        return UNCALIBRATED
    return Calibration((max(1.0, factor),) * _PARTS, by=THIS_RUN)


def _factor(outcomes: Sequence[Outcome]) -> float | None:
    """The score that four of five further ones will not exceed, each run counting alike.

    Forecasts of one run err together, so it is the number of runs that the finite-sample correction goes by.
    """
    by_run: dict[str, list[float]] = defaultdict(list)
    for outcome in outcomes:
        by_run[outcome.run].append(outcome.score)
    if len(by_run) < LEAST_RUNS:
        return None
    share = min(1.0, SHARE * (1 + 1 / len(by_run)))
    weighed = ((score, 1.0 / len(scores)) for scores in by_run.values() for score in scores)
    return min(max(_weighted_quantile(weighed, share), _NARROWEST), _WIDEST)


def _weighted_quantile(weighed: Iterable[tuple[float, float]], share: float) -> float:
    ordered = sorted(weighed)
    wanted = share * sum(weight for _, weight in ordered) - 1e-9
    reached = 0.0
    for score, weight in ordered:
        reached += weight
        if reached >= wanted:
            return score
    return ordered[-1][0]


def _widths(p10_s: float, p50_s: float, p90_s: float) -> tuple[float, float]:
    """How far the ends lie from the middle, in the logarithm."""
    middle = max(p50_s, 1e-9)
    low = math.log(middle / p10_s) if p10_s > 0 else 1.0
    high = math.log(max(p90_s, middle) / middle)
    return max(low, _LEAST_WIDTH), max(high, _LEAST_WIDTH)


def _part(progress: float) -> int:
    return min(_PARTS - 1, max(0, int(progress * _PARTS)))
