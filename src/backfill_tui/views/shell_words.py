"""Commands as a shell would have to be told them: exactly, to be read before a yes, and to be copied."""

import shlex
from collections.abc import Sequence

from backfill_tui.views.spans import width

_BY_NAME = {"\n": r"\n", "\t": r"\t", "\r": r"\r"}


def shell_line(command: Sequence[str]) -> str:
    """A command on one line, however many its words have."""
    return " ".join(map(shell_word, command))


def shell_word(word: str) -> str:
    """A word as a shell would have to be told it; characters that can't be shown are escaped, none is left out."""
    if word.isprintable():
        return shlex.quote(word)
    escaped = "".join(c if c.isprintable() and c not in "\\'" else _escape(c) for c in word)
    return f"$'{escaped}'"


def _escape(char: str) -> str:
    if char in "\\'":
        return f"\\{char}"
    if char in _BY_NAME:
        return _BY_NAME[char]
    code = ord(char)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shell_lines(command: Sequence[str], room: int) -> list[str]:
    """A command line, quoted, on lines of `room` cells broken between its words; blanks inside words are kept."""
    lines: list[str] = [""]
    for word in map(shell_word, command):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if width(joined) <= room:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        *whole, lines[-1] = _broken(word, room)
        lines[-1:-1] = whole
    return lines


def _broken(word: str, room: int) -> list[str]:
    """A word in pieces of at most `room` cells."""
    pieces: list[str] = [""]
    used = 0
    for char in word:
        cells = width(char)
        if used and used + cells > room:
            pieces.append("")
            used = 0
        pieces[-1] += char
        used += cells
    return pieces
