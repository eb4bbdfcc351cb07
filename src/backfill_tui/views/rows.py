"""The phases table: its columns as data, which of them fit, and one row of cells a phase. No widths are guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from backfill_tui.control.model import PhaseState
from backfill_tui.engine.snapshot import PhaseView
from backfill_tui.progress.prospect import Prospect
from backfill_tui.sources.presence import Presence
from backfill_tui.views import forecast_words, formats, verdicts
from backfill_tui.views.spans import NOTHING, Line, Span, Tone, line_text, one, plain, spread


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `rank` 1 is the last to go when the terminal narrows. Widths are in cells."""

    key: str
    title: str
    rank: int
    least: int
    most: int
    right: bool = False
    optional: bool = False  # shown only once some phase has something to say in it
    comfort: int = 0  # cells that it gets before a column of rank COMFORT or above is let in


NAME_MOST = 60
BAR_MOST = 60
COMFORT = 13  # the rank from which columns wait until the others are at ease
_GROWS = 30  # a column that may be wider than this takes what is left over

# From left to right. The star stands before the name, in the name's column.
COLUMNS = (
    Column("name", "phase", 1, 12, NAME_MOST),
    Column("state", "state", 2, 8, 10),
    Column("dates", "dates", 3, 12, BAR_MOST, optional=True, comfort=22),
    Column("percent", "%", 4, 4, 5, right=True),
    Column("done", "done", 5, 9, 15, right=True),
    Column("rate", "rate", 12, 6, 9, right=True),
    Column("finish", "finish", 13, 11, 19),
    Column("likely", "likely", 6, 6, 12),
    Column("plan", "plan", 9, 7, 8, optional=True),
    Column("ok", "ok %", 10, 5, 5, right=True),
    Column("failed", "fail", 7, 4, 6, right=True, optional=True),
    Column("missing", "miss", 8, 4, 6, right=True, optional=True),
    Column("checks", "checks", 14, 6, 9, optional=True),
    Column("process", "process", 11, 7, 9),
    Column("log", "log", 14, 4, 7, right=True),
)

GAP = 1
NAME_ENOUGH = 20  # cells that a name gets before another column is let in


@dataclass(frozen=True, slots=True)
class Placed:
    """A column with its place in the row, in cells."""

    column: Column
    x: int
    width: int


def place(columns: Sequence[Column], needs: Mapping[str, int], room: int) -> tuple[Placed, ...]:
    """The columns that fit in `room` cells, by rank, with their widths.

    `needs` has the widest content of each column that has something to say. A column that does not fit gives way
    to the next in rank that does. What is left over goes to names first, then to the map of dates.
    """
    widths = _choose(columns, needs, room)
    free = room + GAP - sum(width + GAP for width in widths.values())
    for column in columns:
        if column.key in widths and column.most > _GROWS:
            grown = max(widths[column.key], min(column.most, needs.get(column.key, 0), widths[column.key] + free))
            free -= grown - widths[column.key]
            widths[column.key] = grown
    placed, x = [], 0
    for column in columns:
        if column.key in widths:
            placed.append(Placed(column, x, widths[column.key]))
            x += widths[column.key] + GAP
    return tuple(placed)


def _choose(columns: Sequence[Column], needs: Mapping[str, int], room: int) -> dict[str, int]:
    widths: dict[str, int] = {}
    free = room + GAP
    for column in sorted(columns, key=lambda c: c.rank):
        need = needs.get(column.key, 0)
        if column.optional and not need:
            continue
        wanted = min(room, _first_width(column, need)) if column.rank == 1 else _first_width(column, need)
        reserve = (
            0 if column.rank < COMFORT else sum(max(0, c.comfort - widths.get(c.key, c.comfort)) for c in columns)
        )
        if wanted + GAP + reserve <= free:
            widths[column.key] = wanted
            free -= wanted + GAP
    return widths


def _first_width(column: Column, need: int) -> int:
    """What a column asks for; those that grow ask for little at first."""
    if column.key == "name":
        return max(column.least, min(need, NAME_ENOUGH))
    if column.most > _GROWS:
        return column.least
    return min(column.most, max(column.least, need, len(column.title)))


STATE_TONES: Mapping[PhaseState, Tone] = {
    PhaseState.UNKNOWN: Tone.DIM,
    PhaseState.WAITING: Tone.DIM,
    PhaseState.BLOCKED: Tone.WARN,
    PhaseState.READY: Tone.BUSY,
    PhaseState.LAUNCHING: Tone.BUSY,
    PhaseState.RUNNING: Tone.GOOD,
    PhaseState.STALLED: Tone.WARN,
    PhaseState.FINISHED: Tone.TEXT,
    PhaseState.VALIDATING: Tone.BUSY,
    PhaseState.PASSED: Tone.GOOD,
    PhaseState.WARNED: Tone.WARN,
    PhaseState.FAILED: Tone.BAD,
    PhaseState.STOPPED: Tone.DIM,
}


def cells(view: PhaseView, now: datetime, *, stars: bool) -> dict[str, Line]:
    """A phase's cells by column key, all but the map of dates. A column with nothing to say has an empty line.

    `stars` keeps a place for the star before every name, whether or not this phase has one.
    """
    counts = view.account.counts
    return {
        "name": _name(view, stars),
        "state": one(view.state.value, STATE_TONES[view.state]),
        "percent": one(formats.percent(counts.fraction), Tone.TEXT),
        "done": _done(view),
        "rate": one(formats.per_hour(view.rate_per_hour), _known(view.rate_per_hour, Tone.TEXT)),
        "finish": _finish(view, now),
        "likely": likely(view, now),
        "plan": _plan(view),
        "ok": one(formats.rate_percent(counts.success_rate), _known(counts.success_rate, Tone.TEXT)),
        "failed": _trouble(counts.failed, Tone.BAD),
        "missing": _trouble(counts.missing, Tone.WARN),
        "checks": verdicts.column(view),
        "process": process(view, now),
        "log": one(formats.duration(view.log_age_s), Tone.DIM),
    }


def says_something(line: Line) -> bool:
    """Whether a cell of an optional column holds more than unknown or nought."""
    return line_text(line).strip() not in {"", formats.UNKNOWN, "0"}


def _known(value: object | None, tone: Tone) -> Tone:
    return Tone.DIM if value is None else tone


def _name(view: PhaseView, stars: bool) -> Line:
    star = (Span("★ " if view.critical else "  ", Tone.STAR),) if stars else NOTHING
    return spread(*star, Span(plain(view.name), Tone.TEXT))


def _done(view: PhaseView) -> Line:
    counts = view.account.counts
    if counts.total is None:
        return one(f"{formats.count(counts.accounted)}/?" if counts.accounted else formats.UNKNOWN, Tone.DIM)
    return one(f"{counts.accounted}/{counts.total}", Tone.DIM)


def _finish(view: PhaseView, now: datetime) -> Line:
    """The range of the finish; `ended` goes before the time in the column of the likely one."""
    if (seen := _seen(view)) is not None:
        return one(formats.moments(seen.finish.p10, seen.finish.p90, now), Tone.DIM)
    return one("ended" if forecast_words.ended_at(view) else formats.UNKNOWN, Tone.DIM)


def likely(view: PhaseView, now: datetime) -> Line:
    """The median finish; `~` says that its range is not calibrated. When it ended, once it has.

    Dim while it is frozen or has yet to begin, and once it is over.
    """
    if (seen := _seen(view)) is None:
        return one(formats.moment(forecast_words.ended_at(view), now), Tone.DIM)
    under_way = seen.start is None and not seen.frozen
    return one(forecast_words.likely(seen, now), Tone.STRONG if under_way else Tone.DIM)


def _seen(view: PhaseView) -> Prospect | None:
    """What is forecast of its own run, where one is under way; else of the phase within the night."""
    return forecast_words.prospect(view if view.forecast is None else replace(view, prospect=None))


def _plan(view: PhaseView) -> Line:
    timeline = view.timeline
    if timeline is None or timeline.assessment is None:
        return one(formats.UNKNOWN, Tone.DIM)
    tone = Tone.BAD if timeline.assessment == "delayed" else Tone.GOOD
    return one(formats.delta(timeline.delta_s, timeline.assessment), tone)


def _trouble(number: int | None, tone: Tone) -> Line:
    if number is None:
        return one(formats.UNKNOWN, Tone.DIM)
    return one(formats.count(number), tone if number else Tone.FAINT)


def process(view: PhaseView, now: datetime) -> Line:
    """● alive and for how long, ○ gone and since when, ? there but perhaps another, · none named."""
    seen = view.process
    match seen.presence:
        case Presence.DENIED if not seen.alive:
            return one("?", Tone.DIM)
        case Presence.ALIVE | Presence.DENIED:
            since = seen.started_at
            glyph = Span("●", Tone.GOOD)
        case Presence.UNKNOWN:
            return one("·", Tone.DIM)
        case _:
            since = seen.gone_since
            glyph = Span("○", Tone.DIM)
    elapsed = f" {formats.duration((now - since).total_seconds())}" if since else ""
    return spread(glyph, Span(elapsed, glyph.tone))


def standing(view: PhaseView) -> tuple[str, ...]:
    """Why a phase is in its state; and why no date of it is known, where a file or process of it does not tell."""
    trouble = _sources_trouble(view)
    return (trouble,) if trouble and view.state is PhaseState.UNKNOWN else (view.why, trouble)


def _sources_trouble(view: PhaseView) -> str:
    if view.account.counts.accounted:
        return ""
    known = [log.note for log in view.logs if log.last_growth_at is not None]
    if view.state is PhaseState.UNKNOWN:
        known += [view.process.note, view.checkpoint.note if view.checkpoint else ""]
    return plain(next(filter(None, known), ""))


def reading(view: PhaseView) -> str | None:
    """`reading 34 %` while the beginning of a log is still being read, else None."""
    if view.history_complete:
        return None
    fractions = [log.read_fraction for log in view.logs if log.read_fraction is not None]
    return f"reading {formats.percent(min(fractions))}" if fractions else "reading"
