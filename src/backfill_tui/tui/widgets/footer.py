"""The line of keys at the bottom: what the focused widget, its page and the app offer, as far as there is room."""

from collections.abc import Sequence

from backfill_tui.tui.actions import Action, Scope, hints
from backfill_tui.tui.widgets.painted import Lines
from backfill_tui.views.spans import Line, Span, Tone, line_width, spread


class Footer(Lines):
    """Key hints out of the registry."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._scopes: tuple[Scope, ...] = ()

    def offer(self, *scopes: Scope) -> None:
        """Show what can be done in some scopes, innermost first."""
        self._scopes = scopes
        if self.size.width:
            self.show([line(hints(scopes), self.size.width)])

    def on_resize(self) -> None:
        """Fit the hints anew."""
        self.offer(*self._scopes)


def line(actions: Sequence[Action], room: int) -> Line:
    """As many hints as fit in `room` cells, most wanted first; the way out and the help stand at the end."""
    last = [a for a in actions if a.name in {"help", "quit"}]
    first = [a for a in actions if a not in last]
    tail = [_hint(action) for action in reversed(last)]
    used = 1 + sum(line_width(hint) for hint in tail)
    head: list[Line] = []
    for action in first:
        hint = _hint(action)
        if used + line_width(hint) <= room:
            head.append(hint)
            used += line_width(hint)
    return spread(" ", *head, *tail)


def _hint(action: Action) -> Line:
    return (Span(action.hint, Tone.KEY), Span(f" {action.label}   ", Tone.DIM))
