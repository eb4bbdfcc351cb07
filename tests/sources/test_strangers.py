"""Logs of jobs that are none of ours: bars, counted lines, JSON. Each moves a bar, with few lines of dialect."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.engine.logs import LogReading
from backfill_tui.errors import DialectError
from backfill_tui.progress.account import Account, RunEnd
from backfill_tui.progress.reconcile import reconcile
from backfill_tui.sources.dialects.load import choose, read_dialects
from backfill_tui.sources.json_lines import object_in
from backfill_tui.sources.line_match import is_trouble
from backfill_tui.sources.records import RecordReader

LOADER = r"""
dialects:
  loader:
    unit_done:   ['\[{index}/{of}\] {date} ok {seconds}s']
    unit_failed: ['\[{index}/{of}\] {date} FAILED {reason}']
"""
SERVICE = """
dialects:
  service:
    run:         [{json: {event: start, from: "{start}", to: "{end}"}}]
    unit_done:   [{json: {event: done, "part.date": "{date}", rows: "{records}", ok: true}}]
    unit_failed: [{json: {event: failed, "part.date": "{date}", error: "{reason}"}}]
    summary:     [{json: {event: finished}}]
"""
FIRST = date(2024, 1, 1)


def reading_with(tmp_path: Path, dialects: str) -> LogReading:
    file = tmp_path / "dialects.yaml"
    file.write_text(dialects)
    return LogReading(choose("auto", read_dialects(file)), UTC)


def account(reading: LogReading) -> Account:
    return reconcile([reading.evidence])


def grow(reading: LogReading, text: str) -> Account:
    reading.feed(text.encode(), 0)
    return account(reading)


def loaded(i: int, of: int = 5, *, how: str = "ok 3.2s") -> str:
    return f"[{i}/{of}] {FIRST + timedelta(days=i - 1)} {how}\n"


def test_counted_lines_with_dates_move_a_bar_and_end_at_n_of_n(tmp_path: Path) -> None:
    reading = reading_with(tmp_path, LOADER)
    seen = [grow(reading, loaded(i, how="FAILED quota" if i == 3 else "ok 3.2s")) for i in range(1, 6)]
    assert [one.counts.pending for one in seen] == [4, 3, 2, 1, 0]
    assert [one.complete for one in seen] == [False, False, False, False, True]
    assert (seen[-1].counts.done, seen[-1].counts.failed) == (4, 1)
    assert seen[-1].units[FIRST].duration_s == 3.2
    assert seen[-1].runs[0].ended is RunEnd.COMPLETED


def test_a_job_that_counts_from_the_beginning_again_is_another_run(tmp_path: Path) -> None:
    reading = reading_with(tmp_path, LOADER)
    reading.feed("".join(loaded(i) for i in (1, 2, 3, 1, 2)).encode(), 0)
    assert [run.ended for run in account(reading).runs] == [RunEnd.KILLED, RunEnd.OPEN]
    assert account(reading).counts.done == 3


def test_a_resume_that_counts_what_was_left_does_not_make_the_whole_smaller(tmp_path: Path) -> None:
    reading = reading_with(tmp_path, LOADER)
    first = "".join(loaded(i) for i in (1, 2))
    rest = [f"[{i}/3] {FIRST + timedelta(days=i + 1)} ok 1.0s\n" for i in (1, 2, 3)]
    resumed = grow(reading, first + rest[0])
    assert (resumed.counts.total, resumed.counts.pending) == (5, 2)
    assert grow(reading, rest[1] + rest[2]).complete


def test_dates_that_end_after_the_last_one_belong_to_the_same_run(tmp_path: Path) -> None:
    reading = reading_with(tmp_path, LOADER)
    early = grow(reading, "".join(loaded(i) for i in (2, 1, 5)))
    assert not early.complete
    late = grow(reading, loaded(4) + loaded(3))
    assert late.complete
    assert len(late.runs) == 1


def test_a_dialect_that_only_counts_moves_a_bar_whatever_range_it_names(tmp_path: Path) -> None:
    dialect = "dialects: {steps: {run: ['load {start}[.][.]{end}'], progress: ['step {index} of {of}']}}"
    reading = reading_with(tmp_path, dialect)
    seen = [grow(reading, text) for text in ("load 2024-01-01..2024-01-10\nstep 1 of 4\n", "step 3 of 4\n")]
    assert [one.counts.done for one in seen] == [1, 3]
    assert grow(reading, "step 4 of 4\n").complete
    assert [run.ended for run in grow(reading, "step 1 of 4\n").runs] == [RunEnd.COMPLETED, RunEnd.OPEN]


def test_a_bar_in_a_file_moves_without_any_dialect() -> None:
    reading = LogReading(choose("auto"), UTC)
    done = []
    for i in (10, 20, 30):
        reading.feed(f"\rload: {i}%|###       | {i}/100 [00:1{i}<01:00,  1.00it/s]".encode(), i * 100)
        done.append(account(reading).counts.done)
    assert done[-1] == 20  # the last state of a bar is complete once the next one begins
    assert account(reading).counts.total == 100


def said(event: str, second: int, **values: object) -> str:
    at = datetime(2024, 5, 1, 3, 0, 0, tzinfo=UTC) + timedelta(seconds=second)
    return json.dumps({"ts": at.isoformat(), "level": "info", "event": event, **values}) + "\n"


def test_json_lines_are_matched_by_key_in_any_order_with_their_time_and_level(tmp_path: Path) -> None:
    reading = reading_with(tmp_path, SERVICE)
    grow(reading, said("start", 0, **{"from": "2024-01-01", "to": "2024-01-03"}))
    reading.feed(said("done", 60, ok=True, rows=12, part={"date": "2024-01-01"}).encode(), 0)
    reading.feed(said("done", 61, ok=False, rows=12, part={"date": "2024-01-02"}).encode(), 0)
    failed = {"part": {"date": "2024-01-03"}, "error": "two\nlines", "event": "failed", "level": "error"}
    seen = grow(reading, json.dumps({**failed, "ts": 1714532520.5}) + "\n")
    assert (seen.counts.done, seen.counts.failed, seen.counts.pending) == (1, 1, 1)
    assert seen.units[date(2024, 1, 3)].why == "two\nlines"
    assert seen.error_lines == 1
    assert seen.first_line_at == datetime(2024, 5, 1, 3, 0, 0, tzinfo=UTC)
    assert seen.last_line_at == datetime(2024, 5, 1, 3, 2, 0, 500_000, tzinfo=UTC)
    assert not seen.complete


def test_a_job_of_a_known_family_is_understood_inside_of_json() -> None:
    lines = [
        {
            "log": "2026-01-03 13:47:02,118 - INFO - Processing day 1/2: 2022-01-01\n",
            "time": "2026-01-03T13:47:03Z",
        },
        {"asctime": "2026-01-03 13:47:32,118", "levelname": "INFO", "message": "  ✓ Success: 3 records"},
    ]
    reading = LogReading(choose("auto"), UTC)
    seen = grow(reading, "".join(json.dumps(line) + "\n" for line in lines))  # ✓ is \u2713 in it
    assert seen.counts.done == 1
    assert seen.last_line_at == datetime(2026, 1, 3, 13, 47, 32, 118_000, tzinfo=UTC)


def test_a_payload_behind_a_record_s_own_level_does_not_change_it() -> None:
    reading = LogReading(choose("auto"), UTC)
    text = '2026-01-03 13:47:02,118 - INFO - {"level": "error", "time": "2020-01-01T00:00:00Z"}\n'
    seen = grow(reading, text)
    assert seen.error_lines == 0
    assert seen.last_line_at == datetime(2026, 1, 3, 13, 47, 2, 118_000, tzinfo=UTC)


def test_json_after_a_traceback_is_read_on(tmp_path: Path) -> None:
    reading = reading_with(tmp_path, SERVICE)
    start = said("start", 0, **{"from": "2024-01-01", "to": "2024-01-03"})
    crash = 'Traceback (most recent call last):\n  File "x.py", line 1, in f\nRuntimeError: boom\n'
    seen = grow(reading, start + crash + said("done", 5, ok=True, rows=1, part={"date": "2024-01-01"}))
    assert seen.counts.done == 1


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("2026-01-03T12:00:00Z", "2026-01-03T12:00:00+00:00"),
        ("2026-01-03T12:00:00.123456789+02:00", "2026-01-03T10:00:00.123456+00:00"),
        ("2026-01-03, 12:00:00 UTC", "2026-01-03T12:00:00+00:00"),
        ("2026-01-03 12:00:00,5", "2026-01-03T12:00:00.500000+00:00"),
        (1767441600, "2026-01-03T12:00:00+00:00"),
        (1767441600123, "2026-01-03T12:00:00.123000+00:00"),
        ("soon", None),
        (3.2, None),
        (10**400, None),
    ],
)
def test_times_are_texts_or_numbers_since_1970(stamp: object, at: str | None) -> None:
    opened = RecordReader(UTC).read_object((None, None, json.dumps({"ts": stamp})))
    assert opened is not None
    assert opened[0][0] == (datetime.fromisoformat(at) if at else None)


@pytest.mark.parametrize(
    ("line", "level", "message"),
    [
        ("2026-01-03 12:00:00 INFO [12/300] 2024-01-12 ok", "INFO", "[12/300] 2024-01-12 ok"),
        ("2026-01-03 12:00:00 INFO [2024-01-12] ok", "INFO", "[2024-01-12] ok"),
        ("2026-01-03 12:00:00 INFO [loader] ok", "INFO", "ok"),
        ("[2026-01-03T12:00:00.123+0000] {job.py:12} ERROR - [1/2] ok", "ERROR", " [1/2] ok"),
        ("[2026-01-03, 12:00:00 UTC] {job.py:12} INFO - ok", "INFO", " ok"),
        ("03:00:01  1 of 6 ok", None, "1 of 6 ok"),
        ("03:00:01 ERROR gone", "ERROR", " gone"),
        ("12 of 30", None, "12 of 30"),
        ("Jan  3 12:00:00 vm-1 job[7]: 2026-01-03 12:00:00,000 - INFO - ok", "INFO", " ok"),
        ("Jan 13 12:00:00 vm-1 job[7]: INFO  ok", "INFO", "  ok"),
        ("Jan 13 12:00:00 vm-1 job: ERROR: gone", "ERROR", " gone"),
        ("Jan 13 12:00:00 vm-1 job[7]: 1 of 6 ok", None, "1 of 6 ok"),
        ("2026-01-03T12:00:00+0100 vm-1 job[7]: 1 of 6 ok", None, "1 of 6 ok"),
        ("2026-01-03T12:00:00+01:00 vm-1 job[7]: 2026-01-03 11:00:00 INFO ok", "INFO", "ok"),
        ("2026-01-03 12:00:00 Loaded chunk[7]: ok", None, "Loaded chunk[7]: ok"),
    ],
)
def test_a_message_begins_behind_what_logging_put_before_it(line: str, level: str | None, message: str) -> None:
    assert RecordReader(UTC).read(line, stamped=False)[1:] == (level, message)


@pytest.mark.parametrize(
    ("line", "troubled"),
    [
        ('{"msg": "x", "pad": "%s", "level": "error"}' % ("y" * 500), True),
        ('{"level":50,"msg":"x"}', True),
        ('{"level": "info", "error": null, "msg": "no \\"error\\""}', False),
        ('{"level": "INFO", "msg": "ERROR in the text"}', False),
    ],
)
def test_the_next_error_of_a_log_of_json_lines_is_found(line: str, troubled: bool) -> None:
    assert is_trouble(line.encode()) is troubled


@given(st.text(max_size=60))
def test_no_text_whatever_is_more_than_no_object(text: str) -> None:
    found = object_in("{" + text + "}")
    assert found is None or isinstance(found, dict)


def test_an_object_that_is_nested_without_end_is_none() -> None:
    assert object_in('{"a":' * 20_000 + "1" + "}" * 20_000) is None


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("{json: {}}", "each entry is"),
        ("{json: {a: x}, pattern: y}", "each entry is"),
        ("{json: {a: {b: x}}}", "a.b looks inside"),
        ('{json: {a: "{date}", b: "{date}"}}', "stands in it twice"),
        ('{json: {a: "(?=x)"}}', "Look-around"),
    ],
)
def test_what_is_wrong_in_the_values_of_a_pattern_is_a_sentence(tmp_path: Path, entry: str, sentence: str) -> None:
    with pytest.raises(DialectError, match=None) as caught:
        reading_with(tmp_path, f"dialects: {{x: {{unit_done: [{entry}]}}}}")
    assert sentence in str(caught.value)


def test_a_value_s_pattern_that_would_blow_up_takes_no_time(tmp_path: Path) -> None:
    reading = reading_with(tmp_path, 'dialects: {x: {summary: [{json: {a: "(a+)+b", event: done}}]}}')
    reading.feed((json.dumps({"a": "a" * 3000, "event": "done"}) + "\n").encode() * 20, 0)
    assert not reading.book.runs
