"""The Snapshot: everything a front end may show at one moment, frozen. Front ends compute nothing but words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from backfill_tui.checks.model import Status, SuiteResult
from backfill_tui.control.attempt import Acceptance, Attempt
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import Alert, Condition, Conflict, PhaseState, Severity, Timeline
from backfill_tui.control.probes import ProbeSeen
from backfill_tui.control.suspects import NONE_SUSPECT, Suspects
from backfill_tui.control.trend import Point
from backfill_tui.engine.drivers import DriverSeen
from backfill_tui.engine.seen import Seen
from backfill_tui.progress.account import Account, UnitState
from backfill_tui.progress.calibration import NO_RECORD, Record
from backfill_tui.progress.eta import Forecast
from backfill_tui.progress.pace import Slice
from backfill_tui.progress.prospect import ClassCost, DeadlineProspect, PastForecast, Prospect
from backfill_tui.sources.process import ProcessSeen

__all__ = [
    "CheckpointSeen",
    "Judgement",
    "LogSeen",
    "PhaseView",
    "Point",
    "Snapshot",
    "SuiteView",
]


@dataclass(frozen=True, slots=True)
class LogSeen:
    """One log file of a phase, as it stands."""

    path: str
    size: int | None = None
    read_fraction: float | None = None  # 0…1 while its beginning is still being read; None: not there
    last_growth_at: datetime | None = None
    note: str = ""  # a sentence: missing, unreadable, a directory, binary, …


@dataclass(frozen=True, slots=True)
class CheckpointSeen:
    """The checkpoint of a phase, as it stands."""

    path: str
    updated_at: datetime | None = None
    last_successful_date: date | None = None
    holes: tuple[date, ...] = ()
    holes_basis: str | None = None
    readable: bool = False  # it was read at least once
    modified_at: datetime | None = None  # when the file that was read was last written
    note: str = ""  # a sentence: missing, torn, out of range, …


@dataclass(frozen=True, slots=True)
class SuiteView:
    """One suite of a phase: its newest result, and what the earlier ones had found.

    An output suite judges what the phase wrote, an input suite what it reads. `trends` has, by the name of a check,
    its values in order of time, the newest included.
    """

    name: str
    title: str
    is_input: bool = False
    result: SuiteResult | None = None  # None: never run
    stale: str = ""  # why the result no longer counts, as a clause; empty while it does
    running: bool = False  # being asked at this moment
    every_s: float | None = None  # an input suite's interval
    trends: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What its suites found of a phase as a whole, and when (aware). `stale` says why it no longer counts."""

    verdict: Status
    at: datetime
    stale: str = ""


@dataclass(frozen=True, slots=True)
class PhaseView:
    """All that is known of one phase at one moment."""

    name: str
    title: str
    state: PhaseState
    why: str  # the state as a sentence: "gone without a summary at 54 %"
    writes: str | None
    dates: tuple[date, date] | None
    account: Account
    process: ProcessSeen
    logs: tuple[LogSeen, ...] = ()
    checkpoint: CheckpointSeen | None = None
    critical: bool = False
    rate_per_hour: float | None = None
    forecast: Forecast | None = None  # of its own run, while that is under way
    prospect: Prospect | None = None  # within the night; None: nothing is known, or it is over
    past: tuple[PastForecast, ...] = ()  # how the finish was forecast, in order of time
    costs: tuple[ClassCost, ...] = ()
    throughput: tuple[Slice, ...] = ()
    log_age_s: float | None = None
    timeline: Timeline | None = None
    gate: tuple[Condition, ...] = ()
    calendar: Mapping[date, float] | None = None  # work due a date (games); None: no calendar
    dialect: str | None = None
    dialect_reason: str = ""
    history_complete: bool = True  # False while the beginning of a log is still being read
    suites: tuple[SuiteView, ...] = ()  # its output suites, then its inputs
    judgement: Judgement | None = None  # the newest of its output suites
    suspects: Suspects = NONE_SUSPECT  # its dates that rest on dirty inputs
    attempt: Attempt | None = None  # our newest launch of it
    accepted: Acceptance | None = None  # a person's GO, as long as it counts
    remarks: tuple[str, ...] = ()  # what looks odd and is in order, as sentences

    @property
    def to_redo(self) -> list[date]:
        """The dates that a retry does, in order: failed, missing, and suspect."""
        account = self.account
        wanted = account.of_state(UnitState.FAILED) + account.of_state(UnitState.MISSING)
        return sorted({*wanted, *self.suspects.dates})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The night at one moment. `at` is aware, in the plan's time zone."""

    plan: str
    at: datetime
    timezone: str
    phases: tuple[PhaseView, ...]
    conflicts: tuple[Conflict, ...] = ()
    alerts: tuple[Alert, ...] = ()
    probes: tuple[ProbeSeen, ...] = ()  # in the plan's order
    deadline: DeadlineProspect | None = None
    critical_path: tuple[str, ...] = ()  # from what the night waits for now to its target
    record: Record = NO_RECORD  # how the last ranges shown have held
    seen: Seen = field(default_factory=Seen)  # what suites would be run on
    facts: Mapping[str, PhaseFacts] = field(default_factory=dict)  # what the rules of control have looked at
    drivers: tuple[DriverSeen, ...] = ()  # who starts `auto` phases now
    notes: tuple[str, ...] = ()
    sequence: int = 0  # grows with every published snapshot

    def phase(self, name: str) -> PhaseView:
        """The phase of that name; KeyError if there is none."""
        for view in self.phases:
            if view.name == name:
                return view
        raise KeyError(name)

    @property
    def health(self) -> str:
        """The worst unacknowledged alert: healthy, warning or critical."""
        worst = {a.severity for a in self.alerts if not a.acknowledged}
        if Severity.CRITICAL in worst:
            return "critical"
        return "warning" if Severity.WARNING in worst else "healthy"
