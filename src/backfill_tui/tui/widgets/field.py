"""Lines to type in, a dialog's with its label and a page's for a filter: plain text, whatever is pasted."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import Paste
from textual.reactive import reactive
from textual.widgets import Input

from backfill_tui.tui.actions import Scope, bindings
from backfill_tui.tui.widgets.painted import Lines
from backfill_tui.views.spans import Tone, one, plain


class TextInput(Input):
    """A line to type in. Nothing that can't be shown gets into it, and its cursor does not blink."""

    cursor_blink = reactive(False, init=False)

    def validate_value(self, value: str) -> str:
        """What was typed, without control characters and invisible marks."""
        return plain(value)

    def on_paste(self, event: Paste) -> None:
        """All of what is pasted, its line breaks as blanks."""
        event.prevent_default()
        event.stop()
        self.replace(" ".join(plain(event.text).split()), *self.selection)


class FilterField(TextInput):
    """Where a page is asked for a text to filter by. It is there only while somebody types in it."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.TYPING)]
    SCOPE = Scope.TYPING

    def __init__(self) -> None:
        super().__init__(placeholder="text to filter by", id="filter")

    async def action_let_go(self) -> None:
        """Go back, as the page does."""
        await self.run_action("screen.back")


class Field(Horizontal):
    """A label and the field beside it."""

    def __init__(self, label: str, hint: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._label = label
        self._hint = hint

    def compose(self) -> ComposeResult:
        """Label, then the field."""
        yield Lines(classes="label")
        yield TextInput(placeholder=self._hint)

    def on_mount(self) -> None:
        """Write the label."""
        self.query_one(Lines).show([one(self._label, Tone.DIM)])

    @property
    def answer(self) -> TextInput:
        """The field."""
        return self.query_one(TextInput)

    @property
    def value(self) -> str:
        """What is in it."""
        return self.answer.value
