"""What a pattern found to the event that it stands for. ValueError: it looks like one, but its numbers are none."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial

from backfill_tui.sources.dialects.words import CLOSES
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

Groups = dict[str, str | None]
"""The fields that were found."""

Maker = Callable[[datetime | None, int, Groups], Event]


def _number(text: str | None) -> int | None:
    return int(text.replace(",", "")) if text else None


def _seconds(text: str | None) -> float | None:
    return float(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _mode(facts: Mapping[str, str | bool]) -> Mode | None:
    return Mode(str(facts["mode"])) if "mode" in facts else None


def _run(text: str, facts: Mapping[str, str | bool], dialects: tuple[str, ...], *, opens: bool) -> Maker:
    mode = _mode(facts)
    repeats, game_dates, fresh, dry = (bool(facts.get(name)) for name in ("repeats", "game_dates", "fresh", "dry"))
    number_follows = bool(facts.get("number_follows"))

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
            number_follows=number_follows,
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
    consecutive, closes = bool(facts.get("consecutive")), bool(facts.get(CLOSES))

    def make(at: datetime | None, offset: int, found: Groups) -> UnitFinished:
        records = _number(found.get("records"))
        return UnitFinished(
            at,
            offset,
            dialects,
            Outcome.EMPTY if outcome is Outcome.DONE and records == 0 else outcome,
            _day(found.get("date")),
            records,
            reason=(found.get("reason") or "").strip(),
            mode=mode,
            number=_number(found.get("index")),
            of=_number(found.get("of")),
            took_s=_seconds(found.get("seconds")),
            consecutive=consecutive,
            closes=closes,
        )

    return make


def _progress(_: str, facts: Mapping[str, str | bool], dialects: tuple[str, ...]) -> Maker:
    counts_only, closes = bool(facts.get("counts_only")), bool(facts.get(CLOSES))

    def make(at: datetime | None, offset: int, found: Groups) -> ProgressPrinted:
        index, of = _number(found["index"]), _number(found["of"])
        if index is None or of is None or index > of:
            raise ValueError
        return ProgressPrinted(at, offset, dialects, index, of, counts_only, closes)

    return make


def _summary(_: str, __: Mapping[str, str | bool], dialects: tuple[str, ...]) -> Maker:
    def make(at: datetime | None, offset: int, _: Groups) -> RunSummary:
        return RunSummary(at, offset, dialects)

    return make


MAKERS: Mapping[str, Callable[[str, Mapping[str, str | bool], tuple[str, ...]], Maker]] = {
    "run": partial(_run, opens=True),
    "detail": partial(_run, opens=False),
    "unit_started": _unit_started,
    "unit_done": partial(_unit_finished, outcome=Outcome.DONE),
    "unit_skipped": partial(_unit_finished, outcome=Outcome.SKIPPED),
    "unit_failed": partial(_unit_finished, outcome=Outcome.FAILED),
    "progress": _progress,
    "summary": _summary,
}
"""How what a pattern found becomes its event, by kind: from its text, its facts and its dialects."""
