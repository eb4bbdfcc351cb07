"""How the forecast of a finish has gone: a row for each time it was made, its range and median on one axis of time.

What was forecast last stands at the bottom. Once it has ended, ranges that did not hold are told apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.progress.prospect import Moments, PastForecast
from backfill_tui.views import forecast_words as words
from backfill_tui.views import formats, timeaxis
from backfill_tui.views.spans import Line, Span, Tone, line_width, one, spread, width, wrap

NOTHING = "No forecast of it has been made."

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_STEPS = (
    *(1, 2, 5, 10, 20, 30),
    *(_MINUTE * n for n in (1, 2, 5, 10, 15, 20, 30)),
    *(_HOUR * n for n in (1, 2, 3, 4, 6, 12)),
    *(_DAY * n for n in (1, 2, 7, 14, 28)),
)
"""Seconds from row to row: round, so that a row once made stays as it is."""

FEW = 10
_FRAME = 2  # lines of ticks and of pins
_NUMBERS_FROM = 72  # cells from which each row's times are told beside it
_GAP = 2
_LEAST_AXIS = 8
_WORDS = 13  # cells that the words of the first pin need at its left
_WIDEST = 4  # an axis is at most so many times as long as what the medians and the newest range take up


@dataclass(frozen=True, slots=True)
class _Row:
    """One forecast with the words at its left and right."""

    label: str
    finish: Moments
    numbers: Line


def legend(snapshot: Snapshot, view: PhaseView) -> str:
    """What its glyphs stand for; empty where it has none."""
    if not _made(snapshot, view):
        return ""
    glyphs = "░ 80 % of the futures  █ the middle one"
    return f"{glyphs}  dim: did not hold" if words.ended_at(view) else glyphs


def fits(snapshot: Snapshot, view: PhaseView) -> bool:
    """Whether all forecasts there are have room in any terminal: FEW rows or less."""
    return len(_made(snapshot, view)) <= FEW


def lines(snapshot: Snapshot, view: PhaseView, room: int, height: int) -> list[Line]:
    """The chart in `room` cells and at most `height` lines, but no fewer than FEW rows take: ticks, rows, pins."""
    now = snapshot.at
    shown = resample(_made(snapshot, view), max(FEW, height - _FRAME), now)
    if not shown:
        return [one(piece, Tone.DIM) for piece in wrap(NOTHING, room)]
    precise = 2 * len({formats.moment(made.at, now) for made in shown}) <= len(shown)
    rows = [_row(made, now, precise=precise) for made in shown]
    left = max((width(row.label) for row in rows), default=0) + _GAP
    right = max(line_width(row.numbers) for row in rows) + _GAP if room >= _NUMBERS_FROM else 0
    axis = _axis(snapshot, view, [row.finish for row in rows], max(_LEAST_AXIS, room - left - right))
    if axis is None:
        return []
    marks = _marks(snapshot, view)
    pad = Span(" " * left)
    chart = [spread(pad, *timeaxis.labels(axis))]
    for row in rows:
        label = Span(row.label.rjust(left - _GAP) + " " * _GAP, Tone.DIM)
        numbers = spread(" " * _GAP, *row.numbers) if right else ()
        chart.append(spread(label, *timeaxis.row(axis, _layers(row.finish, marks, words.ended_at(view))), *numbers))
    return [*chart, spread(pad, *timeaxis.pins(axis, marks))]


def resample(made: Sequence[PastForecast], most: int, now: datetime) -> list[PastForecast]:
    """At most so many forecasts, evenly spread by the clock of `now`'s zone, the newest always among them.

    Of each stretch of time it is the first, so that what was shown once does not change when others come.
    """
    if len(made) <= most:
        return list(made)
    newest = made[-1]
    offset = int((now.utcoffset() or timedelta(0)).total_seconds())
    for step in _STEPS:
        firsts: dict[int, PastForecast] = {}
        for forecast in made[:-1]:
            firsts.setdefault(int((forecast.at.timestamp() + offset) // step), forecast)
        if len(firsts) < most:
            return [*firsts.values(), newest]
    return [*made[-most:-1], newest]


def _made(snapshot: Snapshot, view: PhaseView) -> list[PastForecast]:
    """What was forecast, what is forecast now the last of it."""
    seen = words.prospect(view)
    if seen is None or seen.frozen:
        return list(view.past)
    return [*(past for past in view.past if past.at < snapshot.at), PastForecast(snapshot.at, seen.finish)]


def _row(made: PastForecast, now: datetime, *, precise: bool) -> _Row:
    """Its times are told `precise` to the second where by minutes most rows would be called alike."""
    finish = made.finish
    clocks = [f"{at.astimezone(now.tzinfo):%H:%M:%S}" for at in (made.at, finish.p10, finish.p50, finish.p90)]
    label, first, middle, last = clocks
    range_ = f"{first}–{last}"
    if not precise:
        label, middle = formats.moment(made.at, now), formats.moment(finish.p50, now)
        range_ = formats.moments(finish.p10, finish.p90, now)
    label = "now" if made.at == now else label
    return _Row(label, finish, spread(Span(f"{middle}  ", Tone.TEXT), Span(range_, Tone.DIM)))


def _axis(snapshot: Snapshot, view: PhaseView, finishes: Sequence[Moments], cells: int) -> timeaxis.Axis | None:
    """From the earliest to the latest finish that was likely; what is known besides is on it where it is near."""
    newest, ended, pins = finishes[-1], words.ended_at(view), _marks(snapshot, view)
    core = [*(finish.p50 for finish in finishes), newest.p10, newest.p90, *([ended] if ended else [])]
    first, last = min(core), max(core)
    spare = (last - first) * (_WIDEST - 1) / 2
    edges = [moment for finish in finishes for moment in (finish.p10, finish.p90)]
    near = [at for at in (*edges, *(pin.at for pin in pins)) if first - spare <= at <= last + spare]
    zone = snapshot.at.tzinfo
    assert zone is not None  # noqa: S101 - a snapshot's time is aware
    axis = timeaxis.fit([*core, *near], cells, zone)
    found = [axis.cell(pin.at) for pin in pins] if axis else []
    if axis is None or min((cell for cell in found if cell is not None), default=_WORDS) >= _WORDS:
        return axis
    a_cell = timedelta(seconds=axis.seconds / axis.width)
    return timeaxis.fit([axis.start - _WORDS * a_cell, axis.end], cells, zone)


def _marks(snapshot: Snapshot, view: PhaseView) -> list[timeaxis.Pin]:
    """The moments that all rows are held against: its end, now, the plan's finish, the deadline."""
    now = snapshot.at
    found = []
    if (ended := words.ended_at(view)) is not None:
        found.append(timeaxis.Pin(ended, "▲", f"ended {formats.moment(ended, now)}", Tone.STRONG))
    else:
        found.append(timeaxis.Pin(now, "▲", f"now {formats.moment(now, now)}"))
    if view.timeline is not None and (expected := view.timeline.expected_finish) is not None:
        found.append(timeaxis.Pin(expected, "◆", f"plan {formats.moment(expected, now)}", Tone.KEY))
    due = snapshot.deadline
    if due is not None and due.phase == view.name and not due.of_start:
        found.append(timeaxis.Pin(due.by, "┊", f"due {formats.moment(due.by, now)}", Tone.BAD))
    found.sort(key=lambda pin: pin.at)
    return [replace(pin, left=index == 0) for index, pin in enumerate(found)]


def _layers(finish: Moments, marks: Sequence[timeaxis.Pin], ended: datetime | None) -> list[timeaxis.Layer]:
    held = ended is None or finish.p10 <= ended <= finish.p90
    tone = Tone.BUSY if held else Tone.DIM
    return [
        timeaxis.Layer(finish.p10, finish.p90, "░", tone),
        *(timeaxis.Layer(mark.at, None, "┊", mark.tone) for mark in marks),
        timeaxis.Layer(finish.p50, None, "█", tone),
    ]
