"""The help: every action of the registry, by where it is at home; what can be done here comes first."""

from collections.abc import Collection
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from backfill_tui.tui.actions import Action, Scope, of_scope
from backfill_tui.tui.widgets.painted import TONES
from backfill_tui.tui.widgets.panels import Details
from backfill_tui.views.spans import Line, Span, Tone, one, spread, wrap

_ORDER = (
    Scope.TABLE,
    Scope.CALENDAR,
    Scope.LOG,
    Scope.LOGS,
    Scope.TYPING,
    Scope.ACTING,
    Scope.JUDGING,
    Scope.CHECKS_TABLE,
    Scope.CHECKS,
    Scope.RUNNING,
    Scope.ASKING,
    Scope.FORECAST,
    Scope.HISTORY_TABLE,
    Scope.HISTORY,
    Scope.REPORT,
    Scope.DIALOG,
    Scope.CHOICE,
    Scope.PAGE,
    Scope.APP,
    Scope.DASHBOARD,
    Scope.PHASE,
    Scope.DETAILS,
)
_KEYS = 16  # cells of the column of keys


class Help(ModalScreen[None]):
    """A list of keys, scrolled like everything else."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter,f1", "dismiss", "Close", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = TONES

    def __init__(self, here: Collection[Scope] = ()) -> None:
        super().__init__()
        self.here = here

    def compose(self) -> ComposeResult:
        """One scrolling panel."""
        yield Details("Help", id="help")

    def on_mount(self) -> None:
        """Write the list."""
        panel = self.query_one(Details)
        panel.entitle("Keys", "esc: close")
        panel.write(lambda width: written(width, self.here))
        panel.focus()


def written(width: int, here: Collection[Scope] = ()) -> list[Line]:
    """The help in `width` cells, the keys that work `here` before all others."""
    lines: list[Line] = []
    for scope in sorted(_ORDER, key=lambda scope: scope not in here):
        lines += [one("")] if lines else []
        lines.append(one(scope.value, Tone.TITLE))
        for action in of_scope(scope):
            lines += _entry(action, width)
    return lines


def _entry(action: Action, width: int) -> list[Line]:
    pieces = wrap(action.help, max(10, width - _KEYS))
    keys = action.shown_keys
    return [
        spread(Span((keys if i == 0 else "").ljust(_KEYS), Tone.KEY), Span(piece)) for i, piece in enumerate(pieces)
    ]
