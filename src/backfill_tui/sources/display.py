"""Bytes that a job printed become text that no terminal acts upon. The only way from a log to a screen."""

import re

_TAB = 8

# ECMA-48: control sequences; strings with their terminator; two-character escapes. No sequence goes past a line.
_ESCAPES = (
    r"\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)"
    r"|\x1b[PX^_][^\x1b\n]*\x1b\\"
    r"|\x1b[ -/]+[0-~]"
    r"|\x1b[0-~]"
)
_ESCAPE_BYTES = re.compile(_ESCAPES.encode("ascii"))
_ESCAPE_TEXT = re.compile(_ESCAPES + r"|\x9b[0-?]*[ -/]*[@-~]")

_BIDI = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_INVISIBLE = [0x00AD, 0x200B, 0x2060, 0xFEFF, *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080)]
_DROPPED: dict[int, str | None] = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *_BIDI, *_INVISIBLE]),
    0x09: "\t",
    0x2028: " ",  # to some a line break
    0x2029: " ",
}


def clean(raw: bytes) -> str:
    """Text that can be shown as it is: no control characters, no escapes, nothing that changes the direction.

    Invalid UTF-8 is replaced, tabs are expanded, NULs (holes of a truncated file) dropped.
    """
    text = raw.decode("utf-8", "replace")
    if text.isprintable():
        return text
    return _ESCAPE_TEXT.sub("", text).translate(_DROPPED).expandtabs(_TAB)


def last_state(raw: bytes) -> bytes:
    """What a terminal would show at the end of a line that overwrites itself with carriage returns (bars)."""
    if b"\r" not in raw:
        return raw
    states = raw.split(b"\r")
    return next((state for state in reversed(states) if clean(state).strip()), b"")


def without_escapes(raw: bytes) -> bytes:
    """The same bytes without terminal escapes; every newline stays."""
    return _ESCAPE_BYTES.sub(b"", raw) if b"\x1b" in raw else raw
