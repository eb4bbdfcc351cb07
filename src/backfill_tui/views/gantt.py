"""The way to the deadline as a Gantt chart: a row a phase, what was and what is to come, on one time axis."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.views import forecast_words as words
from backfill_tui.views import formats, gantt_rows, timeaxis
from backfill_tui.views.gantt_rows import Row
from backfill_tui.views.spans import NOTHING, Line, Span, Tone, clip, line_width, one, plain, shorten, spread, width
from backfill_tui.views.timeaxis import Axis, Layer, Pin

_LINES_LEAST, _CELLS_LEAST = 4, 12
"""Lines that it needs: the hours, two rows, and what is now and when all is due; and cells of its axis."""

_PAST = timedelta(hours=12)
"""So much of what was is shown at most, or as much as is to come, if that is more."""

_FURTHEST = timedelta(days=36_500)
_REACH = 4
"""What the plan expects is on the axis if it lies at most so many times as far off as all that is forecast."""

_NAME_LEAST = 10  # cells
_MINUTE = 60.0


def worth_showing(snapshot: Snapshot) -> bool:
    """Whether something is forecast that the table does not say as well: not of one phase without a deadline."""
    forecast = [view for view in snapshot.phases if words.prospect(view) is not None]
    return bool(forecast) and (snapshot.deadline is not None or len(forecast) > 1)


def title(snapshot: Snapshot, room: int) -> str:
    """`Critical path to ml_training`, and of what too little is known for it, as much as fits."""
    goal = gantt_rows.goal(snapshot)
    if goal is None:
        return "Timeline"
    lacking = snapshot.deadline.lacking if snapshot.deadline else ()
    short, long = "Critical path", f"Critical path to {plain(goal)}"
    if not lacking:
        return _longest((long, short), room)
    told = f"not known: {', '.join(map(plain, lacking))}"
    counted = f"{formats.plural(len(lacking), 'phase')} not known"
    return _longest((f"{long} · {told}", f"{short} · {told}", f"{short} · {counted}", short), room)


def legend(snapshot: Snapshot, room: int) -> str:
    """What the glyphs mean, as much as fits; the plan's only where it expects something."""
    expects = any(view.timeline and view.timeline.expected_finish for view in snapshot.phases)
    parts = ["░ 80 % range", "● likely", *(["◆ plan"] if expects else [])]
    return _longest((" ".join(["█ done", "▒ to come", *parts]), " ".join(parts), ""), room)


def lines(snapshot: Snapshot, room: int, most: int) -> list[Line]:
    """The chart in `room` cells and at most `most` lines: hours, rows, pins, and the slack where a line is left.

    Where there are more phases than lines, those that lead nowhere go first, critical ones last. No lines where
    there is no room for any chart.
    """
    rows, hidden = gantt_rows.fitted(gantt_rows.rows(snapshot), most - 2)
    stars = any(row.view.critical for row in rows)
    names = max((width(plain(row.view.name)) for row in rows), default=0)
    label = min(names, max(_NAME_LEAST, room // 3)) + 2 * stars
    cells = room - label - 1
    axis = _axis(snapshot, rows, cells) if rows and most >= _LINES_LEAST and cells >= _CELLS_LEAST else None
    if axis is None:
        return []
    margin = Span(" " * (label + 1))
    chart = [
        spread(margin, *timeaxis.labels(axis)),
        *(spread(*_label(row, label, stars=stars), " ", *_bar(row, snapshot, axis)) for row in rows),
        spread(margin, *timeaxis.pins(axis, _pins(snapshot))),
    ]
    if hidden:
        chart.insert(-1, one(f"… and {hidden} more", Tone.DIM))
    elif len(chart) < most and (slack := _slack(snapshot)):
        chart.append(clip(slack, room))
    return chart


def _axis(snapshot: Snapshot, rows: Sequence[Row], cells: int) -> Axis | None:
    """From the oldest run on the way to the goal to the last of what is forecast, expected and due."""
    now, zone = snapshot.at.astimezone(UTC), snapshot.at.tzinfo
    assert zone is not None  # noqa: S101 - a snapshot's time is aware
    last = max((row.prospect.finish.p90 for row in rows if row.prospect), default=now)
    ahead = min(max(timedelta(0), last - now), _FURTHEST)
    wished = [view.timeline.expected_finish for view in (row.view for row in rows) if view.timeline]
    wished.append(snapshot.deadline.by if snapshot.deadline else None)
    near = [at for at in wished if at is not None and now <= at <= now + _REACH * ahead]
    oldest = now - max(_PAST, ahead)
    spells = [spell for row in rows if row.leads for spell in row.spells]
    before = [max(oldest, spell.first) for spell in spells if (spell.last or now) > oldest]
    return timeaxis.fit([now, max(now, last), *near, *before], cells, zone)


def _label(row: Row, room: int, *, stars: bool) -> Line:
    """Its name, dim where the night does not wait for it."""
    star = (Span("★ " if row.view.critical else "  ", Tone.STAR),) if stars else NOTHING
    tone = Tone.TEXT if row.counts else Tone.DIM
    name = shorten(plain(row.view.name), room - line_width(star))
    return spread(*star, Span(name, tone), " " * (room - line_width(star) - width(name)))


def _bar(row: Row, snapshot: Snapshot, axis: Axis) -> Line:
    """Now, what is to come, what was; over it the deadline, and over that the likely and the planned finish."""
    now, due = snapshot.at, snapshot.deadline
    deadline = [timeaxis.deadline_line(due.by)] if due is not None else []
    ahead: tuple[Layer, ...] = ()
    if (seen := row.prospect) is not None:
        tone = Tone.BUSY if row.counts and not seen.frozen else Tone.DIM
        ahead = timeaxis.forecast(now, seen.start.p50 if seen.start else now, seen.finish, tone)
        if due is not None and row.leads:
            ahead = tuple(_late(ahead, due.by))
    was = row.spells if row.counts else [replace(spell, tone=Tone.QUIET) for spell in row.spells]
    layers = (timeaxis.now_line(now), *ahead, *was, *deadline, *ahead[-1:], *_plan(row.view))
    bar = timeaxis.row(axis, layers)
    if row.is_unknown and not (due is not None and due.of_start and row.view.name == due.phase):
        after = (axis.cell(now) or 0) + 2
        told = (timeaxis.written(bar, after, text) for text in ("? not known", "?"))
        return next((line for line in told if line != bar), bar)
    return bar


def _late(ahead: Iterable[Layer], by: datetime) -> Iterable[Layer]:
    """What lies beyond the deadline is bad."""
    for layer in ahead:
        if layer.last is not None and layer.first <= by < layer.last:
            yield replace(layer, last=by)
            yield replace(layer, first=by, tone=Tone.BAD)
        else:
            yield replace(layer, tone=Tone.BAD) if layer.first > by else layer


def _plan(view: PhaseView) -> tuple[Layer, ...]:
    """The plan's expectation, in the tone of how it is kept."""
    timeline = view.timeline
    if timeline is None or timeline.expected_finish is None:
        return ()
    kept = {"delayed": Tone.BAD, "on_track": Tone.GOOD, "ahead": Tone.GOOD}
    return (timeaxis.planned(timeline.expected_finish, kept.get(timeline.assessment or "", Tone.DIM)),)


def _pins(snapshot: Snapshot) -> list[Pin]:
    now, due = snapshot.at, snapshot.deadline
    found = [Pin(now, "▲", formats.moment(now, now))]
    if due is not None:
        word = "start by" if due.of_start else "by"
        at = formats.moment(due.by, now)
        found.append(Pin(due.by, "┊", f"{word} {at}", Tone.BAD, left=True, short=at))
    return found


def _slack(snapshot: Snapshot) -> Line:
    """How much those may slip for which the night does not wait: `slack: none on ★, team_offense 6h10`."""
    known = [(view, seen) for view in snapshot.phases if (seen := words.prospect(view)) is not None]
    free = [
        (seen.slack_s, plain(view.name)) for view, seen in known if not view.critical and seen.slack_s is not None
    ]
    if not free:
        return ()
    bound = [seen.slack_s for view, seen in known if view.critical and seen.slack_s is not None]
    told = ["none on ★"] if bound and max(bound) < _MINUTE else []
    told += [f"{name} {formats.duration(slack_s)}" for slack_s, name in sorted(free)]
    return (Span("slack: ", Tone.DIM), Span(", ".join(told), Tone.TEXT))


def _longest(texts: Iterable[str], room: int) -> str:
    """The first that fits; the last whether or not it does."""
    text = ""
    for text in texts:
        if width(text) <= room:
            break
    return text
