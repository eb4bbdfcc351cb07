"""Dialects are data: what is shipped compiles everywhere, what is wrong is refused with a sentence."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.errors import DialectError
from backfill_tui.progress.reconcile import reconcile
from backfill_tui.sources.dialects.compiling import linear_matcher
from backfill_tui.sources.dialects.literals import required_literal
from backfill_tui.sources.dialects.load import built_in, choose, read_dialects
from backfill_tui.sources.dialects.model import Pattern
from tests.reading import read

OURS = [pattern for dialect in built_in() for pattern in dialect.patterns]


@pytest.mark.parametrize("pattern", OURS, ids=lambda pattern: f"{pattern.dialects[0]}:{pattern.text}")
def test_every_shipped_pattern_is_linear(pattern: Pattern) -> None:
    linear_matcher(pattern.expression)


def test_every_shipped_pattern_names_a_literal_except_the_fallbacks() -> None:
    without = {pattern.dialects[0] for pattern in OURS if pattern.literal is None}
    assert without <= {dialect.name for dialect in built_in() if dialect.fallback}


@pytest.mark.parametrize(
    ("expression", "literal"),
    [
        ("Processing day (?:.)/(?:.)", "Processing day"),
        ("a|b", None),
        (r"\d+%\|.*\|", "%|"),
        ("colou?r codes", "r codes"),
        ("x(?:abc)yy", "yy"),
        (r"BACKFILL \(of", "BACKFILL (of"),
        ("[abc]de+f", "de"),
        (".*", None),
        ("ab{2}cd", "cd"),
    ],
)
def test_the_literal_of_an_expression_is_the_longest_that_must_occur(expression: str, literal: str | None) -> None:
    assert required_literal(expression) == literal


@given(st.text(alphabet="ab|()[]{}*+?\\.^$d1,-", max_size=12))
def test_a_literal_occurs_in_everything_that_matches(expression: str) -> None:
    import re
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            compiled = re.compile(expression)
    except (re.error, OverflowError, RecursionError):
        return
    literal = required_literal(expression)
    for text in ("ab", "aab", "a|b", "dd1,1", "ab-ab", "((", "a.b^$", "bbab1d"):
        match = compiled.search(text)
        if match and literal is not None:
            assert literal in text


def test_a_dialect_of_a_few_lines_reads_a_strangers_log(tmp_path: Path) -> None:
    file = tmp_path / "dialects.yaml"
    file.write_text(
        "dialects:\n"
        "  etl:\n"
        "    run: ['etl run {start}[.][.]{end}']\n"
        '    unit_done: [\'.*\\{"day": "{date}", "ok": true, "rows": {records}\']\n'
        '    unit_failed: [\'.*\\{"day": "{date}", "ok": false\']\n'
        "    summary: ['etl done']\n"
    )
    body = (
        b'etl run 2022-01-01..2022-01-02\n{"day": "2022-01-01", "ok": true, "rows": 12}\n'
        b'{"day": "2022-01-02", "ok": false}\netl done\n'
    )
    from datetime import UTC

    from backfill_tui.engine.logs import LogReading

    reading = LogReading(choose("auto", read_dialects(file)), UTC)
    reading.feed(body, 0)
    account = reconcile([reading.evidence])
    assert (account.counts.done, account.counts.failed, account.complete) == (1, 1, True)
    assert account.runs[0].dialect == "etl"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("dialects:\n  x:\n    run: ['(a']\n", "not usable"),
        ("dialects:\n  x:\n    run: ['(?=a)b']\n", "Look-around"),
        ("dialects:\n  x:\n    run: ['{nope}']\n", "is not a field"),
        ("dialects:\n  x:\n    runs: ['a']\n", "unknown key 'runs'"),
        ("dialects:\n  x:\n    progress: ['a']\n", "needs {index}, {of}"),
        ("dialects:\n  x:\n    run: [{pattern: a, mod: dates}]\n", "unknown fact 'mod'"),
        ("dialects:\n  x:\n    run: [{pattern: a, mode: sideways}]\n", "'sideways' is not possible"),
        ("dialects:\n  x: {}\n", "no pattern"),
        ("nothing: here\n", "no 'dialects:'"),
        ("a: [\n", "dialects.yaml:2: is not YAML"),
    ],
)
def test_what_is_wrong_in_a_dialect_file_is_a_sentence_with_its_place(
    tmp_path: Path, body: str, sentence: str
) -> None:
    file = tmp_path / "dialects.yaml"
    file.write_text(body)
    with pytest.raises(DialectError, match=None) as caught:
        read_dialects(file)
    assert sentence in str(caught.value)
    assert "dialects.yaml" in str(caught.value)


def test_a_pattern_that_would_blow_up_takes_no_time(tmp_path: Path) -> None:
    file = tmp_path / "dialects.yaml"
    file.write_text("dialects:\n  x:\n    summary: ['(a+)+b done']\n")
    body = b"a" * 3000 + b"c done\n"
    from datetime import UTC

    from backfill_tui.engine.logs import LogReading

    reading = LogReading(read_dialects(file), UTC)
    reading.feed(body * 20, 0)  # with backtracking this would outlive the universe
    assert not reading.book.runs


def test_an_unknown_dialect_names_those_there_are() -> None:
    with pytest.raises(DialectError, match="auto, day-by-day, parallel, game-date"):
        choose("day_by_day")


def test_auto_says_which_dialect_and_why() -> None:
    from tests.logs import LogWriter

    log = LogWriter().parallel_header("2022-01-01", "2022-01-03").say("  ✓ 2022-01-02: 3 records")
    run = reconcile([read(log.body).evidence]).runs[0]
    assert run.dialect == "parallel"
    assert "lines match it" in run.dialect_reason
