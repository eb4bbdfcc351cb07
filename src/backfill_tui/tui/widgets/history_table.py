"""The actions of the ledger, a row each, newest first; the selected one stays selected when others come."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from rich.style import Style
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from backfill_tui.control.offer import Entry
from backfill_tui.tui.actions import Scope, bindings
from backfill_tui.tui.widgets.row_table import RowTable
from backfill_tui.views import history
from backfill_tui.views.spans import Line, Span, Tone, one, spread, wrap


class HistoryTable(RowTable, can_focus=True):
    """A table of entries with a selected row."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.HISTORY_TABLE)]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"history-table--selected"}
    SCOPE = Scope.HISTORY_TABLE

    class Selected(Message):
        """Another entry is selected, or none any more."""

    class Opened(Message):
        """The whole of the selected entry is wanted."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._entries: tuple[Entry, ...] = ()
        self._now: datetime | None = None
        self._instead = ""
        self._top: Line = ()
        self._rows: list[Line] = []
        self._cursor: int | None = None

    @property
    def cursor(self) -> int | None:
        """The index of the selected entry."""
        return self._cursor

    @property
    def row_count(self) -> int:
        """How many entries there are."""
        return len(self._entries)

    @property
    def selected(self) -> Entry | None:
        """The selected entry."""
        return None if self.cursor is None else self._entries[self.cursor]

    def show(self, entries: Sequence[Entry], now: datetime, instead: str) -> None:
        """Show entries; where there are none, a sentence."""
        before = self.selected
        self._entries, self._now, self._instead = tuple(entries), now, instead
        kept = (i for i, entry in enumerate(entries) if before is not None and _same(entry, before))
        self._cursor = next(kept, 0 if entries else None)
        self._write()
        if self.selected != before:
            self.post_message(self.Selected())
        self.call_after_refresh(self.keep_in_view)

    @property
    def pristine(self) -> bool:
        """Whether nothing was shown in it yet."""
        return self._now is None

    def on_resize(self) -> None:
        """Lay the columns out anew."""
        self._write()
        self.keep_in_view()

    def _write(self) -> None:
        room = self.scrollable_content_region.width - self.MARK
        if self._now is None or room < 1:
            return
        if self._entries:
            self._top = history.titles(room, self._entries, self._now)
            self._rows = history.rows(self._entries, self._now, room)
        else:
            self._top = ()
            self._rows = [one(piece, Tone.DIM) for piece in wrap(self._instead, room)]
        self.virtual_size = Size(0, len(self._rows) + self.HEADER)
        self.refresh()

    # Painting

    def render_line(self, y: int) -> Strip:
        """The titles first; then the rows, which scroll beneath them."""
        if y == 0:
            return self.strip(spread(" ", *self._top), self.rich_style)
        index = y - self.HEADER + self.scroll_offset.y
        return self.strip(self.line_at(index), self.base_style(index))

    def line_at(self, y: int) -> Line:
        """A row with the selection's bar before it."""
        if y >= len(self._rows):
            return ()
        return spread(Span("▌" if y == self.cursor else " ", Tone.KEY), *self._rows[y])

    def base_style(self, y: int) -> Style:
        """The selected row stands on a ground of its own."""
        if y == self.cursor:
            return self.rich_style + self.get_component_rich_style("history-table--selected", partial=True)
        return self.rich_style

    # Keys

    def choose(self, row: int) -> None:
        """Select the entry of that index, and tell of it."""
        self._cursor = row
        self.refresh()
        self.post_message(self.Selected())

    def action_open(self) -> None:
        """Ask for the whole of the selected entry."""
        if self.selected is not None:
            self.post_message(self.Opened())


def _same(one: Entry, other: Entry) -> bool:
    """Whether two entries are one action, of which more is known now than before."""
    return (one.at, one.action, one.phase, one.what) == (other.at, other.action, other.phase, other.what)
