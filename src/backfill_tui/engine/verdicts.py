"""What the ledger has of each phase's suites, read again when something was written, and what it is worth now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from backfill_tui.control.dirt import Told
from backfill_tui.control.ledger import Ledger, LedgerError
from backfill_tui.control.verdicts import NOT_RUN, Outcome, outcome_of, stale_because
from backfill_tui.engine.cases import Case, cases_of
from backfill_tui.engine.docket import Docket, Key
from backfill_tui.engine.seen import Seen
from backfill_tui.engine.snapshot import Judgement, Point, SuiteView
from backfill_tui.plan.resolved import Phase, Plan

if TYPE_CHECKING:
    from backfill_tui.checks.model import SuiteResult


@dataclass(frozen=True, slots=True)
class PhaseVerdicts:
    """What is known of one phase's suites."""

    suites: tuple[SuiteView, ...] = ()
    outcome: Outcome = NOT_RUN
    inputs: Mapping[str, Outcome] = field(default_factory=dict)
    findings: Mapping[str, tuple[Told, ...]] = field(default_factory=dict)  # what each input has told so far

    @property
    def judgement(self) -> Judgement | None:
        """The verdict over its own suites, if all have been run."""
        verdict, at = self.outcome.verdict, self.outcome.at
        if verdict is None or at is None:
            return None
        return Judgement(verdict, at, self.outcome.stale)


class VerdictBook:
    """The newest results and their history, by phase and suite. Not thread-safe: one caller at a time."""

    def __init__(self, plan: Plan, ledger: Ledger | None, docket: Docket) -> None:
        self._plan = plan
        self._ledger = ledger
        self._docket = docket
        self._version: object = None
        self._results: dict[Key, SuiteResult] = {}
        self._trends: dict[Key, dict[str, tuple[Point, ...]]] = {}
        self._findings: dict[tuple[str, str], tuple[Told, ...]] = {}  # of inputs, by phase and suite
        self.note = ""

    def refresh(self) -> None:
        """Take in what was recorded since, by whomever. A ledger that can't be read leaves what was known."""
        if self._ledger is None:
            return
        try:
            version = self._ledger.version
            if version != self._version:
                for phase in self._plan.phases:
                    self._read(self._ledger, phase)
                self._version = version
            self.note = ""
        except LedgerError as error:
            self.note = f"The ledger can't be read: {error}"

    def _read(self, ledger: Ledger, phase: Phase) -> None:
        for is_input, names in ((False, phase.suites), (True, [need.suite for need in phase.inputs])):
            if not names:
                continue
            newest = ledger.newest_results(phase.name, is_input=is_input)
            for name in names:
                key = (phase.name, name, is_input)
                if newest.get(name) == self._results.get(key):
                    continue
                if name in newest:
                    self._results[key] = newest[name]
                    self._trends[key] = ledger.trends(phase.name, name, is_input=is_input)
                else:
                    del self._results[key]
                if is_input:
                    self._findings[phase.name, name] = ledger.findings(phase.name, name)

    def of(self, name: str, seen: Seen, now: datetime) -> PhaseVerdicts:
        """What is known of a phase's suites."""
        phase = seen.phases[name]
        if not phase.suites and not phase.inputs:
            return PhaseVerdicts()
        views = [self._view(case, now) for case in cases_of(self._plan, name, seen)]
        own = {view.name: view for view in views if not view.is_input}
        return PhaseVerdicts(
            suites=tuple(views),
            outcome=_outcome(phase.suites, own),
            inputs={view.name: _outcome([view.name], {view.name: view}) for view in views if view.is_input},
            findings={need.suite: self._findings.get((name, need.suite), ()) for need in phase.inputs},
        )

    def _view(self, case: Case, now: datetime) -> SuiteView:
        key = (case.phase.name, case.suite.name, case.is_input)
        result = self._results.get(key)
        stale = ""
        if result is not None:
            stale = stale_because(result, case.suite, case.subject, written_at=case.written_at, now=now)
        return SuiteView(
            name=case.suite.name,
            title=case.suite.title,
            is_input=case.is_input,
            result=result,
            stale=stale,
            running=self._docket.has(key),
            every_s=case.every_s,
            trends=self._trends.get(key, {}),
        )


def _outcome(names: tuple[str, ...] | list[str], views: Mapping[str, SuiteView]) -> Outcome:
    results = {name: view.result for name, view in views.items() if view.result is not None}
    return outcome_of(names, results, {name: view.stale for name, view in views.items()})
