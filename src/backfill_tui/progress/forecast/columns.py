"""A run's dates as columns, with what was said of each beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from backfill_tui.progress.forecast.chance import Ordinals, said_by
from backfill_tui.progress.forecast.hints import Hints
from backfill_tui.progress.forecast.luck import Array
from backfill_tui.progress.forecast.worked import Worked


@dataclass(frozen=True, slots=True)
class Columns:
    """What the dates of one run took, in the order in which they finished."""

    days: Ordinals  # proleptic; 0 for one that is not known by name
    said: Ordinals  # the class of each, see `chance`
    heavy: NDArray[np.bool_]
    seconds: Array
    size: Array  # of one with work, 1 being usual
    workers: int

    def only(self, kept: NDArray[np.bool_], seconds: Array) -> "Columns":
        """Some of the dates, with other times."""
        return Columns(
            self.days[kept], self.said[kept], self.heavy[kept], seconds[kept], self.size[kept], self.workers
        )

    def __len__(self) -> int:
        return len(self.days)


def columns(run: Worked, hints: Hints) -> Columns:
    """The columns of a run."""
    days = [one.day for one in run.took]
    return Columns(
        days=ordinals(days),
        said=said_by([hints.said(day) for day in days]),
        heavy=np.array([one.heavy for one in run.took], dtype=np.bool_),
        seconds=np.array([one.seconds for one in run.took], dtype=np.float64),
        size=np.array([hints.size(day) for day in days], dtype=np.float64),
        workers=run.workers,
    )


def joined(runs: Sequence[Columns]) -> Columns:
    """Several runs as one; none are a run without dates."""
    if not runs:
        return Columns(ordinals([]), ordinals([]), np.empty(0, dtype=np.bool_), np.empty(0), np.empty(0), 1)
    return Columns(
        days=np.concatenate([run.days for run in runs]),
        said=np.concatenate([run.said for run in runs]),
        heavy=np.concatenate([run.heavy for run in runs]),
        seconds=np.concatenate([run.seconds for run in runs]),
        size=np.concatenate([run.size for run in runs]),
        workers=runs[-1].workers,
    )


def as_begun(done: Columns, flying: Columns) -> Columns:
    """The dates that a pool has done and those that it is at, in the order in which it began them.

    That is the order of the dates; in that of their ends the long ones come last, as if it had become slower.
    """
    both = joined([done, flying])
    backwards = len(flying) > 0 and flying.days.mean() < done.days.mean()
    order = np.argsort(-both.days if backwards else both.days, kind="stable")
    return Columns(
        both.days[order], both.said[order], both.heavy[order], both.seconds[order], both.size[order], done.workers
    )


def ordinals(days: Sequence[date | None]) -> Ordinals:
    """Dates as proleptic ordinals, 0 for one without a name."""
    found: Ordinals = np.array([0 if day is None else day.toordinal() for day in days], dtype=np.int64)
    return found
