"""Probes as words: lights in any width, lines and JSON."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backfill_tui.control.probes import ProbeKind, ProbeSeen
from backfill_tui.views.probes import as_json, lights, lines
from backfill_tui.views.spans import Tone, line_text, line_width

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
WELL = ProbeSeen("scheduler", ProbeKind.COMMAND, 600.0, 20.0, True, "exit 0: 12 jobs", 0, NOW, NOW, 3)
ILL = replace(WELL, name="quota", kind=ProbeKind.SQL, ok=False, detail="91 (<= 90)", value=91)
NEVER = ProbeSeen("workers", ProbeKind.HTTP, 600.0, 20.0, detail="not asked yet")
NIGHT = (WELL, ILL, NEVER)


def text(*probes: ProbeSeen, room: int = 132, now: datetime = NOW) -> str:
    return line_text(lights(probes, now, room))


def test_each_probe_is_a_light_with_what_is_wrong() -> None:
    assert text(*NIGHT).strip() == "● scheduler   ✗ quota 91 (<= 90)   ? workers not asked yet"
    tones = {span.text.strip(): span.tone for span in lights(NIGHT, NOW, 132)}
    assert (tones["●"], tones["✗"], tones["?"]) == (Tone.GOOD, Tone.BAD, Tone.DIM)


def test_an_answer_that_nobody_renewed_is_dim_and_tells_its_age() -> None:
    later = NOW + timedelta(hours=2)
    assert text(WELL, now=later).strip() == "● scheduler 2h00 ago"
    assert lights([WELL], later, 80)[1].tone is Tone.DIM


@pytest.mark.parametrize("room", [0, 1, 5, 20, 40, 60, 80, 132])
def test_they_fit_any_width(room: int) -> None:
    many = [replace(one, name=f"{one.name}_{i}") for i in range(8) for one in NIGHT]
    assert line_width(lights(many, NOW, room)) <= room
    assert line_width(lights(NIGHT, NOW, room)) <= room


def test_too_many_to_be_named_are_counted_the_bad_ones_first() -> None:
    many = [replace(one, name=f"{one.name}_{i}") for i in range(8) for one in NIGHT]
    assert text(*many, room=40).strip() == "probes  ✗ 8   ? 8   ● 8"


def test_a_name_or_a_detail_from_outside_is_one_line_without_controls() -> None:
    evil = replace(ILL, name="a\x1b[2J", detail="b\nc\x07")
    assert not any(char in text(evil) for char in "\x1b\n\x07")


def test_lines_tell_the_age() -> None:
    assert lines([WELL, NEVER], NOW + timedelta(minutes=4)) == [
        "probe scheduler: ok, exit 0: 12 jobs (4m ago)",
        "probe workers: unknown, not asked yet",
    ]
    assert lines([ILL], NOW + timedelta(hours=2)) == ["probe quota: not ok, 91 (<= 90) (2h00 ago, which is long)"]


def test_json_has_the_keys_of_the_contract() -> None:
    ill, never = as_json([ILL, NEVER], NOW + timedelta(seconds=90))
    assert ill == {
        "name": "quota",
        "ok": False,
        "detail": "91 (<= 90)",
        "at": "2026-01-03T20:00:00+00:00",
        "every_s": 600.0,
        "kind": "sql",
        "value": 91,
        "age_s": 90.0,
        "stale": False,
        "since": "2026-01-03T20:00:00+00:00",
    }
    assert (never["ok"], never["at"], never["age_s"], never["value"]) == (None, None, None, None)
