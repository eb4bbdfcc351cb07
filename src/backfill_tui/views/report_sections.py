"""The sections of a status report, as values: what people wrote by hand of a night. Others make words of them.

Sentences and clauses are whole as they stand; times are aware. What is not known is None or empty, never 0.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from backfill_tui.control.model import Condition, PhaseState
from backfill_tui.progress.prospect import Moments, Prospect

Decision = Literal["GO", "NO-GO"]

Starts = Literal["by itself", "needs run", "needs a person", "elsewhere", "not known"]
"""Who starts a phase to come: the plan, driven now; the plan, once somebody drives; a person; nobody from here."""


class Verbatim(str):
    """A command for a block of code, where nothing is escaped: on one line, without control characters."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SummaryReport:
    """The night in four lines.

    `all_running`: whether all that has begun and is not done is at work; None: nothing is, or it is not known of
    `unsure`. `on_track`: whether what the plan expects will be, by the forecasts; None: not known. `track` are the
    clauses that this rests on.
    """

    critical: int
    warnings: int
    acknowledged: int
    all_running: bool | None
    running: tuple[str, ...]
    not_running: tuple[str, ...]  # clauses: who, and why not
    unsure: tuple[str, ...]  # clauses: of whom it is not known, and why
    on_track: bool | None
    track: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProcessReport:
    """One phase as it stands. `eta` is what is forecast of it, None where nothing is, or it is over.

    `ended_at` is when its work came to its end, `rate_per_hour` is in dates. `critical_alerts` and `warnings` count
    what nobody has acknowledged.
    """

    name: str
    state: PhaseState
    critical: bool
    alive: bool | None
    accounted: int
    total: int | None
    current_date: date | None
    eta: Prospect | None
    eta_shown: str
    ended_at: datetime | None
    rate_per_hour: float | None
    skipped: int | None
    suspect: tuple[date, ...]
    suspect_count: int
    critical_alerts: int
    warnings: int
    notes: tuple[str, ...]  # sentences about its log, checkpoint and process

    @property
    def dates_shown(self) -> str:
        """`739/944, 78 %`; how many, where it is not known of how many."""
        if self.total is None:
            return f"{self.accounted:,} of ?" if self.accounted else "not known"
        share = f", {int(100 * self.accounted / self.total + 1e-9)} %" if self.total else ""
        return f"{self.accounted:,}/{self.total:,}{share}"

    @property
    def issues_shown(self) -> str:
        """`1 critical, 2 warnings`, or `none`."""
        words = [f"{self.critical_alerts} critical"] if self.critical_alerts else []
        if self.warnings:
            words.append("1 warning" if self.warnings == 1 else f"{self.warnings} warnings")
        return ", ".join(words) or "none"


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """The dates that should have data, by the calendar, against those that have.

    `basis`: by what is in the table, or only by what log and checkpoint say was done. `lacking` are the dates whose
    turn has come and that have none, `to_come` counts the others. `why` says what is not known, as a clause.
    """

    due: int | None
    covered: int | None
    basis: Literal["table", "log"] | None
    lacking: tuple[date, ...]
    to_come: int | None
    why: str = ""

    @property
    def percent(self) -> float | None:
        """`covered` of `due` in percent."""
        return 100.0 * self.covered / self.due if self.due and self.covered is not None else None


@dataclass(frozen=True, slots=True)
class QualityReport:
    """What is known of a phase's data; its suites are in the phase itself."""

    name: str
    coverage: CoverageReport


@dataclass(frozen=True, slots=True)
class TimelineReport:
    """One critical item against the plan. `finish` is when it ended (`ended`), else the median of the forecast.

    `delta_s` is how much later than expected, `changed_s` how much later than it was forecast an hour ago.
    """

    name: str
    state: PhaseState
    critical: bool
    expected_start: datetime | None
    expected_finish: datetime | None
    finish: datetime | None
    ended: bool
    spread: Moments | None
    calibrated: bool
    frozen: bool
    delta_s: float | None
    assessment: str | None  # ahead | on_track | delayed
    changed_s: float | None
    finish_shown: str
    delta_shown: str
    assessment_shown: str
    changed_shown: str


@dataclass(frozen=True, slots=True)
class ActionReport:
    """Something that was done or decided, oldest first. `standing`: a gate that is closed now; nobody did that."""

    at: datetime
    who: str
    what: str
    phase: str
    decision: Decision | None
    reason: str
    outcome: str
    standing: bool = False


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What a person might do, as sentences with the command, and what for, as a clause.

    `alert` is the id of the alert that asks for it, with its severity; None: it is simply the next thing to do.
    """

    text: str
    because: str
    phase: str | None
    severity: str | None = None
    alert: str | None = None


@dataclass(frozen=True, slots=True)
class NextCheck:
    """When to look again, and why then; `at` None: nothing changes until somebody does something."""

    at: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class RunningReport:
    """A process that a successor takes over: where it is, since when, where it writes, and who started it."""

    name: str
    pid: int | None
    since: datetime | None
    logs: tuple[str, ...]  # paths, from the plan's folder where they are in it
    origin: str  # a clause: "attempt 2, launched by ana", "started elsewhere"
    command: str


@dataclass(frozen=True, slots=True)
class NextReport:
    """A phase to come: what it waits for, when that is likely over, and who starts it then, by which command."""

    name: str
    state: PhaseState
    waits_for: tuple[Condition, ...]
    likely_start: Moments | None
    calibrated: bool
    starts: Starts
    how: str  # a sentence

    @property
    def gate(self) -> Decision | None:
        """Whether it may be started now; None of what is only watched."""
        if self.state is PhaseState.UNKNOWN:
            return None
        return "NO-GO" if self.waits_for else "GO"


@dataclass(frozen=True, slots=True)
class HandoffReport:
    """What somebody needs who takes over: what runs, what comes next, who drives, and how to look."""

    folder: str  # of the plan; empty where there is none
    drivers: tuple[str, ...]
    running: tuple[RunningReport, ...]
    coming: tuple[NextReport, ...]
    commands: tuple[Verbatim, ...]
