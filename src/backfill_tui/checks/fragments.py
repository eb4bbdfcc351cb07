"""Users' expressions, before they are put into a query of ours: each must be one expression and stay one.

An expression that closes a parenthesis of ours, or hides the rest of the query in a comment, would make the query
mean something that nobody wrote. Only the tokens are looked at; whether it is good SQL the warehouse says.
"""

import re

from backfill_tui.checks.model import Reason
from backfill_tui.checks.warehouse import AskError


def refuse_torn(text: str, what: str) -> None:
    """Raise AskError (WRONG_SQL) for a text that can't stand in parentheses; `what` it is, such as `where`."""
    from sqlglot import tokenize
    from sqlglot.errors import SqlglotError
    from sqlglot.tokenizer_core import TokenType

    try:
        tokens = tokenize(text, read="bigquery")
    except SqlglotError:
        raise _refused(what, "has a quotation or a comment that does not end", text) from None
    if not tokens:
        raise _refused(what, "has no expression", text)
    if tokens[0].token_type in {TokenType.SELECT, TokenType.WITH}:
        raise _refused(what, "is a query, not an expression; put it in parentheses, or under `queries`", text)
    depth = 0
    opening = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE}
    closing = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE}
    for token in tokens:
        depth += (token.token_type in opening) - (token.token_type in closing)
        if depth < 0:
            raise _refused(what, "closes a parenthesis that it has not opened", text)
        if token.token_type is TokenType.SEMICOLON:
            raise _refused(what, "has a semicolon", text)
        if token.token_type is TokenType.COMMA and not depth:
            raise _refused(what, "is more than one expression", text)
    if depth:
        raise _refused(what, "leaves a parenthesis open", text)


def no_dates(error: AskError, date_column: str) -> AskError:
    """What to say where a warehouse can't hold a suite's `date_column` against dates, with its own words for it."""
    name = date_column if re.fullmatch(r"[\w.`]+", date_column) else "…"
    return AskError(
        error.reason,
        f"`date_column: {_shown(date_column)}` can't be held against dates: {error.what}",
        where=error.where,
        todo=f"It must give a DATE: write `CAST({name} AS DATE)` of a text, `DATE({name})` of a time.",
    )


def _refused(what: str, why: str, text: str) -> AskError:
    return AskError(Reason.WRONG_SQL, f"{why}: {_shown(text)}", where=f"`{what}`")


def _shown(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= 80 else one_line[:79] + "…"
