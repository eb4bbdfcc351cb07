"""Simulated runs to forecast: jobs over an NBA-like calendar, and what their logs would have said, as events.

Their law is not the forecast's: a date costs base + games · slope + overhead, scattered, at a speed that wanders by
the clock; what a scenario adds (a pause, a drift, stragglers, another number of workers) comes on top.
"""

import heapq
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random

from backfill_tui.demo.chance import draws
from backfill_tui.demo.schedule import Calendar, days_between, make_calendar
from backfill_tui.sources.events import Event, Mode, Outcome, RunAnnounced, RunSummary, UnitFinished, UnitStarted

Weights = Mapping[date, float]

_CALENDARS = 6
_WANDER_SD = 0.05  # of the logarithm of the speed
_DOWN_S = 600.0  # from a kill to the resume
_BEGINS = datetime(2026, 1, 3, 13, 0, tzinfo=UTC)
_RANGES = (
    (date(2021, 10, 19), date(2026, 1, 2)),
    (date(2021, 10, 1), date(2024, 5, 1)),
    (date(2022, 10, 1), date(2026, 1, 2)),
)
_PARALLEL_RANGES = ((date(2024, 5, 1), date(2026, 1, 2)), (date(2021, 10, 19), date(2024, 5, 1)), _RANGES[0])


@dataclass(frozen=True, slots=True)
class Scenario:
    """What kind of run it is, and what is known of it beforehand: `told` is calendar, history or nothing."""

    name: str
    told: str
    workers: int = 1
    drift: bool = False
    pause: bool = False
    resumed: bool = False
    workers_after: int | None = None
    stragglers: bool = False
    slow_dates: bool = False  # one in 25 takes two to six times as long
    wrong_calendar: bool = False
    forgiven: bool = False  # nobody could have known: no rival need be beaten


@dataclass(frozen=True, slots=True)
class Night:
    """One run, or two where it was resumed: events in the order of time, the calendar as it is told."""

    events: tuple[Event, ...]
    from_at: datetime  # the run that is forecast begins
    ends_at: datetime
    calendar: Weights
    finished_before: int = 0  # how many dates were finished before it
    unbroken: tuple[Event, ...] = ()  # of a resumed one: the same run, had nothing killed it


@dataclass(slots=True)
class _Job:
    """One job's law. The same job has it on other nights, at a speed a little different."""

    rng: Random
    games: Calendar
    scatter: float
    base_s: float
    game_s: float
    speed: float = 1.0
    wander: float = 0.0
    wandered_at: float = 0.0

    def cost(self, day: date, scenario: Scenario, clock_s: float, share: float) -> float:
        """Seconds of one worker for a date that begins at this clock, so much of the run behind it."""
        rng = self.rng
        games = self.games.games_on(day)
        usual = self.base_s + self.game_s * games if games else 0.1 * self.base_s
        seconds = usual * rng.lognormvariate(-(self.scatter**2) / 2, self.scatter)
        if scenario.stragglers and games and rng.random() < 0.04:
            seconds *= min(25.0, 3.0 * rng.paretovariate(1.8))
        if scenario.slow_dates and games and rng.random() < 0.04:
            seconds *= rng.uniform(2.0, 6.0)
        drift = 1.0 + 0.6 * share if scenario.drift else 1.0
        return (seconds * drift + rng.uniform(1.0, 2.0)) * self.speed * math.exp(self._wander(clock_s))

    def _wander(self, clock_s: float) -> float:
        """An Ornstein-Uhlenbeck process: it forgets within 40 minutes."""
        kept = math.exp(-(clock_s - self.wandered_at) / 2400)
        self.wander = self.wander * kept + self.rng.gauss(0, _WANDER_SD) * math.sqrt(max(0.0, 1 - kept**2))
        self.wandered_at = clock_s
        return self.wander


def night(scenario: Scenario, seed: int, *, earlier: int = 0) -> Night:
    """Play a run. `earlier` > 0 is the same job that many nights ago: its own scatter, another speed."""
    like = draws(seed, scenario.name, "job")
    job = _Job(
        rng=draws(seed, scenario.name, earlier),
        games=_games(seed % _CALENDARS),
        scatter=like.uniform(0.2, 0.45),
        base_s=like.lognormvariate(math.log(14), 0.3),
        game_s=like.lognormvariate(math.log(2.0), 0.4),
    )
    job.speed = job.rng.lognormvariate(0, 0.12)
    start, end = like.choice(_PARALLEL_RANGES if scenario.workers > 1 else _RANGES)
    days = days_between(start, end)
    if earlier:
        scenario = replace(scenario, pause=False, resumed=False, workers_after=None)
    calendar = _told(job.games, days, job.rng if scenario.wrong_calendar else None)
    whole = tuple(_run(job, scenario, days, start, end, 0.0, None))
    if not (scenario.resumed or scenario.workers_after):
        return Night(whole, _BEGINS, _last(whole), calendar)
    first = _killed(whole, after=int(len(days) * like.uniform(0.25, 0.6)))
    done = [event.day for event in first if isinstance(event, UnitFinished) and event.day]
    rest = [day for day in days if day > max(done)]
    gap_s = _DOWN_S + (_last(first) - _BEGINS).total_seconds()
    rng = draws(seed, scenario.name, earlier, "resumed")
    again = replace(job, rng=rng, wander=rng.gauss(0, _WANDER_SD), wandered_at=gap_s)
    resumed = replace(scenario, workers=scenario.workers_after or scenario.workers)
    second = tuple(_run(again, resumed, rest, start, end, gap_s, rest[0]))
    return Night(
        (*first, *second), _BEGINS + timedelta(seconds=gap_s), _last(second), calendar, len(done), unbroken=whole
    )


def _killed(whole: tuple[Event, ...], after: int) -> tuple[Event, ...]:
    """A run up to the end of so many dates. What other workers were at is lost: holes, if later dates were done."""
    finishes = [i for i, event in enumerate(whole) if isinstance(event, UnitFinished)]
    return whole[: finishes[after - 1] + 1]


@cache
def _games(seed: int) -> Calendar:
    return make_calendar(seed)


def _told(games: Calendar, days: list[date], wrong: Random | None) -> Weights:
    """The calendar as the plan has it; a wrong one has a quarter of its dates from elsewhere."""
    weights = {day: float(games.games_on(day)) for day in days}
    if wrong is not None:
        for day in days:
            if wrong.random() < 0.25:
                weights[day] = float(wrong.choice((0, 0, 3, 8)))
    return weights


def _last(events: tuple[Event, ...]) -> datetime:
    at = events[-1].at
    assert at is not None  # noqa: S101 - every event here has its time
    return at


def _run(
    job: _Job,
    scenario: Scenario,
    days: list[date],
    start: date,
    end: date,
    begins_s: float,
    resumes: date | None,
) -> Iterator[Event]:
    """The events of one invocation."""
    mode = Mode.PARALLEL if scenario.workers > 1 else Mode.SEQUENTIAL
    offset = int(begins_s * 1000)
    names = ("simulated",)
    yield RunAnnounced(
        _at(begins_s), offset, names, "header", start=start, end=end, workers=scenario.workers, mode=mode
    )
    if resumes:
        yield RunAnnounced(_at(begins_s), offset + 1, names, "resume", opens=False, resumes_from=resumes)
    walk = _pool if scenario.workers > 1 else _one_by_one
    last_s = begins_s
    for began_s, ended_s, day, number in sorted(walk(job, scenario, days, begins_s), key=lambda one: one[1]):
        offset = int(ended_s * 1000) + 10
        if mode is Mode.SEQUENTIAL:
            yield UnitStarted(_at(began_s), offset, names, day, number, len(days), mode, consecutive=True)
        outcome = Outcome.DONE if job.games.games_on(day) else Outcome.EMPTY
        if outcome is Outcome.DONE and job.rng.random() < 0.015:
            outcome = Outcome.FAILED
        records = 2 * job.games.games_on(day) if outcome is not Outcome.FAILED else None
        yield UnitFinished(_at(ended_s), offset + 1, names, outcome, day, records, mode=mode)
        last_s = ended_s
    yield RunSummary(_at(last_s), int(last_s * 1000) + 20, names)


_Piece = tuple[float, float, date, int]


def _one_by_one(job: _Job, scenario: Scenario, days: list[date], clock_s: float) -> Iterator[_Piece]:
    pauses = _pause(job, scenario, len(days))
    for i, day in enumerate(days):
        clock_s += pauses.get(i, 0.0)
        took = job.cost(day, scenario, clock_s, i / len(days))
        yield clock_s + 0.2, clock_s + took, day, i + 1
        clock_s += took


def _pool(job: _Job, scenario: Scenario, days: list[date], clock_s: float) -> Iterator[_Piece]:
    free = [clock_s] * scenario.workers
    heapq.heapify(free)
    pauses = _pause(job, scenario, len(days))
    for i, day in enumerate(days):
        if i in pauses:
            free = [at + pauses[i] for at in free]
        began = heapq.heappop(free)
        ended = began + 4 * job.cost(day, scenario, began, i / len(days))
        heapq.heappush(free, ended)
        yield began, ended, day, i + 1


def _pause(job: _Job, scenario: Scenario, count: int) -> Mapping[int, float]:
    """Before which date everything waits for a quota, and how long."""
    if not scenario.pause:
        return {}
    return {int(count * job.rng.uniform(0.3, 0.8)): job.rng.uniform(1200, 3600)}


def _at(seconds: float) -> datetime:
    return _BEGINS + timedelta(seconds=seconds)
