"""Logs of one JSON object a line: time, level and message under the names that loggers give them, and its values.

It takes objects apart and knows no dialect. What is no object, or too deep, or none of the known names, is None.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

Fields = Mapping[str, Any]
"""The object of one line."""

TIME_KEYS = ("timestamp", "@timestamp", "ts", "time", "asctime", "datetime", "created", "t", "eventTime")
LEVEL_KEYS = ("level", "levelname", "severity", "lvl", "log.level", "loglevel", "log_level")
MESSAGE_KEYS = ("message", "msg", "event", "log")
"""The names that are tried, in this order."""

_EPOCH_UNITS = ((1e8, 1e11, 1.0), (1e11, 1e14, 1e3), (1e14, 1e17, 1e6), (1e17, 1e20, 1e9))
"""From 1973 on: between which numbers a time is in seconds, milli-, micro- or nanoseconds since 1970."""

_LEVELS = {"ERR": "ERROR", "CRIT": "CRITICAL", "PANIC": "FATAL", "EMERG": "CRITICAL", "WARN": "WARNING"}
_NUMBERED_LEVELS = {10: "TRACE", 20: "DEBUG", 30: "INFO", 40: "WARNING", 50: "ERROR", 60: "FATAL"}  # bunyan, pino
TROUBLED = (
    *('"error"', '"err"', '"critical"', '"fatal"', '"panic"'),
    *(f'"level":{gap}{number}' for gap in ("", " ") for number in (50, 60)),
)
"""What stands in a line whose level is ERROR or above, beside the words in capitals."""


def object_in(text: str) -> Fields | None:
    """The JSON object that a text is, or None."""
    if not text.startswith("{") or not text.endswith("}"):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):  # not JSON; a number of thousands of digits; nested without end
        return None
    return found if isinstance(found, dict) else None


def text_of(fields: Fields, path: str) -> str | None:
    """The value at a path (`a` or `a.b`) as it reads in JSON; None where there is none, or no text or number."""
    value: Any = fields
    if path in fields:
        value = fields[path]
    else:
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return None


def stamps_of(fields: Fields) -> Iterator[tuple[str, str | datetime]]:
    """The names with what may be a time: a text, or a moment (UTC) told as a number since 1970."""
    for name in TIME_KEYS:
        match fields.get(name):
            case str() as text:
                yield name, text
            case int() | float() as number:
                at = _since_1970(number)
                if at is not None:
                    yield name, at


def level_of(fields: Fields) -> str | None:
    """Its level, in capitals, as Python's logging calls it where it has one of the kind."""
    for name in LEVEL_KEYS:
        match fields.get(name):
            case str() as text if re.fullmatch(r"[A-Za-z]{1,12}", text):
                return _LEVELS.get(text.upper(), text.upper())
            case int() as number if number in _NUMBERED_LEVELS:
                return _NUMBERED_LEVELS[number]
    return None


def message_of(fields: Fields) -> str | None:
    """Its message; a line end after it (as containers keep it) is left out."""
    for name in MESSAGE_KEYS:
        text = fields.get(name)
        if isinstance(text, str):
            return text.rstrip("\r\n")
    return None


def _since_1970(number: float) -> datetime | None:
    for low, high, unit in _EPOCH_UNITS:
        if low <= number < high:
            return datetime.fromtimestamp(number / unit, UTC)
    return None
