"""A button of a dialog: it does nothing by having the focus, only by enter, space or a click."""

from typing import ClassVar

from rich.style import Style
from textual.binding import BindingType
from textual.message import Message

from backfill_tui.tui.actions import Scope, bindings
from backfill_tui.tui.widgets.painted import Lines
from backfill_tui.views.spans import Tone, line_width, one, plain


class Choice(Lines, can_focus=True):
    """`[ Launch ]`. One that is disabled can't be reached and says so by its tone."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.CHOICE)]
    SCOPE = Scope.CHOICE

    class Chosen(Message):
        """The button was pressed."""

        def __init__(self, choice: "Choice") -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> "Choice":
            """The button, for handlers that name it."""
            return self.choice

    def __init__(self, words: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._words = words

    def on_mount(self) -> None:
        """Write what it says."""
        self.say(self._words)

    def say(self, words: str) -> None:
        """What it does, in a word or two."""
        self._words = words
        shown = one(f"[ {plain(words)} ]", Tone.FAINT if self.disabled else Tone.STRONG)
        self.styles.width = line_width(shown)
        self.show([shown])

    def tone(self, tone: Tone) -> Style:
        """As everywhere; with the focus, the style of the whole button counts."""
        return Style.null() if self.has_focus else super().tone(tone)

    def watch_disabled(self, disabled: bool) -> None:
        """Its tone tells whether it can be pressed."""
        super().watch_disabled(disabled)
        if self.is_mounted:
            self.say(self._words)

    def action_choose(self) -> None:
        """Press it."""
        if not self.disabled:
            self.post_message(self.Chosen(self))
