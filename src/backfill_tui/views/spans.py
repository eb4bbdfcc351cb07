"""Text with a meaning: what every view returns and every front end paints. Knows no colour and no terminal."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """What a piece of text means to the eye. A front end gives each one a style."""

    TEXT = "text"
    STRONG = "strong"
    DIM = "dim"
    FAINT = "faint"
    TITLE = "title"
    KEY = "key"
    GOOD = "good"
    QUIET = "quiet"  # good, and nothing was due
    BUSY = "busy"
    WARN = "warn"
    BAD = "bad"
    STAR = "star"
    WARN_BADGE = "warn-badge"
    BAD_BADGE = "bad-badge"
    MATCH = "match"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line in one tone. `text` is always data: nothing in it is ever interpreted."""

    text: str
    tone: Tone = Tone.TEXT


Line = tuple[Span, ...]

NOTHING: Line = ()

# Zero-width and direction marks can hide text or turn it around; nothing that we show needs them.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def plain(text: str) -> str:
    """`text` on one line without control characters or invisible marks; white space becomes a single blank.

    For names, titles and sentences from outside. Escape sequences lose their escape and stay visible as letters.
    """
    if text.isascii() and text.isprintable():
        return text
    shown = (" " if c.isspace() else c for c in text)
    return "".join(c for c in shown if c.isprintable() or unicodedata.category(c) not in _HIDDEN)


def width(text: str) -> int:
    """How many terminal cells `text` takes, by Unicode's East Asian width."""
    if text.isascii():
        return len(text)
    return sum(_cells(c) for c in text)


def _cells(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def line_width(line: Iterable[Span]) -> int:
    """How many terminal cells a line takes."""
    return sum(width(span.text) for span in line)


def line_text(line: Iterable[Span]) -> str:
    """What a line says, without its tones."""
    return "".join(span.text for span in line)


def one(text: str, tone: Tone = Tone.TEXT) -> Line:
    """A line of one span."""
    return (Span(text, tone),)


def spread(*parts: str | Span | Line) -> Line:
    """One line out of words, spans and lines, in order."""
    spans: list[Span] = []
    for part in parts:
        if isinstance(part, str):
            spans.append(Span(part))
        elif isinstance(part, Span):
            spans.append(part)
        else:
            spans.extend(part)
    return tuple(span for span in spans if span.text)


def clip(line: Line, cells: int) -> Line:
    """`line` cut to at most `cells` cells, ending in `…` where something was cut off."""
    if line_width(line) <= cells:
        return line
    kept: list[Span] = []
    room = cells - 1
    for span in line:
        text = _head(span.text, room)
        kept.append(Span(text, span.tone))
        room -= width(text)
        if text != span.text:
            break
    tone = kept[-1].tone if kept else Tone.DIM
    return (*kept, Span("…", tone)) if cells > 0 else ()


def shorten(text: str, cells: int) -> str:
    """`text` in at most `cells` cells, cut in the middle: names of phases differ at both ends."""
    if width(text) <= cells:
        return text
    if cells < 4:
        return _head(text, max(0, cells - 1)) + "…" if cells > 0 else ""
    tail_cells = (cells - 1) // 3
    tail = _head(text[::-1], tail_cells)[::-1]
    return _head(text, cells - 1 - width(tail)) + "…" + tail


def _head(text: str, cells: int) -> str:
    """The longest start of `text` that fits in `cells` cells."""
    if text.isascii():
        return text[: max(0, cells)]
    used = 0
    for index, char in enumerate(text):
        used += _cells(char)
        if used > cells:
            return text[:index]
    return text


_BREAKS = re.compile(r" +(?!%)")  # a number stays with its percent sign


def wrap(text: str, cells: int) -> list[str]:
    """`text` broken at blanks into lines of at most `cells` cells; a longer word is broken where it must be."""
    cells = max(1, cells)
    lines: list[str] = []
    current = ""
    for word in _BREAKS.split(plain(text).strip()):
        rest = word
        while current == "" and width(rest) > cells:
            head = _head(rest, cells) or rest[0]
            lines.append(head)
            rest = rest[len(head) :]
        joined = f"{current} {rest}" if current else rest
        if width(joined) <= cells:
            current = joined
            continue
        lines.append(current)
        current = rest
        while width(current) > cells:
            head = _head(current, cells) or current[0]
            lines.append(head)
            current = current[len(head) :]
    if current:
        lines.append(current)
    return lines


# One for one, so that a fallback never moves anything.
_ASCII = str.maketrans(
    {
        "█": "#",
        "▄": "=",
        "▂": "-",
        "▓": ">",
        "▒": "%",
        "░": ".",
        "━": "=",
        "─": "-",
        "■": "#",
        "▪": "-",
        "□": "_",
        "◆": ">",
        "✗": "x",
        "✓": "+",
        "⏭": "-",
        "·": ".",
        "…": "~",
        "–": "-",
        "—": "-",
        "−": "-",
        "›": ">",
        "→": ">",
        "★": "*",
        "▌": ">",
        "▶": ">",
        "●": "o",
        "○": "x",
        "⏸": "=",
        "┊": ":",
        "▲": "^",
        "↑": "^",
        "↓": "v",
        "←": "<",
        "▁": "_",
        "▃": "-",
        "▅": "=",
        "▆": "=",
        "▇": "#",
        "≥": ">",
        "≤": "<",
        "×": "x",
        "“": '"',
        "”": '"',
        "’": "'",
    }
)


def to_ascii(text: str) -> str:
    """`text` for a terminal that shows ASCII only: our glyphs become letters of the same width, others `?`."""
    if text.isascii():
        return text
    replaced = text.translate(_ASCII)
    return "".join(c if c.isascii() else "?" * _cells(c) for c in replaced)
