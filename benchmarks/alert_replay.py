"""Replays a run before the rules of alerts: at each moment they see what was known then, nothing that came later.

Everything is computed, nothing waits. Its process lives as long as its log grows, or has hung; it uses no processor
at all, since jobs that wait for a warehouse look like that.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from backfill_tui.control.alert_book import AlertBook
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import NOT_BEGUN, UNDER_WAY, Alert, PhaseState
from backfill_tui.control.rules import find_alerts
from backfill_tui.control.rules.sight import CheckpointSight, NightSight, PhaseSight, Sample
from backfill_tui.control.standing import standings
from backfill_tui.control.timeline import timeline
from backfill_tui.demo.chance import draws
from backfill_tui.engine.night import Member, Night, night_of
from backfill_tui.plan.ranges import every_day
from backfill_tui.plan.resolved import AlertThresholds, Deadline, Expectation, Phase
from backfill_tui.progress.account import Account, UnitState
from backfill_tui.progress.eta import Forecast, Outlook, outlook
from backfill_tui.progress.reconcile import LogEvidence, reconcile
from backfill_tui.progress.runs import RunBook
from backfill_tui.progress.sequence import PlacedRun, place_runs
from backfill_tui.sources.events import ErrorSeen, Outcome, Trouble, UnitFinished
from backfill_tui.sources.presence import Identity, Presence, ProcessSeen
from benchmarks.alert_shifts import Shift

if TYPE_CHECKING:
    from backfill_tui.progress.calibration import Calibration
    from backfill_tui.progress.prospect import PaceSeen

EVERY = timedelta(minutes=2)
"""Between two looks. What lasts shorter than two of them, only looks that are taken on purpose can see."""

EVERY_HUNG = timedelta(seconds=10)
"""The same once a run has hung, so that it is seen how soon that is told."""

_RENEWED = 50
"""So often a forecast is made anew over a run, but not twice a minute; a screen does it more often."""

_LOOK_BACK_EVERY = 0.05
"""After so much of its work a run is held against itself anew, as the engine does."""

AFTERWARDS = timedelta(minutes=10)
_A_SECOND = timedelta(seconds=1)
_SAMPLES = 360  # six hours
_GOING = NOT_BEGUN | UNDER_WAY | {PhaseState.UNKNOWN}
_SUCCESS = frozenset({UnitState.DONE, UnitState.EMPTY})


@dataclass(slots=True)
class Raised:
    """One alert of a replay: as it was shown at its worst, and when first."""

    alert: Alert
    at: datetime


@dataclass
class Watcher:
    """One run under watch, with the limits of a plan.

    The plan expects it to take as long as it does, and has a deadline a fifth of that later.
    """

    shift: Shift
    limits: AlertThresholds = field(default_factory=AlertThresholds)
    raised: dict[str, Raised] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._book = AlertBook()
        self._run = RunBook()
        self._read = 0
        self._account = Account()
        self._runs: tuple[PlacedRun, ...] = ()
        self._ahead: tuple[Outlook, datetime] | None = None
        self._looked_back: tuple[float, Calibration] | None = None
        self._usual: tuple[float, PaceSeen | None] | None = None
        self._samples: list[Sample] = []
        self._chance = draws(7, "body", self.shift.name, self.shift.begins)
        due = self.shift.due or self.shift.ends
        span = (due - self.shift.begins).total_seconds()
        self._phase = Phase(
            name="job",
            title="job",
            writes="analytics.job",
            dates=self.shift.dates,
            logs=("job.log",),
            checkpoint=Path("job.json"),
            command=("job",),
            expect=Expectation(duration_s=span),
        )
        self._renewed = max(EVERY, timedelta(seconds=span / _RENEWED))
        self._deadline = Deadline("job", due + timedelta(seconds=0.2 * span))

    def watch(self, until: datetime | None = None) -> None:
        """Look at it now and then, and twice before a long silence ends, until it is over and a while after."""
        for now in self._moments(until or self.shift.ends + AFTERWARDS):
            self.look(now)

    def stalled_at(self, until: datetime) -> Raised | None:
        """Watch a run that hangs until that is told; None if it is not until then."""
        assert self.shift.hung_at is not None  # noqa: S101 - by its meaning
        for now in self._moments(until):
            self.look(now)
            found = self.raised.get("stalled:job")
            if found is not None and now > self.shift.hung_at:
                return found
        return None

    def look(self, now: datetime) -> tuple[Alert, ...]:
        """What is shown as of a moment, which must not lie before the last one."""
        self._take(now)
        sight, night = self._sight(now)
        seen = NightSight(phases=(sight,), now=now, limits=self.limits, deadline=night.deadline)
        going = {sight.name} if sight.state in _GOING else set()
        shown = self._book.fold(find_alerts(seen), now, going=going)
        for alert in shown:
            known = self.raised.get(alert.id)
            if known is None or _worse(alert, known.alert):
                self.raised[alert.id] = Raised(alert, now)
        return shown

    def _moments(self, until: datetime) -> Iterator[datetime]:
        """In a rhythm, and in pairs a second before whatever ends a silence that a rule might mind."""
        grew = self.shift.grew
        long = [end for begin, end in pairwise(grew) if (end - begin).total_seconds() > self.limits.stall_after_s]
        pairs = [end - n * _A_SECOND for end in long for n in (2, 1)]
        hung_at = min(self.shift.hung_at or until, until)
        regular = [*_rhythm(self.shift.begins, hung_at, EVERY), *_rhythm(hung_at, until, EVERY_HUNG)]
        yield from sorted({*regular, *(one for one in pairs if one <= until)})

    def _take(self, now: datetime) -> None:
        events, before = self.shift.events, self._read
        while self._read < len(events) and events[self._read][0] <= now:
            self._run.apply(event := events[self._read][1])
            self._read += 1
            if isinstance(event, UnitFinished) and event.outcome is Outcome.FAILED:  # is told of in two lines
                for _ in range(2):
                    self._run.apply(ErrorSeen(event.at, event.offset, Trouble.ERROR))
        if self._read == before and not (self._over(now) and self.shift.checkpoint):
            return
        last = self._heard_at(now)
        evidence = LogEvidence(self._run, self.shift.begins, last)
        self._account = reconcile(
            [evidence],
            checkpoint=self.shift.checkpoint if self._over(now) else None,
            calendar=self.shift.calendar,
            planned=list(every_day(*self.shift.dates)) if self._walks_every_day else None,
            gone=self._over(now),
        )
        self._runs = tuple(place_runs([self._run], gone=self._over(now)))

    @property
    def _walks_every_day(self) -> bool:
        return not any(run.game_dates for run in self._run.runs)

    def _over(self, now: datetime) -> bool:
        return self.shift.hung_at is None and now > self.shift.ends

    def _heard_at(self, now: datetime) -> datetime:
        return self.shift.grew[max(0, bisect_right(self.shift.grew, now) - 1)]

    def _sight(self, now: datetime) -> tuple[PhaseSight, Night]:
        heard_at = self._heard_at(now)
        facts = PhaseFacts(
            phase=self._phase,
            account=self._account,
            process=self._process(now),
            log_age_s=(now - heard_at).total_seconds(),
            log_seen=True,
            checkpoint_seen=True,
        )
        stand = standings([facts], stall_after_s=self.limits.stall_after_s, now=now)["job"]
        self._sample(now, stand.state)
        own = self._forecast(now, stand.state)
        member = Member(self._phase, stand.state, own=own, started_at=self.shift.begins, ended_at=self.shift.ends)
        if own is not None and self._ahead is not None:
            member = Member(
                self._phase,
                stand.state,
                left_s=self._ahead[0].futures_s(now),
                own=own,
                started_at=self.shift.begins,
            )
        night = night_of([member], self._deadline, now)
        prospect = night.prospects.get("job")
        return PhaseSight(
            facts=facts,
            state=stand.state,
            why=stand.why,
            prospect=prospect,
            timeline=timeline(facts, stand.state, prospect, (), now),
            samples=tuple(self._samples),
            silence_s=self._usual[0] if self._usual else None,
            checkpoint=self._checkpoint(),
            pace=self._usual[1] if self._usual else None,
            log="job.log",
        ), night

    def _process(self, now: datetime) -> ProcessSeen:
        began = self.shift.begins - timedelta(seconds=2)
        identity = Identity("boot", 4711, began.timestamp())
        if self._over(now):
            return ProcessSeen(Presence.GONE, identity, began, gone_since=self.shift.ends)
        return ProcessSeen(Presence.ALIVE, identity, began)

    def _sample(self, now: datetime, state: PhaseState) -> None:
        """Once a minute: no processor used, memory that breathes."""
        if state not in UNDER_WAY or (self._samples and now - self._samples[-1].at < EVERY):
            return
        hours = (now - self.shift.begins).total_seconds() / 3600
        rss = 400e6 * (1.0 + 0.1 * min(hours, 1.0) + 0.2 * self._chance.random())
        sample = Sample(
            at=now,
            cpu_percent=0.0,
            rss_bytes=int(rss),
            log_bytes=None,
            done=self._account.counts.accounted,
        )
        self._samples = [*self._samples, sample][-_SAMPLES:]

    def _forecast(self, now: datetime, state: PhaseState) -> Forecast | None:
        if state not in UNDER_WAY:
            self._ahead = self._usual = None
            return None
        if self._ahead is None or now - self._ahead[1] >= self._renewed:
            ahead = outlook(self._account, self._runs, calendar=self.shift.calendar)
            if ahead is not None:
                self._ahead = self._held_against_itself(ahead), now
                self._usual = ahead.longest_s(), ahead.pace()
        return self._ahead[0].at(now) if self._ahead else None

    def _held_against_itself(self, ahead: Outlook) -> Outlook:
        if self._looked_back is None or ahead.progress - self._looked_back[0] >= _LOOK_BACK_EVERY:
            self._looked_back = ahead.progress, ahead.looking_back().calibration
        return replace(ahead, calibration=self._looked_back[1])

    def _checkpoint(self) -> CheckpointSight | None:
        """As a job leaves it that writes it after every date."""
        units = self._account.units
        ended = [unit for unit in units.values() if unit.at is not None and unit.offset is not None]
        good = [unit.day for unit in ended if unit.state in _SUCCESS]
        if not good:
            return None
        written = max(unit.at for unit in ended if unit.at is not None)
        last = max(good)
        return CheckpointSight(written, written, last, tuple(self._holes(last)), self._basis)

    @property
    def _basis(self) -> str:
        return "log" if self.shift.calendar is None else "calendar"

    def _holes(self, last: date) -> Iterator[date]:
        calendar = self.shift.calendar
        for day, unit in self._account.units.items():
            if day < last and unit.offset is None and (calendar is None or calendar.get(day, 0) > 0):
                yield day


def _rhythm(begins: datetime, ends: datetime, every: timedelta) -> Iterator[datetime]:
    yield from (begins + n * every for n in range(1, int((ends - begins) / every) + 1))


def _worse(one: Alert, other: Alert) -> bool:
    severities = list(type(one.severity))
    return severities.index(one.severity) < severities.index(other.severity)
