"""BigQuery's functions on texts, whose names DuckDB has with another meaning. Pure.

The meaning is that of BigQuery's function reference (GoogleSQL). What has no counterpart is refused, never guessed.
"""

import re

from sqlglot import exp
from sqlglot.errors import UnsupportedError

from backfill_tui.checks.casts import is_of_type

_SPECIFIER = re.compile(r"%(?:%|(?P<how>[-+ #0]*\d*(?:\.\d+)?)(?P<what>[a-zA-Z]))|%")
_PRINTED = "dixXofFeEgGs"  # as C's printf, and so DuckDB's, writes them


def regexp_extract(node: exp.Expr) -> exp.Expr:
    """NULL where nothing matches; DuckDB's is an empty text, unless asked for a match after the first."""
    occurrence, position = node.args.get("occurrence"), node.args.get("position")
    if occurrence is not None and occurrence.name != "1":
        return node
    node.set("occurrence", None)
    if position is not None:
        node.set("position", None)
        node.set("this", exp.Substring(this=node.this, start=position))
    matches = exp.RegexpLike(this=node.this.copy(), expression=node.expression.copy())
    return exp.Case(ifs=[exp.If(this=matches, true=node)])


def substring(node: exp.Expr) -> exp.Expr:
    """Position 0 is the first character, too."""
    start = node.args.get("start")
    if isinstance(start, exp.Literal) and start.name == "0":
        node.set("start", exp.Literal.number(1))
    return node


def byte_length(node: exp.Expr) -> exp.Expr:
    """Of a text in UTF-8 as well as of bytes."""
    value = node.this
    as_bytes = exp.cast(value.copy(), "BLOB")
    as_text = exp.cast(value.copy(), "TEXT")
    return exp.Case(
        ifs=[
            exp.If(this=is_of_type(value, "BLOB"), true=exp.Anonymous(this="OCTET_LENGTH", expressions=[as_bytes]))
        ],
        default=exp.Anonymous(this="STRLEN", expressions=[as_text]),
    )


def time_to_text(node: exp.Expr) -> exp.Expr:
    """FORMAT_TIMESTAMP in a time zone; without one, in UTC as DuckDB's."""
    zone = node.args.get("zone")
    if zone is not None:
        node.set("zone", None)
        in_utc = exp.AtTimeZone(this=node.this, zone=exp.Literal.string("UTC"))
        node.set("this", exp.AtTimeZone(this=in_utc, zone=zone))
    return node


def text_to_time(node: exp.Expr) -> exp.Expr:
    """PARSE_TIMESTAMP in a time zone."""
    zone = node.args.get("zone")
    if zone is None:
        return node
    node.set("zone", None)
    return exp.AtTimeZone(this=node, zone=zone)


def format_text(node: exp.Expr) -> exp.Expr:
    """FORMAT is printf; DuckDB's function of that name has other placeholders and would give the pattern back."""
    pattern = node.this
    if not isinstance(pattern, exp.Literal) or not pattern.is_string:
        raise UnsupportedError("FORMAT needs its pattern as a literal.")
    arguments = iter(node.expressions)
    taken: list[exp.Expr] = []

    def specified(found: re.Match[str]) -> str:
        what = found["what"]
        if found[0] == "%%":
            return "%%"
        argument = next(arguments, None) if what is not None and what in _PRINTED + "t" else None
        if argument is None:
            raise UnsupportedError(f"FORMAT has no counterpart of {found[0]}, or too few values.")
        taken.append(_written(argument) if what == "t" else argument)
        return f"%{found['how']}{'s' if what == 't' else what}"

    text = _SPECIFIER.sub(specified, pattern.name)
    if next(arguments, None) is not None:
        raise UnsupportedError("FORMAT has more values than its pattern takes.")
    return exp.Anonymous(this="PRINTF", expressions=[exp.Literal.string(text), *taken])


def _written(value: exp.Expr) -> exp.Expr:
    """As %t shows it."""
    return exp.Coalesce(this=exp.cast(value, "TEXT", copy=False), expressions=[exp.Literal.string("NULL")])
