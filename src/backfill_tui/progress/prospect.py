"""What is forecast of the phases of a night: the values that travel from the reckoning to the screens. Pure."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Moments:
    """Three quantiles of a moment (aware): one in ten is earlier than `p10`, half are earlier than `p50`."""

    p10: datetime
    p50: datetime
    p90: datetime


@dataclass(frozen=True, slots=True)
class PastForecast:
    """The finish as it was forecast, and shown, at an earlier moment (aware)."""

    at: datetime
    finish: Moments


@dataclass(frozen=True, slots=True)
class ClassCost:
    """What a date of one class costs one worker now, in seconds: in the middle, and from one in ten to nine in ten.

    `seen` are the dates of this run that tell of it, `left` how many of those to come are expected to be of it.
    """

    name: str  # with work | without
    p10_s: float
    p50_s: float
    p90_s: float
    seen: int
    left: float


@dataclass(frozen=True, slots=True)
class PaceSeen:
    """How fast the last dates of a class came against earlier ones of it: dates an hour and worker.

    `recent_per_hour` is measured, the middle one of the last `dates`; `earlier_per_hour` is at what rate dates of
    their sizes would come, by what the dates before `since` took: the first of those that came as the last ones do.
    """

    cost_class: str  # with work | without
    recent_per_hour: float
    earlier_per_hour: float
    dates: int
    since: date | None = None

    @property
    def drop(self) -> float:
        """The share of its pace that it has lost; negative: it has become faster."""
        return 1.0 - self.recent_per_hour / self.earlier_per_hour


@dataclass(frozen=True, slots=True)
class Prospect:
    """A phase as the whole night is forecast. `start` is None once it has begun.

    `basis` says what it rests on: calendar, history or learned for the run's own dates, `plan` for the duration
    that the plan expects. `slack_s`: how much it may slip before the night does, the median; `criticality`: in what
    share of the futures the night waits for it, 0…1. Both are None where it does not lead to the night's target.
    """

    start: Moments | None
    finish: Moments
    basis: str
    calibrated: bool = False
    frozen: bool = False  # made before a stall, of it or of what it waits for
    slack_s: float | None = None
    criticality: float | None = None
    calibrated_by: str = ""  # earlier runs | this run


@dataclass(frozen=True, slots=True)
class DeadlineProspect:
    """The deadline, and how likely it is met: 0…1, None while something that it waits for is not known.

    `of_start`: it is met when the phase can begin; else when the phase is done; `moment` is when that is forecast
    to be, None once it has come or while it is not known. `lacking` are the phases of which too little is known.
    """

    phase: str
    by: datetime
    probability: float | None = None
    calibrated: bool = False
    of_start: bool = False
    moment: Moments | None = None
    frozen: bool = False  # something that it waits for stands still
    lacking: tuple[str, ...] = ()
