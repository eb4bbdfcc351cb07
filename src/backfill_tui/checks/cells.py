"""A warehouse's cell as plain Python: what a check compares, a screen shows and JSON carries. Pure."""

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time
from decimal import Decimal

from backfill_tui.checks.model import Value


def plain_value(value: object) -> Value:
    """The cell as `model.Value`.

    Decimals are floats, lists are tuples, structures and maps are their JSON text, bytes are hexadecimal text. A
    time without a zone is in UTC, as warehouses mean it; every datetime comes back aware, in UTC. What is none of
    these, such as an interval or a UUID, is its text.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, date):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, Mapping):
        return json.dumps(_in_json(value), ensure_ascii=False)
    if isinstance(value, (Sequence, AbstractSet)):
        return tuple(plain_value(one) for one in value)
    return value.isoformat() if isinstance(value, time) else str(value)


def _in_json(value: object) -> object:
    """The same inside a structure: nested ones stay structures, times are ISO 8601."""
    if isinstance(value, Mapping):
        return {_key(name): _in_json(one) for name, one in value.items()}
    plain = plain_value(value)
    if isinstance(plain, tuple) and isinstance(value, (Sequence, AbstractSet)):
        return [_in_json(one) for one in value]
    return plain.isoformat() if isinstance(plain, date) else plain


def _key(name: object) -> str:
    """A map's key may be of any type; JSON's is text."""
    if isinstance(name, str):
        return name
    inside = _in_json(name)
    return inside if isinstance(inside, str) else json.dumps(inside, ensure_ascii=False)
