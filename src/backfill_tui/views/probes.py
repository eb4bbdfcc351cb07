"""Probes as words: a row of lights, lines for `status`, and the JSON of `probes`."""

from collections.abc import Sequence
from datetime import datetime

from backfill_tui.control.probes import ProbeSeen
from backfill_tui.views import formats
from backfill_tui.views.contract import Json, moment
from backfill_tui.views.spans import Line, Span, Tone, clip, line_width, plain, shorten, spread

_DETAIL_AT_MOST = 40  # cells of what is wrong, in the row of lights
_GAP = "   "
_LOOK = {True: ("●", Tone.GOOD), False: ("✗", Tone.BAD), None: ("?", Tone.WARN)}
_WORD = {True: "ok", False: "not ok", None: "unknown"}


def as_json(probes: Sequence[ProbeSeen], now: datetime) -> list[Json]:
    """The elements of `probes`, as they were last answered; `now` has the zone of the times."""
    zone = now.tzinfo
    assert zone is not None  # noqa: S101 - a snapshot's time is aware
    return [
        {
            "name": one.name,
            "ok": one.ok,
            "detail": one.detail,
            "at": moment(one.at, zone),
            "every_s": one.every_s,
            "kind": one.kind.value,
            "value": one.value,
            "age_s": None if one.at is None else round(max(0.0, (now - one.at).total_seconds()), 1),
            "stale": one.stale(now),
            "since": moment(one.since, zone),
        }
        for one in probes
    ]


def lines(probes: Sequence[ProbeSeen], now: datetime) -> list[str]:
    """`probe scheduler: ok, exit 0 (4m ago)`, one each."""
    return [f"probe {one.name}: {_WORD[one.ok]}, {one.detail.rstrip('.')}{_age(one, now)}" for one in probes]


def lights(probes: Sequence[ProbeSeen], now: datetime, room: int) -> Line:
    """One row in `room` cells, in the plan's order: what is wrong is told as far as there is room for it."""
    forms = [_row(probes, now, detail) for detail in (_DETAIL_AT_MOST, _DETAIL_AT_MOST // 2, 0)]
    row = next((form for form in forms if line_width(form) <= room), None)
    return row if row is not None else clip(_counts(probes), room)


def _row(probes: Sequence[ProbeSeen], now: datetime, detail: int) -> Line:
    return spread(" ", *(part for one in probes for part in (_light(one, now, detail), _GAP)))


def _light(one: ProbeSeen, now: datetime, detail: int) -> Line:
    glyph, tone = _LOOK[one.ok]
    stale = one.at is None or one.stale(now)
    if stale and one.ok is not False:
        tone = Tone.DIM
    told = "" if one.ok or not detail else f" {shorten(plain(one.detail), detail)}"
    age = f" {formats.duration((now - one.at).total_seconds())} ago" if one.at is not None and stale else ""
    return (
        Span(f"{glyph} ", tone),
        Span(plain(one.name), Tone.DIM if one.ok else Tone.TEXT),
        Span(told, tone),
        Span(age, Tone.DIM),
    )


def _counts(probes: Sequence[ProbeSeen]) -> Line:
    """`● 12   ✗ 2   ? 1`: where there are too many to be named."""
    found = [(_LOOK[ok], sum(one.ok is ok for one in probes)) for ok in (False, None, True)]
    parts = [(Span(f"{glyph} ", tone), Span(f"{count}{_GAP}")) for (glyph, tone), count in found if count]
    return spread(" ", Span("probes  ", Tone.DIM), *parts)


def _age(one: ProbeSeen, now: datetime) -> str:
    if one.at is None:
        return ""
    late = ", which is long" if one.stale(now) else ""
    return f" ({formats.duration((now - one.at).total_seconds())} ago{late})"
