"""Where the same words mean other things to DuckDB than to BigQuery, the tree is rewritten to BigQuery's meaning.

Pure. sqlglot maps names and syntax; this is what it leaves: division by zero, what an aggregate of nothing is,
weeks that begin on Sunday, dates that stay dates. NaN, casts and texts have rooms of their own. The meaning is that
of BigQuery's function reference (GoogleSQL).
"""

from collections.abc import Callable

from sqlglot import exp
from sqlglot.errors import UnsupportedError

from backfill_tui.checks.casts import cast_as_bigquery
from backfill_tui.checks.not_a_number import compare_nan_as_bigquery
from backfill_tui.checks.texts import (
    byte_length,
    format_text,
    regexp_extract,
    substring,
    text_to_time,
    time_to_text,
)
from backfill_tui.checks.translation import ZERO
from backfill_tui.checks.tree import put

_WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_DATE_UNITS = {"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"}


def as_bigquery_means(query: exp.Expr) -> exp.Expr:
    """The query (parsed as BigQuery's, changed in place) such that DuckDB's text of it means the same."""
    _group_by_aliases(query)
    compare_nan_as_bigquery(query)
    for node in reversed(list(query.dfs())):
        rewrite = _REWRITES.get(type(node))
        if rewrite is not None:
            put(node, rewrite)
    _guard_divisions(query)
    for node in reversed(list(query.find_all(exp.Anonymous))):
        if node.name.upper() == "IEEE_DIVIDE" and len(node.expressions) == 2:
            put(node, _ieee_divide)
    for node in reversed(list(query.find_all(exp.SafeFunc))):
        put(node, lambda safe: exp.Anonymous(this="TRY", expressions=[safe.this]))
    return query


def _guard_divisions(query: exp.Expr) -> None:
    """Make `/`, DIV and MOD by zero fail; DuckDB answers infinity or NULL. Of NULL by zero both say NULL.

    The conditions use the operands as they were, unguarded, so that nested divisions grow by copies and not by
    powers. Where an operand itself divides by zero, its own guard fails.
    """
    divisions = [
        node
        for node in query.dfs()
        if isinstance(node, (exp.Div, exp.IntDiv, exp.Mod))
        and not _made_safe(node)
        and not _never_zero(node.expression)
    ]
    operands = [(node.this.copy(), node.expression.copy()) for node in divisions]
    for node, (dividend, divisor) in zip(reversed(divisions), reversed(operands), strict=True):
        is_zero = exp.EQ(this=exp.paren(divisor, copy=False), expression=exp.Literal.number(0))
        counts = exp.Is(this=exp.paren(dividend, copy=False), expression=exp.Not(this=exp.Null()))
        fail = exp.Anonymous(this="ERROR", expressions=[exp.Literal.string(ZERO)])
        condition = exp.And(this=is_zero, expression=counts)
        guard = exp.Case(ifs=[exp.If(this=condition, true=fail)])
        put(node, guard.else_)


def _never_zero(divisor: exp.Expr) -> bool:
    inside = divisor.unnest()
    return isinstance(inside, exp.Literal) and not inside.is_string and float(inside.this) != 0


def _made_safe(node: exp.Expr) -> bool:
    """Whether it stands in SAFE.…, whose TRY suffers no call of ERROR; DuckDB's own answer by zero is NULL."""
    parent = node.parent
    while isinstance(parent, exp.Paren):
        parent = parent.parent
    return isinstance(parent, exp.SafeFunc)


def _operator(node: exp.Expr) -> exp.Expr:
    """DIV and MOD are functions, DuckDB's `//` and `%` operators: they must hold together."""
    for side in ("this", "expression"):
        if isinstance(node.args[side], exp.Binary):
            put(node.args[side], lambda operand: exp.paren(operand, copy=False))
    return exp.paren(node, copy=False)


def _ieee_divide(node: exp.Expr) -> exp.Expr:
    """What `/` of doubles is to DuckDB anyhow."""
    dividend, divisor = (exp.cast(exp.paren(one, copy=False), "DOUBLE", copy=False) for one in node.expressions)
    return exp.paren(exp.Div(this=dividend, expression=divisor), copy=False)


def _literal(node: exp.Expr) -> exp.Expr:
    """1.5 is a FLOAT64; to DuckDB it is a decimal unless it has an exponent."""
    is_decimal = not node.args["is_string"] and "." in node.name and "e" not in node.name.lower()
    return exp.Literal.number(node.name + "e0") if is_decimal else node


def _count_if(node: exp.Expr) -> exp.Expr:
    """COUNTIF over nothing is 0; DuckDB's is NULL."""
    if isinstance(node.this, exp.Distinct):
        raise UnsupportedError("COUNTIF(DISTINCT …) has no counterpart.")
    return exp.Count(this=exp.Case(ifs=[exp.If(this=node.this, true=exp.Literal.number(1))]))


def _approx_distinct(node: exp.Expr) -> exp.Expr:
    """Exact is a good approximation, and the same on every machine."""
    return exp.Count(this=exp.Distinct(expressions=[node.this]))


def _approx_quantiles(node: exp.Expr) -> exp.Expr:
    """n + 1 boundaries, the least and the greatest among them; exact."""
    parts = node.expression
    if not isinstance(parts, exp.Literal) or parts.is_string or not int(parts.this):
        raise UnsupportedError("APPROX_QUANTILES needs the number of its parts as a literal.")
    if isinstance(node.this, (exp.Distinct, exp.RespectNulls)):
        raise UnsupportedError("APPROX_QUANTILES of DISTINCT or RESPECT NULLS has no counterpart.")
    count = int(parts.this)
    levels = [exp.Literal.number(repr(k / count)) for k in range(count + 1)]
    return exp.Anonymous(this="QUANTILE_DISC", expressions=[node.this, exp.Array(expressions=levels)])


def _array_agg(node: exp.Expr) -> exp.Expr:
    """ARRAY_AGG(… LIMIT n): the first n of the list."""
    limit = node.this
    if not isinstance(limit, exp.Limit):
        return node
    count = limit.expression
    node.set("this", limit.this)
    return exp.Anonymous(this="LIST_SLICE", expressions=[node, exp.Literal.number(1), count])


def _ignore_nulls(node: exp.Expr) -> exp.Expr:
    """ARRAY_AGG(x IGNORE NULLS): a filter beside it. Elsewhere DuckDB has the words itself."""
    inside = node.this
    slice_of = inside if isinstance(inside, exp.Anonymous) and inside.this == "LIST_SLICE" else None
    aggregate = slice_of.expressions[0] if slice_of is not None else inside
    if not isinstance(aggregate, exp.ArrayAgg):
        return node
    value = aggregate.this
    while isinstance(value, (exp.Order, exp.Distinct)):
        value = value.expressions[0] if isinstance(value, exp.Distinct) else value.this
    condition = exp.Is(this=exp.paren(value.copy()), expression=exp.Not(this=exp.Null()))
    if slice_of is None:
        return exp.Filter(this=aggregate, expression=exp.Where(this=condition))
    put(aggregate, lambda one: exp.Filter(this=one, expression=exp.Where(this=condition)))
    return slice_of


def _stay_date(node: exp.Expr) -> exp.Expr:
    """DATE_ADD and DATE_SUB give a DATE; DuckDB's sum with an interval is a timestamp."""
    node.set("this", exp.cast(node.this, "DATE"))
    return exp.cast(exp.paren(node, copy=False), "DATE", copy=False)


def _date_trunc(node: exp.Expr) -> exp.Expr:
    unit, shift = _unit(node.args["unit"])
    truncated = _truncated(node.this, unit, shift)
    return exp.cast(truncated, "DATE", copy=False) if unit in _DATE_UNITS else truncated


def _time_trunc(node: exp.Expr) -> exp.Expr:
    if node.args.get("zone") is not None:
        raise UnsupportedError("A truncation in a time zone has no counterpart.")
    return _truncated(node.this, *_unit(node.args["unit"]))


def _truncated(value: exp.Expr, unit: str, shift: int) -> exp.Expr:
    """DuckDB's weeks begin on Monday: shift the day so that they begin where they should, and back."""
    if isinstance(value, exp.Literal) and value.is_string:
        value = exp.cast(value, "DATE", copy=False)
    if shift:
        value = exp.Add(this=exp.paren(value, copy=False), expression=_days(shift))
    cut: exp.Expr = exp.Anonymous(this="DATE_TRUNC", expressions=[exp.Literal.string(unit), value])
    return exp.paren(exp.Sub(this=cut, expression=_days(shift)), copy=False) if shift else cut


def _days(count: int) -> exp.Interval:
    return exp.Interval(this=exp.Literal.string(str(count)), unit=exp.var("DAY"))


def _unit(unit: exp.Expr) -> tuple[str, int]:
    """DuckDB's name of a date part, and by how many days its beginning is moved."""
    if isinstance(unit, exp.WeekStart):
        return "WEEK", (7 - _WEEKDAYS.index(unit.name.upper())) % 7
    name = unit.name.upper()
    if name == "ISOYEAR":
        raise UnsupportedError("A truncation to ISOYEAR has no counterpart.")
    return {"ISOWEEK": ("WEEK", 0), "WEEK": ("WEEK", 1)}.get(name, (name, 0))


def _extract(node: exp.Expr) -> exp.Expr:
    """Sunday is day 1; WEEK counts from the year's first Sunday, from 0."""
    part, value = node.this, node.expression
    name = part.name.upper()
    if isinstance(part, exp.WeekStart):
        form = {"SUNDAY": "%U", "MONDAY": "%W"}.get(name)
        if form is None:
            raise UnsupportedError(f"EXTRACT(WEEK({name}) …) has no counterpart.")
        return _number_in_format(value, form)
    if name == "WEEK":
        return _number_in_format(value, "%U")
    if name == "DAYOFWEEK":
        day = exp.Extract(this=exp.var("DOW"), expression=value)
        return exp.paren(exp.Add(this=day, expression=exp.Literal.number(1)), copy=False)
    if name in {"DATE", "TIME"}:
        return exp.cast(value, name, copy=False)
    node.set("this", exp.var({"ISOWEEK": "WEEK", "DAYOFYEAR": "DOY"}.get(name, name)))
    return node


def _number_in_format(value: exp.Expr, form: str) -> exp.Expr:
    text = exp.Anonymous(this="STRFTIME", expressions=[value, exp.Literal.string(form)])
    return exp.cast(text, "BIGINT", copy=False)


def _timestamp_diff(node: exp.Expr) -> exp.Expr:
    """TIMESTAMP_DIFF counts whole units; DATE_DIFF and DATETIME_DIFF count boundaries, as DuckDB's does."""
    unit = exp.Literal.string(node.args["unit"].name)
    return exp.Anonymous(this="DATE_SUB", expressions=[unit, node.expression, node.this])


def _current_datetime(node: exp.Expr) -> exp.Expr:
    """The clock's time in a zone, UTC unless it is named, as a time without one."""
    return exp.AtTimeZone(this=exp.CurrentTimestamp(), zone=node.this or exp.Literal.string("UTC"))


def _group_by_aliases(query: exp.Expr) -> None:
    """In GROUP BY, BigQuery takes a name for the alias before the column; DuckDB the other way round."""
    for select in query.find_all(exp.Select):
        group = select.args.get("group")
        if group is None or any(one.is_star for one in select.expressions):
            continue
        columns = enumerate(select.expressions, 1)
        places = {one.alias.lower(): i for i, one in columns if isinstance(one, exp.Alias)}
        for key in list(group.expressions):
            place = places.get(key.name.lower()) if isinstance(key, exp.Column) and not key.table else None
            if place is not None:
                key.replace(exp.Literal.number(place))


_REWRITES: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Literal: _literal,
    exp.Cast: cast_as_bigquery,
    exp.TryCast: cast_as_bigquery,
    exp.IntDiv: _operator,
    exp.Mod: _operator,
    exp.CountIf: _count_if,
    exp.ApproxDistinct: _approx_distinct,
    exp.ApproxQuantiles: _approx_quantiles,
    exp.ArrayAgg: _array_agg,
    exp.IgnoreNulls: _ignore_nulls,
    exp.DateAdd: _stay_date,
    exp.DateSub: _stay_date,
    exp.DateTrunc: _date_trunc,
    exp.TimestampTrunc: _time_trunc,
    exp.DatetimeTrunc: _time_trunc,
    exp.Extract: _extract,
    exp.TimestampDiff: _timestamp_diff,
    exp.CurrentDatetime: _current_datetime,
    exp.DateFromUnixDate: lambda node: exp.cast(exp.paren(node, copy=False), "DATE", copy=False),
    exp.RegexpExtract: regexp_extract,
    exp.Substring: substring,
    exp.ByteLength: byte_length,
    exp.Format: format_text,
    exp.TimeToStr: time_to_text,
    exp.StrToTime: text_to_time,
}
