"""How a log was read is told line by line, and stays small and harmless whatever the log is."""

from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfill_tui.engine.logs import LogReading
from backfill_tui.sources.dialects import explainer as room
from backfill_tui.sources.dialects.explainer import Explainer
from backfill_tui.sources.dialects.explanation import Explanation
from backfill_tui.sources.dialects.load import choose, read_dialects
from backfill_tui.sources.display import clean
from backfill_tui.views.explanation import explanation_json, explanation_lines
from tests.logs import LogWriter

DIALECTS = r"""
dialects:
  etl:
    run:       ['etl run {start}[.][.]{end}']
    unit_done: ['ok {date} rows={records}']
    unit_failed: ['error {date}']
    summary:   ['done in [0-9]+s']
"""
LOG = """\
2024-05-01 03:00:00 INFO etl run 2024-01-01..2024-01-31
2024-05-01 03:00:01 INFO connecting to "db7" in 12ms

2024-05-01 03:00:02 INFO ok 2024-01-01 rows=12
2024-05-01 03:00:03 INFO ok 2024-01-32 rows=12
2024-05-01 03:00:04 INFO connecting to "db9" in 7ms
2024-05-01 03:00:05 WARNING slow
2024-05-01 03:00:06 INFO nightly: done in 6s
"""


def explained(body: bytes, dialects: Path | None = None, *, piece: int = 1 << 17) -> Explanation:
    known = choose("auto", read_dialects(dialects) if dialects else ())
    explainer = Explainer(known, ZoneInfo("UTC"))
    reading = LogReading(known, UTC, witness=explainer)
    for at in range(0, len(body), piece):
        reading.feed(body[at : at + piece], at)
    return explainer.explanation()


@pytest.fixture
def etl(tmp_path: Path) -> Path:
    path = tmp_path / "dialects.yaml"
    path.write_text(DIALECTS)
    return path


def test_each_pattern_names_the_lines_that_were_taken_for_it(etl: Path) -> None:
    explanation = explained(LOG.encode(), etl)
    assert [(one.pattern.kind, one.lines, one.examples[0].line) for one in explanation.matched] == [
        ("run", 1, 1),
        ("unit_done", 1, 4),
    ]
    assert explanation.matched[1].examples[0].fields == {"date": "2024-01-01", "records": "12"}
    assert explanation.matched[1].pattern.dialects == ("etl",)


def test_the_last_line_of_a_pattern_is_named_too(etl: Path) -> None:
    body = "".join(f"ok 2024-01-{day:02d} rows=1\n" for day in range(1, 31)).encode()
    for piece in (1 << 17, 97):
        (done,) = explained(body, etl, piece=piece).matched
        assert [example.line for example in done.examples] == [1, 2, 3]
        assert (done.lines, done.last_line) == (30, 30)


def test_a_pattern_of_the_user_s_that_matched_nothing_says_why(etl: Path) -> None:
    near = {one.pattern.kind: one for one in explained(LOG.encode(), etl).near}
    assert set(near) == {"unit_failed", "summary"}
    assert near["unit_failed"].why == "no line has its text 'error'"
    assert "begin it with .*" in near["summary"].why
    assert near["summary"].example is not None
    assert near["summary"].example.line == 8


def test_a_date_that_does_not_exist_is_said_to_be_the_reason(etl: Path) -> None:
    (near,) = (one for one in explained(b"ok 2024-01-32 rows=1\n", etl).near if one.lines)
    assert "its dates or numbers can't be" in near.why


def test_what_was_left_over_is_counted_by_shape_with_an_example(etl: Path) -> None:
    explanation = explained(LOG.encode(), etl)
    assert (explanation.unrecognized, explanation.blank) == (6, 1)
    first = explanation.shapes[0]
    assert (first.pattern, first.lines) == (r'connecting to "[^"]*" in [\d,.]+ms', 2)
    assert (first.example.line, first.example.text[-6:]) == (2, "n 12ms")
    assert sum(shape.lines for shape in explanation.shapes) + explanation.blank == explanation.unrecognized


def test_where_time_and_level_stood_is_said() -> None:
    heads = explained(LOG.encode()).heads
    assert (heads.with_time, heads.levels) == (7, {"INFO": 6, "WARNING": 1})
    assert heads.example is not None
    assert heads.example.text == "2024-05-01 03:00:00 INFO"
    object_heads = explained(b'{"sev": 1}\n{"msg": "x", "time": 1767441600123, "severity": "Info"}\n').heads
    assert object_heads.example is not None
    assert (object_heads.example.where, object_heads.objects) == ("time", 2)
    assert object_heads.levels == {"INFO": 1}


def test_a_time_without_a_date_is_left_out_of_the_message_and_is_no_time(etl: Path) -> None:
    explanation = explained(b"03:00:01  ok 2024-01-01 rows=1\n", etl)
    assert explanation.matched[0].lines == 1
    assert explanation.heads.with_time == 0


def test_nothing_that_a_job_prints_reaches_a_terminal_as_a_command(etl: Path) -> None:
    evil = "\x1b]0;owned\x07\x1b[2Jfoo \x9b31m\u202e \x07 {n}\x1b[31m\n"
    body = "".join(evil.replace("{n}", str(n)) for n in range(3)) + "ok 2024-01-01 rows=1 \x1b]52;c;eA==\x07\n"
    explanation = explained(body.encode() + b'{"a": "\\u001b[2J\x1b[2J", "\\u001b[1m": 1}\n', etl)
    for line in explanation_lines(explanation, ZoneInfo("UTC")):
        assert line.isprintable(), line


def test_what_is_said_of_a_log_of_any_size_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "WHOLE", 200_000)
    words = [f"{a}{b}{c}{d}" for a in "bdfg" for b in "aeiou" for c in "klmnp" for d in "rstvwxyz"]
    body = "".join(f"{word} {'long ' * 60}{i} {word[::-1]}\n" for i in range(20) for word in words).encode()
    explanation = explained(body)
    assert explanation.lines == 20 * len(words)
    assert explanation.looked_at < explanation.lines / 2
    said = "\n".join(explanation_lines(explanation, ZoneInfo("UTC")))
    assert len(said) < 12_000
    assert f"of the {explanation.looked_at:,} looked at" in said


@given(st.binary(max_size=600), st.integers(1, 600))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_explained_and_no_split_of_them_matters(body: bytes, piece: int) -> None:
    whole, pieces = explained(body), explained(body, piece=piece)
    assert explanation_json(pieces, ZoneInfo("UTC")) == explanation_json(whole, ZoneInfo("UTC"))
    assert all(clean(line.encode()) == line for line in explanation_lines(whole, ZoneInfo("UTC")))


def test_reading_with_a_witness_recognises_what_it_does_without() -> None:
    body = LogWriter().header("2022-01-01", "2022-01-05").say("x").summary().body
    plain = LogReading(choose("auto"), UTC)
    plain.feed(body, 0)
    explanation = explained(body)
    assert sum(one.lines for one in explanation.matched) == plain.parser.recognized_lines
    assert explanation.unrecognized == plain.parser.lines - plain.parser.recognized_lines
