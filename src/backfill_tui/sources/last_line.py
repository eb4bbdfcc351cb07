"""When a log's last line was written: by its own time, or by its file where zones lie between the two. Pure."""

from datetime import datetime, timedelta

_QUARTER_S = 900.0  # zones lie whole quarters of an hour apart
_APART_AT_MOST_S = 26 * 3600.0  # from UTC-12 to UTC+14
_AT_ONCE_S = 5.0  # between a line's time and the file's, of a job that does not hold its lines back


def written_at(last_line_at: datetime | None, grown_at: datetime | None) -> datetime | None:
    """The later of the two, where quarters of an hour lie between them, as of zones; else what the line says.

    Who wrote a line is told by when it was written. A file that was merely copied or touched since counts for
    nothing, but for one in a hundred that hits a quarter.
    """
    if last_line_at is None or grown_at is None:
        return last_line_at
    later_s = (grown_at - last_line_at).total_seconds()
    quarters = round(later_s / _QUARTER_S)
    some_zones = 0 < quarters * _QUARTER_S <= _APART_AT_MOST_S
    zones_apart = some_zones and abs(later_s - quarters * _QUARTER_S) <= _AT_ONCE_S
    return last_line_at + timedelta(seconds=quarters * _QUARTER_S) if zones_apart else last_line_at
