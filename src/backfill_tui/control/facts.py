"""What the rules of control look at: one phase as it was seen at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

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
