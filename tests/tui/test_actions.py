"""One registry of actions feeds keys, footer, help and palette."""

import pytest
from textual.dom import DOMNode

from backfill_tui.tui.actions import ACTIONS, Action, Scope, hints
from backfill_tui.tui.app import BackfillApp
from backfill_tui.tui.screens.checks import ChecksPage
from backfill_tui.tui.screens.dashboard import Dashboard
from backfill_tui.tui.screens.dialog import Dialog
from backfill_tui.tui.screens.forecast import ForecastPage
from backfill_tui.tui.screens.help import written
from backfill_tui.tui.screens.history import HistoryPage
from backfill_tui.tui.screens.log_page import LogPage
from backfill_tui.tui.screens.page import Page
from backfill_tui.tui.screens.phase import PhasePage
from backfill_tui.tui.screens.report import ReportPage
from backfill_tui.tui.widgets.calendar import Calendar
from backfill_tui.tui.widgets.checks_table import ChecksTable
from backfill_tui.tui.widgets.choice import Choice
from backfill_tui.tui.widgets.field import FilterField
from backfill_tui.tui.widgets.footer import line
from backfill_tui.tui.widgets.history_table import HistoryTable
from backfill_tui.tui.widgets.log_lines import LogLines
from backfill_tui.tui.widgets.panels import Details
from backfill_tui.tui.widgets.phase_table import PhaseTable
from backfill_tui.views import gate
from backfill_tui.views.spans import line_text, line_width

HOMES: dict[Scope, type[DOMNode]] = {
    Scope.TABLE: PhaseTable,
    Scope.CALENDAR: Calendar,
    Scope.DETAILS: Details,
    Scope.LOG: LogLines,
    Scope.DASHBOARD: Dashboard,
    Scope.PHASE: PhasePage,
    Scope.CHECKS_TABLE: ChecksTable,
    Scope.CHECKS: ChecksPage,
    Scope.RUNNING: ChecksPage,
    Scope.ASKING: ChecksPage,
    Scope.LOGS: LogPage,
    Scope.TYPING: FilterField,
    Scope.ACTING: LogPage,
    Scope.JUDGING: LogPage,
    Scope.FORECAST: ForecastPage,
    Scope.HISTORY_TABLE: HistoryTable,
    Scope.HISTORY: HistoryPage,
    Scope.REPORT: ReportPage,
    Scope.DIALOG: Dialog,
    Scope.CHOICE: Choice,
    Scope.PAGE: Page,
    Scope.APP: BackfillApp,
}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda a: f"{a.scope.name}-{a.name}")
def test_every_action_is_bound_and_can_be_done_where_it_is_at_home(action: Action) -> None:
    home = HOMES[action.scope]
    assert callable(getattr(home, f"action_{action.name}", None))
    bound = {b.key for b in home.BINDINGS if not isinstance(b, tuple)}
    assert bound.issuperset(action.keys)


def test_no_key_means_two_things_in_one_scope() -> None:
    for scope in Scope:
        keys = [key for action in ACTIONS if action.scope is scope for key in action.keys]
        assert len(keys) == len(set(keys)), scope


def test_the_keys_that_hints_of_the_gate_name_are_those_of_the_registry() -> None:
    bound = {a.name: a.keys[0] for a in ACTIONS if a.scope in {Scope.ACTING, Scope.JUDGING, Scope.LOGS}}
    assert {name: bound[name] for name in gate.KEYS} == gate.KEYS


def test_the_keys_of_tmux_and_screen_are_left_to_them() -> None:
    assert not {"ctrl+a", "ctrl+b"}.intersection(key for action in ACTIONS for key in action.keys)


def test_the_help_tells_every_action() -> None:
    shown = "\n".join(line_text(row) for row in written(200))
    assert [action.help for action in ACTIONS if action.help not in shown] == []


@pytest.mark.parametrize("room", [10, 40, 80, 132])
def test_the_footer_fits_and_keeps_the_way_out_to_the_last(room: int) -> None:
    scopes = (Scope.CALENDAR, Scope.PHASE, Scope.LOGS, Scope.PAGE, Scope.APP)
    footer = line(hints(scopes), room)
    shown = line_text(footer)
    assert "q quit" in shown
    if room >= 40:
        assert line_width(footer) <= room


def test_the_footer_offers_a_key_as_its_innermost_scope_means_it() -> None:
    offered = {a.keys[0]: a.label for a in hints((Scope.CALENDAR, Scope.PHASE, Scope.LOGS, Scope.PAGE, Scope.APP))}
    assert offered["enter"] == "in log"
