"""Attempts: what was to be started, and what is known of how it went. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal

from backfill_tui.control.model import Condition, Severity
from backfill_tui.errors import BackfillError
from backfill_tui.sources.presence import Identity

AskedBy = Literal["command", "screen", "auto"]
"""Who wanted it: a person at a command line or at a screen, or the plan (`start: auto`, `on_timeout: stop`)."""

OUTPUT = "output.log"
"""What a job prints lies there in its run folder, where the plan names no log of its own."""


class Kind(StrEnum):
    """Which command of the phase it is."""

    RUN = "run"
    RETRY = "retry"


class Stage(StrEnum):
    """How far an attempt has come."""

    INTENDED = "intended"  # the ledger has it; no process is known to have come of it
    LAUNCHING = "launching"  # somebody holds its lock, and no process is recorded yet; seen, never written
    RUNNING = "running"  # its process was recorded
    ENDED = "ended"  # how it ended was recorded: an exit code or a signal
    LOST = "lost"  # its process is gone and nobody recorded how: killed with its shim, or the machine went down
    NOT_STARTED = "not_started"  # it never became a process, and will not any more

    @property
    def over(self) -> bool:
        """Whether nothing more is to come of it."""
        return self in {Stage.ENDED, Stage.LOST, Stage.NOT_STARTED}

    @property
    def live(self) -> bool:
        """Whether a process of it is there, or about to be."""
        return self in {Stage.LAUNCHING, Stage.RUNNING}


STEPS: Mapping[Stage, frozenset[Stage]] = {
    Stage.INTENDED: frozenset({Stage.RUNNING, Stage.ENDED, Stage.LOST, Stage.NOT_STARTED}),
    Stage.LAUNCHING: frozenset(),
    # Not started after all: its process was seen in the moment before it failed to become the command.
    Stage.RUNNING: frozenset({Stage.ENDED, Stage.LOST, Stage.NOT_STARTED}),
    Stage.ENDED: frozenset(),
    Stage.LOST: frozenset({Stage.ENDED}),  # its shim recorded the end late: a full disk had kept it from that
    Stage.NOT_STARTED: frozenset(),
}
"""From which stage an attempt may come to which, in the ledger."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be started, whole: nothing of the plan is looked up again later.

    `commands` are run one after the other, until one fails; only a retry whose list of dates is too long for one
    has more than one. `env` is added to the environment. `log` (absolute) is appended to; None: the run's own
    output.log. `days` are the dates of a retry.
    """

    phase: str
    commands: tuple[tuple[str, ...], ...]
    cwd: Path
    kind: Kind = Kind.RUN
    env: Mapping[str, str] = field(default_factory=dict)
    log: Path | None = None
    writes: str | None = None
    dates: tuple[date, date] | None = None
    days: tuple[date, ...] = ()

    def output_in(self, run_folder: Path) -> Path:
        """What it prints goes there: the plan's log, else the run's own."""
        return self.log or run_folder / OUTPUT


@dataclass(frozen=True, slots=True)
class Attempt:
    """Our n-th launch of a phase, as the ledger has it. Times are aware, UTC.

    `identity` is the job's process, not its shim's. `note` is a sentence, where something is to be said.
    `exit_code` and `signal` exclude each other; both are None until it has ended, and where that can't be known.
    """

    order: Order
    number: int
    asked_by: AskedBy
    person: str
    intended_at: datetime
    stage: Stage = Stage.INTENDED
    override: str | None = None  # the reason typed by whoever launched it against its gate
    gate: tuple[Condition, ...] = ()  # as it was then
    identity: Identity | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    exit_code: int | None = None
    signal: str | None = None  # by name: SIGKILL
    note: str = ""

    @property
    def phase(self) -> str:
        """The phase that was launched."""
        return self.order.phase

    @property
    def folder(self) -> str:
        """The name of its folder under `<state_dir>/runs`."""
        return f"{self.phase}.{self.number}"

    @property
    def ending(self) -> str:
        """How it ended, as a clause; empty until it has."""
        if self.signal is not None:
            return f"was ended by {self.signal}"
        if self.exit_code is not None:
            return f"ended with exit code {self.exit_code}"
        return "ended, nobody recorded how" if self.stage is Stage.LOST else ""


@dataclass(frozen=True, slots=True)
class StopAsked:
    """Somebody, or the plan's time-out, has asked a process to end. `killed_at`: SIGKILL was sent after SIGTERM."""

    phase: str
    identity: Identity
    reason: str
    asked_by: AskedBy
    person: str
    at: datetime
    killed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """That a person has seen an alert: `alert` is its id, `since` tells which occurrence. Times are aware, UTC.

    It covers that occurrence and all that began before it was given, up to that severity; None: whichever.
    """

    alert: str
    since: datetime
    person: str
    at: datetime
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A person's GO: the phase counts as passed from then on, for the runs that had begun by then."""

    phase: str
    reason: str
    person: str
    at: datetime


class AttemptExistsError(BackfillError):
    """The attempt that was to be made is there, made by somebody else or before; `attempt` is the newest."""

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        super().__init__(f"{attempt.phase} has an attempt {attempt.number} already ({attempt.stage.value}).")


class IllegalStepError(BackfillError):
    """An attempt, or a phase, can't come from where it is to where it was to go. Nothing was changed."""
