"""A line of a job's log as spans: time and level step back, outcomes stand out. Words stay the job's own."""

import re

from backfill_tui.views.spans import Line, Span, Tone, one, spread

# `2026-01-03 20:13:31,123 - module - INFO - message` in its usual variants; the date is cut from what is shown.
_RECORD = re.compile(
    r"\[?(?:\d{4}-\d\d-\d\d[ T])?(?P<time>\d\d:\d\d:\d\d)(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]?[ |:-]{1,4}"
    r"(?:[\w.]{1,60}(?: ?[|:-] ?| ))?\[?(?P<level>DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL)\]?(?: ?[|:-] ?| )"
)
_BARE = re.compile(r"(?P<level>DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL):(?:[\w.]{1,60}:)? ?")

_LEVELS = {
    "DEBUG": Tone.FAINT,
    "INFO": Tone.DIM,
    "WARNING": Tone.WARN,
    "WARN": Tone.WARN,
    "ERROR": Tone.BAD,
    "CRITICAL": Tone.BAD,
    "FATAL": Tone.BAD,
}
_EMPTY = re.compile(r"✓.*: 0 (records|players)\b")
_LOOKED_AT = 400  # characters of a message that decide its tone


def shown(text: str, *, trouble: bool = False) -> Line:
    """The spans of one line, which is already free of control characters; `trouble` if it reports an error."""
    if match := _RECORD.match(text):
        level = match["level"]
        message = text[match.end() :]
        head = spread(Span(f"{match['time']} ", Tone.DIM), Span(f"{level:<5} ", _LEVELS[level]))
        return spread(*head, Span(message, _tone(message, level, trouble=trouble)))
    if match := _BARE.match(text):
        level = match["level"]
        message = text[match.end() :]
        return spread(Span(f"{level:<5} ", _LEVELS[level]), Span(message, _tone(message, level, trouble=trouble)))
    return one(text, _tone(text, "", trouble=trouble))


def _tone(message: str, level: str, *, trouble: bool) -> Tone:
    start = message[:_LOOKED_AT]
    if trouble or level in {"ERROR", "CRITICAL", "FATAL"} or "✗" in start:
        return Tone.BAD
    if level in {"WARNING", "WARN"}:
        return Tone.WARN
    if _EMPTY.search(start):
        return Tone.QUIET
    if "✓" in start:
        return Tone.GOOD
    return Tone.DIM if level == "DEBUG" else Tone.TEXT


def mark(line: Line, needle: str) -> Line:
    """The line with every occurrence of `needle` marked; case matters only if the needle has a capital."""
    if not needle:
        return line
    pattern = re.compile(re.escape(needle), re.IGNORECASE if needle == needle.lower() else 0)
    spans: list[Span] = []
    for span in line:
        end = 0
        for match in pattern.finditer(span.text):
            spans += [Span(span.text[end : match.start()], span.tone), Span(match.group(), Tone.MATCH)]
            end = match.end()
        spans.append(Span(span.text[end:], span.tone))
    return spread(*spans)
