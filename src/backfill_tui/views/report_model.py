"""What a report says, as values: of the whole, of each phase, its launches and suites. Others make words of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from backfill_tui.checks.model import Kind, Status, Value
from backfill_tui.control.attempt import Acceptance, AskedBy, Stage
from backfill_tui.control.attempt import Kind as Command
from backfill_tui.control.model import Alert, Condition, Conflict, PhaseState
from backfill_tui.control.model import Severity as AlertSeverity
from backfill_tui.control.offer import Entry
from backfill_tui.plan.words import Severity
from backfill_tui.progress.account import Counts
from backfill_tui.progress.prospect import DeadlineProspect
from backfill_tui.views.report_sections import (
    ActionReport,
    HandoffReport,
    NextCheck,
    ProcessReport,
    QualityReport,
    Recommendation,
    SummaryReport,
    TimelineReport,
)

GOOD = frozenset({Status.PASS, Status.WARN})
"""What every phase must have come to, for the whole to be a GO."""

_ISSUES = (AlertSeverity.CRITICAL, AlertSeverity.WARNING)
_LONG = 12  # phases


@dataclass(frozen=True, slots=True)
class AttemptReport:
    """A launch of ours. Times are aware; `at` is when it was asked for. `ending` is a clause, empty until then."""

    phase: str
    number: int
    kind: Command
    stage: Stage
    asked_by: AskedBy
    person: str
    at: datetime
    override: str | None = None  # the reason of whoever launched it against its gate
    pid: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    exit_code: int | None = None
    signal: str | None = None
    ending: str = ""
    note: str = ""
    days: tuple[date, ...] = ()  # of a retry


@dataclass(frozen=True, slots=True)
class CheckReport:
    """One check. `status` is what was found, `standing` how it counts: None for what is only shown.

    `value` is not rounded; `shown` is it and its bound as a person reads them: `5,798 (>= 5,600)`.
    """

    name: str
    kind: Kind
    severity: Severity
    status: Status
    standing: Status | None
    value: Value
    unit: str | None
    bound: str | None
    shown: str
    detail: str
    todo: str

    @property
    def passes(self) -> bool:
        """Whether nobody need look at it."""
        return self.standing in {None, Status.PASS}


@dataclass(frozen=True, slots=True)
class SuiteReport:
    """One suite, of what the phase wrote or (`is_input`) of what it reads. `verdict` None: never run."""

    name: str
    title: str
    is_input: bool
    verdict: Status | None
    at: datetime | None
    stale: str  # why the result no longer counts, as a clause; empty while it does
    checks: tuple[CheckReport, ...]

    @property
    def troubles(self) -> tuple[CheckReport, ...]:
        """The checks that do not pass."""
        return tuple(check for check in self.checks if not check.passes)

    @property
    def values(self) -> tuple[CheckReport, ...]:
        """The checks that pass, and what is only shown."""
        return tuple(check for check in self.checks if check.passes)

    @property
    def kept(self) -> tuple[CheckReport, ...]:
        """The checks with a bound that pass."""
        return tuple(check for check in self.checks if check.standing is Status.PASS and check.bound)


@dataclass(frozen=True, slots=True)
class PhaseReport:
    """What became of one phase.

    `judged`: nothing more is to come of it. `outcome` is what it then counts as for the whole, `unknown` before;
    `verdict` is that of its suites alone. `duration_s` is how long it ran, all its runs together and none twice;
    `ended_at` is None while it goes on.
    """

    name: str
    title: str
    state: PhaseState
    why: str
    judged: bool
    outcome: Status
    writes: str | None
    dates: tuple[date, date] | None
    counts: Counts
    records: int | None
    failed: tuple[date, ...]
    missing: tuple[date, ...] | None
    started_at: datetime | None
    ended_at: datetime | None
    duration_s: float | None
    attempts: tuple[AttemptReport, ...]
    verdict: Status | None
    verdict_at: datetime | None
    stale: str
    suites: tuple[SuiteReport, ...]
    accepted: Acceptance | None
    unmet: tuple[Condition, ...]  # of its gate: those that are closed, or that nobody knows
    in_scope: bool = True  # False: it is shown, and the whole does not wait for it
    suspect: tuple[date, ...] = ()  # computed while its inputs were not known to be good

    @property
    def success_rate(self) -> float | None:
        """(done + empty) / (done + empty + failed) in percent."""
        return self.counts.success_rate

    @property
    def standing(self) -> Status | None:
        """The verdict to print: of its suites, else what it was judged to be without any."""
        return self.verdict or (self.outcome if self.judged else None)

    @property
    def good(self) -> bool:
        """Whether it keeps nothing from going on."""
        return self.judged and self.outcome in GOOD


@dataclass(frozen=True, slots=True)
class Report:
    """The whole. `at` is aware, in the plan's time zone, `duration_s` from the first start to the last end.

    `final`: every phase in scope is judged. `verdict` is the worst of their outcomes, so never better than
    unknown before that. `history` is in order of time, newest last.
    """

    plan: str
    at: datetime
    final: bool
    verdict: Status
    health: str
    deadline: DeadlineProspect | None
    started_at: datetime | None
    ended_at: datetime | None
    duration_s: float | None
    phases: tuple[PhaseReport, ...]
    overrides: tuple[AttemptReport, ...]
    history: tuple[Entry, ...]
    conflicts: tuple[Conflict, ...]
    alerts: tuple[Alert, ...]
    next_steps: tuple[str, ...]  # only once it is a GO
    notes: tuple[str, ...]
    summary: SummaryReport
    processes: tuple[ProcessReport, ...]  # of every phase, in the order of `phases`
    quality: tuple[QualityReport, ...]
    timeline: tuple[TimelineReport, ...]
    actions: tuple[ActionReport, ...]
    recommendations: tuple[Recommendation, ...]
    next_check: NextCheck
    handoff: HandoffReport
    conflict_sentences: tuple[tuple[str, ...], ...]  # of each conflict: who and when, who wins, what to stop
    probes: tuple[str, ...]  # a line each

    @property
    def go(self) -> bool:
        """Whether all is done and good enough for what comes next."""
        return self.final and self.verdict in GOOD

    @property
    def blocking(self) -> tuple[PhaseReport, ...]:
        """The phases that keep it from being a GO."""
        return tuple(phase for phase in self.phases if phase.in_scope and not phase.good)

    @property
    def issues(self) -> tuple[Alert, ...]:
        """The alerts that nobody has acknowledged, the worst first, then the oldest; not what only informs."""
        open_now = [a for a in self.alerts if not a.acknowledged and a.severity in _ISSUES]
        return tuple(sorted(open_now, key=lambda alert: (_ISSUES.index(alert.severity), alert.since)))

    @property
    def other_alerts(self) -> tuple[Alert, ...]:
        """The acknowledged ones, and those that only inform."""
        return tuple(a for a in self.alerts if a.acknowledged or a.severity not in _ISSUES)

    def advice_on(self, alert: Alert) -> int | None:
        """The number of the recommendation that an alert has led to, from 1; None: it asks for nothing."""
        numbered = enumerate(self.recommendations, start=1)
        return next((number for number, one in numbered if one.alert == alert.id), None)

    @property
    def is_long(self) -> bool:
        """Whether it has so many phases that what many of them have in common is said once."""
        return len(self.phases) > _LONG

    @property
    def unknown_quality(self) -> Mapping[str, tuple[str, ...]]:
        """By why their coverage is not known: phases without suites, of whose data nothing is told yet."""
        untold = [
            one
            for one in self.quality
            if one.coverage.basis is None
            and one.coverage.covered is None
            and not self.phase(one.name).suites
            and self.phase(one.name).success_rate is None
        ]
        reasons = dict.fromkeys(one.coverage.why for one in untold)
        return {why: tuple(one.name for one in untold if one.coverage.why == why) for why in reasons}

    @property
    def later(self) -> tuple[str, ...]:
        """Names of the phases that wait for one that has not begun itself."""
        coming = {step.name for step in self.handoff.coming}
        return tuple(step.name for step in self.handoff.coming if any(one.name in coming for one in step.waits_for))

    def phase(self, name: str) -> PhaseReport:
        """The phase of that name; KeyError if there is none."""
        for one in self.phases:
            if one.name == name:
                return one
        raise KeyError(name)
