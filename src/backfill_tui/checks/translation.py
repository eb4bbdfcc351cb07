"""BigQuery's SQL as DuckDB's: one SELECT that reads tables of the warehouse and nothing else. It asks no engine.

What is more than that (several statements, writes, files, table functions) is refused here, before any engine sees
it. What the same words mean in the two dialects is `semantics`' affair.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from backfill_tui.checks.model import Reason
from backfill_tui.checks.warehouse import AskError

if TYPE_CHECKING:
    from sqlglot import exp

ZERO = "division by zero"
"""What DuckDB says where BigQuery would fail to divide."""

PARAMETERS = ("start_date", "end_date")

_NAME = re.compile(r"[\w\- ]+")  # BigQuery's own limit; it also keeps a name inside its folder

logging.getLogger("sqlglot").addHandler(logging.NullHandler())  # its warnings would be written across the screen


class TableName(NamedTuple):
    """A table as the warehouse keeps it; the project before it is dropped."""

    dataset: str
    table: str

    def __str__(self) -> str:
        return f"{self.dataset}.{self.table}"


@dataclass(frozen=True, slots=True)
class Translation:
    """DuckDB's SQL, which reads the i-th of `tables` as `view(i)` and binds `parameters`."""

    sql: str
    tables: tuple[TableName, ...]
    parameters: tuple[str, ...]


def view(place: int) -> str:
    """The name of the temporary view that stands for a table: no name of a user's can be mistaken for it."""
    return f'"temp"."main"."table_{place}"'


def translate(sql: str, *, positions: bool = True) -> Translation:
    """DuckDB's SQL for one SELECT in BigQuery's.

    Without `positions` errors name no line and column: those of SQL that the user has not written mean nothing.

    Raises AskError (WRONG_SQL) if it can't be read, is more than a SELECT, or asks for what DuckDB can't answer as
    BigQuery would.
    """
    from sqlglot.errors import ErrorLevel, SqlglotError

    from backfill_tui.checks.semantics import as_bigquery_means

    try:
        query = _parsed(sql, positions=positions)
        _refuse_more_than_a_select(query)
        parameters = tuple(_bind(query))
        tables = _views_for_tables(query)
        _name_columns(query)
        query = as_bigquery_means(query)
        # Identifiers are quoted, since DuckDB reserves words that BigQuery does not, such as `at`.
        text = query.sql("duckdb", identify=True, unsupported_level=ErrorLevel.RAISE, comments=False)
    except RecursionError:
        raise _wrong("it is nested too deeply to be read.") from None
    except SqlglotError as error:
        said = str(error).strip().partition("\n")[0]
        raise _wrong(f"the embedded warehouse can't answer this: {said}") from None
    except AskError:
        raise
    except Exception as error:  # sqlglot trips over calls without their arguments, and the like
        said = f"{type(error).__name__}: {error}".partition("\n")[0]
        todo = "Correct the SQL in the plan: a function may lack an argument."
        raise _wrong(f"it can't be read by the embedded warehouse ({said}).", todo=todo) from error
    return Translation(text, tables, tuple(sorted(set(parameters), reverse=True)))


def _parsed(sql: str, *, positions: bool) -> "exp.Expr":
    import sqlglot
    from sqlglot.errors import ParseError, TokenError

    try:
        statements = [one for one in sqlglot.parse(sql, read="bigquery") if one is not None]
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        place = f" at line {first['line']}, column {first['col']}" if positions and first.get("line") else ""
        near = f", near {first['highlight']!r}" if first.get("highlight") else ""
        said = str(first.get("description") or error).partition("\n")[0].partition(" but got <Token")[0]
        raise _wrong(f"it can't be read{place}{near}: {said.rstrip('.')}.") from None
    except TokenError as error:
        raise _wrong(f"it can't be read: {str(error).partition(chr(10))[0]} (is a quote left open?).") from None
    if not statements:
        raise _wrong("it is empty.")
    if len(statements) > 1:
        raise _wrong(f"it is {len(statements)} statements, and only one is asked.")
    (statement,) = statements
    return statement


def _refuse_more_than_a_select(query: "exp.Expr") -> None:
    from sqlglot import exp

    if not isinstance(query, (exp.Select, exp.SetOperation, exp.Subquery)):
        raise _wrong("it is not a SELECT, and a check only reads.", todo="Write one SELECT.")
    no_reading = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter, exp.Command)
    writes = query.find(*no_reading, exp.Copy, exp.Into, exp.Lock)
    if writes is not None:
        raise _wrong(f"there is {_article(writes.key)} in it, and a check only reads.", todo="Write one SELECT.")
    for function in query.find_all(exp.Lateral, exp.Placeholder):
        raise _wrong(f"{function.sql('bigquery')!r} is not understood by the embedded warehouse.")


def _bind(query: "exp.Expr") -> Iterator[str]:
    """The names of its parameters, each typed as the date that it is."""
    from sqlglot import exp

    for parameter in list(query.find_all(exp.Parameter)):
        name = parameter.name.lower()
        if name not in PARAMETERS or isinstance(parameter.this, exp.Parameter):
            raise _wrong(
                f"{parameter.sql('bigquery')} is not known.", todo="There are only @start_date and @end_date."
            )
        parameter.replace(exp.cast(exp.Parameter(this=exp.var(name)), "DATE"))
        yield name


def _views_for_tables(query: "exp.Expr") -> tuple[TableName, ...]:
    """Read each table through a view of ours, still known under its own name; return which those are."""
    from sqlglot import exp

    ctes = {cte.alias.lower() for cte in query.find_all(exp.CTE)}
    names: dict[TableName, int] = {}
    for node in list(query.find_all(exp.Table)):
        name = _table_name(node, ctes)
        if name is None:
            continue
        place = names.setdefault(name, len(names))
        if not node.alias or node.alias.count("."):  # sqlglot's own alias of `a.b.INFORMATION_SCHEMA`
            node.set("alias", exp.TableAlias(this=exp.to_identifier(name.table, quoted=True)))
        node.set("catalog", exp.to_identifier("temp", quoted=True))
        node.set("db", exp.to_identifier("main", quoted=True))
        node.set("this", exp.to_identifier(f"table_{place}", quoted=True))
    for column in query.find_all(exp.Column):
        if column.args.get("db") is not None and TableName(column.db, column.table) in names:
            column.set("db", None)  # `dataset.table.column`: its table is known by its own name alone
            column.set("catalog", None)
    return tuple(names)


def _table_name(node: "exp.Table", ctes: set[str]) -> TableName | None:
    """Which table of the warehouse is meant; None if it is one of the query's own."""
    from sqlglot import exp

    if not isinstance(node.this, (exp.Identifier, exp.Dot)):
        raise _wrong(
            f"{_short(node.this.sql('bigquery'))} is not a table.",
            todo="A check reads tables by name; functions that read files or other places are not for it.",
        )
    if node.args.get("version") or node.args.get("when"):
        raise _wrong(f"the embedded warehouse keeps no history of {node.name}.", todo="Leave FOR SYSTEM_TIME away.")
    if not node.db:
        if node.name.lower() in ctes:
            return None
        raise _wrong(f"table {_short(node.name)} has no dataset.", todo="Write dataset.table.")
    name = TableName(node.db, node.name if isinstance(node.this, exp.Identifier) else node.this.sql("bigquery"))
    if "*" in name.table:
        raise _wrong(f"the embedded warehouse has no wildcard tables such as {name}.", todo="Name one table.")
    if not all(_NAME.fullmatch(part) for part in name):
        raise _wrong(f"{_short(str(name))!r} can't be the name of a table.", todo="Write dataset.table.")
    return name


def _name_columns(query: "exp.Expr") -> None:
    """Name what has no name as BigQuery does: f0_, f1_, … in order."""
    from sqlglot import exp

    while isinstance(query, (exp.SetOperation, exp.Subquery)):
        query = query.this
    named = (exp.Alias, exp.Column, exp.Dot, exp.Star)
    unnamed = [one for one in query.expressions if not isinstance(one, named) and not one.is_star]
    for place, one in enumerate(unnamed):
        inside = one.copy()
        one.replace(exp.alias_(inside, f"f{place}_"))


def _wrong(what: str, *, todo: str | None = None) -> AskError:
    return AskError(Reason.WRONG_SQL, what, where="the SQL", todo=todo)


def _article(word: str) -> str:
    """`a DELETE`, `an INSERT`."""
    return f"{'an' if word[:1] in 'aeiou' else 'a'} {word.upper()}"


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
