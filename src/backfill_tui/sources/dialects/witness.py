"""Who is told how a log is read, line by line, while it is read. Nothing is told where nobody asked."""

from collections.abc import Sequence
from typing import Protocol

from backfill_tui.sources.dialects.makers import Groups
from backfill_tui.sources.dialects.model import Pattern
from backfill_tui.sources.dialects.reading import Seen

Told = tuple[Pattern, Groups]
"""The pattern that a line was taken for, and the fields that it found."""


class Witness(Protocol):
    """Is told of the lines that were worth a look, then of their block."""

    def sighted(self, offset: int, seen: Seen, patterns: Sequence[Pattern], told: Told | None) -> None:
        """A line with the literals of these patterns, in the order of the log; None: it matched none of them."""
        ...

    def block(self, body: bytes, offset: int, lines_before: int) -> None:
        """Complete lines, all of which have been read: where they lie in the file, and how many came before."""
        ...
