"""How a verdict looks and a value reads: a glyph, a tone and a word each, for everything that shows checks."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from backfill_tui.checks.model import Check, Reason, Status, SuiteResult, Value
from backfill_tui.engine.snapshot import PhaseView, SuiteView
from backfill_tui.views import formats
from backfill_tui.views.spans import Line, Span, Tone, one, plain, width

LOOK: Mapping[Status, tuple[str, Tone]] = {
    Status.PASS: ("✓", Tone.GOOD),
    Status.WARN: ("!", Tone.WARN),
    Status.UNKNOWN: ("?", Tone.WARN),
    Status.FAIL: ("✗", Tone.BAD),
}

REASONS: Mapping[Reason, str] = {
    Reason.NO_ROWS: "no rows",
    Reason.NULL_VALUE: "NULL",
    Reason.NOT_A_NUMBER: "not a number",
    Reason.DIVISION_BY_ZERO: "division by zero",
    Reason.MISSING_TABLE: "no such table",
    Reason.MISSING_COLUMN: "no such column",
    Reason.WRONG_SQL: "wrong SQL",
    Reason.DAMAGED: "damaged file",
    Reason.LOCKED: "locked by a writer",
    Reason.PERMISSION_DENIED: "not permitted",
    Reason.NO_CREDENTIALS: "no credentials",
    Reason.UNREACHABLE: "unreachable",
    Reason.TIMED_OUT: "timed out",
    Reason.TOO_EXPENSIVE: "too expensive",
    Reason.CANCELLED: "cancelled",
    Reason.NO_DATES: "no dates",
    Reason.NO_CALENDAR: "no calendar",
    Reason.NO_ACCOUNT: "no account",
    Reason.NOT_RUN: "did not run",
    Reason.OTHER: "no answer",
}

_PHRASE = re.compile(r"(?P<value>.{1,40}?) \((?P<bound>[^()]{1,60})\)")
_VALUE_MOST = 16  # cells of a value that still reads as one in a column of numbers
_CELL_MOST = 40  # cells of one value out of a row
_GROUPED_MOST = 10**18  # integers from here on are told by their magnitude
_SOON_S = 60


NOT_JUDGED = ("·", Tone.DIM)


def look(status: Status | None) -> tuple[str, Tone]:
    """Glyph and tone of a status; `·` where nothing was asked."""
    return LOOK[status] if status else NOT_JUDGED


def badge(status: Status) -> Line:
    """`✗ fail`, in the verdict's tone."""
    glyph, tone = LOOK[status]
    return one(f"{glyph} {status.value}", tone)


def standing(check: Check) -> Status | None:
    """How a check stands, for its row and for the count of all: as bad as it counts; None where it is only shown.

    What nobody knows stands as unknown, be it only a warning to the verdict.
    """
    if check.counts_as is None or not is_asked(check):
        return None
    return Status.UNKNOWN if check.status is Status.UNKNOWN else check.counts_as


def is_asked(check: Check) -> bool:
    """Whether a pass of it says anything: a value without a bound, on the whole or on its groups, is only shown."""
    bounded = check.bound is not None or any(part.status for part in check.parts)
    return bounded or check.kind == "command" or check.status is not Status.PASS


def mark(check: Check) -> Span:
    """The glyph of a check's row."""
    return Span(*look(standing(check)))


def is_trouble(check: Check) -> bool:
    """Whether a person should look at it: it is not a pass, and it counts."""
    return check.counts_as not in {None, Status.PASS}


def value_and_bound(check: Check) -> tuple[str, str]:
    """What was found and what is wanted, apart: `47.7 %` and `>= 95 %`.

    They are taken from the check's phrase, where both are rounded as the plan wants; a sentence there is no value,
    and what was found is told bare.
    """
    phrase, bound = plain(check.detail), plain(check.bound or "")
    if found := _PHRASE.match(phrase) if check.bound else None:
        phrase, bound = found["value"], found["bound"]
    if check.status is Status.UNKNOWN and check.value is None:
        return formats.UNKNOWN, bound
    if (check.bound and not found) or not phrase or width(phrase) > _VALUE_MOST:
        unit = f" {plain(check.unit)}" if check.unit and isinstance(check.value, int | float) else ""
        phrase = f"{number(check.value)}{unit}"
    return phrase, bound


def number(value: Value) -> str:
    """A value as a person reads it: `5,798`, `47.7`, `2024-02-14`; unknown is `–`."""
    if value is None:
        return formats.UNKNOWN
    if isinstance(value, bool) or not isinstance(value, int | float):
        return cell(value)
    if isinstance(value, int):
        return f"{value:,}" if abs(value) < _GROUPED_MOST else _magnitude(value)
    if not math.isfinite(value) or abs(value) >= _GROUPED_MOST:
        return f"{value:.3g}"
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def numbers(values: Sequence[Value]) -> list[str]:
    """Values of one column: all with as many decimals as one of them needs, two at most."""
    fractions = [v for v in values if isinstance(v, float) and math.isfinite(v) and abs(v) < _GROUPED_MOST]
    places = max((len(f"{round(v, 2):.2f}".rstrip("0").partition(".")[2]) for v in fractions), default=0)
    return [f"{v:,.{places}f}" if v in fractions and isinstance(v, float) else number(v) for v in values]


def cell(value: Value) -> str:
    """A value out of a row, on one line and never longer than a column may be; absent is `NULL`."""
    match value:
        case None:
            text = "NULL"
        case bool():
            text = str(value).lower()
        case int():
            text = str(value) if abs(value) < _GROUPED_MOST else _magnitude(value)
        case float():
            text = f"{value:.6g}"
        case datetime():
            text = f"{value:%Y-%m-%d %H:%M:%S}"
        case tuple():
            text = f"[{', '.join(cell(inner) for inner in value[:8])}{', …' if len(value) > 8 else ''}]"
        case _:
            text = plain(str(value)[: _CELL_MOST * 4])
    while width(text) > _CELL_MOST:
        text = text[: min(len(text) - 2, _CELL_MOST)] + "…"
    return text


def _magnitude(value: int) -> str:
    """An integer too long to read; Python itself refuses to write very long ones."""
    digits = int(value.bit_length() * math.log10(2))
    return f"{'−' if value < 0 else ''}about 10^{digits:,}"


def age(at: datetime, now: datetime) -> str:
    """`just now`, `12m ago`: it changes once a minute at most."""
    passed = (now - at).total_seconds()
    return "just now" if passed < _SOON_S else f"{formats.duration(passed)} ago"


def headline(suites: Iterable[SuiteView], *, inputs: bool = False) -> Check | None:
    """The check that a verdict is due to: the first of the worst that count; None where all pass."""
    order = tuple(Status)
    found = [check for result in results(suites, inputs=inputs) for check in result.checks if is_trouble(check)]
    return max(found, key=lambda check: order.index(check.counts_as or Status.PASS), default=None)


def results(suites: Iterable[SuiteView], *, inputs: bool = False) -> list[SuiteResult]:
    """The results of the output suites, or of the inputs."""
    return [suite.result for suite in suites if suite.result is not None and suite.is_input is inputs]


def brief(check: Check) -> str:
    """A check in few words: `usage_rate 47.7 % (>= 95 %)`, or why nothing is known of it."""
    name = plain(check.name)
    if check.status is Status.UNKNOWN and check.reason is not None:
        return f"{name}: {REASONS[check.reason]}"
    value, bound = value_and_bound(check)
    return f"{name} {value} ({bound})" if bound else f"{name} {value}"


def is_stale(view: PhaseView) -> bool:
    """Whether the verdict no longer counts, since a result that it is made of does not."""
    return any(suite.stale and suite.result is not None for suite in view.suites if not suite.is_input)


def clause(view: PhaseView, now: datetime) -> str:
    """A phase's verdict as a clause, `checks fail: usage_rate 47.7 % (>= 95 %), 12m ago`; empty without one."""
    if view.judgement is None:
        return ""
    due = headline(view.suites)
    cause = f": {brief(due)}" if due else ""
    stale = ", stale" if is_stale(view) else ""
    return f"checks {view.judgement.verdict.value}{cause}, {age(view.judgement.at, now)}{stale}"


def column(view: PhaseView) -> Line:
    """The verdict for a column of the phases: dim where it no longer counts, `–` where there is none."""
    if view.judgement is None:
        return one(formats.UNKNOWN, Tone.DIM)
    shown = badge(view.judgement.verdict)
    return one(shown[0].text, Tone.DIM) if is_stale(view) else shown
