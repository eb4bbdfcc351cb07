"""The one registry of actions: every key, footer hint, line of help and command of the palette comes from here."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding


class Scope(StrEnum):
    """Where an action is at home: the widget with the focus, a page, or everywhere."""

    TABLE = "Phases"
    CALENDAR = "Calendar"
    DETAILS = "Details"
    LOG = "Log"
    DASHBOARD = "Dashboard"
    PHASE = "Phase page"
    CHECKS_TABLE = "Table of checks"
    CHECKS = "Checks page"
    RUNNING = "Running checks"
    ASKING = "While checks are being asked"
    LOGS = "Dashboard and phase page"
    TYPING = "While a filter is typed"
    ACTING = "Acting on the phase"
    JUDGING = "Judging the phase"
    FORECAST = "Forecast page"
    HISTORY_TABLE = "Table of actions"
    HISTORY = "History page"
    REPORT = "Report"
    DIALOG = "Dialogs"
    CHOICE = "Buttons of a dialog"
    PAGE = "Every page"
    APP = "Everywhere"


@dataclass(frozen=True, slots=True)
class Action:
    """Something a key does. `name` is the method `action_<name>` of the scope's class."""

    name: str
    keys: tuple[str, ...]
    label: str
    help: str
    scope: Scope
    hint: str = ""  # the key as the footer shows it; empty: not in the footer
    rank: int = 50  # in the footer: lower stays longer when it narrows
    palette: bool = True
    takes_key: bool = False  # the method is given the key that was pressed

    @property
    def shown_keys(self) -> str:
        """Its keys as a person reads them."""
        if self.takes_key:
            return f"{self.keys[0]}-{self.keys[-1]}"
        return "  ".join(_READABLE.get(key, key) for key in self.keys)


_READABLE = {
    "question_mark": "?",
    "colon": ":",
    "period": ".",
    "slash": "/",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "upper_g": "G",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "shift+tab": "⇧tab",
}


def _moves(scope: Scope, what: str) -> tuple[Action, ...]:
    return (
        Action("down", ("j", "down"), "move", f"Next {what}", scope, "j/k", 45, palette=False),
        Action("up", ("k", "up"), "up", f"Previous {what}", scope, palette=False),
        Action("page_down", ("pagedown", "ctrl+d"), "page down", "A page down", scope, palette=False),
        Action("page_up", ("pageup", "ctrl+u"), "page up", "A page up", scope, palette=False),
        Action("first", ("g", "home"), "first", f"First {what}", scope, palette=False),
        Action("last", ("G", "end"), "last", f"Last {what}", scope, palette=False),
    )


ACTIONS: tuple[Action, ...] = (
    *_moves(Scope.TABLE, "phase"),
    Action("open", ("enter",), "open", "Open the page of the selected phase", Scope.TABLE, "enter", 5),
    Action(
        "left", ("h", "left"), "date", "The same weekday a week earlier", Scope.CALENDAR, "hjkl", 10, palette=False
    ),
    Action("down", ("j", "down"), "next date", "Next date", Scope.CALENDAR, palette=False),
    Action("up", ("k", "up"), "previous date", "Previous date", Scope.CALENDAR, palette=False),
    Action("right", ("l", "right"), "week on", "The same weekday a week later", Scope.CALENDAR, palette=False),
    Action("page_down", ("pagedown", "ctrl+d"), "next season", "A year later", Scope.CALENDAR, palette=False),
    Action("page_up", ("pageup", "ctrl+u"), "season back", "A year earlier", Scope.CALENDAR, palette=False),
    Action("first", ("g", "home"), "first date", "First date", Scope.CALENDAR, palette=False),
    Action("last", ("G", "end"), "last date", "Last date", Scope.CALENDAR, palette=False),
    Action("next_trouble", ("x",), "trouble", "Next failed or missing date", Scope.CALENDAR, "x", 20),
    Action("previous_trouble", ("X",), "previous trouble", "Previous failed or missing date", Scope.CALENDAR),
    Action("now", ("period",), "frontier", "The date being worked on", Scope.CALENDAR),
    Action("jump", ("enter",), "in log", "Show the date's line in the log", Scope.CALENDAR, "enter", 8),
    *_moves(Scope.LOG, "line"),
    Action("left", ("h", "left"), "left", "Scroll left", Scope.LOG, palette=False),
    Action("right", ("l", "right"), "right", "Scroll right", Scope.LOG, palette=False),
    *_moves(Scope.DETAILS, "line"),
    *_moves(Scope.CHECKS_TABLE, "check"),
    Action(
        "detail",
        ("enter",),
        "detail",
        "All of the check: go to its detail; where the terminal is narrow, show it alone",
        Scope.CHECKS_TABLE,
        "enter",
        14,
    ),
    Action("validate", ("v",), "run", "Run the suites of the phase", Scope.RUNNING, "v", 6),
    Action("sample", ("s",), "sample rows", "Show rows that make the metric fail", Scope.RUNNING, "s", 8),
    Action("next_trouble", ("n", "x"), "not passing", "Next check that is no pass", Scope.CHECKS, "n/N", 20),
    Action("previous_trouble", ("N", "X"), "previous trouble", "Previous check that is no pass", Scope.CHECKS),
    Action(
        "back",
        ("escape",),
        "back",
        "Back from the detail to the table; back to where the checks were opened",
        Scope.CHECKS,
        "esc",
        4,
    ),
    Action("back", ("escape",), "cancel, back", "Cancel what is asked, and go back", Scope.ASKING, "esc", 1),
    Action("validate", ("v",), "validate", "Open the checks of the phase and run them", Scope.JUDGING, "v", 7),
    Action("checks", ("c",), "checks", "Open the checks of the phase as they are", Scope.LOGS, "c", 22),
    Action(
        "forecast",
        ("F",),
        "forecast",
        "Open the forecast of the phase: when, and how well that has held",
        Scope.LOGS,
        "F",
        24,
    ),
    Action("history", ("H",), "history", "Open the history: every action in the ledger", Scope.LOGS, "H", 34),
    Action(
        "report",
        ("R",),
        "report",
        "Open the status report: to read, to copy, to write to a file",
        Scope.LOGS,
        "R",
        33,
    ),
    Action(
        "launch", ("L",), "launch", "Launch the phase: shows what would be done, and asks", Scope.ACTING, "L", 8
    ),
    Action(
        "retry",
        ("r",),
        "retry",
        "Run its failed, missing and suspect dates again: shows them, and asks",
        Scope.ACTING,
        "r",
        9,
    ),
    Action(
        "stop",
        ("S",),
        "stop",
        "Stop its process and all that it started: shows them, and asks",
        Scope.ACTING,
        "S",
        11,
    ),
    Action("accept", ("A",), "accept", "Let the phase count as passed, for a reason", Scope.ACTING, "A", 28),
    Action(
        "acknowledge",
        ("a",),
        "seen",
        "Acknowledge the alerts of the phase, and those of no phase",
        Scope.ACTING,
        "a",
        26,
    ),
    Action("acknowledge_all", ("M",), "all seen", "Acknowledge all alerts", Scope.ACTING),
    *_moves(Scope.FORECAST, "line"),
    Action("next_phase", ("n",), "phase", "The forecast of the next phase", Scope.FORECAST, "n/p", 8),
    Action("previous_phase", ("p",), "phase before", "The forecast of the phase before", Scope.FORECAST),
    Action("back", ("escape",), "back", "Back to where the forecast was opened", Scope.FORECAST, "esc", 4),
    *_moves(Scope.HISTORY_TABLE, "action"),
    Action("open", ("enter",), "whole", "Go to the whole of the action", Scope.HISTORY_TABLE, "enter", 5),
    Action("filter", ("slash",), "filter", "Show only actions that contain a text", Scope.HISTORY, "/", 12),
    Action(
        "back",
        ("escape",),
        "back",
        "Back from the action to the table; let go of the filter; back to where it was opened",
        Scope.HISTORY,
        "esc",
        4,
    ),
    Action("renew", ("R",), "anew", "Make the report anew, as of now", Scope.REPORT, "R", 6),
    Action("write", ("w",), "write", "Write the report to a file beside the plan", Scope.REPORT, "w", 8),
    Action(
        "copy", ("y",), "copy", "Copy the report, where the terminal lets programs do that", Scope.REPORT, "y", 10
    ),
    Action("back", ("escape",), "back", "Back to where the report was opened", Scope.REPORT, "esc", 4),
    Action("confirm", ("y",), "yes", "Do what is asked, where nothing is to be typed", Scope.DIALOG, palette=False),
    Action("down", ("down",), "down", "A line down", Scope.DIALOG, palette=False),
    Action("up", ("up",), "up", "A line up", Scope.DIALOG, palette=False),
    Action("page_down", ("pagedown",), "page down", "A page down", Scope.DIALOG, palette=False),
    Action("page_up", ("pageup",), "page up", "A page up", Scope.DIALOG, palette=False),
    Action("next", ("tab",), "next", "Next field or button", Scope.DIALOG, palette=False),
    Action("previous", ("shift+tab",), "previous", "Previous field or button", Scope.DIALOG, palette=False),
    Action(
        "leave", ("escape",), "leave", "Leave the dialog; what is being done goes on", Scope.DIALOG, palette=False
    ),
    Action("choose", ("enter", "space"), "choose", "Do what the button says", Scope.CHOICE, palette=False),
    Action(
        "back",
        ("escape",),
        "back",
        "Let go of the log's filter; back to the phases",
        Scope.DASHBOARD,
        palette=False,
    ),
    Action(
        "back",
        ("escape",),
        "back",
        "Let go of the log's filter; back to the calendar; back to the dashboard",
        Scope.PHASE,
        "esc",
        4,
    ),
    Action(
        "filter",
        ("slash",),
        "filter",
        "Show only the lines of the whole log that contain a text",
        Scope.LOGS,
        "/",
        12,
    ),
    Action("next_match", ("n",), "match", "Next line that contains the text", Scope.LOGS, "n/N", 40),
    Action("previous_match", ("N",), "previous match", "Previous line that contains the text", Scope.LOGS),
    Action("next_error", ("e",), "error", "Next line of level ERROR or above", Scope.LOGS, "e/E", 30),
    Action("previous_error", ("E",), "previous error", "Previous line of level ERROR or above", Scope.LOGS),
    Action("follow", ("f",), "follow", "Follow the end of the log, or pause", Scope.LOGS, "f", 25),
    Action("next_log", ("right_square_bracket",), "next log", "Next file of this phase's logs", Scope.LOGS),
    Action(
        "previous_log", ("left_square_bracket",), "previous log", "Previous file of this phase's logs", Scope.LOGS
    ),
    Action("submit", ("enter",), "keep the filter", "Keep the filter", Scope.TYPING, "enter", 1, palette=False),
    Action("let_go", ("escape",), "let go of it", "Let go of the filter", Scope.TYPING, "esc", 2, palette=False),
    Action("focus_next", ("tab",), "focus", "Next panel", Scope.PAGE, "tab", 35, palette=False),
    Action("focus_previous", ("shift+tab",), "focus back", "Previous panel", Scope.PAGE, palette=False),
    Action(
        "phase",
        tuple("123456789"),
        "phase",
        "Select a phase by its number",
        Scope.APP,
        "1-9",
        38,
        palette=False,
        takes_key=True,
    ),
    Action("theme", ("T",), "theme", "Choose a theme", Scope.APP),
    Action(
        "command_palette",
        ("colon", "ctrl+p"),
        "command",
        "Find a command by its name",
        Scope.APP,
        ":",
        32,
        palette=False,
    ),
    Action("help", ("question_mark", "f1"), "help", "Show the keys", Scope.APP, "?", 3),
    Action("quit", ("q", "ctrl+c"), "quit", "Quit; the jobs go on", Scope.APP, "q", 2),
)


def of_scope(*scopes: Scope) -> list[Action]:
    """The actions of some scopes, in the registry's order."""
    return [action for action in ACTIONS if action.scope in scopes]


def bindings(*scopes: Scope) -> list[Binding]:
    """The key bindings of some scopes."""
    return [
        Binding(key, f"{a.name}('{key}')" if a.takes_key else a.name, a.label, show=False, tooltip=a.help)
        for a in of_scope(*scopes)
        for key in a.keys
    ]


def hints(scopes: Iterable[Scope]) -> list[Action]:
    """What a footer offers in some scopes, most wanted first. Of two on one key the innermost scope's is meant."""
    taken: set[str] = set()
    offered: list[Action] = []
    for scope in scopes:
        offered += [a for a in of_scope(scope) if a.hint and not taken.intersection(a.keys)]
        taken.update(key for action in of_scope(scope) for key in action.keys)
    return sorted(offered, key=lambda action: action.rank)
