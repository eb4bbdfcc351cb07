"""The base of every widget that draws spans. Tones become styles here, and only here is text made safe to show."""

from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from backfill_tui.tui.widgets.titled import Titled
from backfill_tui.views.spans import Line, Span, Tone

TONES = {f"tone--{tone.value}" for tone in Tone}
"""Component classes of every screen with painted widgets. As each widget's own they would cost a screen most of its
time: whenever its classes change, Textual finds the styles of all of them anew."""


class Painted(ScrollView, Titled, can_focus=False):
    """Draws lines of spans, one at a time, as it is asked for them; in the tones of its screen."""

    def line_at(self, y: int) -> Line:
        """The spans of line `y` of the whole, scrolling aside."""
        raise NotImplementedError

    def base_style(self, y: int) -> Style:  # noqa: ARG002 - a widget may mark a line by it
        """The style on which the spans of line `y` are painted."""
        return self.rich_style

    def render_line(self, y: int) -> Strip:
        """One line of the screen (Textual's Line API)."""
        left, top = self.scroll_offset
        return self.strip(self.line_at(top + y), self.base_style(top + y), left)

    def strip(self, line: Line, base: Style, left: int = 0) -> Strip:
        """A painted line, cut to the widget's width from cell `left` on, and filled up."""
        segments = [self.segment(span, base) for span in line]
        return Strip(segments).crop_extend(left, left + self.size.width, base)

    def segment(self, span: Span, base: Style) -> Segment:
        """A span in its tone, free of control characters."""
        return Segment(self.clean(span.text), base + self.tone(span.tone))

    def tone(self, tone: Tone) -> Style:
        """What a tone adds to the style beneath it."""
        return self.screen.get_component_rich_style(f"tone--{tone.value}", partial=True)


class Lines(Painted):
    """A few lines that are replaced as a whole; only those that changed are drawn again."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Line, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._lines

    def show(self, lines: Sequence[Line]) -> None:
        """Replace the lines."""
        before, self._lines = self._lines, tuple(lines)
        if len(before) != len(self._lines):
            self.virtual_size = Size(0, len(self._lines))
            self.refresh(layout=True)
            return
        changed = [y for y, (old, new) in enumerate(zip(before, self._lines, strict=True)) if old != new]
        if changed:
            top = self.scroll_offset.y
            self.refresh(*(Region(0, y - top, self.size.width, 1) for y in changed))

    def line_at(self, y: int) -> Line:
        """The spans of line `y`."""
        return self._lines[y] if y < len(self._lines) else ()


Writer = Callable[[int], list[Line]]


class Written(Lines):
    """Lines that are written for the widget's width, again whenever that changes; as high as they need."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._writer: Writer | None = None

    def write(self, writer: Writer) -> None:
        """Show what `writer` makes of the width in cells."""
        self._writer = writer
        if width := self.scrollable_content_region.width:
            self.show(writer(width))
        else:
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's
        """As many lines as there will be in `width` cells."""
        return len(self._writer(width - self.styles.scrollbar_size_vertical)) if self._writer is not None else 0

    def on_resize(self) -> None:
        """Write again for the new width."""
        if self._writer is not None:
            self.write(self._writer)
