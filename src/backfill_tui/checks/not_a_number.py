"""NaN as BigQuery compares it: never equal, never more, never less; and the least and the greatest of what has one.

Pure. To DuckDB it equals itself and is the greatest number, so a `COUNTIF(quality >= 75)` would count what has no
quality. Which operands are floats only the engine knows: the guard asks `TYPEOF`, a constant once a query is bound,
and where it is something else the whole guard is folded away before the query is planned.

Left as DuckDB has it: the place of NaN in ORDER BY, and comparisons of two tables' columns, which make joins.
"""

from collections.abc import Callable

from sqlglot import exp

from backfill_tui.checks.tree import put

_FLOATS = ("DOUBLE", "FLOAT")  # DuckDB's names
_FLOAT_TYPES = ("DOUBLE", "FLOAT", "UNKNOWN")

_NEVER = (exp.Literal, exp.Boolean, exp.Null, exp.Count, exp.CountIf, exp.Predicate, exp.Connector, exp.Not)
_DATES = (exp.DateAdd, exp.DateSub, exp.DateTrunc, exp.Date, exp.CurrentDate, exp.Interval, exp.Parameter)


def compare_nan_as_bigquery(query: exp.Expr) -> None:
    """Guard every comparison, and what takes the least, against NaN; in place."""
    for node in reversed(list(query.dfs())):
        rewrite = _GUARDS.get(type(node))
        if rewrite is not None:
            rewrite(node)


def _equal(node: exp.Expr) -> None:
    if _may_be_nan(node.this) and _may_be_nan(node.expression) and _comparable(node):
        put(node, lambda one: _unless(node.this, node.expression, one))


def _unequal(node: exp.Expr) -> None:
    if _may_be_nan(node.this) and _may_be_nan(node.expression) and _comparable(node):
        put(node, lambda one: _unless(node.this, node.expression, one, then=True))


def _more(node: exp.Expr) -> None:
    if _may_be_nan(node.this) and _comparable(node):
        put(node, lambda one: _unless(node.this, node.expression, one))


def _less(node: exp.Expr) -> None:
    if _may_be_nan(node.expression) and _comparable(node):
        put(node, lambda one: _unless(node.expression, node.this, one))


def _between(node: exp.Expr) -> None:
    """Only a NaN as the upper end lets anything through that it should not."""
    high = node.args["high"]
    if _may_be_nan(high) and not _is_no_float(node.this) and not _is_no_float(node.args["low"]):
        put(node, lambda one: _unless(high, node.this, one))


def _least_of_rows(node: exp.Expr) -> None:
    """MIN is NaN if any value is; MAX finds that out."""
    if isinstance(node.this, exp.HavingMax) or not _may_be_nan(node.this):
        return
    window = node.parent if isinstance(node.parent, exp.Window) and node.arg_key == "this" else None
    whole = window or node
    greatest = exp.Max(this=node.this.copy())
    if window is not None:
        over = window.copy()
        over.set("this", greatest)
        put(whole, lambda one: _first_if_nan(over, one))
    else:
        put(whole, lambda one: _first_if_nan(greatest, one))


def _least(node: exp.Expr) -> None:
    if any(map(_may_be_nan, (node.this, *node.expressions))):
        greatest = exp.Greatest(**node.copy().args)
        put(node, lambda one: _first_if_nan(greatest, one))


def _first_if_nan(first: exp.Expr, second: exp.Expr) -> exp.Expr:
    return exp.Case(ifs=[exp.If(this=_is_nan(first), true=first)], default=second)


def _unless(suspect: exp.Expr, other: exp.Expr, comparison: exp.Expr, *, then: bool = False) -> exp.Expr:
    """The comparison; where `suspect` is NaN it is `then`, or NULL if the other is."""
    answer: exp.Expr = exp.Boolean(this=then)
    if not isinstance(other.unnest(), exp.Literal):
        null = exp.Is(this=exp.paren(other.copy(), copy=False), expression=exp.Null())
        answer = exp.Case(ifs=[exp.If(this=null, true=exp.Null())], default=answer)
    return exp.Case(ifs=[exp.If(this=_is_nan(suspect), true=answer)], default=comparison)


def _is_nan(value: exp.Expr) -> exp.Expr:
    kind = exp.Anonymous(this="TYPEOF", expressions=[value.copy()])
    is_float = exp.In(this=kind, expressions=[exp.Literal.string(one) for one in _FLOATS])
    as_double = exp.TryCast(this=exp.paren(value.copy(), copy=False), to=exp.DataType.build("DOUBLE"))
    return exp.And(this=is_float, expression=exp.Anonymous(this="ISNAN", expressions=[as_double]))


def _may_be_nan(value: exp.Expr) -> bool:
    inside = value.unnest()
    return not (isinstance(inside, _NEVER) or _is_no_float(inside))


def _is_no_float(value: exp.Expr) -> bool:
    """What shows by itself to be neither a float nor comparable to one."""
    inside = value.unnest()
    if isinstance(inside, exp.Cast):
        return not inside.args["to"].is_type(*_FLOAT_TYPES, *exp.DataType.NUMERIC_TYPES)
    is_text = isinstance(inside, exp.Literal) and inside.is_string
    return is_text or isinstance(inside, (exp.Boolean, *_DATES))


def _comparable(node: exp.Expr) -> bool:
    """Whether floats may be compared here, and not such columns of two tables as a join is made of."""
    sides = (node.this, node.expression)
    if any(map(_is_no_float, sides)):
        return False
    left, right = ({column.table for column in side.find_all(exp.Column)} for side in sides)
    return not (left and right and left != right)


_GUARDS: dict[type[exp.Expr], Callable[[exp.Expr], None]] = {
    exp.EQ: _equal,
    exp.NEQ: _unequal,
    exp.GT: _more,
    exp.GTE: _more,
    exp.LT: _less,
    exp.LTE: _less,
    exp.Between: _between,
    exp.Min: _least_of_rows,
    exp.Least: _least,
}
