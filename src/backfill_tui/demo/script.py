"""What a night is made of: jobs of a plan, and what people did to them, and when. The words only; no night."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from backfill_tui.demo.schedule import FIRST_DATE
from backfill_tui.demo.warehouse import NEVER

COMPRESSION = 140.0
"""Seconds of the night in one of the clock's, at `--speed 1`."""

GO_CHECK = (
    "team_offense",
    "team_totals",
    "player_game_summary",
    "phase3_ready",
    "composite_factors",
    "training_rows",
)
"""The shipped suites that together say whether a model may be trained."""


@dataclass(frozen=True, slots=True)
class Job:
    """One backfill of the night: a phase of the plan, and the words of its command line."""

    phase: str
    title: str
    job: str  # the job program's --job
    writes: str
    start: date
    end: date
    log: str
    retry_log: str | None = None  # where people let a retry write; none: nobody retries it
    workers: int | None = None  # in parallel, on so many
    fresh_workers: int = 15  # of a fresh start, which is always in parallel: then people are in a hurry
    reckoned_by_hand: bool = False  # its people multiply what its first dates took by the number of dates
    pace: float = 1.0  # so many times as fast as its kind usually is
    fail_rate: float = 0.0
    broken_until: date = NEVER  # team offense: writes rows with the bug up to this date
    game_dates_only: bool = False
    after: tuple[str, ...] = ()
    auto: bool = False  # `run` starts it, and nobody else does
    suites: tuple[str, ...] = ()  # that judge it; their text is that of config/nba.yaml
    inputs: tuple[str, ...] = ()  # suites that must pass on what it reads


class Act(StrEnum):
    """What somebody does."""

    START = "start"  # the first time, or again: the job then resumes from its checkpoint
    START_FRESH = "start fresh"  # from its first date, whatever its checkpoint says; no date fails again
    START_UNRESOLVED = "start unresolved"  # with the word YESTERDAY where its queries want a date
    KILL = "kill"  # with SIGKILL
    RETRY = "retry"  # its failed dates
    ORCHESTRATE = "orchestrate"  # start a script that waits for this job
    VALIDATE = "validate"  # what it has written, with `backfill-tui validate`
    VALIDATE_INPUTS = "validate inputs"  # what it reads, in the same way


def judges(phase: str, *, inputs: bool = False) -> str:
    """The role of whoever judges a phase, for those who wait until that is done."""
    return f"validate {phase}{' --inputs' if inputs else ''}"


@dataclass(frozen=True, slots=True)
class At:
    """So many seconds after the beginning, at `--speed 1`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reached:
    """Once that share of the job's dates has ended."""

    share: float


@dataclass(frozen=True, slots=True)
class Ended:
    """So many seconds, at `--speed 1`, after the job's n-th run has ended, and after `others` have ended theirs.

    Of another job, or of who `judges` one, at least so many runs must have ended, and none be running.
    """

    runs: int
    seconds: float
    others: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Who does what to which job, and when; the triggers mean the step's own job."""

    act: Act
    phase: str
    when: At | Reached | Ended


@dataclass(frozen=True, slots=True)
class Scenario:
    """One night."""

    name: str
    story: str
    jobs: tuple[Job, ...]
    steps: tuple[Step, ...]
    deadline_s: float  # from the beginning, at `--speed 1`
    yesterday: bool = True  # whether the warehouse has rows of its tables already
    since: date = FIRST_DATE  # these rows begin here
    broken_until: date = NEVER  # up to here they carry the bug
    go_check: tuple[
        str, ...
    ] = ()  # suites that say on the whole range whether a model may be trained; none: no model
    thresholds: tuple[tuple[str, str, float], ...] = ()  # section, key, value: instead of the shipped ones
    late_by_s: float | None = None  # at `--speed 1`: so much later than expected is an alert; None: the product's

    @property
    def unattended(self) -> bool:
        """Whether it only goes on where `run`, or a screen with `--auto`, starts what comes next."""
        return any(job.auto for job in self.jobs)

    def job(self, phase: str) -> Job:
        """The job of that phase."""
        return next(job for job in self.jobs if job.phase == phase)
