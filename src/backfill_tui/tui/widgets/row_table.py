"""The cursor of a table: one row is selected, moved by keys, and kept in view. What a row is, tables say."""

from typing import ClassVar

from backfill_tui.tui.widgets.painted import Painted


class RowTable(Painted):
    """A table of rows beneath a line of titles, which does not scroll."""

    HEADER: ClassVar[int] = 1
    MARK: ClassVar[int] = 1  # the selection's bar, left of the row

    @property
    def cursor(self) -> int | None:
        """The index of the selected row."""
        raise NotImplementedError

    @property
    def row_count(self) -> int:
        """How many rows can be selected."""
        raise NotImplementedError

    def choose(self, row: int) -> None:
        """Select the row of that index, and tell of it."""
        raise NotImplementedError

    def keep_in_view(self) -> None:
        """Scroll to the selected row, if it is out of sight."""
        row, page = self.cursor, max(1, self.size.height - self.HEADER)
        if row is None:
            return
        top = self.scroll_offset.y
        if not top <= row < top + page:
            self.scroll_to(y=row if row < top else row - page + 1, animate=False)

    def _move(self, to: int) -> None:
        """Select the row of that index, or the nearest there is."""
        if not self.row_count:
            return
        to = min(max(0, to), self.row_count - 1)
        if to != self.cursor:
            self.choose(to)
        self.keep_in_view()

    def _step(self, by: int) -> None:
        self._move((self.cursor or 0) + by)

    @property
    def _page(self) -> int:
        return max(1, self.size.height - self.HEADER - 1)  # a row of the page before stays in sight

    # Keys

    def action_down(self) -> None:
        """Select the next row."""
        self._step(1)

    def action_up(self) -> None:
        """Select the row before."""
        self._step(-1)

    def action_page_down(self) -> None:
        """Select the row a page further down."""
        self._step(self._page)

    def action_page_up(self) -> None:
        """Select the row a page further up."""
        self._step(-self._page)

    def action_first(self) -> None:
        """Select the first row."""
        self._move(0)

    def action_last(self) -> None:
        """Select the last row."""
        self._move(self.row_count - 1)
