"""What replays add up to: errors as factors, how often ranges held, how wide they were, how forecasts moved."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from statistics import median

from backfill_tui.progress.calibration import Outcome
from benchmarks.eta_replay import Replay, Said

_SOON_S = 1.0  # a second is as near as anybody can tell


@dataclass(frozen=True, slots=True)
class Error:
    """|log(predicted / true remaining)| over all points of all runs, as factors: 1.06 is 6 % off."""

    median: float
    p90: float

    @property
    def log(self) -> float:
        """The median as a logarithm."""
        return math.log(self.median)


@dataclass(frozen=True, slots=True)
class Ranges:
    """How often 80 % ranges held, with the 90 % bootstrap interval of that over runs; p90 over p10 as a factor."""

    held: float
    low: float
    high: float
    width: float
    runs: int


@dataclass(slots=True)
class Scores:
    """One row of the table."""

    name: str
    runs: int
    ours: Error
    rivals: dict[str, Error]
    plain: Ranges  # as simulated
    calibrated: Ranges | None  # as widened by what earlier runs taught
    by_itself: Ranges | None  # as a first night widens them, by its own back-test
    jitter: float  # how far the finish moves from one point to the next: the median, as a share of the run
    first_after: int | None  # dates until the first forecast: the most over runs; None: some had none in time
    silent: int  # points at which there was no forecast; they are in no error and no range
    at_most: float | None = None  # the target of the median
    forgiven: bool = False
    verdicts: dict[str, bool] = field(default_factory=dict)


def scores(name: str, replays: Sequence[Replay], calibrated: Sequence[Replay]) -> Scores:
    """Add up the replays of one scenario, as simulated and with calibration.

    Looking back takes time, so only some of the replays may have done so.
    """
    looking_back = [one for one in replays if one.looked_back]
    firsts = [replay.first_after for replay in replays]
    return Scores(
        name=name,
        runs=len(replays),
        ours=error(replays, lambda said: said.p50_s),
        rivals={
            rival: error(replays, lambda said, rival=rival: said.rivals[rival])  # type: ignore[misc]
            for rival in replays[0].said[0].rivals
        },
        plain=ranges(replays),
        calibrated=ranges(calibrated) if calibrated else None,
        by_itself=ranges([one.by_itself() for one in looking_back]) if looking_back else None,
        jitter=median(_moves(replays)),
        silent=sum(said.p50_s is None for replay in replays for said in replay.said),
        first_after=None if None in firsts else max(first for first in firsts if first is not None),
    )


def error(replays: Iterable[Replay], of: Callable[[Said], float | None]) -> Error:
    """Of one estimator; where it said nothing that is left out."""
    found = sorted(
        abs(math.log(max(told, _SOON_S) / max(said.true_s, _SOON_S)))
        for replay in replays
        for said in replay.said
        if (told := of(said)) is not None
    )
    if not found:
        return Error(math.inf, math.inf)
    return Error(math.exp(median(found)), math.exp(found[int(0.9 * (len(found) - 1))]))


def ranges(replays: Sequence[Replay]) -> Ranges:
    """How the 80 % ranges did."""
    by_run = [[said.p10_s <= said.true_s <= said.p90_s for said in _spoken(replay)] for replay in replays]
    by_run = [run for run in by_run if run]
    rng = Random(7)  # noqa: S311 - a bootstrap, not a secret
    drawn = sorted(_share(rng.choices(by_run, k=len(by_run))) for _ in range(1000))
    widths = [
        math.log(max(said.p90_s, _SOON_S) / max(said.p10_s, _SOON_S))
        for replay in replays
        for said in _spoken(replay)
    ]
    return Ranges(_share(by_run), drawn[50], drawn[949], math.exp(median(widths)), len(by_run))


def outcomes(replays: Sequence[Replay]) -> list[Outcome]:
    """What forecasts of these runs said and what then happened, for calibration."""
    return [
        Outcome(
            run=str(number),
            progress=said.progress,
            p10_s=said.p10_s,
            p50_s=said.p50_s,
            p90_s=said.p90_s,
            true_s=said.true_s,
            held=said.p10_s <= said.true_s <= said.p90_s,
        )
        for number, replay in enumerate(replays)
        for said in _spoken(replay)
    ]


@dataclass(frozen=True, slots=True)
class _Spoken:
    progress: float
    p10_s: float
    p50_s: float
    p90_s: float
    true_s: float


def _spoken(replay: Replay) -> list[_Spoken]:
    return [
        _Spoken(said.progress, said.p10_s, said.p50_s, said.p90_s, said.true_s)
        for said in replay.said
        if said.p10_s is not None and said.p50_s is not None and said.p90_s is not None
    ]


def _share(runs: Sequence[Sequence[bool]]) -> float:
    return sum(map(sum, runs)) / sum(map(len, runs))


def _moves(replays: Sequence[Replay]) -> list[float]:
    """How far the finish that was forecast moved between neighbouring points, as shares of the run's length."""
    found = []
    for replay in replays:
        finishes = [said.share + said.p50_s / replay.length_s for said in replay.said if said.p50_s is not None]
        found += [abs(after - before) for before, after in pairwise(finishes)]
    return found
