"""The command palette, filled from the registry of actions."""

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode

from backfill_tui.tui.actions import ACTIONS, Action, Scope
from backfill_tui.tui.screens.page import Page


def _scopes(node: DOMNode) -> tuple[Scope, ...]:
    """Where a node is at home: its own scope, or for a page all of its own."""
    if isinstance(node, Page):
        return node.scopes()
    own = getattr(node, "SCOPE", None)
    return (own,) if isinstance(own, Scope) else ()


class RegistryCommands(Provider):
    """Every action that can be done on the page in front, by its help."""

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for action, node in self._doable():
            yield DiscoveryHit(action.help, partial(self._do, action, node), help=action.shown_keys)

    async def search(self, query: str) -> Hits:
        """Those that match what is typed."""
        matcher = self.matcher(query)
        for action, node in self._doable():
            if (score := matcher.match(action.help)) > 0:
                yield Hit(
                    score, matcher.highlight(action.help), partial(self._do, action, node), help=action.shown_keys
                )

    def _doable(self) -> Iterator[tuple[Action, DOMNode]]:
        homes: list[DOMNode] = [self.app, self.screen, *self.screen.query("*")]
        for action in ACTIONS:
            if not action.palette:
                continue
            for node in homes:
                if action.scope in _scopes(node) and getattr(node, "display", True):
                    yield action, node
                    break

    async def _do(self, action: Action, node: DOMNode) -> None:
        await self.app.run_action(action.name, default_namespace=node)
