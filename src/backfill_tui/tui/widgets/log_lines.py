"""The lines of a log, as many as there are: drawn from a small cache that a thread fills with what is in sight."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual import work
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.screen import ModalScreen
from textual.strip import Strip

from backfill_tui.errors import in_words
from backfill_tui.tui.actions import Scope, bindings
from backfill_tui.tui.log_reader import Jump, LogReader, Look, Opener, Want
from backfill_tui.tui.widgets.painted import Painted
from backfill_tui.views import logline
from backfill_tui.views.spans import Line, Tone, one

if TYPE_CHECKING:
    from backfill_tui.sources.pager import Line as LogLine

_EVERY_S = 0.25  # between two looks at a file that is being followed
_AFTER_TROUBLE_S = 1.0
_MARGIN = 50  # lines fetched above and below what is in sight
_SIDEWAYS = 8  # cells that one key scrolls


class LogLines(Painted, can_focus=True):
    """A window on a log. It follows the end until a key moves it; then a cursor line stays where it is."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.LOG)]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"log-lines--cursor"}
    SCOPE = Scope.LOG

    class Changed(Message):
        """What is to be said about the log has changed: position, count, filter, trouble."""

    class Nowhere(Message):
        """There is no such line as was to be jumped to."""

        def __init__(self, jump: Jump) -> None:
            super().__init__()
            self.jump = jump

    def __init__(self, opener: Opener, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._opener = opener
        self._look = Look()
        self._cache: dict[int, LogLine] = {}
        self._left = 0
        self._nudge = asyncio.Event()
        self._reader: LogReader | None = None  # of the file that is shown; what another one still brings is dropped
        self._jump: Jump | None = None
        self.path: Path | None = None
        self.filter = ""
        self.needle = ""
        self.following = True
        self.cursor = 0
        self.trouble = ""

    # What is shown

    def open(self, path: Path | None) -> None:
        """Show another file, from its end."""
        if path == self.path:
            return
        self.path = path
        self._forget()
        self.filter, self.trouble, self.following, self._jump = "", "", True, None
        self.watch_file()

    @property
    def count(self) -> int:
        """How many lines the whole log has, as far as they are counted."""
        return self._look.count

    @property
    def counted(self) -> bool:
        """Whether the whole log has been counted."""
        return self._look.complete

    @property
    def full(self) -> bool:
        """Whether the filter lists only the first of its lines, because there are too many."""
        return self._look.full

    @property
    def rows(self) -> int:
        """How many lines can be scrolled through: all, those that match, or the last few until all are counted."""
        if not self._look.complete:
            return len(self._look.lines)
        return self._look.found if self.filter else self._look.count

    @property
    def line_number(self) -> int | None:
        """The number, from 1, of the cursor's line in the whole log; None while it is not known."""
        if not self._look.complete or not self.rows:
            return None
        row = min(self.cursor, self.rows - 1)
        return (self._look.matches[row] if self.filter else row) + 1

    @property
    def busy(self) -> bool:
        """Whether a count, a search or a filter is under way."""
        return self._look.busy or self._jump is not None

    def set_filter(self, text: str) -> None:
        """List only lines with a text; with an empty one, all again, and the cursor's line stays in sight."""
        line = self.line_number
        self.filter = text
        self.needle = text or self.needle
        self._cache.clear()
        self._look = replace(self._look, matches=(), found=0, full=False, filter=text)
        if not text and line is not None:
            self.following = False
            self._make_room()
            self._go(line - 1, into_the_middle=True)
        else:
            self._make_room()
        self._ask()

    def jump(self, jump: Jump) -> None:
        """Go where a jump leads, as soon as that is known; the filter is let go of."""
        if self.filter:
            self.set_filter("")
        self._jump = jump
        self._ask()

    def follow(self, on: bool) -> None:
        """Follow the end, or stay."""
        self.following = on
        self._go(self.rows - 1 if on else self.cursor)
        self.post_message(self.Changed())

    # The thread's side

    @work(exclusive=True, group="log")
    async def watch_file(self) -> None:
        """Look at the file again and again while it is shown."""
        self._reader = reader = LogReader(self.path, self._opener) if self.path else None
        while reader is not None and self._reader is reader:
            await self._look_once(reader)

    async def _look_once(self, reader: LogReader) -> None:
        pause = _EVERY_S
        self._nudge.clear()
        if self._in_sight():
            try:
                look = await asyncio.to_thread(reader.look, self._wanted())
            except Exception as error:  # noqa: BLE001 - whatever ails a file, the screen stays and says so
                if self._reader is not reader:
                    return
                self._fail(in_words(error))
                pause = _AFTER_TROUBLE_S
            else:
                if self._reader is not reader:
                    return
                self._take(look)
                pause = 0.0 if look.busy else _EVERY_S
        with suppress(TimeoutError):
            async with asyncio.timeout(pause or 0.001):
                await self._nudge.wait()

    def _in_sight(self) -> bool:
        return self.display and (self.screen.is_current or isinstance(self.app.screen, ModalScreen))

    def _wanted(self) -> Want:
        height = max(1, self.size.height)
        first = max(0, self.scroll_offset.y - _MARGIN)
        return Want(first, height + 2 * _MARGIN, last=self.following, filter=self.filter, jump=self._jump)

    def _take(self, look: Look) -> None:
        if look.filter != self.filter:
            return  # an answer to a question of before
        before = self._look
        if look.generation != before.generation or look.count < before.count:
            self._cache.clear()
        self._look = look
        self.trouble = look.note if not look.count else ""
        self._remember(look)
        if look.count != before.count or look.complete != before.complete or self.rows != self.virtual_size.height:
            self._make_room()
        if look.jump is not None and look.jump == self._jump:
            self._land(look.jump, look.target)
        if before != look:
            self.post_message(self.Changed())

    def _remember(self, look: Look) -> None:
        fresh = dict(enumerate(look.lines, start=look.first))
        changed = [row for row, line in fresh.items() if self._cache.get(row) != line]
        keep = range(look.first - 20 * _MARGIN, look.first + 20 * _MARGIN)
        self._cache = {row: line for row, line in self._cache.items() if row in keep} | fresh
        for row in changed:
            if self.scroll_offset.y <= row < self.scroll_offset.y + self.size.height:
                self.refresh_line(row)

    def _land(self, jump: Jump, target: int | None) -> None:
        self._jump = None
        if target is None:
            self.post_message(self.Nowhere(jump))
            return
        self.following = False
        self._go(target, into_the_middle=True)

    def _fail(self, sentence: str) -> None:
        if sentence != self.trouble:
            self._forget()
            self.trouble = sentence
            self.post_message(self.Changed())

    def _forget(self) -> None:
        self._look, self._cache, self._left, self.cursor = Look(), {}, 0, 0
        self._make_room()
        self.refresh()

    def _ask(self) -> None:
        self._nudge.set()
        self.post_message(self.Changed())

    def _make_room(self) -> None:
        """The room that the rows take; following, the end comes into sight."""
        rows = self.rows
        if self.virtual_size.height != rows:
            self.virtual_size = Size(0, rows)
        if self.following or self.cursor >= rows:
            self._go(rows - 1)

    # Painting

    def line_at(self, y: int) -> Line:
        """The spans of a row; a row that is not fetched yet is asked for."""
        if self.trouble:
            return one(self.trouble, Tone.WARN) if y == 0 else ()
        if y >= self.rows:
            return ()
        line = self._cache.get(y)
        if line is None:
            self._nudge.set()
            return one("·", Tone.FAINT)
        return logline.mark(logline.shown(line.text, trouble=line.trouble), self.needle)

    def base_style(self, y: int) -> Style:
        """The cursor's line stands out while it is not the end that is followed."""
        if y == self.cursor and not self.following and y < self.rows:
            return self.rich_style + self.get_component_rich_style("log-lines--cursor", partial=True)
        return self.rich_style

    def render_line(self, y: int) -> Strip:
        """One line, from the cell to which it is scrolled sideways."""
        row = self.scroll_offset.y + y
        return self.strip(self.line_at(row), self.base_style(row), self._left)

    # Moving

    def _go(self, row: int, *, into_the_middle: bool = False) -> None:
        """Put the cursor on a row and bring it into sight, with what is around it where it came from afar."""
        row = min(max(0, row), max(0, self.rows - 1))
        before, self.cursor = self.cursor, row
        self.refresh_line(before)
        self.refresh_line(row)
        height = max(1, self.size.height)
        top = self.scroll_offset.y
        if self.following:
            top = max(0, self.rows - height)
        elif not top <= row < top + height and into_the_middle:
            top = max(0, row - height // 2)
        elif row < top:
            top = row
        elif row >= top + height:
            top = row - height + 1
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, force=True)
        self._nudge.set()

    def _move(self, by: int) -> None:
        """Move the cursor; going up lets go of the end, reaching it does not take it up again."""
        if not self.rows:
            return
        if by < 0:
            self.following = False
        self._go(self.cursor + by)
        self.post_message(self.Changed())

    def on_resize(self) -> None:
        """Keep the end, or the cursor, in sight."""
        self._go(self.cursor)

    def action_down(self) -> None:
        """A line down."""
        self._move(1)

    def action_up(self) -> None:
        """A line up."""
        self._move(-1)

    def action_page_down(self) -> None:
        """A page down."""
        self._move(max(1, self.size.height - 1))

    def action_page_up(self) -> None:
        """A page up."""
        self._move(-max(1, self.size.height - 1))

    def action_first(self) -> None:
        """To the first line."""
        self._move(-self.cursor - 1)

    def action_last(self) -> None:
        """To the end, and follow it."""
        self.follow(on=True)

    def action_left(self) -> None:
        """Scroll left."""
        self._sideways(-_SIDEWAYS)

    def action_right(self) -> None:
        """Scroll right."""
        self._sideways(_SIDEWAYS)

    def _sideways(self, by: int) -> None:
        self._left = max(0, self._left + by)
        self.refresh()
