"""The calendar of a phase on the screen: blocks of weeks with a cursor on one date."""

from datetime import date
from typing import ClassVar

from rich.style import Style
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from backfill_tui.control.suspects import NONE_SUSPECT
from backfill_tui.engine.snapshot import PhaseView
from backfill_tui.progress.account import Account, UnitState
from backfill_tui.tui.actions import Scope, bindings
from backfill_tui.tui.widgets.painted import Painted
from backfill_tui.views import calendar
from backfill_tui.views.marks import SUSPECT, Mark, marks_of
from backfill_tui.views.spans import Line

_TROUBLE: tuple[Mark, ...] = (SUSPECT, UnitState.FAILED, UnitState.MISSING)


class Calendar(Painted, can_focus=True):
    """One cell a date. The cursor is a date, so that it stays where it is when the grid is laid out anew."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.CALENDAR)]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"calendar--cursor"}
    SCOPE = Scope.CALENDAR

    class Moved(Message):
        """The cursor is on another date."""

        def __init__(self, day: date) -> None:
            super().__init__()
            self.day = day

    class Chosen(Message):
        """The line of a date in the log is wanted."""

        def __init__(self, day: date) -> None:
            super().__init__()
            self.day = day

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._dates: tuple[date, date] | None = None
        self._grid: calendar.Grid | None = None
        self._account = Account()
        self._suspects = NONE_SUSPECT
        self._marks: dict[date, Mark] = {}
        self._current: date | None = None
        self.cursor: date | None = None

    def show(self, view: PhaseView) -> None:
        """Show a phase's dates. The cursor starts at the date being worked on, or at the first trouble."""
        if view.account is not self._account or view.suspects is not self._suspects:
            self._account, self._suspects = view.account, view.suspects
            before, self._marks = self._marks, marks_of(view.account.units, view.suspects)
            self._refresh_changed(before)
        self._current = view.account.current_date or _frontier(self._marks)
        if view.dates != self._dates:
            self._dates = view.dates
            self._lay_out()
        if self.cursor is None and self._dates is not None:
            self.move_to(self._current or self._dates[0])

    def forget(self) -> None:
        """Another phase comes: let go of the cursor and the range."""
        self.cursor, self._dates, self._grid = None, None, None

    def move_to(self, day: date) -> None:
        """Put the cursor on a date of the range, or on the nearest to it."""
        if self._dates is None:
            return
        day = min(max(day, self._dates[0]), self._dates[1])
        if day == self.cursor:
            return
        before, self.cursor = self.cursor, day
        for changed in (before, day):
            if changed is not None:
                self._refresh_date(changed)
        self._keep_in_view()
        self.post_message(self.Moved(day))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's
        """As many lines as the blocks will take in `width` cells."""
        room = width - self.styles.scrollbar_size_vertical
        return calendar.layout(self._dates, room).height if self._dates and room > 0 else 1

    def on_resize(self) -> None:
        """Lay the blocks out anew."""
        self._lay_out()

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        if self._dates is None or not width:
            self._grid = None
            self.virtual_size = Size(0, 0)
        else:
            self._grid = calendar.layout(self._dates, width)
            self.virtual_size = Size(self._grid.width, self._grid.height)
        if self._dates is not None and self.cursor is not None:
            self.move_to(self.cursor)
        self.refresh(layout=True)
        self.call_after_refresh(self._keep_in_view)

    def _refresh_changed(self, before: dict[date, Mark]) -> None:
        for day, mark in self._marks.items():
            if before.get(day) != mark:
                self._refresh_date(day)
        for day in before.keys() - self._marks.keys():
            self._refresh_date(day)

    def _refresh_date(self, day: date) -> None:
        if self._grid is None or self._grid.clamp(day) != day:
            return
        x, y = self._grid.place(day)
        left, top = self.scroll_offset
        if 0 <= y - top < self.size.height:
            self.refresh(Region(x - left, y - top, 1, 1))

    def _keep_in_view(self) -> None:
        if self._grid is None or self.cursor is None:
            return
        x, y = self._grid.place(self.cursor)
        top = y - 1 - self.cursor.weekday()
        block = Region(max(0, x - 4), top, 9, min(8, max(1, self.size.height)))
        self.scroll_to_region(block, animate=False)

    # Painting

    def line_at(self, y: int) -> Line:
        """The spans of line `y` of the grid."""
        found = self._grid.locate(y) if self._grid else None
        return calendar.block_line(*found, self._marks) if found else ()

    def render_line(self, y: int) -> Strip:
        """A line of the grid, with the cursor where it is on it."""
        strip = super().render_line(y)
        if self._grid is None or self.cursor is None:
            return strip
        x, row = self._grid.place(self.cursor)
        x -= self.scroll_offset.x
        if row != y + self.scroll_offset.y or not 0 <= x < self.size.width:
            return strip
        under = self.get_component_rich_style("calendar--cursor", partial=True)
        before, cell, after = strip.divide([x, x + 1, self.size.width])
        marked = Strip([s._replace(style=(s.style or Style()) + under) for s in cell])
        return Strip.join([before, marked, after])

    # Keys

    def _step(self, *, days: int = 0, weeks: int = 0) -> None:
        if self._grid is not None and self.cursor is not None:
            self.move_to(calendar.step(self._grid, self.cursor, days=days, weeks=weeks))

    def action_left(self) -> None:
        """A week back."""
        self._step(weeks=-1)

    def action_right(self) -> None:
        """A week on."""
        self._step(weeks=1)

    def action_up(self) -> None:
        """The date before."""
        self._step(days=-1)

    def action_down(self) -> None:
        """The date after."""
        self._step(days=1)

    def action_page_up(self) -> None:
        """A year back, on the same weekday."""
        self._step(weeks=-52)

    def action_page_down(self) -> None:
        """A year on, on the same weekday."""
        self._step(weeks=52)

    def action_first(self) -> None:
        """The first date."""
        if self._grid:
            self.move_to(self._grid.first)

    def action_last(self) -> None:
        """The last date."""
        if self._grid:
            self.move_to(self._grid.last)

    def action_next_trouble(self) -> None:
        """The next failed or missing date; from the last on to the first."""
        self._seek(forward=True)

    def action_previous_trouble(self) -> None:
        """The failed or missing date before; from the first on to the last."""
        self._seek(forward=False)

    def _seek(self, *, forward: bool) -> None:
        days = sorted((d for d, s in self._marks.items() if s in _TROUBLE), reverse=not forward)
        if not days or self.cursor is None:
            return
        cursor = self.cursor
        beyond = (d for d in days if (d > cursor if forward else d < cursor))
        self.move_to(next(beyond, days[0]))

    def action_now(self) -> None:
        """The date being worked on."""
        if self._current is not None:
            self.move_to(self._current)

    def action_jump(self) -> None:
        """Ask for the cursor's line in the log."""
        if self.cursor is not None:
            self.post_message(self.Chosen(self.cursor))


def _frontier(marks: dict[date, Mark]) -> date | None:
    """The first missing date, else the first failed one, else the first suspect one, else the last reached."""
    for trouble in reversed(_TROUBLE):
        if days := [day for day, mark in marks.items() if mark == trouble]:
            return min(days)
    return max((day for day, mark in marks.items() if mark is not UnitState.PENDING), default=None)
