"""The literal text that every match of a regular expression must contain. It decides which lines are looked at."""

import re

_COUNT = re.compile(r"\{\d*(?:,\d*)?\}")  # a quantifier; any other brace stands for itself
_CLASSES = frozenset("dDwWsSbBAZz0123456789")


def required_literal(expression: str) -> str | None:
    """The longest text that stands in every match of `expression`, as far as a plain reading can tell.

    Groups, classes and optional characters count for nothing, which is safe: the result may be shorter than
    possible, never wrong. None: there is none, so every line has to be tried.
    """
    runs: list[str] = []
    run = ""
    at = 0
    while at < len(expression):
        literal, after = _literal_at(expression, at)
        if literal is None and expression[at] == "|":
            return None
        quantifier = expression[after : after + 1]
        if literal is None or quantifier in {"*", "?"} or _COUNT.match(expression, after):
            runs.append(run)
            run = ""
        elif quantifier == "+":
            runs.append(run + literal)
            run = ""
        else:
            run += literal
        at = _after_quantifier(expression, after)
    longest = max((text.strip() for text in [*runs, run]), key=lambda text: len(text.encode()))
    return longest or None


def _literal_at(expression: str, at: int) -> tuple[str | None, int]:
    """The literal character at a position, or None for anything else, and the position after the element."""
    char = expression[at]
    if char == "\\":
        escaped = expression[at + 1 : at + 2]
        return (None if escaped in _CLASSES or escaped.isalpha() else escaped), at + 2
    if char == "[":
        return None, _after_class(expression, at)
    if char == "(":
        return None, _after_group(expression, at)
    if char in ".^$|)":
        return None, at + 1
    return char, at + 1


def _after_class(expression: str, at: int) -> int:
    at += 2 if expression[at + 1 : at + 2] == "^" else 1
    if expression[at : at + 1] == "]":
        at += 1
    while at < len(expression) and expression[at] != "]":
        at += 2 if expression[at] == "\\" else 1
    return at + 1


def _after_group(expression: str, at: int) -> int:
    depth = 0
    while at < len(expression):
        char = expression[at]
        if char == "\\":
            at += 1
        elif char == "[":
            at = _after_class(expression, at) - 1
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if not depth:
                return at + 1
        at += 1
    return at


def _after_quantifier(expression: str, at: int) -> int:
    if count := _COUNT.match(expression, at):
        at = count.end()
    elif expression[at : at + 1] in {"*", "+", "?"}:
        at += 1
    else:
        return at
    return at + 1 if expression[at : at + 1] in {"?", "+"} else at
