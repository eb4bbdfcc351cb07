"""A value held against its bounds, and both as words. Pure.

Bounds apply to the value as it is; only what is shown is rounded, and never so far that it would tell otherwise.
"""

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from backfill_tui.checks.model import Reason, Status, Value
from backfill_tui.plan.resolved import Bound

_PLACES = 2  # shown of a fraction where the plan does not say
_MOST_PLACES = 12
_LONGEST = 200  # characters of a text that are shown


@dataclass(frozen=True, slots=True)
class Held:
    """How a value stands to its bounds; `reason` and `why` where that can't be told."""

    status: Status
    reason: Reason | None = None
    why: str = ""


def hold(value: Value, bound: Bound) -> Held:
    """Whether a value keeps its bounds; without any, whether there is a value at all."""
    if value is None:
        return Held(Status.UNKNOWN, Reason.NULL_VALUE, "is NULL: there was nothing to compute it from")
    if isinstance(value, float) and not math.isfinite(value):
        cause = "rows have NaN (see IS_NAN)" if math.isnan(value) else "a division by zero, or an overflow"
        return Held(Status.UNKNOWN, Reason.NOT_A_NUMBER, f"is {value}: {cause}")
    if bound == Bound():
        return Held(Status.PASS)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Held(Status.UNKNOWN, Reason.NOT_A_NUMBER, f"is no number, but {_named(value)}")
    low = bound.at_least is not None and value < bound.at_least
    high = bound.at_most is not None and value > bound.at_most
    return Held(Status.FAIL if low or high else Status.PASS)


def _named(value: Value) -> str:
    """A value that is no number; a text may look like one."""
    return f"the text '{_cut(value)}'" if isinstance(value, str) and value else shown(value)


def bound_text(bound: Bound) -> str | None:
    """`>= 5600`, `<= 0`, `>= 1 and <= 2`: plain, for scripts; `None` without bounds."""
    parts = []
    if bound.at_least is not None:
        parts.append(f">= {_plain(bound.at_least)}")
    if bound.at_most is not None:
        parts.append(f"<= {_plain(bound.at_most)}")
    return " and ".join(parts) or None


def phrase(value: Value, bound: Bound, *, places: int | None = None, unit: str | None = None) -> str:
    """`47.7 % (>= 95 %)`: the value and what it is held against, for a person."""
    text = shown(value, bound, places=places, unit=unit)
    limits = limits_text(bound, unit)
    return f"{text} ({limits})" if limits else text


def limits_text(bound: Bound, unit: str | None) -> str:
    """`>= 1 % and <= 4 %`, for a person; empty without bounds."""
    limits = []
    if bound.at_least is not None:
        limits.append(f">= {_exact(bound.at_least, unit)}")
    if bound.at_most is not None:
        limits.append(f"<= {_exact(bound.at_most, unit)}")
    return " and ".join(limits)


def shown(value: Value, bound: Bound | None = None, *, places: int | None = None, unit: str | None = None) -> str:
    """A value for a person: digits in groups, decimals as asked, more where rounding would hide a failure."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return number(value, bound, places=places, unit=unit)
        case date():  # a datetime is one, too
            return value.isoformat()
        case tuple():
            return _cut("[" + ", ".join(shown(one) for one in value[:20]) + (", …]" if len(value) > 20 else "]"))
    return _cut(value) if value else "''"


def number(value: float, bound: Bound | None = None, *, places: int | None = None, unit: str | None = None) -> str:
    """`5,798`, `47.7 %`. Rounded to `places`, yet on the same side of its bounds as the value itself.

    Without `places` it has two, or as many as its bounds.
    """
    if isinstance(value, int) or not math.isfinite(value):
        return _with_unit(f"{value:,}", unit)
    wanted = places if places is not None else max([_PLACES, *map(_places_of, _limits(bound))])
    while bound is not None and wanted < _MOST_PLACES and not _tells_alike(value, wanted, bound):
        wanted += 1
    alike = bound is None or _tells_alike(value, wanted, bound)
    text = f"{value:,.{wanted}f}" if alike else repr(value)
    if places is None and "." in text and "e" not in text:
        text = text.rstrip("0").rstrip(".")
    return _with_unit("0" if text in {"-0", ""} else text, unit)


def _tells_alike(value: float, places: int, bound: Bound) -> bool:
    return hold(round(value, places), bound).status is hold(value, bound).status


def _limits(bound: Bound | None) -> list[float]:
    return [] if bound is None else [one for one in (bound.at_least, bound.at_most) if one is not None]


def _places_of(limit: float) -> int:
    """How many decimals a bound was written with."""
    exponent = Decimal(repr(limit)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _exact(limit: float, unit: str | None) -> str:
    text = _plain(limit)
    return _with_unit(f"{int(limit):,}" if text.lstrip("-").isdigit() else text, unit)


def _with_unit(text: str, unit: str | None) -> str:
    return f"{text} {unit}" if unit else text


def _plain(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
