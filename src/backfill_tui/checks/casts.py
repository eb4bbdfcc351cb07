"""Casts as BigQuery means them: integers of 64 bits, decimals with nine places, texts without spare zeros. Pure.

What is cast is often known to the engine alone: the rewritten cast asks `TYPEOF`, a constant once a query is bound.
The meaning is that of BigQuery's conversion rules (GoogleSQL).
"""

from sqlglot import exp

_INTEGERS = (exp.DType.TINYINT, exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT)  # all of them INT64
_WRITTEN_INTEGER = r"\s*[-+]?(\d+|0[xX][0-9a-fA-F]+)\s*"
_WRITTEN_NUMBER = r"^(-?\d+(?:\.\d*[1-9])?)\.?0*$"  # one without an exponent; its spare zeros are outside the group
_DECIMALS = {  # DuckDB's width ends at 38, so BIGNUMERIC has fewer places than it should
    exp.DType.DECIMAL: "DECIMAL(38, 9)",
    exp.DType.BIGDECIMAL: "DECIMAL(38, 18)",
}


def cast_as_bigquery(node: exp.Expr) -> exp.Expr:
    """A CAST or SAFE_CAST with BigQuery's meaning."""
    kind = node.args["to"]
    if kind.is_type(*_INTEGERS):
        return _to_integer(node)
    if kind.this in _DECIMALS and not kind.expressions:
        node.set("to", exp.DataType.build(_DECIMALS[kind.this]))
    return _to_text(node) if kind.is_type(exp.DType.TEXT) else node


def is_of_type(value: exp.Expr, *names: str) -> exp.Expr:
    """Whether DuckDB calls the value's type one of these."""
    return exp.In(
        this=exp.Anonymous(this="TYPEOF", expressions=[value.copy()]),
        expressions=[exp.Literal.string(name) for name in names],
    )


def _to_integer(node: exp.Expr) -> exp.Expr:
    """A double is rounded half away from zero, not to the even neighbour; a text must be an integer already."""
    node.set("to", exp.DataType.build("BIGINT"))
    value = node.this
    as_double = exp.TryCast(this=value.copy(), to=exp.DataType.build("DOUBLE"))
    rounded = type(node)(this=exp.Round(this=as_double), to=node.args["to"].copy())
    as_text = exp.TryCast(this=value.copy(), to=exp.DataType.build("TEXT"))
    written = exp.Literal.string(_WRITTEN_INTEGER)
    other = exp.Not(this=exp.Anonymous(this="REGEXP_FULL_MATCH", expressions=[as_text, written]))
    refused = exp.Null() if isinstance(node, exp.TryCast) else _no_integer(as_text.copy())
    return exp.Case(
        ifs=[
            exp.If(this=is_of_type(value, "DOUBLE", "FLOAT"), true=rounded),
            exp.If(this=exp.And(this=is_of_type(value, "VARCHAR"), expression=other), true=refused),
        ],
        default=node,
    )


def _no_integer(text: exp.Expr) -> exp.Expr:
    said = [exp.Literal.string("Could not convert string '"), text, exp.Literal.string("' to INT64")]
    return exp.Anonymous(this="ERROR", expressions=[exp.Anonymous(this="CONCAT", expressions=said)])


def _to_text(node: exp.Expr) -> exp.Expr:
    """9.0 is `9` and NUMERIC '1.50' is `1.5`; DuckDB writes all the places that a type has."""
    value = node.this
    if node.args.get("format") is not None or value.is_string:
        return node
    kind = exp.Anonymous(this="TYPEOF", expressions=[value.copy()])
    is_decimal = exp.Anonymous(this="STARTS_WITH", expressions=[kind, exp.Literal.string("DECIMAL")])
    has_places = exp.Or(this=is_of_type(value, "DOUBLE", "FLOAT"), expression=is_decimal)
    spare = [exp.Literal.string(_WRITTEN_NUMBER), exp.Literal.string(r"\1")]
    shortened = exp.Anonymous(this="REGEXP_REPLACE", expressions=[node.copy(), *spare])
    return exp.Case(ifs=[exp.If(this=has_places, true=shortened)], default=node)
