"""The plan as the rest of the house uses it: frozen, with defaults filled in and every reference made real.

Times are aware, durations are seconds, shares are fractions (0…1), sizes are bytes, paths are absolute.
`plan.load` makes these; nothing here reads a file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from backfill_tui.plan.placeholders import fill_argv
from backfill_tui.plan.problems import Problem
from backfill_tui.plan.words import AccountValue, Backend, Expected, NotifyOn, OnTimeout, Severity, Start, Units


@dataclass(frozen=True, slots=True)
class Bound:
    """Limits, both included; `None` is no limit."""

    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """One aggregate expression of a suite. `sample` shows rows that fail it.

    `bound` is for the whole. `by` breaks it down into groups, and every one of them must keep `each`.
    """

    name: str
    sql: str
    bound: Bound
    severity: Severity
    round: int | None = None
    unit: str | None = None
    by: str | None = None
    sample: str | None = None
    each: Bound = Bound()


@dataclass(frozen=True, slots=True)
class ProgressCheck:
    """A bound on one value of the phase's account."""

    value: AccountValue
    bound: Bound
    severity: Severity


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many expected dates may lack rows, or which share (0…1) must have them."""

    missing_at_most: int | None
    coverage_at_least: float | None
    severity: Severity


@dataclass(frozen=True, slots=True)
class Query:
    """Free SQL of a suite: rows are expected (or none), or its first value is bounded."""

    name: str
    sql: str
    bound: Bound
    severity: Severity
    expect: Expected | None = None
    round: int | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class JudgingCommand:
    """A program of a suite: exit 0 pass, 1 fail, 2 warn. `run` has placeholders yet; see `Plan.command_of`."""

    name: str
    run: tuple[str, ...]
    timeout_s: float
    severity: Severity


@dataclass(frozen=True, slots=True)
class Suite:
    """What makes the rows of a table good enough. Its SQL binds @start_date and @end_date."""

    name: str
    title: str
    table: str | None
    date_column: str | None
    where: str | None
    max_age_s: float | None
    timeout_s: float
    metrics: tuple[Metric, ...]
    progress: tuple[ProgressCheck, ...]
    completeness: Completeness | None
    queries: tuple[Query, ...]
    commands: tuple[JudgingCommand, ...]


@dataclass(frozen=True, slots=True)
class PlannedProcess:
    """Which running process is meant: a pid, a regular expression on its command line, or both."""

    pid: int | None
    match: str | None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a phase is compared with. Times are aware, in the plan's time zone."""

    start_by: datetime | None = None
    duration_s: float | None = None
    finish_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """A suite that must pass on what a phase reads: its own range and `lookback_days` before it."""

    suite: str
    lookback_days: int
    every_s: float | None


@dataclass(frozen=True, slots=True)
class Phase:
    """A named step of the plan.

    `dates` are the first and last date, both included; `listed_dates` are the single dates where a file lists them.
    `logs` are absolute paths or globs. `command` is ready to run from `cwd`; `retry` waits for dates (`retry_of`).
    """

    name: str
    title: str
    writes: str | None = None
    dates: tuple[date, date] | None = None
    listed_dates: tuple[date, ...] | None = None
    units: Units = "every_day"
    logs: tuple[str, ...] = ()
    log_timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    checkpoint: Path | None = None
    process: PlannedProcess | None = None
    dialect: str = "auto"
    command: tuple[str, ...] | None = None
    retry: tuple[str, ...] | None = None
    cwd: Path = Path()
    env: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    start: Start = "manual"
    timeout_s: float | None = None
    on_timeout: OnTimeout = "alert"
    grace_s: float = 30.0
    expect: Expectation = Expectation()
    inputs: tuple[Input, ...] = ()
    suites: tuple[str, ...] = ()

    @property
    def judges_only(self) -> bool:
        """Whether nothing of it runs and nothing tells of a run: only its suites are there."""
        return bool(self.suites) and not (self.command or self.process or self.logs or self.checkpoint)

    def retry_of(self, days: Iterable[date]) -> tuple[str, ...] | None:
        """The command that runs these dates again (as `2022-01-05,2022-01-09`); `None` if the plan has none."""
        if self.retry is None:
            return None
        return fill_argv(self.retry, {"dates": ",".join(day.isoformat() for day in days)})


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a phase should be able to start, or be done; `by` is aware, in the plan's time zone."""

    phase: str
    by: datetime


@dataclass(frozen=True, slots=True)
class Warehouse:
    """Where suites run."""

    backend: Backend
    path: Path | None = None
    project: str | None = None
    location: str | None = None
    api_endpoint: str | None = None
    max_bytes_billed: int | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which dates carry work. `weights` (games a date) are known at once from a file; `sql` must be asked first."""

    sql: str | None = None
    csv: Path | None = None
    weights: Mapping[date, float] | None = None


@dataclass(frozen=True, slots=True)
class AlertThresholds:
    """From where on something is an alert: seconds, fractions, bytes, counts. `deadline_risk` is of missing it."""

    stall_after_s: float = 1800.0
    rate_drop: float = 0.3
    memory_growth: float = 0.5
    failure_rate: float = 0.05
    tracebacks: int = 10
    error_lines: int = 20
    checkpoint_age_s: float = 1800.0
    clock_skew_s: float = 120.0
    late_by_s: float = 900.0
    deadline_risk: float = 0.9
    disk_free_bytes: int = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Polling:
    """The rhythm of `run`'s printed lines: seconds between looks, and at which of them a line is printed."""

    interval_s: float = 60.0
    progress_every: int = 10


@dataclass(frozen=True, slots=True)
class Probe:
    """A light for something outside: one of a program, an address and a query."""

    name: str
    every_s: float
    timeout_s: float
    run: tuple[str, ...] | None = None
    http: str | None = None
    status: int = 200
    sql: str | None = None
    bound: Bound = Bound()


@dataclass(frozen=True, slots=True)
class TerminalManners:
    """What the dashboard does to its terminal: ring at a new critical alert, set the window's title."""

    bell: bool = True
    title: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """What the user wants, whole. `path` and `folder` are absolute; `warnings` are what `check` says beside."""

    name: str
    path: Path
    folder: Path
    tz: ZoneInfo
    state_dir: Path
    phases: tuple[Phase, ...]
    deadline: Deadline | None = None
    thresholds: Mapping[str, str | float | bool | None] = field(default_factory=dict)  # by section.key
    warehouse: Warehouse | None = None
    calendar: Calendar | None = None
    alerts: AlertThresholds = AlertThresholds()
    notify: tuple[str, ...] = field(default=(), repr=False)  # addresses hold secrets
    notify_on: tuple[NotifyOn, ...] = ("critical", "warning")
    terminal: TerminalManners = TerminalManners()
    polling: Polling = Polling()
    suites: Mapping[str, Suite] = field(default_factory=dict)
    probes: tuple[Probe, ...] = ()
    next_steps: tuple[str, ...] = ()
    report_template: Path | None = None
    warnings: tuple[Problem, ...] = ()
    python: str = "python3"

    def phase(self, name: str) -> Phase:
        """The phase of that name; KeyError if there is none."""
        for phase in self.phases:
            if phase.name == name:
                return phase
        raise KeyError(name)

    def command_of(self, command: JudgingCommand, phase: Phase, dates: tuple[date, date] | None) -> tuple[str, ...]:
        """A suite's command for a phase and a range, ready to run from the plan's folder.

        Raises PlanError if it wants dates and there are none.
        """
        return fill_argv(command.run, self.placeholders(phase.name, dates))

    def placeholders(self, phase: str, dates: tuple[date, date] | None) -> dict[str, str]:
        """What `{start} {end} {phase} {plan_dir} {state_dir} {python}` stand for."""
        values = {
            "phase": phase,
            "plan_dir": str(self.folder),
            "state_dir": str(self.state_dir),
            "python": self.python,
        }
        if dates is not None:
            values |= {"start": dates[0].isoformat(), "end": dates[1].isoformat()}
        return values
