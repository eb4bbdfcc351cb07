"""A report in Markdown as lines for a screen: headings, lists, tables and bold, as templates write them.

No library renders it: whatever is in a report, nothing but text comes of it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from backfill_tui.views import formats
from backfill_tui.views.spans import (
    Line,
    Span,
    Tone,
    line_text,
    line_width,
    one,
    plain,
    shorten,
    spread,
    width,
    wrap,
)

NOBODY_REPORTS = "There is no report here: this screen shows a night without its plan."

_ITEM = re.compile(r"^( *)([-*]|\d+\.) ")
_HEADING = re.compile(r"^(#+) ")
_BOLD = re.compile(r"(?<!\\)\*\*")
_EDGE = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r":?-+:?")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_FENCE = "```"

_TONES: Mapping[str, Tone] = {
    "critical": Tone.BAD,
    "warning": Tone.WARN,
    "healthy": Tone.GOOD,
    "no": Tone.BAD,
    "yes": Tone.GOOD,
    "NO-GO": Tone.BAD,
    "GO": Tone.GOOD,
}
"""What some words in bold mean to the eye; others only stand out."""


def heading(plan: str, at: datetime | None, now: datetime, *, failed: bool = False) -> Line:
    """The header of the page: whose report it is, and as of when. `failed`: the newest could not be made."""
    crumbs = spread(
        Span(f" {shorten(plain(plan), 20)}", Tone.KEY), Span(" › ", Tone.DIM), Span("report", Tone.STRONG)
    )
    if at is None:
        return spread(*crumbs, Span("   could not be made" if failed else "   being made …", Tone.DIM))
    age = (now - at).total_seconds()
    ago = f", {formats.duration(age)} ago" if age >= 1 else ""
    return spread(*crumbs, Span(f"   as of {at:%H:%M:%S} {formats.zone_name(at)}{ago}", Tone.DIM))


def lines(text: str, room: int) -> list[Line]:
    """The report in `room` cells."""
    out: list[Line] = []
    table: list[str] = []
    fenced = False
    for raw in [*text.rstrip("\n").split("\n"), ""]:
        if raw.startswith("|") and not fenced:
            table.append(raw)
            continue
        out += _table(table, room)
        table = []
        if raw.startswith(_FENCE):
            fenced = not fenced
        elif fenced:
            out += [one(f"  {piece}", Tone.KEY) for piece in wrap(raw, room - 2)]
        else:
            out += _block(raw, room)
    return out[:-1]


def _block(raw: str, room: int) -> list[Line]:
    """A line of Markdown that is no table and no code."""
    if not raw.strip():
        return [()]
    if found := _HEADING.match(raw):
        tone = Tone.TITLE if len(found[1]) <= 2 else Tone.STRONG
        return [one(piece, tone) for piece in wrap(_bare(raw[found.end() :]), room)]
    if found := _ITEM.match(raw):
        mark = "· " if found[2] in {"-", "*"} else f"{found[2]} "
        head = one(f"{found[1]}{mark}", Tone.DIM)
        return _flow(head, _pieces(raw[found.end() :]), room)
    indent = len(raw) - len(raw.lstrip(" "))
    return _flow(one(" " * indent), _pieces(raw.strip()), room)


def _pieces(text: str) -> list[Span]:
    """A text by its bold and its other parts."""
    found = []
    for n, part in enumerate(_BOLD.split(text)):
        bare = _bare(part)
        found.append(Span(bare, _TONES.get(bare, Tone.STRONG) if n % 2 else Tone.TEXT))
    return found


def _bare(text: str) -> str:
    """What is said, without the backslashes before what Markdown would take for its own."""
    return plain(_ESCAPED.sub(r"\1", text))


def _flow(head: Line, pieces: Sequence[Span], room: int) -> list[Line]:
    """Words after `head`, broken at blanks; what follows hangs below the first word."""
    if line_width(head) > room // 2:
        head = ()  # indented beyond what the screen has room for
    indent = line_width(head)
    told = line_text(pieces)
    out: list[Line] = []
    letters = ((letter, span.tone) for span in pieces for letter in span.text)
    for piece in wrap(told, max(8, room - indent)):
        out.append(spread(*(head if not out else one(" " * indent)), *_toned(piece, letters)))
    return out or [head]


def _toned(piece: str, letters: Iterator[tuple[str, Tone]]) -> Iterator[Span]:
    """A line of a text in the tones of its letters. The blanks that `wrap` leaves out between lines are passed."""
    run, tone = "", Tone.TEXT
    for wanted in piece:
        letter, its = next(letters)
        while letter != wanted and letter == " ":
            letter, its = next(letters)
        if its is not tone and run:
            yield Span(run, tone)
            run = ""
        run, tone = run + letter, its
    yield Span(run, tone)


def _table(rows: Sequence[str], room: int) -> list[Line]:
    """A table as it is where there is room for it; else an entry a row, with the titles of its columns."""
    cells = [[_bare(cell.strip()) for cell in _EDGE.split(row)[1:-1]] for row in rows]
    body = [row for row in cells if row and not all(_RULE.fullmatch(cell) for cell in row)]
    if not body:
        return []
    titles, *entries = body
    columns = list(zip(*body, strict=True)) if len({len(row) for row in body}) == 1 else []
    widths = [max(map(width, column)) for column in columns]
    if columns and sum(widths) + 2 * (len(widths) - 1) <= room:
        right = [bool(entries) and all(_is_number(row[n]) for row in entries) for n in range(len(widths))]
        return [_row(titles, widths, right, Tone.DIM), *(_row(row, widths, right, Tone.TEXT) for row in entries)]
    return [line for row in entries for line in _entry(titles, row, room)]


def _row(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool], tone: Tone) -> Line:
    spans = []
    for n, (cell, wide) in enumerate(zip(cells, widths, strict=True)):
        blank = " " * (wide - width(cell))
        padded = f"{blank}{cell}" if right[n] else f"{cell}{blank}"
        spans.append(Span(f"{'  ' if n else ''}{padded}", Tone.STRONG if n == 0 and tone is Tone.TEXT else tone))
    return tuple(spans)


def _is_number(cell: str) -> bool:
    return cell in {formats.UNKNOWN, ""} or cell[:1].isdigit() or cell[:1] in "+−"


def _entry(titles: Sequence[str], row: Sequence[str], room: int) -> list[Line]:
    """`team_offense_fix: state running, dates 739/944, …`; what is not known or does not apply is left out."""
    named = [(t, cell) for t, cell in zip(titles[1:], row[1:], strict=False) if cell not in {formats.UNKNOWN, ""}]
    told = ", ".join(f"{title} {cell}" for title, cell in named)
    name = Span(row[0], Tone.STRONG)
    return _flow(one("· ", Tone.DIM), [name, Span(f": {told}" if told else "")], room)
