"""The fields of a checkpoint, each read leniently: what does not fit becomes a note, never an error."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Annotated, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo

KEYS = frozenset(
    ("start_date", "end_date", "last_successful_date", "successful_dates", "failed_dates", "skipped_dates")
)
"""By any of these an object is known to be a checkpoint."""

_DATE_KEYS = ("date", "game_date", "day")  # of an item that is an object
_REASON_KEYS = ("error", "reason", "message")
_EPOCH_FROM = 1e8  # seconds; a smaller number is no time of the last fifty years
_YEARS = range(1970, 3000)  # others can't be carried to another time zone safely


def kind(value: object) -> str:
    """What a JSON value is, in words."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"


def as_date(value: object) -> date | None:
    """A date out of ISO text, also with a time behind it, or of a number like 20211019; None if it is none."""
    if isinstance(value, int) and 10_000_101 <= value <= 99_991_231:
        value = str(value)
    if not isinstance(value, str):
        return None
    day = value.strip().replace("T", " ").partition(" ")[0]
    try:
        return date.fromisoformat(day)
    except ValueError:
        return None


@dataclass(slots=True)
class Reading:
    """What reading one checkpoint needs and leaves: the zone of its naive times, and the notes."""

    timezone: tzinfo
    notes: list[str] = field(default_factory=list)


def _reading(info: ValidationInfo) -> Reading:
    return cast("Reading", info.context)


def _note(info: ValidationInfo, sentence: str) -> None:
    _reading(info).notes.append(sentence)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _text(value: object, info: ValidationInfo) -> str | None:
    if value is None or isinstance(value, str):
        return value
    _note(info, f"{info.field_name} is {kind(value)} where text was expected.")
    return str(value) if isinstance(value, int | float) else None


def _date(value: object, info: ValidationInfo) -> date | None:
    found = as_date(value)
    if found is None and value is not None:
        _note(info, f"{info.field_name} is not a date: {_shown(value)}.")
    return found


def _time(value: object, info: ValidationInfo) -> datetime | None:
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value.strip())
            if found.year in _YEARS:
                return found if found.tzinfo else found.replace(tzinfo=_reading(info).timezone)
        if isinstance(value, int | float) and value >= _EPOCH_FROM:
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        pass  # said below
    if value is not None:
        _note(info, f"{info.field_name} is not a time: {_shown(value)}.")
    return None


def _dates(value: object, info: ValidationInfo) -> dict[date, str]:
    """The dates of a list, in its order, each with a reason where one is given."""
    found: dict[date, str] = {}
    bad: list[object] = []
    for item, reason in _items(value, info):
        day = as_date(item)
        if day is None:
            bad.append(item)
        else:
            found[day] = reason
    if bad:
        many = "1 entry is no date" if len(bad) == 1 else f"{len(bad):,} entries are no dates"
        _note(info, f"{info.field_name}: {many}: {_shown(bad[0])}.")
    return found


def _items(value: object, info: ValidationInfo) -> Iterator[tuple[object, str]]:
    match value:
        case list():
            yield from map(_item, value)
        case Mapping():  # dates as keys
            yield from ((key, reason if isinstance(reason, str) else "") for key, reason in value.items())
        case str():
            _note(info, f"{info.field_name} is text where a list was expected.")
            yield from ((part, "") for part in value.replace(",", " ").split())
        case None:
            return
        case _:
            _note(info, f"{info.field_name} is {kind(value)} where a list was expected.")


def _item(item: object) -> tuple[object, str]:
    if not isinstance(item, Mapping):
        return item, ""
    day = next((item[key] for key in _DATE_KEYS if key in item), item)
    reason = next((item[key] for key in _REASON_KEYS if isinstance(item.get(key), str)), "")
    return day, reason


class CheckpointFields(BaseModel):
    """A checkpoint as its job wrote it, without its own sums: only the lists count.

    Validate with a `Reading` as context.
    """

    model_config = ConfigDict(extra="ignore")

    job_name: Annotated[str | None, BeforeValidator(_text)] = None
    start_date: Annotated[date | None, BeforeValidator(_date)] = None
    end_date: Annotated[date | None, BeforeValidator(_date)] = None
    created_at: Annotated[datetime | None, BeforeValidator(_time)] = None
    last_updated: Annotated[datetime | None, BeforeValidator(_time)] = None
    last_successful_date: Annotated[date | None, BeforeValidator(_date)] = None
    successful_dates: Annotated[dict[date, str], BeforeValidator(_dates)] = {}
    failed_dates: Annotated[dict[date, str], BeforeValidator(_dates)] = {}
    skipped_dates: Annotated[dict[date, str], BeforeValidator(_dates)] = {}
