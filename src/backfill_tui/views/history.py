"""The ledger's history in words: an action a row, and one of them whole."""

from collections.abc import Sequence
from datetime import UTC, datetime

from backfill_tui.control.offer import Entry
from backfill_tui.views import formats
from backfill_tui.views.facts import Fact, lines
from backfill_tui.views.spans import Line, Span, Tone, clip, one, plain, shorten, spread, width

EMPTY = (
    "Nothing has been done yet: launches, retries, stops, acceptances and checks that people ask for appear here."
)

_GAP = 2
_NAME_MOST = 28
_WHO_MOST = 20
_WHAT_MOST = 24
_GOOD = ("exit code 0", "pass")
_BAD = ("fail", "exit code", "ended by", "not started", "killed", "ended, nobody")
_WARN = ("warn", "unknown", "stopped", "not ended")
_WIDE = 96  # cells from which it is told who did it


def matches(entry: Entry, text: str) -> bool:
    """Whether some word of an entry contains `text`, whatever its case."""
    said = (entry.action, entry.phase, entry.who, entry.what, entry.reason, entry.outcome)
    return any(text.casefold() in plain(word).casefold() for word in said)


def titles(room: int, entries: Sequence[Entry], now: datetime) -> Line:
    """The line above the rows."""
    return _cells(("time", "action", "phase", "what", "who", "outcome"), _widths(entries, now, room), Tone.DIM)


def rows(entries: Sequence[Entry], now: datetime, room: int) -> list[Line]:
    """A line an entry, in `room` cells; times in `now`'s zone."""
    widths = _widths(entries, now, room)
    return [_row(entry, now, widths, room) for entry in entries]


def detail(entry: Entry, now: datetime, room: int) -> list[Line]:
    """Everything that is known of an entry."""
    found = [
        Fact("time", _exact(entry.at, now), Tone.STRONG),
        Fact("action", f"{entry.action} {plain(entry.phase)}".strip()),
        Fact("what", plain(entry.what)),
        Fact("who", plain(entry.who)),
        Fact("reason", plain(entry.reason), Tone.STRONG),
        Fact("outcome", plain(entry.outcome), _tone(entry)),
    ]
    if entry.ended_at is not None:
        took = formats.duration((entry.ended_at - entry.at).total_seconds())
        found.append(Fact("ended", f"{_exact(entry.ended_at, now)}, after {took}"))
    if entry.days:
        found.append(Fact("dates", formats.counted(entry.days, formats.FEW_RANGES)))
    return lines([fact for fact in found if fact.text], room)


def heading(plan: str, shown: int, total: int, text: str) -> Line:
    """The header of the page."""
    count = formats.plural(shown, "action")
    if text:
        count = f"{shown:,} of {formats.plural(total, 'action')} with “{plain(text)}”"
    crumbs = (Span(f" {shorten(plain(plan), 20)}", Tone.KEY), Span(" › ", Tone.DIM), Span("history", Tone.STRONG))
    return spread(*crumbs, Span(f"   {count}", Tone.DIM))


def _exact(at: datetime, now: datetime) -> str:
    local = at.astimezone(now.tzinfo)
    beside = f" ({at.astimezone(UTC):%H:%M:%S} UTC)" if local.utcoffset() else ""
    return f"{local:%Y-%m-%d %H:%M:%S} {formats.zone_name(local)}{beside}"


def _time(entry: Entry, now: datetime) -> str:
    return formats.stamp(entry.at, now)


def _widths(entries: Sequence[Entry], now: datetime, room: int) -> tuple[int, ...]:
    """Cells of time, action, phase, what and who; the outcome has the rest."""

    def widest(words: list[str], least: int, most: int) -> int:
        return max(least, min(most, max(map(width, words), default=0)))

    return (
        widest([_time(entry, now) for entry in entries], 5, 16),
        widest([entry.action for entry in entries], 6, 11),
        widest([plain(entry.phase) for entry in entries], 5, _NAME_MOST if room >= _WIDE else 20),
        widest([plain(entry.what) for entry in entries], 4, _WHAT_MOST if room >= _WIDE else 12),
        widest([plain(entry.who) for entry in entries], 3, _WHO_MOST) if room >= _WIDE else 0,
    )


def _row(entry: Entry, now: datetime, widths: Sequence[int], room: int) -> Line:
    words = (_time(entry, now), entry.action, plain(entry.phase), plain(entry.what), plain(entry.who))
    head = _cells((*words, ""), widths, Tone.TEXT)
    said = [Span(plain(entry.outcome), _tone(entry))] if entry.outcome else []
    if entry.reason:
        said += [Span(": " if said else "", Tone.DIM), Span(plain(entry.reason), Tone.DIM)]
    return clip(spread(*head, *said), room)


def _cells(words: Sequence[str], widths: Sequence[int], tone: Tone) -> Line:
    """Words in their columns, the last one as long as it is. The name of a phase stands out."""
    spans: list[Span] = []
    for index, (word, cells) in enumerate(zip(words, widths, strict=False)):
        if not cells:
            continue
        shown = shorten(word, cells)
        pad = " " * (cells - width(shown) + _GAP)
        spans.append(Span(f"{shown}{pad}", Tone.STRONG if index == 2 and tone is Tone.TEXT else tone))
    return spread(*spans, *one(words[-1], tone))


def _tone(entry: Entry) -> Tone:
    for words, tone in ((_GOOD, Tone.GOOD), (_WARN, Tone.WARN), (_BAD, Tone.BAD)):
        if entry.outcome.startswith(words):
            return tone
    return Tone.TEXT
