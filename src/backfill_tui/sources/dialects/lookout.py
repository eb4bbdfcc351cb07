"""Which lines are worth a look: one pass of Aho-Corasick over whole blocks, at the speed of memory.

A gigabyte of chatter has a few thousand lines of the job's own. Each pattern names a literal that its matches must
contain; only lines with one of them are decoded and matched.
"""

import json
from collections.abc import Iterable, Iterator

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from backfill_tui.sources.dialects.model import Pattern
from backfill_tui.sources.json_lines import TROUBLED
from backfill_tui.sources.lines import after_line, line_around

TRACEBACK = "Traceback (most recent call last)"
_TELLING = 8  # characters: a literal as long as `Progress:` is no coincidence
_TROUBLE = ("ERROR", "CRITICAL", "FATAL", TRACEBACK, *TROUBLED)


Sighting = tuple[int, int, tuple[Pattern, ...], bool]
"""A line worth a look: start and end in its block (without its line end), the patterns that may match it, whether
a word of trouble stands in it."""


class Lookout:
    """Finds, in a block of complete lines, those that a pattern may match or that report trouble."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = tuple(patterns)
        self._always = tuple(pattern for pattern in self._patterns if pattern.literal is None)
        literals = {form for pattern in self._patterns for form in _forms(pattern.literal)} | set(_TROUBLE)
        self._needles = sorted(literals)
        encoded = [needle.encode() for needle in self._needles]
        self._automaton = BytesAhoCorasick(encoded, matchkind=MatchKind.LeftmostFirst)
        self._by_needle = [self._possible(needle) for needle in self._needles]
        self._trouble = frozenset(i for i, needle in enumerate(self._needles) if needle in _TROUBLE)
        self._unions: dict[frozenset[int], tuple[Pattern, ...]] = {}

    def sightings(self, body: bytes, *, bars: bool) -> Iterator[Sighting]:
        r"""The lines of a block that are worth a look, in order. `bars`: there is a `\r` in it."""
        if self._always:
            yield from self._every_line(body, bars=bars)
            return
        hits = self._automaton.find_matches_as_indexes(body)
        count = len(hits)
        i = 0
        while i < count:
            needle, at, _ = hits[i]
            i += 1
            if bars:
                start, end = line_around(body, at, bars=True)
            else:  # the same, without a call: this is the innermost loop
                start = body.rfind(b"\n", 0, at) + 1
                end = body.find(b"\n", at)
            if i < count and hits[i][1] < end:
                found = {needle}
                while i < count and hits[i][1] < end:
                    found.add(hits[i][0])
                    i += 1
                needles = frozenset(found)
                yield start, end, self._union(needles), not self._trouble.isdisjoint(needles)
            else:
                yield start, end, self._by_needle[needle], needle in self._trouble

    def mentions(self, message: str) -> bool:
        """Whether a telling literal of a pattern stands anywhere in a message."""
        hits = self._automaton.find_matches_as_indexes(message.encode())
        return any(len(self._needles[needle]) >= _TELLING for needle, _, _ in hits)

    def _every_line(self, body: bytes, *, bars: bool) -> Iterator[Sighting]:
        at = 0
        while at < len(body):
            start, end = line_around(body, at, bars=bars)
            yield start, end, self._patterns, True
            at = after_line(body, end)

    def _union(self, needles: frozenset[int]) -> tuple[Pattern, ...]:
        """The patterns of several needles in one line, in the order of the dialects."""
        union = self._unions.get(needles)
        if union is None:
            possible = {id(pattern) for needle in needles for pattern in self._by_needle[needle]}
            union = tuple(pattern for pattern in self._patterns if id(pattern) in possible)
            self._unions[needles] = union
        return union

    def _possible(self, needle: str) -> tuple[Pattern, ...]:
        """The patterns that a line with this needle may match.

        Needles are reported without overlap, so a pattern's own may be hidden behind one that overlaps it.
        """
        return tuple(
            pattern
            for pattern in self._patterns
            if pattern.literal is None
            or any(_overlap(needle.encode(), form.encode()) for form in _forms(pattern.literal))
        )


def _forms(literal: str | None) -> frozenset[str]:
    """A literal as it stands in a line, and as it does inside a JSON text."""
    return frozenset({literal, json.dumps(literal)[1:-1]}) if literal else frozenset()


def _overlap(a: bytes, b: bytes) -> bool:
    if a in b or b in a:
        return True
    return any(a[-n:] == b[:n] or b[-n:] == a[:n] for n in range(1, min(len(a), len(b))))
