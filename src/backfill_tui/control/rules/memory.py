"""The alert about a process whose memory grows and grows. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from backfill_tui.control.model import UNDER_WAY, Alert, Severity
from backfill_tui.control.rules.sight import NightSight, PhaseSight
from backfill_tui.control.rules.wording import percent
from backfill_tui.control.words import size_words, span_words

_LEAST = timedelta(minutes=30)
_PARTS = 6
_MATTERS = 64_000_000  # bytes: less is no matter, however many times what it was
_STILL = 0.5
"""It still grows where the second half of the time brought so much of what would be its even share."""


def growing(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """Part by part of the last hours it held more, and goes on; what has loaded all that it needs does not."""
    held = [(sample.at, sample.rss_bytes) for sample in one.samples if sample.rss_bytes is not None]
    if one.state not in UNDER_WAY or len(held) < 2 * _PARTS or held[-1][0] - held[0][0] < _LEAST:
        return
    levels = _levels(held)
    first, middle, last = levels[0], levels[_PARTS // 2], levels[-1]
    steadily = all(after >= before for before, after in pairwise(levels))
    still = last - middle >= _STILL * 0.5 * (last - first)
    if not steadily or not still or last - first < _MATTERS or last < first * (1 + night.limits.memory_growth):
        return
    span = span_words((held[-1][0] - held[0][0]).total_seconds())
    yield Alert(
        id=f"memory:{one.name}",
        severity=Severity.WARNING,
        phase=one.name,
        since=night.now,
        title=f"{one.name}: its memory grows steadily",
        detail=f"{size_words(first)} to {size_words(last)} within {span} (+{percent(last / first - 1)}). "
        "The kernel kills it once the machine or its control group has no more.",
        action=f"See what there is: free -h. To end it before that: backfill-tui stop {one.name}",
    )


def _levels(held: list[tuple[datetime, int]]) -> list[float]:
    """The median of each part of the time."""
    size = len(held) / _PARTS
    return [median(rss for _, rss in held[int(i * size) : int((i + 1) * size)]) for i in range(_PARTS)]
