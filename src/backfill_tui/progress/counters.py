"""Bars and N/M lines to runs: of all the counters in a log, the one that advances most and starts over least."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from backfill_tui.progress.trace import RunTrace
from backfill_tui.sources.events import ProgressPrinted

MOST_COUNTERS = 64
"""How many different totals are followed; a log with more is not counting units."""

KEPT_RUNS = 20
"""How many earlier runs of a counter are kept."""

KEPT_ADVANCES = 2000
"""How many advances are kept for the rate."""


def tick(run: RunTrace, at: datetime, advance: int) -> None:
    """Note that a run's count has advanced by so many; of many, the last are kept."""
    run.ticks.extend([at] * min(advance, KEPT_ADVANCES))
    del run.ticks[:-KEPT_ADVANCES]


def shared_out(ticks: Sequence[datetime]) -> list[datetime]:
    """When each advance came: those noted at one time took equal shares of the time since the one before.

    Who counts in tens, or prints whole seconds, has not done ten at once. Of the first that are noted it is not
    known since when, so they are one.
    """
    times: list[datetime] = []
    for at, noted in groupby(ticks):
        if not times:
            times.append(at)
            continue
        before, many = times[-1], sum(1 for _ in noted)
        times.extend(at - (at - before) * (many - i) / many for i in range(1, many + 1))
    return times


WORKERS = 64
"""So many workers may overtake one another: a lower number that is this near, and new, is no restart."""


@dataclass(slots=True)
class _Counter:
    advances: int = 0
    restarts: int = -1
    runs: list[RunTrace] = field(default_factory=list)
    lately: deque[int] = field(default_factory=lambda: deque(maxlen=WORKERS))  # numbers of the last run


class CounterBook:
    """Follows each total (the M of N/M) by itself."""

    def __init__(self) -> None:
        self._counters: dict[int, _Counter] = {}

    def apply(self, event: ProgressPrinted, met_at: datetime | None = None) -> None:
        """Take the next count. `met_at` is when its line came in, if that was seen."""
        counter = self._counters.get(event.of)
        if counter is None:
            if len(self._counters) >= MOST_COUNTERS:
                return
            counter = self._counters[event.of] = _Counter()
        run = self._run(counter, event)
        before = run.counted
        counter.lately.append(event.number)
        if before is not None and event.number <= before.number:
            return
        counter.advances += 1
        run.counted = event
        run.complete = event.number == event.of
        if event.at is not None:
            run.last_at = run.summary_at = event.at
        if (at := event.at or met_at) is not None:
            tick(run, at, event.number - before.number if before else min(1, event.number))
        run.lines_of[event.dialects] += 1

    def runs(self) -> list[RunTrace]:
        """The runs of the progress; none, where no counter has advanced twice.

        A bar within a bar starts over for each step of the outer one, so it counts for less.
        """
        best = max(self._counters.values(), key=lambda one: one.advances / (1 + one.restarts), default=None)
        return best.runs if best is not None and best.advances > 1 else []

    @staticmethod
    def _run(counter: _Counter, event: ProgressPrinted) -> RunTrace:
        """The run that counts on, or a new one where the count has gone back: further than workers overtake."""
        last = counter.runs[-1] if counter.runs else None
        if last is not None and last.counted is not None:
            behind = last.counted.number - event.number
            if behind <= 0 or (behind < WORKERS and event.number not in counter.lately):
                return last
        counter.lately.clear()
        run = RunTrace(event.offset, event.at, units_total=event.of, active=True, is_counter=True)
        counter.restarts += 1
        counter.runs = [*counter.runs[-KEPT_RUNS:], run]
        return run
