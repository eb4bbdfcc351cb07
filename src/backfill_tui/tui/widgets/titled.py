"""Frames with a title and a subtitle that are plain text, and are drawn again only when they change."""

from textual.content import Content
from textual.widget import Widget

from backfill_tui.views.spans import plain, to_ascii

# C0, DEL and C1: nothing of them may reach a terminal, wherever a text comes from.
_CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), " ")


class Titled(Widget):
    """A widget whose frame says what it shows. Name it last among bases: Textual styles by the first."""

    _titles: tuple[str, str] = ("", "")

    def clean(self, text: str) -> str:
        """`text` as this terminal may have it: no control characters, ASCII where there is nothing else."""
        text = text if text.isprintable() else text.translate(_CONTROLS)
        return to_ascii(text) if self.app.has_class("-ascii") else text

    def entitle(self, title: str, subtitle: str = "") -> None:
        """Set title and subtitle; markup in them is text like any other."""
        titles = (title, subtitle)
        if titles != self._titles:
            self._titles = titles
            self.border_title = Content(self.clean(plain(title)))
            self.border_subtitle = Content(self.clean(plain(subtitle)))
