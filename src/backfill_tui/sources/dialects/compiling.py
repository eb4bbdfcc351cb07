"""A pattern as it is written to one that can be matched, so that none of them can run away."""

import json
import re
from collections.abc import Mapping
from typing import Protocol

from backfill_tui.errors import DialectError
from backfill_tui.plan.patterns import Match, linear_pattern
from backfill_tui.sources.dialects.literals import required_literal
from backfill_tui.sources.dialects.makers import MAKERS
from backfill_tui.sources.dialects.model import Pattern
from backfill_tui.sources.dialects.words import FIELDS, NEEDED

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_DECORATION = r"[^\w✓✗⏭\-\[(]*"
"""What may stand before a message and means nothing: white space, emoji, boxes."""
_NEVER_ESCAPED = re.compile(r"[A-Za-z0-9_:.,\-]+(?: [A-Za-z0-9_:.,\-]+)*")


class Matcher(Protocol):
    """A compiled expression, of either engine."""

    def match(self, text: str, /) -> Match | None:
        """The match at the beginning of `text`, if any."""
        ...


def expression_of(text: str) -> str:
    """The regular expression of a pattern's text: its placeholders as named groups, after any decoration."""
    return f"{_DECORATION}(?:{_with_groups(text)})"


def _with_groups(text: str) -> str:
    def group(match: re.Match[str]) -> str:
        name = match[1]
        if name not in FIELDS:
            raise DialectError(f"{{{name}}} is not a field; the fields are {', '.join(FIELDS)}.")
        return f"(?P<{name}>{FIELDS[name]})"

    return _PLACEHOLDER.sub(group, text)


def compile_pattern(
    kind: str, text: str, facts: Mapping[str, str | bool], dialects: tuple[str, ...], *, trusted: bool
) -> Pattern:
    """A pattern ready for use; DialectError with a sentence if it can't be.

    Ours are matched by `re`, and a test shows that each is also accepted by RE2. A user's are matched by RE2, whose
    time is linear in the line whatever the expression, so that no pattern can freeze the screen; what RE2 has not
    (look-around, back-references) is refused.
    """
    expression = expression_of(text)
    _check_fields(kind, text)
    matcher = _trusted_matcher(expression) if trusted else linear_matcher(expression)
    maker = MAKERS[kind](text, facts, dialects)
    counts_only = bool(facts.get("counts_only"))
    return Pattern(kind, text, facts, dialects, expression, matcher.match, _literal_of(text), maker, counts_only)


def compile_values(
    kind: str, wanted: Mapping[str, str], facts: Mapping[str, str | bool], dialects: tuple[str, ...]
) -> Pattern:
    """A pattern of the values of a JSON object: each path that is named must be there, and its value match whole.

    The values are matched by RE2, as a user's patterns are. DialectError with a sentence if they can't be.
    """
    fields = [name for value in wanted.values() for name in _PLACEHOLDER.findall(value)]
    if twice := next((name for name in fields if fields.count(name) > 1), None):
        raise DialectError(f"{{{twice}}} stands in it twice.")
    text = json.dumps(wanted, ensure_ascii=False)
    _check_fields(kind, text)
    values = tuple(
        (path, linear_matcher(rf"(?s)(?:{_with_groups(value)})\z").match) for path, value in wanted.items()
    )
    maker = MAKERS[kind](text, facts, dialects)
    counts_only = bool(facts.get("counts_only"))
    return Pattern(
        kind, text, facts, dialects, "", lambda _: None, _literal_of_values(wanted), maker, counts_only, values
    )


def _check_fields(kind: str, text: str) -> None:
    missing = NEEDED[kind] - set(_PLACEHOLDER.findall(text)) - set(re.findall(r"\(\?P<(\w+)>", text))
    if missing:
        raise DialectError(f"a pattern of '{kind}' needs {', '.join(f'{{{name}}}' for name in sorted(missing))}.")


def _literal_of(text: str) -> str | None:
    return required_literal(_PLACEHOLDER.sub("(?:.)", text))  # a placeholder contributes none


def _literal_of_values(wanted: Mapping[str, str]) -> str | None:
    """A literal that stands in the line, whatever wrote the JSON: of a value if it can be, else of a key."""
    of_values = [_unescaped(_literal_of(value) or "") for value in wanted.values()]
    of_keys = [_unescaped(path.rpartition(".")[2]) for path in wanted]
    return max(of_values, key=len) or max(of_keys, key=len) or None


def _unescaped(literal: str) -> str:
    """The longest piece of a literal that no JSON writer writes otherwise."""
    return max(_NEVER_ESCAPED.findall(literal), key=len, default="")


def _trusted_matcher(expression: str) -> Matcher:
    try:
        return re.compile(expression)
    except re.error as error:
        raise DialectError(f"not a regular expression: {error}.") from error


def linear_matcher(expression: str) -> Matcher:
    """An expression compiled by RE2; DialectError with a sentence if RE2 has no such construct."""
    try:
        return linear_pattern(expression)
    except ValueError as error:
        raise DialectError(
            f"not usable: {error}. Look-around and back-references are refused, because they can take for ever."
        ) from error
