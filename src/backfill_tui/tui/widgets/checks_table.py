"""The checks of a phase, a row each under the heading of its suite; only cells that changed are drawn again."""

from itertools import takewhile
from typing import ClassVar

from rich.style import Style
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.tui.actions import Scope, bindings
from backfill_tui.tui.widgets.painted import Painted
from backfill_tui.views import checks
from backfill_tui.views.checks import Key, Row
from backfill_tui.views.spans import Line, Span, Tone, line_width, spread

_MARK = 1  # the selection's bar, left of the row


class ChecksTable(Painted, can_focus=True):
    """Suites and their checks with one check selected. Headings are passed over."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.CHECKS_TABLE)]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"checks-table--selected"}
    SCOPE = Scope.CHECKS_TABLE

    class Selected(Message):
        """Another check is selected."""

        def __init__(self, key: Key | None) -> None:
            super().__init__()
            self.key = key

    class Opened(Message):
        """The detail of the selected check is wanted."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._shown: tuple[Snapshot, PhaseView] | None = None
        self._rows: tuple[Row, ...] = ()
        self.selected: Key | None = None

    # What is shown

    def show(self, snapshot: Snapshot, view: PhaseView) -> None:
        """Show a phase's suites. A selection that is gone moves to the first check that is no pass."""
        self._shown = (snapshot, view)
        self._update()

    def forget(self) -> None:
        """Another phase comes: let go of the selection."""
        self.selected = None
        self.scroll_home(animate=False)

    def on_resize(self) -> None:
        """Lay the columns out anew."""
        self._update()
        self._keep_in_view()

    def _update(self) -> None:
        room = self.scrollable_content_region.width - _MARK
        if self._shown is None or room < 1:
            return
        snapshot, view = self._shown
        before, self._rows = self._rows, checks.rows(view, snapshot.at, room)
        keys = [row.key for row in self._rows if row.key is not None]
        if self.selected not in keys:
            trouble = (row.key for row in self._rows if row.trouble)
            self.select(next(trouble, keys[0] if keys else None))
        if len(before) != len(self._rows):
            self.virtual_size = Size(0, len(self._rows))
            self.refresh(layout=True)
            self.call_after_refresh(self._keep_in_view)
            return
        for y, (old, new) in enumerate(zip(before, self._rows, strict=True)):
            if old.line != new.line:
                x, width = changed_cells(old.line, new.line)
                self._refresh_cells(y, _MARK + x, width)

    def select(self, key: Key | None) -> None:
        """Move the selection and tell of it."""
        if key == self.selected:
            return
        rows = {self.cursor}
        self.selected = key
        for y in (rows | {self.cursor}) - {None}:
            self._refresh_cells(y or 0, 0, self.size.width)
        self.call_after_refresh(self._keep_in_view)
        self.post_message(self.Selected(key))

    @property
    def cursor(self) -> int | None:
        """The line of the selected check."""
        if self.selected is None:
            return None
        return next((y for y, row in enumerate(self._rows) if row.key == self.selected), None)

    # Painting

    def line_at(self, y: int) -> Line:
        """A row with the selection's bar before it."""
        if y >= len(self._rows):
            return ()
        row = self._rows[y]
        bar = "▌" if row.key is not None and row.key == self.selected else " "
        return spread(Span(bar, Tone.KEY), row.line)

    def base_style(self, y: int) -> Style:
        """The selected row stands on a ground of its own."""
        if y == self.cursor:
            return self.rich_style + self.get_component_rich_style("checks-table--selected", partial=True)
        return self.rich_style

    def strip(self, line: Line, base: Style, left: int = 0) -> Strip:
        """The ground of the selected row ends where the scroll bar's place begins."""
        room = self.scrollable_content_region.width
        strip = super().strip(line, base, left)
        return strip.adjust_cell_length(room, base).adjust_cell_length(self.size.width, self.rich_style)

    def _refresh_cells(self, y: int, x: int, width: int) -> None:
        row = y - self.scroll_offset.y
        if 0 <= row < self.size.height:
            self.refresh(Region(x, row, width, 1))

    # Keys

    def _keep_in_view(self) -> None:
        """The selected row; with the heading of its suite where that is right above it."""
        y, page = self.cursor, max(1, self.size.height)
        if y is None:
            return
        above = len(list(takewhile(lambda row: row.key is None and row.line, reversed(self._rows[:y]))))
        top = self.scroll_offset.y
        wanted = max(0, y - min(above, page - 1))
        if wanted < top:
            self.scroll_to(y=wanted, animate=False)
        elif y >= top + page:
            self.scroll_to(y=y - page + 1, animate=False)

    def _step(self, by: int) -> None:
        keys = [row.key for row in self._rows if row.key is not None]
        if keys:
            at = keys.index(self.selected) if self.selected in keys else 0
            self.select(keys[min(max(0, at + by), len(keys) - 1)])

    def action_down(self) -> None:
        """Select the next check."""
        self._step(1)

    def action_up(self) -> None:
        """Select the check before."""
        self._step(-1)

    def action_page_down(self) -> None:
        """Select a check a page further down."""
        self._step(max(1, self.size.height - 3))

    def action_page_up(self) -> None:
        """Select a check a page further up."""
        self._step(-max(1, self.size.height - 3))

    def action_first(self) -> None:
        """Select the first check."""
        self._step(-len(self._rows))

    def action_last(self) -> None:
        """Select the last check."""
        self._step(len(self._rows))

    def action_detail(self) -> None:
        """Ask for the detail of the selected check."""
        self.post_message(self.Opened())

    def seek_trouble(self, *, forward: bool) -> None:
        """Select the next check that is no pass; from the last on to the first."""
        lines = [y for y, row in enumerate(self._rows) if row.trouble]
        if not lines:
            return
        cursor = self.cursor if self.cursor is not None else -1
        order = lines if forward else lines[::-1]
        beyond = (y for y in order if (y > cursor if forward else y < cursor))
        self.select(self._rows[next(beyond, order[0])].key)


def changed_cells(old: Line, new: Line) -> tuple[int, int]:
    """Where two lines differ: first cell and number of cells. Spans that both begin and end with are the same."""
    same = 0
    for before, after in zip(old, new, strict=False):
        if before != after:
            break
        same += 1
    x = line_width(old[:same])
    tail = 0
    if line_width(old) == line_width(new):
        while tail < min(len(old), len(new)) - same and old[-1 - tail] == new[-1 - tail]:
            tail += 1
    end = max(line_width(old), line_width(new)) - line_width(new[len(new) - tail :])
    return x, max(1, end - x)
