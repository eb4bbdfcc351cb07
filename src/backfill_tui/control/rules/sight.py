"""What the rules of alerts look at: the night at one moment, with the last hours of what only time can tell.

Values only. The engine fills them; nothing here is computed, and nothing here reads a clock.
"""

from dataclasses import dataclass
from datetime import date, datetime

from backfill_tui.checks.subject import WorkCalendar
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.model import Conflict, PhaseState, Timeline
from backfill_tui.control.notices import NotifierSeen
from backfill_tui.control.probes import ProbeSeen
from backfill_tui.plan.resolved import AlertThresholds
from backfill_tui.progress.prospect import ClassCost, DeadlineProspect, PaceSeen, PastForecast, Prospect

DEFAULT_LIMITS = AlertThresholds()
NO_CALENDAR = WorkCalendar(None)


@dataclass(frozen=True, slots=True)
class Sample:
    """A phase's body at one moment (aware). None: could not be known, or there is nothing of the kind.

    `cpu_percent` and `rss_bytes` are of its process and all that it started; `log_bytes` and `done` (dates with an
    outcome) only grow while it runs. `checkpoint_at` is when its checkpoint file was last written.
    `oom_kills` counts what the kernel has killed for memory in its control group.
    """

    at: datetime
    cpu_percent: float | None = None
    rss_bytes: int | None = None
    log_bytes: int | None = None
    done: int | None = None
    checkpoint_at: datetime | None = None
    oom_kills: int | None = None


@dataclass(frozen=True, slots=True)
class CheckpointSight:
    """What a phase's checkpoint says of a resume, as it was last read. Times are aware.

    `holes` are dates before `last_successful_date` without an outcome anywhere, which the job's resume would skip;
    `basis` is on what grounds they are expected: calendar, log, or every_day, which is only assumed.
    """

    updated_at: datetime | None = None
    modified_at: datetime | None = None
    last_successful_date: date | None = None
    holes: tuple[date, ...] = ()
    basis: str = "every_day"


@dataclass(frozen=True, slots=True)
class PhaseSight:
    """One phase: the facts, how it stands, what is and was forecast of it, and its samples of the last hours.

    `past` and `samples` have the oldest first. `silence_s` is how long its log may say nothing while the date in
    flight takes what dates of its class take: the 99.9 % quantile, in seconds. None where too few were seen to
    tell. `failure_limit` is the share (0…1) of dates that may fail by a suite of the phase, None where none says
    so; `log` is the path of its newest log. `calendar` tells which dates carry work.
    """

    facts: PhaseFacts
    state: PhaseState
    why: str = ""
    prospect: Prospect | None = None
    past: tuple[PastForecast, ...] = ()
    timeline: Timeline | None = None
    costs: tuple[ClassCost, ...] = ()
    samples: tuple[Sample, ...] = ()
    silence_s: float | None = None
    checkpoint: CheckpointSight | None = None
    pace: PaceSeen | None = None
    failure_limit: float | None = None
    log: str = ""
    calendar: WorkCalendar = NO_CALENDAR

    @property
    def name(self) -> str:
        """The phase's name."""
        return self.facts.phase.name


@dataclass(frozen=True, slots=True)
class FreeSpace:
    """How many bytes a disk had free at one moment (aware)."""

    at: datetime
    free_bytes: int


@dataclass(frozen=True, slots=True)
class DiskSeen:
    """One disk that the night writes to. `folder` is a path on it, `phases` are those whose logs lie on it.

    `space` are its last hours, oldest first and never empty.
    """

    folder: str
    total_bytes: int
    space: tuple[FreeSpace, ...]
    phases: tuple[str, ...] = ()
    holds_state: bool = False


@dataclass(frozen=True, slots=True)
class NightSight:
    """All phases of a plan at `now` (aware), and what surrounds them. `limits` are the plan's thresholds."""

    phases: tuple[PhaseSight, ...]
    now: datetime
    limits: AlertThresholds = DEFAULT_LIMITS
    conflicts: tuple[Conflict, ...] = ()
    deadline: DeadlineProspect | None = None
    probes: tuple[ProbeSeen, ...] = ()
    notifiers: tuple[NotifierSeen, ...] = ()  # those that messages don't get through to
    disks: tuple[DiskSeen, ...] = ()
    ledger_note: str = ""  # why the ledger can't be used, as a sentence

    def phase(self, name: str) -> PhaseSight:
        """The phase of that name; KeyError if there is none."""
        for one in self.phases:
            if one.name == name:
                return one
        raise KeyError(name)
