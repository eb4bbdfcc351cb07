"""What a dialect is: patterns, ready to be matched, with the event that each stands for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from backfill_tui.plan.patterns import Match
from backfill_tui.sources.dialects.makers import MAKERS, Groups, Maker
from backfill_tui.sources.json_lines import Fields, text_of

Values = tuple[tuple[str, Callable[[str], Match | None]], ...]
"""The expressions of several values of a JSON object, each with the path of its value."""


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """One pattern of one kind. The same pattern may stand in several dialects; `dialects` names them all.

    It is one expression for a record's message, or, with `values`, one for each of several values of a JSON object.
    Equal only to itself: what is worked out for a set of patterns is kept by their identity.
    """

    kind: str
    text: str
    facts: Mapping[str, str | bool]
    dialects: tuple[str, ...]
    expression: str  # "" of one with values
    match: Callable[[str], Match | None] = field(repr=False)
    literal: str | None
    make: Maker = field(repr=False)  # ValueError: the line looks like one of these, but its dates are none
    counts_only: bool  # of a fallback: it tells how many, and nothing else
    values: Values = field(default=(), repr=False)

    def found_in(self, message: str, line: str, fields: Fields | None) -> Groups | None:
        """What it finds in a record, or None: in its message, else in the whole `line` where that is JSON."""
        if self.values:
            return None if fields is None else self._found_in_values(fields)
        match = self.match(message)
        if match is None and fields is not None and line is not message:
            match = self.match(line)
        return None if match is None else match.groupdict()

    def _found_in_values(self, fields: Fields) -> Groups | None:
        found: Groups = {}
        for path, match_value in self.values:
            text = text_of(fields, path)
            match = None if text is None else match_value(text)
            if match is None:
                return None
            found.update(match.groupdict())
        return found

    def shared_with(self, dialects: tuple[str, ...]) -> "Pattern":
        """The same pattern, as one of these dialects too."""
        names = (*self.dialects, *dialects)
        return replace(self, dialects=names, make=MAKERS[self.kind](self.text, self.facts, names))


@dataclass(frozen=True, slots=True)
class Dialect:
    """A named way of talking. `fallback`: only for logs in which nothing else was recognised."""

    name: str
    title: str
    patterns: tuple[Pattern, ...]
    fallback: bool = False
    origin: str = field(default="built in", compare=False)
