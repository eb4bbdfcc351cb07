"""The runs of several logs as one history: their order, how each ended, and which of them still count."""

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from backfill_tui.progress.account import Run, RunEnd
from backfill_tui.progress.runs import RunBook
from backfill_tui.progress.trace import RunTrace
from backfill_tui.sources.events import Mode

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PlacedRun:
    """A run with its place in the history."""

    trace: RunTrace
    log: int  # which log it is in
    ended: RunEnd
    counts: bool  # False: dry, or discarded by a later run that started fresh

    @property
    def completed(self) -> bool:
        """Whether it printed its summary."""
        return self.ended is RunEnd.COMPLETED


def place_runs(books: Sequence[RunBook], *, gone: bool) -> list[PlacedRun]:
    """All runs in the order of time. `gone`: the process is known not to be there any more."""
    numbered = [[(log, trace) for trace in book.runs] for log, book in enumerate(books)]
    ordered = list(heapq.merge(*numbered, key=lambda item: item[1].first_at or _LONG_AGO))
    fresh = max(
        (i for i, (_, trace) in enumerate(ordered) if trace.fresh and trace.walks_range and not trace.dry),
        default=0,
    )
    ends = _ends(ordered, gone=gone)
    return [
        PlacedRun(trace, log, ended, i >= fresh and not trace.dry)
        for i, ((log, trace), ended) in enumerate(zip(ordered, ends, strict=True))
    ]


def _ends(ordered: Sequence[tuple[int, RunTrace]], *, gone: bool) -> list[RunEnd]:
    """A run is over when another follows in its own log, or a later one walks the range again from another."""
    ends = []
    followed: set[int] = set()  # logs in which a later run was seen
    walked_at: datetime | None = None  # the latest start of a later run that walks the range
    for log, trace in reversed(ordered):
        last = trace.last_at or _LONG_AGO
        walked = trace.walks_range and walked_at is not None and walked_at >= last
        over = gone or log in followed or walked
        ends.append(RunEnd.COMPLETED if trace.complete else RunEnd.KILLED if over else RunEnd.OPEN)
        followed.add(log)
        if trace.walks_range:
            walked_at = max(walked_at or _LONG_AGO, trace.first_at or _LONG_AGO)
    return ends[::-1]


def leading(runs: Sequence[PlacedRun]) -> PlacedRun | None:
    """The run whose word counts for the whole range: the last that walks it, else the last list of dates."""
    counting = [run for run in runs if run.counts]
    walking = [run for run in counting if run.trace.walks_range]
    best = walking or counting
    return best[-1] if best else None


def as_run(placed: PlacedRun) -> Run:
    """What is published of a run."""
    trace = placed.trace
    dialect, reason = _dialect(trace)
    mode = trace.mode or Mode.SEQUENTIAL
    start, end = trace.start or trace.inferred_start, trace.end or trace.inferred_end
    ended_at = {RunEnd.COMPLETED: trace.summary_at, RunEnd.KILLED: trace.last_at, RunEnd.OPEN: None}[placed.ended]
    return Run(
        started_at=trace.first_at,
        ended_at=ended_at,
        ended=placed.ended,
        dates=(start, end) if start and end and trace.walks_range else None,
        units_total=trace.found if trace.units_total is None else trace.units_total,
        workers=trace.workers or (None if mode is Mode.PARALLEL else 1),
        mode=mode,
        fresh=trace.fresh,
        resumes_from=trace.resumes_from,
        dialect=dialect,
        dialect_reason=reason,
        offset=trace.offset,
    )


def _dialect(trace: RunTrace) -> tuple[str, str]:
    """The dialect with most matching lines (a tie: the first of the file), and the count as the reason."""
    if not trace.lines_of:
        return "none", "no line matched a pattern"
    lines_of: Counter[str] = Counter()
    for names, count in trace.lines_of.items():
        lines_of.update(dict.fromkeys(names, count))
    ranked = lines_of.most_common()
    name, lines = ranked[0]
    others = ", ".join(f"{other} {count}" for other, count in ranked[1:])
    return name, f"{lines} lines match it" + (f" (others: {others})" if others else "")
