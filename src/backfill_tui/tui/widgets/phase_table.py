"""The phases, a row each. Rows are told apart by name; only cells whose text changed are drawn again."""

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.css.scalar import Scalar
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.tui.actions import Scope, bindings
from backfill_tui.tui.widgets.row_table import RowTable
from backfill_tui.views import bar, rows
from backfill_tui.views.spans import Line, Span, Tone, clip, line_width, one, shorten


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    cells: dict[str, Line]


class PhaseTable(RowTable, can_focus=True):
    """The table of phases with a selected row."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.TABLE)]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"phase-table--selected"}
    SCOPE = Scope.TABLE
    SHARE: ClassVar[int] = 55  # percent of the screen's height, at most

    class Selected(Message):
        """Another phase was selected, by key."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Opened(Message):
        """The page of a phase is wanted."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._snapshot: Snapshot | None = None
        self._rows: tuple[_Row, ...] = ()
        self._placed: tuple[rows.Placed, ...] = ()
        self._needs: dict[str, int] = {}
        self._maps: dict[str, tuple[PhaseView, int, Line]] = {}
        self._selected: str | None = None

    @property
    def _room(self) -> int:
        return self.scrollable_content_region.width

    # What is shown

    def show(self, snapshot: Snapshot, selected: str | None) -> None:
        """Show a snapshot's phases with one of them selected."""
        known = self._snapshot
        self._snapshot = snapshot
        names = tuple(view.name for view in snapshot.phases)
        if known is None or names != tuple(view.name for view in known.phases):
            self._needs.clear()
            self.virtual_size = Size(0, len(names) + self.HEADER)
            self._rows = ()
            self.refresh(layout=True)
        self._update()
        if selected != self._selected:
            self.select(selected)

    def fit(self, room: int) -> None:
        """Be no higher than `room`, nor than its share of the screen; but a row is always seen."""
        least = self.HEADER + 1 + self.gutter.height
        most = max(least, min(room, self.app.size.height * self.SHARE // 100))
        if self.styles.max_height != Scalar.from_number(most):
            self.styles.max_height = most

    def select(self, name: str | None) -> None:
        """Move the selection without telling anyone."""
        before, self._selected = self.cursor, name
        for row in {before, self.cursor} - {None}:
            self._refresh_cell(row or 0, 0, self._room)
        self.call_after_refresh(self.keep_in_view)

    @property
    def cursor(self) -> int | None:
        """The index of the selected row."""
        return next((i for i, row in enumerate(self._rows) if row.name == self._selected), None)

    @property
    def row_count(self) -> int:
        """How many phases there are."""
        return len(self._rows)

    @property
    def columns(self) -> tuple[str, ...]:
        """The keys of the columns that are shown, from left to right."""
        return tuple(p.column.key for p in self._placed)

    def on_resize(self) -> None:
        """Lay the columns out anew."""
        self._needs.clear()
        self._update()
        self.keep_in_view()

    def _update(self) -> None:
        if self._snapshot is None or not self._room:
            return
        stars = any(view.critical for view in self._snapshot.phases)
        fresh = [rows.cells(view, self._snapshot.at, stars=stars) for view in self._snapshot.phases]
        placed = self._place(fresh)
        moved, self._placed = placed != self._placed, placed
        for view, cells in zip(self._snapshot.phases, fresh, strict=True):
            cells["dates"] = self._map(view)
        before, self._rows = (
            self._rows,
            tuple(_Row(view.name, cells) for view, cells in zip(self._snapshot.phases, fresh, strict=True)),
        )
        if moved or len(before) != len(self._rows):
            self.refresh()
            return
        for index, (old, new) in enumerate(zip(before, self._rows, strict=True)):
            for cell in self._placed:
                if old.cells[cell.column.key] != new.cells[cell.column.key]:
                    self._refresh_cell(index, self.MARK + cell.x, cell.width)

    def _place(self, fresh: list[dict[str, Line]]) -> tuple[rows.Placed, ...]:
        """The columns that fit. Needs only grow while the window keeps its size: no column comes and goes."""
        for column in rows.COLUMNS:
            lines = [cells.get(column.key, ()) for cells in fresh]
            if column.optional and not any(rows.says_something(line) for line in lines):
                continue
            need = max((line_width(line) for line in lines), default=0)
            self._needs[column.key] = max(self._needs.get(column.key, 0), need)
        self._needs["dates"] = rows.BAR_MOST if self._snapshot and any(map(_has_bar, self._snapshot.phases)) else 0
        return rows.place(rows.COLUMNS, self._needs, self._room - self.MARK)

    def _map(self, view: PhaseView) -> Line:
        """The map of a phase's dates; worked out again only when its account or the room has changed."""
        width = next((p.width for p in self._placed if p.column.key == "dates"), 0)
        if note := rows.reading(view):
            return one(note, Tone.DIM)
        known = self._maps.get(view.name)
        if known is None or not _shows(known[0], view) or known[1] != width:
            self._maps[view.name] = known = (view, width, _bar(view, width))
        return known[2]

    # Painting

    def render_line(self, y: int) -> Strip:
        """The titles first; then the rows, which scroll beneath them."""
        if y == 0:
            return self._strip([(p, one(p.column.title, Tone.DIM)) for p in self._placed], False)
        index = y - self.HEADER + self.scroll_offset.y
        if index >= len(self._rows):
            return Strip.blank(self.size.width, self.rich_style)
        row = self._rows[index]
        return self._strip([(p, row.cells[p.column.key]) for p in self._placed], row.name == self._selected)

    def _strip(self, cells: list[tuple[rows.Placed, Line]], selected: bool) -> Strip:
        base = self.rich_style
        if selected:
            base += self.get_component_rich_style("phase-table--selected", partial=True)
        segments = [self.segment(Span("▌" if selected else " ", Tone.KEY), base)]
        x = self.MARK
        for placed, line in cells:
            segments.append(Segment(" " * (self.MARK + placed.x - x), base))
            segments += self._cell(placed, line, base, selected)
            x = self.MARK + placed.x + placed.width
        return (
            Strip(segments)
            .adjust_cell_length(self._room, base)
            .adjust_cell_length(self.size.width, self.rich_style)
        )

    def _cell(self, placed: rows.Placed, line: Line, base: Style, selected: bool) -> list[Segment]:
        width = placed.width
        if placed.column.key == "name":
            line = _named(line, width, selected)
        line = clip(line, width)
        pad = Segment(" " * max(0, width - line_width(line)), base)
        segments = [self.segment(span, base) for span in line]
        strip = Strip([pad, *segments] if placed.column.right else [*segments, pad])
        return list(strip.adjust_cell_length(width, base))

    def _refresh_cell(self, row: int, x: int, width: int) -> None:
        y = row + self.HEADER - self.scroll_offset.y
        if self.HEADER <= y < self.size.height:
            self.refresh(Region(x, y, width, 1))

    # Keys

    def choose(self, row: int) -> None:
        """Select the phase of that row, and tell of it."""
        name = self._rows[row].name
        self.select(name)
        self.post_message(self.Selected(name))

    def action_open(self) -> None:
        """Ask for the page of the selected phase."""
        if self._selected is not None and self.cursor is not None:
            self.post_message(self.Opened(self._selected))


def _has_bar(view: PhaseView) -> bool:
    return view.dates is not None or bool(view.account.counts.total)


def _bar(view: PhaseView, width: int) -> Line:
    fraction = view.account.counts.fraction
    if fraction is not None and bar.known_by_count(view.account):
        return bar.count_bar(fraction, width)
    if view.dates is None or not view.account.units:
        return ()
    return bar.bar(bar.date_map(view.dates, view.account.units, width, view.suspects))


def _shows(known: PhaseView, view: PhaseView) -> bool:
    """Whether the map of one is that of the other."""
    return known.account is view.account and known.suspects is view.suspects


def _named(line: Line, width: int, selected: bool) -> Line:
    """A name cut in the middle where it is too long, and in bold where it is selected. The star before it stays."""
    *star, name = line
    room = width - line_width(star)
    return (*star, Span(shorten(name.text, room), Tone.STRONG if selected else name.tone))
