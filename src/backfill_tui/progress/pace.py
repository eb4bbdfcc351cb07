"""How fast a run goes: its completions without what a resume replays, its rate, its throughput over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backfill_tui.progress.again import HEAVY, has_new, replays
from backfill_tui.progress.counters import shared_out
from backfill_tui.progress.sequence import PlacedRun, leading

RECENT_UNITS = 100
RECENT = timedelta(hours=2)
LEAST_UNITS = 3
"""A rate is said of the last RECENT_UNITS completions, none older than RECENT, of no fewer than LEAST_UNITS."""

AN_INSTANT_S = 10.0
ENOUGH_UNITS = 30
"""Fewer units in less time tell of a burst (a backlog printed at once), not of a rate."""

UNITS_A_SLICE = 5
"""Fewer completions in a slice of throughput would show chance, not speed."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One unit's end. `heavy`: there was work to do; None where only a count is known."""

    at: datetime
    day: date | None
    heavy: bool | None


@dataclass(frozen=True, slots=True)
class Slice:
    """Throughput in one slice of time that starts at `at`."""

    at: datetime
    per_hour: float


def completions(runs: Sequence[PlacedRun]) -> list[Completion]:
    """What the leading run completed, in the order of its log, without what a resume only replays."""
    lead = leading(runs)
    if lead is None:
        return []
    trace = lead.trace
    if trace.counts_only:
        return [Completion(at, None, None) for at in shared_out(trace.ticks)]
    again = replays(runs, lead)
    passing = again.done_before if again.quick and has_new(trace, again.done_before) else frozenset()
    return [
        Completion(at, day, trace.outcomes[day].outcome in HEAVY)
        for day, at in trace.finishes.items()
        if day not in passing and day in trace.outcomes
    ]


def rate_per_hour(done: Sequence[Completion]) -> float | None:
    """Units an hour over the recent window; None before there are enough."""
    if len(done) < LEAST_UNITS:
        return None
    last = max(completion.at for completion in done[-RECENT_UNITS:])
    recent = sorted(completion.at for completion in done[-RECENT_UNITS:] if last - completion.at <= RECENT)
    seconds = (last - recent[0]).total_seconds() if recent else 0.0
    if len(recent) < LEAST_UNITS or not seconds or (seconds < AN_INSTANT_S and len(recent) < ENOUGH_UNITS):
        return None
    return (len(recent) - 1) / seconds * 3600


def throughput(done: Sequence[Completion], slices: int = 60) -> tuple[Slice, ...]:
    """The whole run cut into equal slices of time, with the rate in each; fewer where there is little to count."""
    slices = max(1, min(slices, len(done) // UNITS_A_SLICE))
    if len(done) < LEAST_UNITS:
        return ()
    first, last = min(c.at for c in done), max(c.at for c in done)
    width = (last - first).total_seconds() / slices
    if width <= 0:
        return ()
    counts = [0] * slices
    for completion in done:
        counts[min(slices - 1, int((completion.at - first).total_seconds() / width))] += 1
    return tuple(
        Slice(first + timedelta(seconds=i * width), count / width * 3600) for i, count in enumerate(counts)
    )
