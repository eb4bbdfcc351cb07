"""Numbers and times as the sentences of control say them."""

from datetime import datetime

from backfill_tui.progress.account import Counts


def progress_words(counts: Counts) -> str:
    """How far it is, for the end of a sentence: ` at 54 %`; empty where that is not known."""
    return "" if counts.fraction is None else f" at {int(counts.fraction * 100)} %"


def span_words(seconds: float) -> str:
    """A duration in whole minutes: `30 min`, `3 h 05 min`; below one in seconds."""
    if seconds < 60:
        return f"{int(seconds)} s"
    minutes = int(seconds // 60)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"


def size_words(size: float) -> str:
    """Bytes as `812 MB`, `1.2 GB` (decimal units); less than a megabyte as none."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def clock(at: datetime, now: datetime) -> str:
    """A moment (aware) in the zone of `now`: the time of the day where that is today's, else with its date."""
    here = at.astimezone(now.tzinfo)
    return f"{here:%H:%M}" if here.date() == now.date() else f"{here:%Y-%m-%d %H:%M}"


def dates_are(count: int) -> str:
    """A number of dates with its verb: `1 date is`, `1,200 dates are`."""
    return "1 date is" if count == 1 else f"{count:,} dates are"


def dates_have(count: int) -> str:
    """A number of dates with its verb: `1 date has`, `1,200 dates have`."""
    return "1 date has" if count == 1 else f"{count:,} dates have"


def dates(count: int) -> str:
    """A number of dates: `1 date`, `1,200 dates`."""
    return "1 date" if count == 1 else f"{count:,} dates"


def were(count: int) -> str:
    """The verb of so many: `was`, `were`."""
    return "was" if count == 1 else "were"
