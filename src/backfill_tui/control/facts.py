"""What the rules of control look at: one phase as it was seen at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from backfill_tui.control.attempt import Acceptance, Attempt, StopAsked
from backfill_tui.control.model import Condition
from backfill_tui.control.verdicts import NOT_RUN, Outcome
from backfill_tui.plan.resolved import Phase
from backfill_tui.progress.account import Account, Run
from backfill_tui.progress.eta import Forecast
from backfill_tui.sources.process import ProcessSeen


@dataclass(frozen=True, slots=True)
class PhaseFacts:
    """One phase of the plan with what was seen of it. `log_age_s`: since its newest log last grew."""

    phase: Phase
    account: Account
    process: ProcessSeen
    log_age_s: float | None = None
    log_seen: bool = False
    checkpoint_seen: bool = False
    forecast: Forecast | None = None
    history_complete: bool = True  # False: the beginning of a log is still being read
    outcome: Outcome = NOT_RUN  # what its own suites say
    inputs: Mapping[str, Outcome] = field(default_factory=dict)  # by suite
    validating: bool = False  # its own suites are being run at this moment
    attempt: Attempt | None = None  # our newest launch of it, its stage as it is seen now
    stop: StopAsked | None = None  # the newest stop that was asked of it
    acceptance: Acceptance | None = None  # the newest, whatever has begun since
    runnable: tuple[Condition, ...] = ()  # whether its command could be run: program, folder, log; only where asked
    rivals: tuple[str, ...] = ()  # other plans' live writers of its table on days in common, each as a clause
    recorded: bool = True  # False: there is no ledger that could be written, so that nothing may be started

    @property
    def run(self) -> Run | None:
        """The run whose word counts for the phase: the last that walked its range, else the last list of dates."""
        return self.account.lead

    @property
    def dates(self) -> tuple[date, date] | None:
        """The range by the plan, else as its log announces it."""
        return self.phase.dates or self.account.dates

    @property
    def gone_since(self) -> datetime | None:
        """When it is known to have ended: seen by us, else its last line."""
        return self.process.gone_since or self.account.last_line_at
