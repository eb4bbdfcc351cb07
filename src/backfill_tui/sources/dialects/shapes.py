"""What lines have in common: a message with all that changes from line to line left open, written as a pattern.

The pattern matches the message that it was made of, so that it can be copied into dialects.yaml and edited there.
"""

import json
import re
from collections.abc import Iterator

from backfill_tui.sources.json_lines import LEVEL_KEYS, TIME_KEYS, Fields, text_of

LOOKED_AT = 200
"""Characters of a message that make its shape."""

_MOST_KEYS = 12
_LONGEST_VALUE = 40  # characters of a value that may be a word of the job's; longer ones are content

_TOKEN = re.compile(
    r"(?P<moment>\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)"
    r"|(?P<date>(?<!\d)\d{4}-\d\d-\d\d(?!\d))"
    r"|(?P<clock>(?<![\d:])\d+:\d\d(?::\d\d)?(?:[.,]\d+)?)"
    r"|(?P<hex>(?<![\w-])(?:0x)?(?=[a-f-]*\d)[\da-f]+(?:-[\da-f]+)*(?<=[\da-f-]{8})(?![\w-]))"
    r"|(?P<rule>\.{4,}|={4,}|-{4,}|_{4,}|\*{4,}|#{4,})"
    r"|(?P<quoted>\"[^\"]*\"|(?<!\w)'[^']*'(?!\w))"
    r"|(?P<path>(?<![\w.:/-])(?:[\w.:-]*/){2,}\S*)"
    r"|(?P<count>(?<![\d/,.])\d[\d,]*(?:/| of )\d[\d,]*(?![\d/,.]))"
    r"|(?P<number>\d[\d,.]*)"
    r"|(?P<space>\s{2,}|[^\S ])",
    re.ASCII,
)
_OPEN = {
    "moment": r"\d{4}-[\dT: .,Z+-]+",
    "date": r"\d{4}-\d{2}-\d{2}",
    "clock": r"\d+:[\d:.,]+",
    "hex": r"[\da-fx-]+",
    "path": r"\S+",
    "count": r"\d[\d,]*(?:/| of )\d[\d,]*",
    "number": r"[\d,.]+",
    "space": r"\s+",
}
_SPECIAL = re.compile(r"([\\.+*?()\[\]{}^$|])")
_BY_DATES = {1: ("{date}",), 2: ("{start}", "{end}")}


def shape_of(message: str) -> str:
    """The shape of a message. Its dates are `{date}`, or `{start}` and `{end}`; the first i/N is `{index}/{of}`."""
    return "".join(_pieces(_head(message.strip())))


def shape_of_object(fields: Fields) -> str:
    """The same of a JSON object, as what stands behind `json:`; without its time and level."""
    wanted: dict[str, str] = {}
    named: set[str] = set()
    for path in _paths(fields):
        value = text_of(fields, path)
        if value is None:
            continue
        is_word = len(value) <= _LONGEST_VALUE and value == value.strip()
        shape = shape_of(value) if is_word else ".*"
        names = set(re.findall(r"\{[a-z]+\}", shape))
        if names & named:  # a field can stand in a pattern only once
            shape = ".*"
        named |= names
        wanted[path] = shape
        if len(wanted) == _MOST_KEYS:
            break
    return json.dumps(wanted, ensure_ascii=False)


def _paths(fields: Fields) -> Iterator[str]:
    for key, value in fields.items():
        if isinstance(value, dict):
            yield from (f"{key}.{inner}" for inner in value)
        elif key not in TIME_KEYS and key not in LEVEL_KEYS:
            yield key


def _head(message: str) -> str:
    """The beginning of a message, cut between words where there is a place to."""
    if len(message) <= LOOKED_AT:
        return message
    head = message[:LOOKED_AT]
    return head.rpartition(" ")[0] or head


def _pieces(message: str) -> Iterator[str]:
    tokens = list(_TOKEN.finditer(message))
    dates = iter(_BY_DATES.get(sum(token.lastgroup == "date" for token in tokens), ()))
    counts = 0
    at = 0
    for token in tokens:
        yield _SPECIAL.sub(r"\\\1", message[at : token.start()])
        at = token.end()
        kind = token.lastgroup or ""
        if kind == "date":
            yield next(dates, _OPEN[kind])
        elif kind == "count":
            counts += 1
            open_count = "{index} of {of}" if " " in token[0] else "{index}/{of}"
            yield open_count if counts == 1 else _OPEN[kind]
        elif kind == "rule":
            yield f"[{token[0][0]}]+"
        elif kind == "quoted":
            yield '"[^"]*"' if token[0][0] == '"' else "'[^']*'"
        else:
            yield _OPEN[kind]
    yield _SPECIAL.sub(r"\\\1", message[at:])
