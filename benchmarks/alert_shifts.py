"""What the rules of alerts are replayed on: runs of jobs, simulated or sampled, as their logs would tell of them.

A shift is one run with all that a watcher sees of it: events in the order of time, when its log grew, how it ended.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import PurePath
from zoneinfo import ZoneInfo

from backfill_tui.sources.checkpoint import Checkpoint, read_checkpoint
from backfill_tui.sources.dialects.load import choose
from backfill_tui.sources.dialects.parser import LogParser
from backfill_tui.sources.events import Event, RunAnnounced, RunSummary
from benchmarks.eta_nights import Scenario, night
from benchmarks.eta_samples import SAMPLES

_STAMP = re.compile(rb"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),(\d{3}) - ")


@dataclass(frozen=True, slots=True)
class Shift:
    """One run. `grew` are the moments at which its log grew, in order; from `hung_at` on nothing comes any more."""

    name: str
    dates: tuple[date, date]
    events: Sequence[tuple[datetime, Event]]
    grew: Sequence[datetime]
    calendar: Mapping[date, float] | None = None
    checkpoint: Checkpoint | None = None  # as it was left in the end
    hung_at: datetime | None = None
    due: datetime | None = None  # when it would have ended, had it not hung

    @property
    def begins(self) -> datetime:
        """When its log begins."""
        return self.grew[0]

    @property
    def ends(self) -> datetime:
        """When its log ends."""
        return self.grew[-1]

    def hung(self, at: datetime) -> "Shift":
        """The same run, but that it does nothing more from that moment on, and lives."""
        events = self.events[: bisect_right(self.events, at, key=lambda one: one[0])]
        return replace(
            self, events=events, grew=self.grew[: bisect_right(self.grew, at)], hung_at=at, due=self.ends
        )


ORDINARY = (
    Scenario("ordinary, sequential", "calendar", slow_dates=True),
    Scenario("ordinary, sequential, no calendar", "nothing", slow_dates=True),
    Scenario("ordinary, 15 workers", "calendar", workers=15, slow_dates=True),
    Scenario("ordinary, 15 workers, no calendar", "nothing", workers=15, slow_dates=True),
)
"""Jobs of ordinary nights: off-seasons are in their ranges, and some game nights are slow."""

STRAGGLING = (
    Scenario("stragglers, sequential", "calendar", stragglers=True),
    Scenario("stragglers, 15 workers", "calendar", workers=15, stragglers=True),
)
"""No ordinary nights: now and then a date takes up to 25 times what others do, for half an hour and more."""


def simulated(scenario: Scenario, seed: int) -> Shift:
    """The run of a seed. Its log says nothing between a date's start and its end."""
    played = night(scenario, seed)
    events = [(event.at, event) for event in played.events if event.at is not None]
    span = next(event for event in played.events if isinstance(event, RunAnnounced) and event.start and event.end)
    assert span.start is not None  # noqa: S101 - by what it was chosen for
    assert span.end is not None  # noqa: S101 - likewise
    return Shift(
        name=scenario.name,
        dates=(span.start, span.end),
        events=events,
        grew=[at for at, _ in events],
        calendar=played.calendar if scenario.told == "calendar" else None,
    )


def samples() -> Iterator[Shift]:
    """The ordinary runs among the samples; none where these are not there."""
    if not SAMPLES.is_dir():
        return
    for log in sorted(SAMPLES.glob("*.log")):
        yield _sampled(log.name)


def _sampled(name: str) -> Shift:
    body = (SAMPLES / name).read_bytes()
    grew = [_time(found) for line in body.splitlines() if (found := _STAMP.match(line))]
    events, at = [], grew[0]
    for event in LogParser(choose("auto"), UTC).feed(body, 0):
        at = max(at, event.at or at)  # the further lines of a record have no time of their own
        events.append((at, event))
    told = [event for _, event in events if isinstance(event, RunAnnounced)]
    start = next(event.start for event in told if event.start)
    end = next(event.end for event in told if event.end)
    assert any(isinstance(event, RunSummary) for _, event in events)  # noqa: S101 - an ordinary run has its end
    named = next(event.checkpoint for event in told if event.checkpoint)
    checkpoint = read_checkpoint(SAMPLES / "checkpoints" / PurePath(named).name, timezone=ZoneInfo("UTC"))
    return Shift(name, (start, end), events, sorted(grew), checkpoint=checkpoint)


def _time(found: "re.Match[bytes]") -> datetime:
    second, ms = found[1].decode(), int(found[2])
    return datetime.fromisoformat(second).replace(microsecond=ms * 1000, tzinfo=UTC)
