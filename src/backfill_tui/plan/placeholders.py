"""`{start}` and its kin in texts of the plan. Pure: a text and values in, a text out.

`{{` and `}}` are literal braces. In a regular expression braces of its own (`\\d{4}`) stay, and values are escaped.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from backfill_tui.errors import PlanError

NAMES = ("start", "end", "dates", "phase", "plan_dir", "state_dir", "python")
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Filled:
    """A text after filling, and the names (without braces) for which there was no value."""

    text: str
    unresolved: tuple[str, ...] = ()


def fill(text: str, values: Mapping[str, str], *, keep: Collection[str] = ()) -> Filled:
    """Put values for the placeholders of a text.

    Names in `keep` stay placeholders for a later filling; then literal braces stay doubled as well.
    """
    unresolved: list[str] = []

    def put(found: re.Match[str]) -> str:
        token, name = found[0], found[1]
        if name is None:
            return token if keep else token[0]
        if name in keep:
            return token
        if name in values:
            value = values[name]
            return value.replace("{", "{{").replace("}", "}}") if keep else value
        unresolved.append(name)
        return token

    return Filled(_TOKEN.sub(put, text), tuple(unresolved))


def fill_pattern(pattern: str, values: Mapping[str, str]) -> Filled:
    """The same for a regular expression: values are taken literally, braces that are not ours stay."""
    unresolved: list[str] = []

    def put(found: re.Match[str]) -> str:
        token, name = found[0], found[1]
        if name is None:
            return rf"\{token[0]}"
        if name in values:
            return re.escape(values[name])
        if name in NAMES:
            unresolved.append(name)
        return token

    return Filled(_TOKEN.sub(put, pattern), tuple(unresolved))


def fill_argv(argv: Iterable[str], values: Mapping[str, str]) -> tuple[str, ...]:
    """A command with its placeholders filled. Raises PlanError where there is no value for one."""
    filled = [fill(word, values) for word in argv]
    for word in filled:
        if word.unresolved:
            raise PlanError(
                f"there is no value for {{{word.unresolved[0]}}} in '{word.text}';",
                todo="give the phase dates, or write {{ for a brace.",
            )
    return tuple(word.text for word in filled)
