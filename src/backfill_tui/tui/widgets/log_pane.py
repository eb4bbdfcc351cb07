"""The log of a phase: which of its files, its lines, and the field for a text to filter them by."""

from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from backfill_tui.engine.snapshot import LogSeen, PhaseView
from backfill_tui.tui.log_reader import Opener, ToMatch, ToOffset, ToTrouble
from backfill_tui.tui.telling import tell
from backfill_tui.tui.widgets.field import FilterField
from backfill_tui.tui.widgets.log_lines import LogLines
from backfill_tui.tui.widgets.painted import Lines
from backfill_tui.tui.widgets.titled import Titled
from backfill_tui.views import formats
from backfill_tui.views.spans import Tone, one


class LogPane(Vertical, Titled):
    """One file of a phase at a time; at first the one that grew last."""

    def __init__(self, opener: Opener, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes="panel")
        self._opener = opener
        self._view: PhaseView | None = None
        self._phase = ""
        self._file = 0

    def compose(self) -> ComposeResult:
        """A sentence where there is no log, the lines, and the field."""
        yield Lines(id="no-log")
        yield LogLines(self._opener, id="lines")
        yield FilterField()

    @property
    def lines(self) -> LogLines:
        """The lines."""
        return self.query_one(LogLines)

    # What is shown

    def show_phase(self, view: PhaseView) -> None:
        """Show a phase's log; a file is kept while the phase is the same."""
        if view.name != self._phase:
            self._phase, self._file = view.name, _latest(view.logs)
        self._view = view
        self._show_file()

    def step_file(self, by: int) -> None:
        """Show another of the phase's files."""
        if self._view is not None and len(self._view.logs) > 1:
            self._file = (self._file + by) % len(self._view.logs)
            self._show_file()

    def _show_file(self) -> None:
        view = self._view
        if view is None:
            return
        self._file = min(self._file, max(0, len(view.logs) - 1))
        log = view.logs[self._file] if view.logs else None
        nothing = self.query_one("#no-log", Lines)
        sentence = "This phase has no log." if log is None else ""
        nothing.set_class(not sentence, "-gone")
        nothing.show([one(sentence, Tone.DIM)] if sentence else [])
        self.lines.open(Path(log.path) if log is not None else None)
        self._entitle()

    @on(LogLines.Changed)
    def _entitle(self) -> None:
        """Title and subtitle say which log, and where in it."""
        view, lines = self._view, self.lines
        if view is None:
            return
        title = f"Log · {view.name}"
        if len(view.logs) > 1:
            title += f" · {Path(view.logs[self._file].path).name} {self._file + 1}/{len(view.logs)}"
        self.entitle(title, _position(lines) if view.logs else "")

    def take_focus(self) -> None:
        """Focus the field while it is open, else the lines."""
        field = self.query_one("#filter", Input)
        (field if field.display else self.lines).focus()

    # Filter, matches, errors

    def ask(self) -> None:
        """Open the field."""
        field = self.query_one("#filter", Input)
        field.display = True
        field.value = self.lines.filter or self.lines.needle
        field.focus()

    @on(Input.Changed)
    def _filter_live(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.display:
            self.lines.set_filter(event.value)

    @on(Input.Submitted)
    def _keep_filter(self, event: Input.Submitted) -> None:
        event.stop()
        self._close_field()
        self.lines.focus()

    def _close_field(self) -> None:
        self.query_one("#filter", Input).display = False

    def let_go(self) -> bool:
        """Let go of the field, else of the filter, else of the marked text; whether there was any of them."""
        if self.query_one("#filter", Input).display:
            self._close_field()
            self.lines.set_filter("")
            self.lines.focus()
            return True
        if self.lines.filter:
            self.lines.set_filter("")
            return True
        if self.lines.needle:
            self.lines.needle = ""
            self.lines.refresh()
            return True
        return False

    def seek_match(self, *, forward: bool) -> None:
        """Go to the next line with the text; among filtered lines that is the next of them."""
        lines = self.lines
        if lines.filter:
            lines.following = False
            lines.action_down() if forward else lines.action_up()
        elif lines.needle and (at := lines.line_number) is not None:
            lines.jump(ToMatch(at - 1, forward, lines.needle))
        elif not lines.needle:
            self.ask()

    def seek_error(self, *, forward: bool) -> None:
        """Go to the next line that reports an error."""
        if (at := self.lines.line_number) is not None:
            line = self.lines.count if self.lines.following and not forward else at - 1
            self.lines.jump(ToTrouble(line, forward))

    @on(LogLines.Nowhere)
    def _say_that_there_is_none(self, event: LogLines.Nowhere) -> None:
        if isinstance(event.jump, ToMatch | ToTrouble):
            tell(self.app, _none(event.jump), seconds=4.0)

    def go_to(self, file: int, offset: int) -> None:
        """Go to a place in one of the phase's files."""
        self._file = file
        self._show_file()
        self.lines.jump(ToOffset(offset))

    def toggle_follow(self) -> None:
        """Follow the end, or pause."""
        self.lines.follow(not self.lines.following)


def _latest(logs: tuple[LogSeen, ...]) -> int:
    """The file that grew last; the last of them where that is not known."""
    known = [(log.last_growth_at, index) for index, log in enumerate(logs) if log.last_growth_at is not None]
    return max(known)[1] if known else max(0, len(logs) - 1)


def _none(jump: ToMatch | ToTrouble) -> str:
    """What was looked for and is not there, and which key looks the other way."""
    what = f"contains “{jump.text}”" if isinstance(jump, ToMatch) else "is of level ERROR or above"
    other = ("E" if jump.forward else "e") if isinstance(jump, ToTrouble) else ("N" if jump.forward else "n")
    here, there = ("below", "above") if jump.forward else ("above", "below")
    return f"No line {here} this one {what}; {other} looks {there}."


def _position(lines: LogLines) -> str:
    """`following · line 3,871`, `paused · line 12 of 3,871`, `“error” · first 14 of 3,871 lines`."""
    if lines.trouble:
        return ""
    busy = " …" if lines.busy else ""
    if not lines.counted:
        return "counting lines …"
    if lines.filter:
        found = f"{'first ' if lines.full else ''}{formats.count(lines.rows)}"
        return f"“{lines.filter}” · {found} of {formats.plural(lines.count, 'line')}{busy}"
    if lines.following:
        return f"following · line {formats.count(lines.count)}{busy}"
    return f"paused · line {formats.count(lines.line_number)} of {formats.count(lines.count)}{busy}"
