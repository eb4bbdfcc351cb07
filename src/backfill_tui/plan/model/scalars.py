"""The values that a plan is written in: texts, durations, percentages, sizes, days, moments and bounds.

Each type turns what was typed into one Python value or says in a sentence what it wanted. The patterns of the
JSON Schema stand beside them, so that an editor refuses what we refuse.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from backfill_tui.plan.yaml_tree import written

SENTENCE = "sentence"  # the type of the errors whose text is ours
REFERENCE = r"\$\{[^{}]+\}"

_SECONDS = {"w": 604_800.0, "d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0}
_DURATION = r"(\d+(?:\.\d+)?w)?\s*(\d+(?:\.\d+)?d)?\s*(\d+(?:\.\d+)?h)?\s*(\d+(?:\.\d+)?m)?\s*(\d+(?:\.\d+)?s)?"
_LONGEST_S = 3650 * 86_400.0
_PERCENT = r"\d+(?:\.\d+)?\s*%"
_SIZE = r"(\d+(?:\.\d+)?)\s*([KMGT]i?)?B"
_RELATIVE = r"(?:today|yesterday)|today\s*([-+])\s*(\d{1,5})d"
_ISO_DAY = r"\d{4}-\d{2}-\d{2}"
_ISO_MOMENT = r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?\s*([Zz]|[-+]\d{2}:?\d{2})?"
_PREFIXES = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_PREFIXES |= {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


@dataclass(frozen=True, slots=True)
class RelativeDay:
    """A day told from today: 0 is today, -1 yesterday."""

    days: int


def sentence(text: str) -> PydanticCustomError:
    """A refusal in our words."""
    return PydanticCustomError(SENTENCE, "{text}", {"text": text})


def shown(value: object) -> str:
    """A value that was not wanted, as a reader recognizes it."""
    match value:
        case None:
            return "nothing"
        case dict():
            only = next(iter(value)) if len(value) == 1 and list(value.values()) == [None] else None
            return f"a mapping (put '{{{only}}}' in quotes if a text was meant)" if only else "a mapping"
        case list():
            return "a list"
    text = written(value)
    return "something else" if text is None else f"'{text if len(text) <= 60 else text[:59] + '…'}'"


def _text(value: object) -> str:
    text = written(value)
    if text is None:
        raise sentence(f"must be text, not {shown(value)}")
    if not text.strip():
        raise sentence("is empty; write a text, or leave the key out")
    return text


def _argument(value: object) -> str:
    text = written(value)
    if text is None:
        raise sentence(f"must be text, not {shown(value)}")
    return text


def _list_of_one(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _argv(value: object) -> object:
    if isinstance(value, str):
        raise sentence("must be a list of words, as in [python, job.py, --flag]; no shell reads it")
    if isinstance(value, list) and value[:1] in ([], [""]):
        raise sentence("names no program; write it first in the list, then its arguments")
    return value


def _whole(low: int, high: int, what: str) -> Callable[[object], int]:
    def whole(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise sentence(f"must be {what} (a whole number), not {shown(value)}")
        if not low <= value <= high:
            raise sentence(f"must be {what} between {low:,} and {high:,}, not {value:,}")
        return int(value)

    return whole


def _toggle(value: object) -> bool:
    if not isinstance(value, bool):
        raise sentence(f"must be true or false, not {shown(value)}")
    return value


def number(value: object) -> float:
    """A finite number, as typed or from the thresholds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise sentence(f"must be a number or one ${{section.key}}, not {shown(value)}{_unquoted(value)}")
    if not math.isfinite(value):
        raise sentence(f"must be a finite number, not {shown(value)}")
    return float(value)


def _unquoted(value: object) -> str:
    """How a text that is nearly a number is made one."""
    if not isinstance(value, str):
        return ""
    if re.fullmatch(_PERCENT, value.strip()):
        plain = value.strip().rstrip("%").rstrip()
        return (
            f"; write {plain} if what it bounds is in per cent (0 to 100), {float(plain) / 100:g} if it is a share"
        )
    return "; write it without quotes" if re.fullmatch(r"-?\d+(\.\d+)?", value) else ""


def duration(value: object) -> float:
    """Seconds of a duration such as `30m`, `4h47m`, `14d`, `20s`."""
    text = written(value)
    found = re.fullmatch(_DURATION, text.strip()) if text is not None else None
    parts = [part for part in found.groups() if part] if found else []
    if not parts:
        raise sentence(f"must be a duration such as 20s, 30m, 4h47m or 14d, not {shown(value)}")
    seconds = sum(float(part[:-1]) * _SECONDS[part[-1]] for part in parts)
    if seconds > _LONGEST_S:
        raise sentence(f"is longer than ten years: {shown(value)}")
    return seconds


def _positive_duration(value: object) -> float:
    seconds = duration(value)
    if seconds <= 0:
        raise sentence(f"must be longer than nothing, not {shown(value)}")
    return seconds


def _whole_days(value: object) -> int:
    days, rest = divmod(duration(value), 86_400)
    if rest:
        raise sentence(f"must be whole days, as in 14d, not {shown(value)}")
    return int(days)


def percentage(value: object) -> float:
    """The fraction (0.3) of a percentage (`30%`)."""
    text = written(value)
    if text is None or not re.fullmatch(_PERCENT, text.strip()):
        raise sentence(f"must be a percentage such as 30%, not {shown(value)}")
    fraction = float(text.strip().rstrip("%")) / 100
    if fraction > 100:
        raise sentence(f"is more than 10,000 %: {shown(value)}")
    return fraction


def _share(value: object) -> float:
    fraction = percentage(value)
    if fraction > 1:
        raise sentence(f"must be at most 100%, not {shown(value)}")
    return fraction


def size(value: object) -> int:
    """Bytes of a size such as `20 GB` (10⁹), `512 MiB` (2²⁰) or a plain number of bytes."""
    text = written(value)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return int(value)
    found = re.fullmatch(_SIZE, text.strip(), re.IGNORECASE) if text is not None else None
    if found is None or not float(found[1]) or len(found[1]) > 20:
        raise sentence(f"must be a size such as 20 GB or 512 MiB, not {shown(value)}")
    prefix = (found[2] or "").upper().replace("I", "i")
    return int(float(found[1]) * _PREFIXES[prefix])


def day(value: object) -> date | RelativeDay:
    """An ISO date, or a day told from today."""
    text = written(value)
    plain = text.strip().lower() if text is not None else ""
    relative = re.fullmatch(_RELATIVE, plain)
    if relative:
        offset = int(f"{relative[1]}{relative[2]}") if relative[1] else 0
        return RelativeDay(-1 if plain == "yesterday" else offset)
    if not re.fullmatch(_ISO_DAY, plain, re.ASCII):
        raise sentence(f"must be a date such as 2026-01-03, or today, yesterday, today-3d, not {shown(value)}")
    try:
        return date.fromisoformat(plain)
    except ValueError:
        raise sentence(f"there is no such day as {plain}") from None


def moment(value: object) -> datetime:
    """A date with a time; without an offset it is naive and means the plan's time zone."""
    text = written(value)
    plain = text.strip().upper() if text is not None else ""
    if not re.fullmatch(_ISO_MOMENT, plain, re.ASCII):
        raise sentence(f"must be a date with a time such as 2026-01-04T06:30, not {shown(value)}")
    try:
        at = datetime.fromisoformat(plain.replace(" ", "T", 1).replace(" ", ""))
    except ValueError:
        raise sentence(f"there is no such time as {plain}") from None
    if not 1 < at.year < 9999:
        raise sentence(f"is out of range: {plain}")  # another time zone's clock could not show it
    return at


def _schema(title: str, *alternatives: dict[str, Any], examples: list[Any]) -> WithJsonSchema:
    shape = alternatives[0] if len(alternatives) == 1 else {"anyOf": list(alternatives)}
    return WithJsonSchema({**shape, "title": title, "examples": examples})


def _text_schema(pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^\\s*(?:{pattern})\\s*$"}


_REFERENCE_SCHEMA = {"type": "string", "pattern": REFERENCE}
_TYPED = {"type": ["string", "number", "boolean"]}  # a number or true is taken as the text that was typed
_DURATION_SCHEMA = _schema(
    "duration", _text_schema(rf"(?=\d){_DURATION}"), _REFERENCE_SCHEMA, examples=["20s", "30m", "4h47m", "14d"]
)
_ANY_CASE_DAY = r"[Tt][Oo][Dd][Aa][Yy](\s*[-+]\s*\d{1,5}[dD])?|[Yy][Ee][Ss][Tt][Ee][Rr][Dd][Aa][Yy]"

Text = Annotated[str, PlainValidator(_text), WithJsonSchema(_TYPED)]
Argument = Annotated[str, PlainValidator(_argument), WithJsonSchema(_TYPED)]
Argv = Annotated[list[Argument], BeforeValidator(_argv)]
Texts = Annotated[
    list[Text],
    BeforeValidator(_list_of_one),
    WithJsonSchema({"anyOf": [_TYPED, {"type": "array", "items": _TYPED}]}),
]
Number = Annotated[
    float, PlainValidator(number), _schema("bound", {"type": "number"}, _REFERENCE_SCHEMA, examples=[75, "${a.b}"])
]
Toggle = Annotated[bool, PlainValidator(_toggle), WithJsonSchema({"type": "boolean"})]
Duration = Annotated[float, PlainValidator(duration), _DURATION_SCHEMA]
PositiveDuration = Annotated[float, PlainValidator(_positive_duration), _DURATION_SCHEMA]
WholeDays = Annotated[int, PlainValidator(_whole_days), _DURATION_SCHEMA]
Percentage = Annotated[
    float, PlainValidator(percentage), _schema("percentage", _text_schema(_PERCENT), examples=["30%"])
]
Share = Annotated[float, PlainValidator(_share), _schema("share", _text_schema(_PERCENT), examples=["30%"])]
Size = Annotated[
    int,
    PlainValidator(size),
    _schema("size", _text_schema(_SIZE), {"type": "integer", "minimum": 1}, examples=["20 GB", "512 MiB"]),
]
Day = Annotated[
    date | RelativeDay,
    PlainValidator(day),
    _schema("day", _text_schema(f"{_ISO_DAY}|{_ANY_CASE_DAY}"), examples=["2021-10-19", "yesterday", "today-3d"]),
]
Moment = Annotated[
    datetime, PlainValidator(moment), _schema("moment", _text_schema(_ISO_MOMENT), examples=["2026-01-04T06:30"])
]


def _whole_schema(low: int, high: int) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [{"type": "integer", "minimum": low, "maximum": high}, _REFERENCE_SCHEMA]})


Pid = Annotated[int, PlainValidator(_whole(1, 2**31 - 1, "a process id")), _whole_schema(1, 2**31 - 1)]
Places = Annotated[int, PlainValidator(_whole(0, 12, "a number of decimal places")), _whole_schema(0, 12)]
Count = Annotated[int, PlainValidator(_whole(0, 10**9, "a count")), _whole_schema(0, 10**9)]
Every = Annotated[int, PlainValidator(_whole(1, 10**6, "a count")), _whole_schema(1, 10**6)]
HttpStatus = Annotated[int, PlainValidator(_whole(100, 599, "an HTTP status")), _whole_schema(100, 599)]
