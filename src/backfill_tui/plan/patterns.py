"""Regular expressions from outside, matched in time linear in the text: none of them can freeze anything.

RE2 has neither look-around nor back-references; an expression with one is refused.
"""

from typing import Protocol


class Match(Protocol):
    """A match with its named groups."""

    def groupdict(self) -> dict[str, str | None]:
        """The named groups."""
        ...


class LinearPattern(Protocol):
    """A compiled expression."""

    def match(self, text: str, /) -> Match | None:
        """The match at the beginning of `text`, if any."""
        ...

    def search(self, text: str, /) -> Match | None:
        """The first match anywhere in `text`, if any."""
        ...


def linear_pattern(expression: str) -> LinearPattern:
    """An expression compiled by RE2; ValueError with RE2's words if it can't be."""
    import re2

    options = re2.Options()
    options.log_errors = False  # it would write to the terminal behind the screen's back
    try:
        compiled: LinearPattern = re2.compile(expression, options)
    except re2.error as error:
        reason = error.args[0]
        raise ValueError(reason.decode() if isinstance(reason, bytes) else str(reason)) from error
    return compiled
