"""All that is known of one check, or of a suite: what was found, why, what to do, the evidence, the SQL."""

import shlex
from collections.abc import Iterable, Sequence
from datetime import datetime

from backfill_tui.checks.model import Check, Part, Sample, Status, SuiteResult
from backfill_tui.engine.snapshot import Point, SuiteView
from backfill_tui.plan.words import Severity
from backfill_tui.views import check_columns, checks, facts, formats, grid, sparkline, verdicts
from backfill_tui.views.facts import Fact
from backfill_tui.views.spans import Line, Span, Tone, clip, one, plain, shorten, spread, width, wrap

_CHART_HEIGHT = 3
_PARTS_MOST = 40  # groups of a breakdown that are listed
_COMMAND_MOST = 12  # lines of a command
_ROWS_MOST = 50
_SQL_MOST = 200  # lines

_CONSEQUENCE: dict[Severity, str] = {
    "error": "",
    "warn": "warn: it does not block",
    "info": "info: only shown, it counts for nothing",
}


def lines(
    suite: SuiteView, check: Check | None, now: datetime, room: int, sample: Sample | None = None
) -> list[Line]:
    """What the detail panel shows in `room` cells; what a person asked for last, a sample, stands first."""
    if check is None or suite.result is None:
        return _suite(suite, now, room)
    points = suite.trends.get(check.name, ())
    groups = [
        _found(check, room),
        _sample(sample, room) if sample else [],
        _missing(check, room),
        _parts(check, room),
        _rows(check, room),
        _trend(points, check, now, room),
        _sql(check, suite.result, room),
    ]
    return _separated(groups)


def _separated(groups: Iterable[list[Line]]) -> list[Line]:
    out: list[Line] = []
    for group in groups:
        if group and out:
            out.append(())
        out += group
    return out


def _found(check: Check, room: int) -> list[Line]:
    """What was found as a sentence, whatever it counts for; why nothing is known, and what to do."""
    found = check.status if verdicts.is_asked(check) else None
    glyph, tone = verdicts.look(found)
    if found is not Status.PASS:
        tone = verdicts.mark(check).tone
    words = f"{glyph} {found.value if found else 'only shown'}: {plain(check.detail)}"
    text = [one(piece, tone) for piece in wrap(words.rstrip(": "), room)]
    known = []
    if check.reason is not None:
        known.append(Fact("why", verdicts.REASONS[check.reason]))
    if words := _CONSEQUENCE[check.severity]:
        known.append(Fact("severity", words, Tone.DIM))
    if check.todo:
        known.append(Fact("to do", plain(check.todo), Tone.STRONG))
    return [*text, *facts.lines(known, room)]


def _sample(sample: Sample, room: int) -> list[Line]:
    head = one("Rows that fail", Tone.TITLE)
    if sample.problem:
        return [head, *(one(piece, Tone.WARN) for piece in wrap(sample.problem, room))]
    if not sample.rows:
        return [head, *(one(piece, Tone.DIM) for piece in wrap("The sample query returned no rows.", room))]
    body = [head, *grid.table(sample.columns, sample.rows[:_ROWS_MOST], room)]
    hidden = sample.more + max(0, len(sample.rows) - _ROWS_MOST)
    return [*body, one(f"… and {formats.plural(hidden, 'more row', 'more rows')}", Tone.DIM)] if hidden else body


def _missing(check: Check, room: int) -> list[Line]:
    """The dates without rows and the command that fills them; of a judging command, what was run."""
    out: list[Line] = []
    if check.dates:
        out.append(one(f"{formats.plural(len(check.dates), 'date')} without a row", Tone.TITLE))
        out += [one(piece) for piece in wrap(checks.named_dates(check), room)]
    if check.command:
        if out:
            out.append(())
        title = "The command that fills them" if check.dates else "The command that was run"
        out.append(one(title, Tone.TITLE))
        out += _command(plain(shlex.join(check.command)), room)
    return out


def _command(command: str, room: int) -> list[Line]:
    """A command, broken at blanks and behind commas so that dates stay whole; a long one's rest is counted."""
    out: list[Line] = []
    rest = command
    while rest and len(out) < _COMMAND_MOST:
        head = _fitting(rest, room)
        out.append(one(head.rstrip(), Tone.STRONG))
        rest = rest[len(head) :]
    if rest:
        words = f"… {len(rest):,} characters more; backfill-tui validate prints it whole"
        out += [one(piece, Tone.DIM) for piece in wrap(words, room)]
    return out


def _fitting(text: str, room: int) -> str:
    """The longest start of a text that fits and ends where it may be broken; at least one character."""
    head = text[:room]
    while len(head) > 1 and width(head) > room:
        head = head[:-1]
    if len(head) == len(text):
        return head
    at = max(head.rfind(" "), head.rfind(",")) + 1
    return head[:at] if at > 0 else head


def _parts(check: Check, room: int) -> list[Line]:
    """The breakdown as a table. Where there are too many groups the worst are shown."""
    if not check.parts:
        return []
    shown: Sequence[Part] = check.parts
    if len(shown) > _PARTS_MOST:
        order = (None, *Status)
        shown = sorted(shown, key=lambda part: -order.index(part.status))[:_PARTS_MOST]
    found = [_with_unit(value, check.unit) for value in verdicts.numbers([part.value for part in shown])]
    names = [verdicts.cell(part.group) for part in shown]
    counts = [formats.count(part.rows) for part in shown]
    values_at, counts_at = (max(width(text) for text in column) for column in (found, counts))
    name_room = min(max(width(name) for name in names), max(6, room - values_at - counts_at - 11))
    out = [one(f"By group, {formats.plural(len(check.parts), 'group')}", Tone.TITLE)]
    for part, name, value, count in zip(shown, names, found, counts, strict=True):
        glyph, tone = verdicts.look(part.status)
        shown_name = shorten(name, name_room)
        loud = Tone.STRONG if part.status in {None, Status.PASS} else tone
        line = spread(
            Span(f"{glyph} ", tone),
            Span(shown_name + " " * (name_room - width(shown_name) + 2)),
            Span(" " * (values_at - width(value)) + value, loud),
            Span(" " * (counts_at - width(count) + 2) + f"{count} rows", Tone.DIM),
        )
        out.append(clip(line, room))
    if hidden := len(check.parts) - len(shown):
        worse = ", none worse" if any(part.status for part in shown) else ""
        out.append(one(f"… and {formats.plural(hidden, 'more group', 'more groups')}{worse}", Tone.DIM))
    return out


def _with_unit(value: str, unit: str | None) -> str:
    return (
        f"{value} {shorten(plain(unit), check_columns.UNIT_MOST)}" if unit and value != formats.UNKNOWN else value
    )


def _rows(check: Check, room: int) -> list[Line]:
    if not check.rows:
        return []
    return [one("Rows", Tone.TITLE), *grid.table(check.columns, check.rows[:_ROWS_MOST], room)]


def _trend(points: Sequence[Point], check: Check, now: datetime, room: int) -> list[Line]:
    """Earlier results as a chart, with the first and the last value and their times beneath."""
    if len(points) < 2:
        return []
    shown = points[-room:]
    wide = max(1, min(4, room // len(shown)))
    drawn = [level for level in check_columns.levels(shown) for _ in range(wide)]
    ends = (shown[0], shown[-1])
    values = verdicts.numbers([point.value for point in ends])
    first, last = (
        f"{_with_unit(value, check.unit)} {formats.moment(point.at, now)}"
        for value, point in zip(values, ends, strict=True)
    )
    gap = max(2, len(drawn) - width(first) - width(last))
    out = [one(f"Trend, {formats.plural(len(points), 'result')}", Tone.TITLE)]
    out += [one(row, Tone.BUSY) for row in sparkline.chart(drawn, _CHART_HEIGHT)]
    out += [one(piece, Tone.DIM) for piece in _ends(first, last, gap, room)]
    return out


def _ends(first: str, last: str, gap: int, room: int) -> list[str]:
    line = f"{first}{' ' * gap}{last}"
    return [line] if width(line) <= room else wrap(f"{first} … {last}", room)


def _sql(check: Check, result: SuiteResult, room: int) -> list[Line]:
    """The query that found it, as it was asked."""
    sql = check.sql if check.kind == "query" else result.query if check.kind in {"metric", "completeness"} else None
    return _code(sql, room) if sql else []


def _code(sql: str, room: int) -> list[Line]:
    out = [one("SQL", Tone.TITLE)]
    for line in sql[: _SQL_MOST * room].expandtabs(2).splitlines():
        text = line.lstrip(" ")
        indent = min(len(line) - len(text), room // 2)
        out += [one(" " * indent + piece, Tone.DIM) for piece in wrap(text, room - indent)]
        if len(out) > _SQL_MOST:
            return [*out[:_SQL_MOST], one("…", Tone.DIM)]
    return out


def _suite(suite: SuiteView, now: datetime, room: int) -> list[Line]:
    """A suite without a check to tell of: that it was not run, or how it was asked."""
    if suite.result is None:
        words = "It is being asked at this moment." if suite.running else "Not run yet."
        return [one(piece, Tone.DIM) for piece in wrap(words, room)]
    result = suite.result
    known = [
        Fact("verdict", result.verdict.value, verdicts.LOOK[result.verdict][1]),
        Fact("asked", verdicts.age(result.at, now)),
        Fact("table", plain(result.table)) if result.table else Fact("table", "none"),
    ]
    return _separated([facts.lines(known, room), _code(result.query, room) if result.query else []])
