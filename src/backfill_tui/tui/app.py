"""The application: takes snapshots from a feed, at most four a second, and hands them to the page in front."""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import ClassVar

from textual import work
from textual.app import App
from textual.binding import BindingType
from textual.command import CommandPalette, Provider

from backfill_tui.control.model import Alert
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.errors import BackfillError, in_words
from backfill_tui.plan.resolved import TerminalManners
from backfill_tui.sources.pager import LogPager
from backfill_tui.tui import themes
from backfill_tui.tui.actions import Scope, bindings
from backfill_tui.tui.commands import RegistryCommands
from backfill_tui.tui.display import Display, display
from backfill_tui.tui.feed import Feed
from backfill_tui.tui.judge import Judge
from backfill_tui.tui.leaving import leave_when_told
from backfill_tui.tui.log_reader import Opener
from backfill_tui.tui.operator import Operator
from backfill_tui.tui.reporter import Reporter
from backfill_tui.tui.screens.checks import ChecksPage
from backfill_tui.tui.screens.dashboard import Dashboard
from backfill_tui.tui.screens.dialogs import dialog_for
from backfill_tui.tui.screens.forecast import ForecastPage
from backfill_tui.tui.screens.help import Help
from backfill_tui.tui.screens.history import HistoryPage
from backfill_tui.tui.screens.log_page import LogPage
from backfill_tui.tui.screens.page import Page
from backfill_tui.tui.screens.phase import PhasePage
from backfill_tui.tui.screens.report import ReportPage
from backfill_tui.tui.telling import tell
from backfill_tui.tui.terminal import Bell, manners, own_title, title_sequence
from backfill_tui.tui.widgets.phase_table import PhaseTable
from backfill_tui.views import alerts, offers, report_page
from backfill_tui.views.spans import plain

UPDATES_A_SECOND = 4
QUIET = TerminalManners(bell=False, title=False)
_RETRY_S = 1.0  # before a feed that raised is asked again


class BackfillApp(App[int]):
    """The dashboard and the pages of its phases."""

    CSS_PATH = "styles/app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.APP)]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {RegistryCommands}
    SCOPE: ClassVar[Scope] = Scope.APP
    ENABLE_COMMAND_PALETTE = False  # its key is in the registry like all others
    AUTO_FOCUS = None

    def __init__(
        self,
        feed: Feed,
        *,
        judge: Judge | None = None,
        operator: Operator | None = None,
        reporter: Reporter | None = None,
        read_only: bool = False,
        opener: Opener = LogPager,
        theme: str | None = None,
        shown_as: Display | None = None,
        terminal: TerminalManners = QUIET,
    ) -> None:
        self._shown_as = shown_as or display(os.environ, getattr(sys.__stdout__, "encoding", None))
        super().__init__(ansi_color=True if self._shown_as.native else None)
        self.feed = feed
        self.judge = judge
        self.operator = operator
        self.reporter = reporter
        self.read_only = read_only
        self.snapshot: Snapshot | None = None
        self._arrived_at = time.monotonic()
        self._terminal = terminal
        self._bell = Bell()
        self._opener = opener
        self._dashboard = Dashboard(opener, read_only=read_only, acts=self.acts)
        self.set_class(self._shown_as.ascii, "-ascii")
        self._dress(theme or (themes.NATIVE if self._shown_as.native else themes.DEFAULT))

    @property
    def acts(self) -> bool:
        """Whether anything may be done to a phase from here."""
        return self.operator is not None and not self.read_only

    def _dress(self, theme: str) -> None:
        """Offer our own themes only: they have every tone."""
        others = set(self.available_themes)
        for ours in themes.themes():
            self.register_theme(ours)
        self.theme = theme
        for name in others:
            self.unregister_theme(name)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The tones of the default theme, for a theme that lacks one."""
        return next(t.variables for t in themes.themes() if t.name == themes.DEFAULT)

    def on_mount(self) -> None:
        """Open the dashboard and begin to listen."""
        if not self.is_headless:
            leave_when_told(self.exit, asyncio.get_running_loop())
        self.push_screen(self._dashboard)
        self.feed.start()
        self.listen()
        self.set_interval(1.0, self._tell_age)

    async def on_unmount(self) -> None:
        """Let go of the feed."""
        await self.feed.close()

    # Snapshots

    @work(exclusive=True, group="feed")
    async def listen(self) -> None:
        """Take the newest snapshot, show it, and wait out a quarter of a second; for ever."""
        after = -1
        while True:
            try:
                snapshot = await self.feed.next(after)
            except Exception as error:  # noqa: BLE001 - whatever ails the feed, the screen stays and says so
                self.warn(in_words(error))
                await asyncio.sleep(_RETRY_S)
                continue
            after = snapshot.sequence
            self._arrived_at = time.monotonic()
            self.warn("")
            self.show(snapshot)
            await asyncio.sleep(1 / UPDATES_A_SECOND)

    def show(self, snapshot: Snapshot) -> None:
        """Hand a snapshot to the page in front; one that cannot be shown is told of and left out."""
        self.snapshot = snapshot
        page = self.page
        for other in self.pages():
            other.snapshot = snapshot
        try:
            page.apply(snapshot)
        except Exception as error:  # noqa: BLE001 - one odd snapshot must not take the screen down
            self.warn(f"This moment could not be shown: {in_words(error)}")
        title = f"backfill: {plain(snapshot.plan)} – {snapshot.health}"
        if title != self.title:
            self.title = title
            if self._terminal.title and self._driver is not None:
                self._driver.write(title_sequence(title))
        if self._bell.rings(snapshot.alerts) and self._terminal.bell:
            self.bell()

    def pages(self) -> list[Page]:
        """The pages that are open, the dashboard first."""
        return [screen for screen in self.screen_stack if isinstance(screen, Page)]

    @property
    def page(self) -> Page:
        """The page in front, behind any dialog."""
        pages = self.pages()
        return pages[-1] if pages else self._dashboard

    def warn(self, sentence: str) -> None:
        """Let every page say a sentence, or none."""
        for page in self.pages():
            page.warn(sentence)

    def _tell_age(self) -> None:
        if self.snapshot is not None:
            self.page.age(timedelta(seconds=int(time.monotonic() - self._arrived_at)))

    # Keys

    def on_phase_table_opened(self, event: PhaseTable.Opened) -> None:
        """Open a phase's page."""
        self.open_phase(event.name)

    def open_phase(self, name: str) -> None:
        """Open a phase's page with the newest snapshot."""
        page = PhasePage(name, self._opener, read_only=self.read_only, acts=self.acts)
        page.snapshot = self.snapshot
        self.push_screen(page)

    def on_log_page_checks_wanted(self, event: LogPage.ChecksWanted) -> None:
        """Open the checks of a phase with the newest snapshot."""
        page = ChecksPage(event.phase, self.judge, run=event.run, read_only=self.read_only)
        page.snapshot = self.snapshot
        self.push_screen(page)

    def on_log_page_forecast_wanted(self, event: LogPage.ForecastWanted) -> None:
        """Open the forecast of a phase with the newest snapshot."""
        page = ForecastPage(event.phase)
        page.snapshot = self.snapshot
        self.push_screen(page)

    def on_log_page_act_wanted(self, event: LogPage.ActWanted) -> None:
        """Open the dialog that asks for it; where nothing may be done, say why."""
        if self.operator is None or not self.acts:
            tell(self, offers.READ_ONLY if self.read_only else offers.NO_OPERATOR, "warning")
            return
        phases = self.snapshot.phases if self.snapshot else ()
        view = next((view for view in phases if view.name == event.phase), None)
        self.push_screen(dialog_for(event.act, event.phase, self.operator, view))

    def on_log_page_alerts_seen(self, event: LogPage.AlertsSeen) -> None:
        """Have it recorded; where nothing may be recorded, say why."""
        if self.operator is None or not self.acts:
            tell(self, offers.READ_ONLY if self.read_only else offers.NO_OPERATOR, "warning")
            return
        open_now = alerts.unseen(self.snapshot, event.phase) if self.snapshot else ()
        if open_now:
            self._acknowledge(self.operator, open_now)
        else:
            tell(self, alerts.none_to_acknowledge(event.phase))

    @work(group="acknowledge")
    async def _acknowledge(self, operator: Operator, seen: Sequence[Alert]) -> None:
        try:
            await operator.acknowledge(seen)
        except BackfillError as error:
            tell(self, in_words(error), "error")
            return
        tell(self, alerts.acknowledged(len(seen)))

    def on_log_page_history_wanted(self) -> None:
        """Open the history with the newest snapshot."""
        if self.operator is None:
            tell(self, offers.NO_HISTORY, "warning")
            return
        page = HistoryPage(self.operator)
        page.snapshot = self.snapshot
        self.push_screen(page)

    def on_log_page_report_wanted(self) -> None:
        """Open the report of the newest snapshot."""
        if self.reporter is None:
            tell(self, report_page.NOBODY_REPORTS, "warning")
            return
        page = ReportPage(self.reporter)
        page.snapshot = self.snapshot
        self.push_screen(page)

    def action_phase(self, key: str) -> None:
        """Turn every open page to the phase of that number."""
        phases = self.snapshot.phases if self.snapshot else ()
        index = int(key) - 1
        if index < len(phases):
            for page in self.pages():
                page.turn_to(phases[index].name)

    def action_help(self) -> None:
        """Show the keys."""
        self.push_screen(Help({*self.page.at_home(), Scope.APP}))

    def action_theme(self) -> None:
        """Choose a theme."""
        self.search_themes()

    def action_command_palette(self) -> None:
        """Find a command by its name."""
        if not any(isinstance(screen, CommandPalette) for screen in self.screen_stack):
            self.push_screen(CommandPalette())

    async def action_quit(self) -> None:
        """Leave."""
        self.exit(0)


def run_dashboard(
    feed: Feed,
    *,
    judge: Judge | None = None,
    operator: Operator | None = None,
    reporter: Reporter | None = None,
    read_only: bool = False,
    theme: str | None = None,
    terminal: TerminalManners = QUIET,
) -> int:
    """Show the dashboard until the person leaves; its exit code. `terminal` is what the plan says of that."""
    may = manners(terminal, os.environ)
    theme = theme or themes.wished(os.environ)
    app = BackfillApp(
        feed,
        judge=judge,
        operator=operator,
        reporter=reporter,
        read_only=read_only,
        theme=theme,
        terminal=may,
    )
    with own_title(sys.__stdout__, wanted=may.title):
        code = app.run(mouse=False)  # so that commands can be marked and copied as anywhere in the terminal
    return code if code is not None else app.return_code or 0
