"""What the pages with a log share: its keys, and the ways from the phase shown to its checks and its forecast."""

from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from backfill_tui.tui.acting import Act
from backfill_tui.tui.actions import Scope, bindings
from backfill_tui.tui.log_reader import Opener
from backfill_tui.tui.screens.page import Page
from backfill_tui.tui.widgets.log_pane import LogPane


class LogPage(Page):
    """A page about one phase at a time, with that phase's log."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.LOGS, Scope.ACTING, Scope.JUDGING)]

    class ChecksWanted(Message):
        """The checks of a phase are wanted; `run` says whether they are to be run at once."""

        def __init__(self, phase: str, *, run: bool) -> None:
            super().__init__()
            self.phase = phase
            self.run = run

    class ForecastWanted(Message):
        """The forecast of a phase is wanted."""

        def __init__(self, phase: str) -> None:
            super().__init__()
            self.phase = phase

    class ActWanted(Message):
        """Something is to be done to a phase, once a person has seen what that would be."""

        def __init__(self, act: Act, phase: str) -> None:
            super().__init__()
            self.act = act
            self.phase = phase

    class AlertsSeen(Message):
        """Somebody has seen the alerts of a phase and of none; of all, where no phase is named."""

        def __init__(self, phase: str | None) -> None:
            super().__init__()
            self.phase = phase

    class HistoryWanted(Message):
        """The history of all actions is wanted."""

    class ReportWanted(Message):
        """The status report is wanted."""

    def __init__(self, opener: Opener, *, read_only: bool = False, acts: bool = False) -> None:
        super().__init__()
        self.opener = opener
        self.read_only = read_only
        self.acts = acts  # whether anything may be done to a phase; if not, its keys say why not

    @property
    def chosen(self) -> str | None:
        """The name of the phase that the page is about; None while there is none."""
        raise NotImplementedError

    def scopes(self) -> tuple[Scope, ...]:
        """The log's keys beside those of every page, and those that act on a phase or judge it where they do."""
        doable = ((Scope.ACTING, self.acts), (Scope.JUDGING, not self.read_only))
        return (self.SCOPE, *(scope for scope, does in doable if does), Scope.LOGS, Scope.PAGE)

    def log_pane(self) -> LogPane:
        """The page's log."""
        return self.query_one(LogPane)

    def log_in_sight(self) -> LogPane:
        """The log, for a key that does something to it; a page that may hide its log shows it first."""
        return self.log_pane()

    def action_validate(self) -> None:
        """Open the checks of the phase and run them."""
        self._want_checks(run=True)

    def action_checks(self) -> None:
        """Open the checks of the phase as they are."""
        self._want_checks(run=False)

    def _want_checks(self, *, run: bool) -> None:
        if self.chosen is not None:
            self.post_message(self.ChecksWanted(self.chosen, run=run))

    def action_forecast(self) -> None:
        """Open the forecast of the phase."""
        if self.chosen is not None:
            self.post_message(self.ForecastWanted(self.chosen))

    def action_launch(self) -> None:
        """Ask whether to launch the phase."""
        self._want(Act.LAUNCH)

    def action_retry(self) -> None:
        """Ask whether to run its failed, missing and suspect dates again."""
        self._want(Act.RETRY)

    def action_stop(self) -> None:
        """Ask whether to stop it."""
        self._want(Act.STOP)

    def action_accept(self) -> None:
        """Ask whether it is to count as passed."""
        self._want(Act.ACCEPT)

    def action_acknowledge(self) -> None:
        """Acknowledge the alerts of the phase."""
        if self.chosen is not None:
            self.post_message(self.AlertsSeen(self.chosen))

    def action_acknowledge_all(self) -> None:
        """Acknowledge all alerts."""
        self.post_message(self.AlertsSeen(None))

    def _want(self, act: Act) -> None:
        if self.chosen is not None:
            self.post_message(self.ActWanted(act, self.chosen))

    def action_history(self) -> None:
        """Open the history."""
        self.post_message(self.HistoryWanted())

    def action_report(self) -> None:
        """Open the status report."""
        self.post_message(self.ReportWanted())

    def action_filter(self) -> None:
        """Ask for a text to filter the log by."""
        self.log_in_sight().ask()

    def action_next_match(self) -> None:
        """Go to the next line with the text."""
        self.log_in_sight().seek_match(forward=True)

    def action_previous_match(self) -> None:
        """Go to the line with the text before this one."""
        self.log_in_sight().seek_match(forward=False)

    def action_next_error(self) -> None:
        """Go to the next error."""
        self.log_in_sight().seek_error(forward=True)

    def action_previous_error(self) -> None:
        """Go to the error before."""
        self.log_in_sight().seek_error(forward=False)

    def action_follow(self) -> None:
        """Follow the log's end, or pause."""
        self.log_in_sight().toggle_follow()

    def action_next_log(self) -> None:
        """Show the phase's next log file."""
        self.log_in_sight().step_file(1)

    def action_previous_log(self) -> None:
        """Show the phase's previous log file."""
        self.log_in_sight().step_file(-1)
