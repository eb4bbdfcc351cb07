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
from backfill_tui.tui.widgets.painted import Painted
from backfill_tui.views import history
from backfill_tui.views.spans import Line, Span, Tone, one, spread, wrap

_MARK = 1  # the selection's bar, left of the row
_HEADER = 1  # the line of titles, which does not scroll


class HistoryTable(Painted, can_focus=True):
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
        self.cursor: int | None = None  # the index of the selected entry

    @property
    def selected(self) -> Entry | None:
        """The selected entry."""
        return None if self.cursor is None else self._entries[self.cursor]

    def show(self, entries: Sequence[Entry], now: datetime, instead: str) -> None:
        """Show entries; where there are none, a sentence."""
        before = self.selected
        self._entries, self._now, self._instead = tuple(entries), now, instead
        kept = (i for i, entry in enumerate(entries) if before is not None and _same(entry, before))
        self.cursor = next(kept, 0 if entries else None)
        self._write()
        if self.selected != before:
            self.post_message(self.Selected())
        self.call_after_refresh(self._keep_in_view)

    @property
    def pristine(self) -> bool:
        """Whether nothing was shown in it yet."""
        return self._now is None

    def on_resize(self) -> None:
        """Lay the columns out anew."""
        self._write()
        self._keep_in_view()

    def _write(self) -> None:
        room = self.scrollable_content_region.width - _MARK
        if self._now is None or room < 1:
            return
        if self._entries:
            self._top = history.titles(room, self._entries, self._now)
            self._rows = history.rows(self._entries, self._now, room)
        else:
            self._top = ()
            self._rows = [one(piece, Tone.DIM) for piece in wrap(self._instead, room)]
        self.virtual_size = Size(0, len(self._rows) + _HEADER)
        self.refresh()

    # Painting

    def render_line(self, y: int) -> Strip:
        """The titles first; then the rows, which scroll beneath them."""
        if y == 0:
            return self.strip(spread(" ", *self._top), self.rich_style)
        index = y - _HEADER + self.scroll_offset.y
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

    def _move(self, to: int) -> None:
        """Select the entry of that index, or the nearest there is."""
        if not self._entries:
            return
        to = min(max(0, to), len(self._entries) - 1)
        if to != self.cursor:
            self.cursor = to
            self.refresh()
            self.post_message(self.Selected())
        self._keep_in_view()

    def _keep_in_view(self) -> None:
        row, page = self.cursor, max(1, self.size.height - _HEADER)
        if row is None:
            return
        top = self.scroll_offset.y
        if not top <= row < top + page:
            self.scroll_to(y=row if row < top else row - page + 1, animate=False)

    def action_down(self) -> None:
        """Select the next action."""
        self._move((self.cursor or 0) + 1)

    def action_up(self) -> None:
        """Select the action before."""
        self._move((self.cursor or 0) - 1)

    def action_page_down(self) -> None:
        """Select the action a page further down."""
        self._move((self.cursor or 0) + max(1, self.size.height - 2))

    def action_page_up(self) -> None:
        """Select the action a page further up."""
        self._move((self.cursor or 0) - max(1, self.size.height - 2))

    def action_first(self) -> None:
        """Select the newest action."""
        self._move(0)

    def action_last(self) -> None:
        """Select the oldest action."""
        self._move(len(self._entries) - 1)

    def action_open(self) -> None:
        """Ask for the whole of the selected entry."""
        if self.selected is not None:
            self.post_message(self.Opened())


def _same(one: Entry, other: Entry) -> bool:
    """Whether two entries are one action, of which more is known now than before."""
    return (one.at, one.action, one.phase, one.what) == (other.at, other.action, other.phase, other.what)
