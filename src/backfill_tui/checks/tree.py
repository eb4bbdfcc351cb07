"""A syntax tree's node replaced by something that contains it. Pure."""

from collections.abc import Callable

from sqlglot import exp


def put(node: exp.Expr, rewrite: Callable[[exp.Expr], exp.Expr]) -> None:
    """Replace the node by what `rewrite` makes of it, which may contain it."""
    slot = exp.Placeholder()
    node.replace(slot)
    slot.replace(rewrite(node))
