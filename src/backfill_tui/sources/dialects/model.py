"""What a dialect is: patterns with the event each stands for, compiled so that none of them can run away."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Protocol

from backfill_tui.errors import DialectError
from backfill_tui.plan.patterns import Match, linear_pattern
from backfill_tui.sources.dialects.literals import required_literal
from backfill_tui.sources.events import (
    Event,
    Mode,
    Outcome,
    ProgressPrinted,
    RunAnnounced,
    RunSummary,
    UnitFinished,
    UnitStarted,
)

_DATE = r"\d{4}-\d{2}-\d{2}"
_NUMBER = r"\d[\d,]*"
FIELDS: Mapping[str, str] = {
    "date": _DATE,
    "start": _DATE,
    "end": _DATE,
    "resumes_from": _DATE,
    "index": _NUMBER,
    "of": _NUMBER,
    "units": _NUMBER,
    "found": _NUMBER,
    "workers": _NUMBER,
    "records": _NUMBER,
    "checkpoint": r"\S+",
    "reason": r".*",
}
"""What a `{name}` in a pattern stands for."""

FACTS: Mapping[str, type] = {
    "mode": str,
    "fresh": bool,
    "dry": bool,
    "repeats": bool,
    "game_dates": bool,
    "consecutive": bool,
}
"""What may stand beside a pattern."""

NEEDED: Mapping[str, frozenset[str]] = {
    "run": frozenset(),
    "detail": frozenset(),
    "unit_started": frozenset({"date"}),
    "unit_done": frozenset(),
    "unit_skipped": frozenset(),
    "unit_failed": frozenset(),
    "progress": frozenset({"index", "of"}),
    "summary": frozenset(),
}
"""The kinds of event, with the fields that a pattern of each can't do without."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_DECORATION = r"[^\w✓✗⏭\-\[(]*"
"""What may stand before a message and means nothing: white space, emoji, boxes."""


class Matcher(Protocol):
    """A compiled expression, of either engine."""

    def match(self, text: str, /) -> Match | None:
        """The match at the beginning of `text`, if any."""
        ...


Groups = dict[str, str | None]
Maker = Callable[[datetime | None, int, Groups], Event]


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """One pattern of one kind. The same pattern may stand in several dialects; `dialects` names them all.

    Equal only to itself: what is worked out for a set of patterns is kept by their identity.
    """

    kind: str
    text: str
    facts: Mapping[str, str | bool]
    dialects: tuple[str, ...]
    expression: str
    match: Callable[[str], Match | None] = field(repr=False)
    literal: str | None
    make: Maker = field(repr=False)  # ValueError: the line looks like one of these, but its dates are none
    counts_only: bool  # of a fallback: it tells how many, and nothing else

    def shared_with(self, dialects: tuple[str, ...]) -> "Pattern":
        """The same pattern, as one of these dialects too."""
        names = (*self.dialects, *dialects)
        return replace(self, dialects=names, make=_MAKERS[self.kind](self.text, self.facts, names))


@dataclass(frozen=True, slots=True)
class Dialect:
    """A named way of talking. `fallback`: only for logs in which nothing else was recognised."""

    name: str
    title: str
    patterns: tuple[Pattern, ...]
    fallback: bool = False
    origin: str = field(default="built in", compare=False)


def expression_of(text: str) -> str:
    """The regular expression of a pattern's text: its placeholders as named groups, after any decoration."""

    def group(match: re.Match[str]) -> str:
        name = match[1]
        if name not in FIELDS:
            raise DialectError(f"{{{name}}} is not a field; the fields are {', '.join(FIELDS)}.")
        return f"(?P<{name}>{FIELDS[name]})"

    return f"{_DECORATION}(?:{_PLACEHOLDER.sub(group, text)})"


def compile_pattern(
    kind: str, text: str, facts: Mapping[str, str | bool], dialects: tuple[str, ...], *, trusted: bool
) -> Pattern:
    """A pattern ready for use; DialectError with a sentence if it can't be.

    Ours are matched by `re`, and a test shows that each is also accepted by RE2. A user's are matched by RE2, whose
    time is linear in the line whatever the expression, so that no pattern can freeze the screen; what RE2 has not
    (look-around, back-references) is refused.
    """
    expression = expression_of(text)
    missing = NEEDED[kind] - set(_PLACEHOLDER.findall(text)) - set(re.findall(r"\(\?P<(\w+)>", text))
    if missing:
        raise DialectError(f"a pattern of '{kind}' needs {', '.join(f'{{{name}}}' for name in sorted(missing))}.")
    matcher = _trusted_matcher(expression) if trusted else linear_matcher(expression)
    literal = required_literal(_PLACEHOLDER.sub("(?:.)", text))  # a placeholder contributes none
    maker = _MAKERS[kind](text, facts, dialects)
    return Pattern(
        kind, text, facts, dialects, expression, matcher.match, literal, maker, bool(facts.get("counts_only"))
    )


def _trusted_matcher(expression: str) -> Matcher:
    try:
        return re.compile(expression)
    except re.error as error:
        raise DialectError(f"not a regular expression: {error}.") from error


def linear_matcher(expression: str) -> Matcher:
    """An expression compiled by RE2; DialectError with a sentence if RE2 has no such construct."""
    try:
        return linear_pattern(expression)
    except ValueError as error:
        raise DialectError(
            f"not usable: {error}. Look-around and back-references are refused, because they can take for ever."
        ) from error


def _number(text: str | None) -> int | None:
    return int(text.replace(",", "")) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _mode(facts: Mapping[str, str | bool]) -> Mode | None:
    return Mode(str(facts["mode"])) if "mode" in facts else None


def _run(text: str, facts: Mapping[str, str | bool], dialects: tuple[str, ...], *, opens: bool) -> Maker:
    mode = _mode(facts)
    repeats, game_dates, fresh, dry = (bool(facts.get(name)) for name in ("repeats", "game_dates", "fresh", "dry"))

    def make(at: datetime | None, offset: int, found: Groups) -> RunAnnounced:
        return RunAnnounced(
            at,
            offset,
            dialects,
            line=text,
            opens=opens,
            repeats=repeats,
            start=_day(found.get("start")),
            end=_day(found.get("end")),
            units=_number(found.get("units")),
            found=_number(found.get("found")),
            workers=_number(found.get("workers")),
            mode=mode,
            game_dates=game_dates,
            fresh=fresh,
            dry=dry,
            resumes_from=_day(found.get("resumes_from")),
            checkpoint=found.get("checkpoint"),
        )

    return make


def _unit_started(_: str, facts: Mapping[str, str | bool], dialects: tuple[str, ...]) -> Maker:
    mode, consecutive = _mode(facts), bool(facts.get("consecutive"))

    def make(at: datetime | None, offset: int, found: Groups) -> UnitStarted:
        day = date.fromisoformat(found["date"] or "")
        index, of = _number(found.get("index")), _number(found.get("of"))
        return UnitStarted(at, offset, dialects, day, index, of, mode, consecutive)

    return make


def _unit_finished(
    _: str, facts: Mapping[str, str | bool], dialects: tuple[str, ...], *, outcome: Outcome
) -> Maker:
    mode = _mode(facts)

    def make(at: datetime | None, offset: int, found: Groups) -> UnitFinished:
        records = _number(found.get("records"))
        how = Outcome.EMPTY if outcome is Outcome.DONE and records == 0 else outcome
        reason = (found.get("reason") or "").strip()
        return UnitFinished(at, offset, dialects, how, _day(found.get("date")), records, reason, mode)

    return make


def _progress(_: str, facts: Mapping[str, str | bool], dialects: tuple[str, ...]) -> Maker:
    counts_only = bool(facts.get("counts_only"))

    def make(at: datetime | None, offset: int, found: Groups) -> ProgressPrinted:
        index, of = _number(found["index"]), _number(found["of"])
        if index is None or of is None or index > of:
            raise ValueError
        return ProgressPrinted(at, offset, dialects, index, of, counts_only)

    return make


def _summary(_: str, __: Mapping[str, str | bool], dialects: tuple[str, ...]) -> Maker:
    def make(at: datetime | None, offset: int, _: Groups) -> RunSummary:
        return RunSummary(at, offset, dialects)

    return make


_MAKERS: Mapping[str, Callable[[str, Mapping[str, str | bool], tuple[str, ...]], Maker]] = {
    "run": partial(_run, opens=True),
    "detail": partial(_run, opens=False),
    "unit_started": _unit_started,
    "unit_done": partial(_unit_finished, outcome=Outcome.DONE),
    "unit_skipped": partial(_unit_finished, outcome=Outcome.SKIPPED),
    "unit_failed": partial(_unit_finished, outcome=Outcome.FAILED),
    "progress": _progress,
    "summary": _summary,
}
