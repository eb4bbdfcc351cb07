"""The suites of a phase as rows of a table, and one suite as plain lines. The words only; it knows no screen."""

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from backfill_tui.checks.model import Check, Status, SuiteResult
from backfill_tui.engine.snapshot import PhaseView, SuiteView
from backfill_tui.views import check_columns, formats, verdicts
from backfill_tui.views.check_columns import INDENT, NAME_MOST
from backfill_tui.views.spans import Line, Span, Tone, clip, one, plain, shorten, spread, width

GROUPS_SHOWN = 40
DATES_SHOWN = 12  # dates without rows that are named one by one


@dataclass(frozen=True, slots=True)
class Key:
    """Which check of which suite; `check` is None for a suite that has none to show."""

    suite: str
    is_input: bool
    check: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. Those with a key can be selected."""

    line: Line
    key: Key | None = None
    trouble: bool = False


def rows(view: PhaseView, now: datetime, room: int) -> tuple[Row, ...]:
    """Every suite of a phase, outputs first: a heading, then a row a check. Columns are common to all suites."""
    ordered = sorted(view.suites, key=lambda suite: suite.is_input)
    cells = {id(check): check_columns.cells_of(suite, check) for suite in ordered for check in _checks(suite)}
    widths = check_columns.widths_of(list(cells.values()), room)
    found: list[Row] = []
    for suite in ordered:
        if found:
            found.append(Row(()))
        found += [Row(line) for line in _heading(suite, now, room)]
        for check in _checks(suite):
            key = Key(suite.name, suite.is_input, check.name)
            found.append(Row(check_columns.row(cells[id(check)], widths), key, verdicts.is_trouble(check)))
        if not _checks(suite):
            found.append(Row(_placeholder(suite, room), Key(suite.name, suite.is_input, None)))
    return tuple(found)


def find(view: PhaseView, key: Key) -> tuple[SuiteView, Check | None] | None:
    """The suite and the check that a key names; None if the suite is no longer there."""
    for suite in view.suites:
        if (suite.name, suite.is_input) == (key.suite, key.is_input):
            return suite, next((check for check in _checks(suite) if check.name == key.check), None)
    return None


def summary(view: PhaseView, *, runs: bool = True) -> Line:
    """How the phase's checks stand, counted by the marks of their rows: `18 checks   ✗ 1 fail   ✓ 17 pass`.

    `runs` is whether a key runs them here.
    """
    found = [check for suite in view.suites for check in _checks(suite)]
    if not view.suites:
        return one("No suites judge this phase: a plan names some under its suites or inputs.", Tone.DIM)
    if not found:
        how = ": v runs them" if runs else ""
        return one(f"{formats.plural(len(view.suites), 'suite')}, not run yet{how}.", Tone.DIM)
    parts: list[Span] = [Span(formats.plural(len(found), "check"), Tone.DIM)]
    count = Counter(verdicts.standing(check) for check in found)
    for status in (*reversed(Status), None):
        glyph, tone = verdicts.look(status)
        if number := count[status]:
            parts.append(Span(f"   {glyph} {number} {status.value if status else 'only shown'}", tone))
    return tuple(parts)


# Headings


def _heading(suite: SuiteView, now: datetime, room: int) -> list[Line]:
    """Title and verdict; where and how it was asked; why it no longer counts."""
    title = Span(shorten(plain(suite.title or suite.name), max(12, room - 24)), Tone.TITLE)
    parts: list[Line | Span] = [title]
    if suite.result is not None:
        parts += [Span("   "), verdicts.badge(suite.result.verdict)]
    if suite.running:
        parts += [Span("   "), Span("◆ running", Tone.BUSY)]
    lines = [clip(spread(*parts), room)]
    lines += [one(f"{' ' * INDENT}{line}", Tone.DIM) for line in _packed(_circumstances(suite, now), room - INDENT)]
    if suite.stale and suite.result is not None:
        lines.append(clip(one(f"{' ' * INDENT}stale: {plain(suite.stale)}", Tone.WARN), room))
    return lines


def _circumstances(suite: SuiteView, now: datetime) -> list[str]:
    """What is worth knowing of how a suite was asked, a clause each."""
    parts: list[str] = []
    if suite.is_input:
        parts.append("input" + (f", every {formats.duration(suite.every_s)}" if suite.every_s else ""))
    if (result := suite.result) is None:
        return parts
    if result.table:
        parts.append(plain(result.table))
    if result.rows is not None:
        parts.append(formats.plural(result.rows, "row"))
    if result.bytes_billed:
        parts.append(f"{formats.size(result.bytes_billed)} read")
    return [*parts, formats.precise(result.duration_s), verdicts.age(result.at, now)]


def _packed(parts: Iterable[str], room: int) -> list[str]:
    """Clauses with dots between, on as many lines as they need; none is broken."""
    lines: list[str] = []
    for part in parts:
        piece = shorten(part, room)
        if lines and width(lines[-1]) + width(piece) + 3 <= room:
            lines[-1] += f" · {piece}"
        else:
            lines.append(piece)
    return lines


def _placeholder(suite: SuiteView, room: int) -> Line:
    if suite.running:
        words = "being asked"
    elif suite.result is None:
        words = "not run yet"
    else:
        words = "it looked at nothing"
    return clip(one(f"{' ' * INDENT}· {words}", Tone.DIM), room)


def _checks(suite: SuiteView) -> tuple[Check, ...]:
    return suite.result.checks if suite.result is not None else ()


# Plain lines


def as_lines(result: SuiteResult) -> Iterator[str]:
    """A suite for a terminal without a screen: a heading, a line a check, and what to do where it is not a pass.

    The command that fills missing dates is whole, however long.
    """
    table = f" ({plain(result.table)})" if result.table else ""
    found = [formats.plural(result.rows, "row")] if result.rows is not None else []
    if result.bytes_billed:
        found.append(f"{formats.size(result.bytes_billed)} read")
    words = ", ".join([result.verdict.value, *found, formats.precise(result.duration_s)])
    yield f"{plain(result.title or result.name)}{table}: {words}"
    room = min(NAME_MOST, max((width(plain(check.name)) for check in result.checks), default=0))
    for check in result.checks:
        name = plain(check.name)
        pad = " " * max(0, room - width(name))
        severity = "" if check.severity == "error" else f"  {check.severity}"
        yield f"  {check.status.value:<7}  {name}{pad}  {plain(check.detail)}{severity}".rstrip()
        yield from (f"           {line}" for line in _beneath(check))


def _beneath(check: Check) -> Iterator[str]:
    yield from _groups(check)
    if check.status is Status.PASS:
        return
    if check.todo:
        yield f"to do: {plain(check.todo)}"
    if check.dates:
        yield f"without a row: {named_dates(check)}"
    if check.command:
        yield f"{command_label(check)}: {plain(shlex.join(check.command))}"


def _groups(check: Check) -> Iterator[str]:
    """A breakdown as a small table: group, value, rows; of very many groups the first."""
    shown = check.parts[:GROUPS_SHOWN]
    names = [verdicts.cell(part.group) for part in shown]
    found = [f"{value} {plain(check.unit or '')}".rstrip() for value in verdicts.numbers([p.value for p in shown])]
    rooms = [max(map(width, column), default=0) for column in (names, found)]
    for part, name, value in zip(shown, names, found, strict=True):
        told = f"{name}{' ' * (rooms[0] - width(name))}  {' ' * (rooms[1] - width(value))}{value}"
        status = f"  {part.status.value}" if part.status and part.status is not Status.PASS else ""
        yield f"{told}  {formats.plural(part.rows, 'row')}{status}"
    if len(check.parts) > len(shown):
        yield f"and {len(check.parts) - len(shown):,} groups more"


def named_dates(check: Check) -> str:
    """`2024-02-14, 2024-02-15`; beyond a dozen `and 12 more`."""
    named = ", ".join(str(day) for day in check.dates[:DATES_SHOWN])
    hidden = len(check.dates) - DATES_SHOWN
    return f"{named} and {hidden:,} more" if hidden > 0 else named


def command_label(check: Check) -> str:
    """What a check's command is: what was run, or what fills the dates."""
    return "ran" if check.kind == "command" else "fill them"
