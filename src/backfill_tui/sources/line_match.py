"""Which lines of a block of a log match: a text that somebody typed, or a report of trouble."""

import re
from collections.abc import Iterator
from typing import Protocol

from backfill_tui.sources.display import without_escapes
from backfill_tui.sources.json_lines import TROUBLED
from backfill_tui.sources.line_blocks import Block

_HEAD = 200  # bytes of a line in which its level stands

_OBJECT_HEAD = 4096  # and of one that is a JSON object, whose keys come in any order
_TROUBLE_WORDS = (
    *(b"ERROR", b"CRITICAL", b"FATAL", b"Traceback (most recent call last)"),
    *(word.encode() for word in TROUBLED),
)
_TROUBLE_WORD = re.compile(b"|".join(map(re.escape, _TROUBLE_WORDS)))
_OTHER_LEVEL = rb"\b(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING)\b"
_TROUBLE_LINE = re.compile(
    rb"\{.*\"(?:level|levelname|severity|lvl)\" *: *(?:\"(?i:error|err|critical|fatal|panic)\"|50|60)"
    rb"|(?:(?!" + _OTHER_LEVEL + rb").)*?\b(?:ERROR|CRITICAL)\b"  # the first level that the line names is its level
    rb"|.*\bFATAL\b"
    rb"|[\s|+]*Traceback \(most recent call last\)"
)


class Matcher(Protocol):
    """Finds lines in a block of bytes."""

    def ordinals(self, block: Block) -> Iterator[int]:
        """The numbers, from 0 and ascending, of the lines of the block that match."""
        ...


class TextMatcher:
    """Lines with a plain text in them; case matters only when the text has a capital (of ASCII letters)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._folds = text == text.lower()
        self._needle = text.encode("utf-8", "replace")

    def ordinals(self, block: Block) -> Iterator[int]:
        """See Matcher."""
        seen = without_escapes(block.body)
        if self._folds:
            seen = seen.lower()
        line, counted = 0, 0
        at = seen.find(self._needle) if self._needle else -1
        while at >= 0:
            line += seen.count(b"\n", counted, at)
            yield line
            counted = seen.find(b"\n", at)
            at = seen.find(self._needle, counted) if counted >= 0 else -1


class TroubleMatcher:
    """Lines of level ERROR or CRITICAL, with FATAL, and heads of tracebacks."""

    def ordinals(self, block: Block) -> Iterator[int]:
        """See Matcher."""
        if not any(word in block.body for word in _TROUBLE_WORDS):
            return
        seen = without_escapes(block.body)
        line, counted = 0, 0
        at = _TROUBLE_WORD.search(seen)
        while at:
            start = seen.rfind(b"\n", 0, at.start()) + 1
            line += seen.count(b"\n", counted, start)
            counted = start
            if (start > 0 or block.begins) and is_trouble(seen[start : start + _OBJECT_HEAD]):
                yield line
            end = seen.find(b"\n", at.end())
            at = _TROUBLE_WORD.search(seen, end) if end >= 0 else None


def is_trouble(line: bytes) -> bool:
    """Whether a line, or the beginning of one, reports trouble."""
    head = _OBJECT_HEAD if line.startswith(b"{") else _HEAD
    return _TROUBLE_LINE.match(line[:head].partition(b"\n")[0]) is not None
