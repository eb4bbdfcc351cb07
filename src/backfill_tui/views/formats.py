"""Numbers and times as words, the same on every front end. `None` is unknown and is shown as `–`, never as 0."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo

UNKNOWN = "–"

MANY_RANGES, FEW_RANGES = 12, 6
"""So many ranges of dates are told one by one: in a text of any length, and in the lines of a dialog."""

_MINUTE = 60
_HOUR = 3600
_DAY = 86_400

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def count(number: int | None) -> str:
    """`3,871`."""
    return UNKNOWN if number is None else f"{number:,}"


def percent(fraction: float | None) -> str:
    """A fraction 0…1 as `78 %`, rounded down: 100 % means all of it."""
    return UNKNOWN if fraction is None else f"{int(fraction * 100 + 1e-9)} %"


def rate_percent(value: float | None) -> str:
    """A percentage with one decimal, rounded down, so that 99.97 is not called 100.0."""
    return UNKNOWN if value is None else f"{int(value * 10 + 1e-6) / 10:.1f}"


def per_hour(rate: float | None) -> str:
    """Units an hour: `207/h`, `1,240/h`, `3.4/h`."""
    if rate is None:
        return UNKNOWN
    return f"{rate:.1f}/h" if 0 < rate < 9.95 else f"{rate:,.0f}/h"


def duration(seconds: float | None) -> str:
    """`8s`, `12m`, `3h46`, `2d 04h`: two figures at most, as one reads a clock. Negative is shown as 0."""
    if seconds is None:
        return UNKNOWN
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}m"
    if whole < _DAY:
        return f"{whole // _HOUR}h{whole % _HOUR // _MINUTE:02d}"
    return f"{whole // _DAY}d {whole % _DAY // _HOUR:02d}h"


def precise(seconds: float | None) -> str:
    """How long one piece of work took: `0.42 s`, `52.0 s`, `3m 20s`, then as `duration`."""
    if seconds is None:
        return UNKNOWN
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    if seconds < _HOUR:
        return f"{int(seconds) // _MINUTE}m {int(seconds) % _MINUTE:02d}s"
    return duration(seconds)


def delta(seconds: float | None, assessment: str | None) -> str:
    """The forecast against the plan: `on time`, `+3h45`, `−0h20`."""
    if assessment == "on_track":
        return "on time"
    if seconds is None:
        return UNKNOWN
    minutes = int(abs(seconds)) // _MINUTE
    sign = "+" if seconds >= 0 else "−"
    return f"{sign}{minutes // 60}h{minutes % 60:02d}"


def size(number: int | None) -> str:
    """Bytes as `812 B`, `1.2 GB` (decimal units)."""
    if number is None:
        return UNKNOWN
    value = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def clock(at: datetime | None, zone: tzinfo | None) -> str:
    """`20:14`, in `zone`."""
    return UNKNOWN if at is None else f"{at.astimezone(zone):%H:%M}"


def moment(at: datetime | None, now: datetime) -> str:
    """A time as one would say it at `now`, in `now`'s zone: `20:14`, `Mon 04:40`, `12 Jan`, `12 Jan 2025`.

    The weekday is left out on the same date and through the night that follows it.
    """
    if at is None:
        return UNKNOWN
    local = at.astimezone(now.tzinfo)
    away = local - now
    if local.date() == now.date() or timedelta(0) <= away < timedelta(hours=16):
        return f"{local:%H:%M}"
    if abs(away) < timedelta(days=6):
        return f"{_WEEKDAYS[local.weekday()]} {local:%H:%M}"
    short = f"{local.day} {_MONTHS[local.month - 1]}"
    return short if abs(away) < timedelta(days=300) else f"{short} {local.year}"


def stamp(at: datetime | None, now: datetime) -> str:
    """Like `moment`, for where there is room: a far day keeps its time, `2026-01-03 18:23`."""
    if at is None or abs(at - now) < timedelta(days=6):
        return moment(at, now)
    return f"{at.astimezone(now.tzinfo):%Y-%m-%d %H:%M}"


def moments(first: datetime | None, last: datetime | None, now: datetime) -> str:
    """A range of times, `20:58–21:31`; the second loses its day where it is the first's."""
    if first is None or last is None:
        return UNKNOWN
    start, end = moment(first, now), moment(last, now)
    if start == end:
        return start
    day, _, hour = end.rpartition(" ")
    if day and ":" in hour and start.startswith(f"{day} "):
        end = hour
    return f"{start}–{end}"


def weekday(day: date) -> str:
    """`Wed`."""
    return _WEEKDAYS[day.weekday()]


def month(day: date) -> str:
    """`Feb`."""
    return _MONTHS[day.month - 1]


def date_range(dates: tuple[date, date] | None) -> str:
    """`2021-10-19 … 2026-01-02`."""
    return UNKNOWN if dates is None else f"{dates[0]} … {dates[1]}"


def fold(days: Iterable[date]) -> list[tuple[date, date]]:
    """Dates as ranges: each the first and the last of days that follow one another."""
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        if found and day - found[-1][1] <= timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def ranges(days: Iterable[date] | None, most: int = MANY_RANGES) -> str:
    """`2024-02-14 … 2024-02-16, 2024-03-01 and 9 more dates`: of very many ranges the first `most` by name."""
    if days is None:
        return UNKNOWN
    folded = fold(days)
    named = ", ".join(str(first) if first == last else date_range((first, last)) for first, last in folded[:most])
    rest = sum((last - first).days + 1 for first, last in folded[most:])
    return f"{named} and {plural(rest, 'more date', 'more dates')}" if rest else named


def counted(days: Sequence[date], most: int = MANY_RANGES) -> str:
    """`3 dates: 2024-02-14 … 2024-02-15, 2024-03-01`, as `ranges` tells them."""
    return f"{plural(len(days), 'date')}: {ranges(days, most)}"


def plural(number: int, noun: str, nouns: str | None = None) -> str:
    """`1 date`, `3,871 dates`."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def zone_name(at: datetime) -> str:
    """The zone's short name, `PST`; its offset where it has none."""
    return at.tzname() or f"{at:%z}"
