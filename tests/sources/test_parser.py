"""Bytes to events: any split, any line end, any dirt."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from backfill_tui.progress.reconcile import reconcile
from tests.logs import LogWriter, days
from tests.reading import account_of, read

D = days("2022-01-01", 4)


def story() -> LogWriter:
    """A killed run with a traceback, its resume, and a retry: most of what a log can hold."""
    log = LogWriter().header("2022-01-01", "2022-01-04").unit(1, 4, D[0])
    log.say("Exception during processing: é boom", "ERROR")
    log.raw("Traceback (most recent call last):", '  File "x.py", line 1, in f', "RuntimeError: é boom")
    log.say("Processing day 2/4: 2022-01-02")
    log.header("2022-01-01", "2022-01-04", resume="2022-01-02").unit(1, 3, D[1], None).unit(2, 3, D[2], 0)
    log.unit(3, 3, D[3]).summary()
    return (
        log.say("Processing 1 specific dates").say("Processing date 1/1: 2022-01-02").say("  ✓ Success: 5 records")
    )


BODY = story().body


@given(st.lists(st.integers(0, len(BODY)), max_size=12))
@settings(max_examples=300, deadline=None)
def test_any_split_of_a_log_gives_the_same_account(cuts: list[int]) -> None:
    whole, pieces = read(BODY), read(BODY, cuts=cuts)
    assert reconcile([pieces.evidence]) == reconcile([whole.evidence])
    assert pieces.parser.lines == whole.parser.lines
    assert pieces.parser.recognized_lines == whole.parser.recognized_lines


@given(st.lists(st.integers(0, len(BODY)), max_size=12))
@settings(max_examples=100, deadline=None)
def test_any_split_of_a_log_with_carriage_returns_gives_the_same_account(cuts: list[int]) -> None:
    body = BODY.replace(b"\n", b"\r\n")
    assert reconcile([read(body, cuts=cuts).evidence]).counts == reconcile([read(BODY).evidence]).counts
    bars = BODY.replace(b"\n", b"\r")
    assert reconcile([read(bars, cuts=cuts).evidence]) == reconcile([read(bars).evidence])


@given(st.integers(0, len(BODY)))
@settings(max_examples=100, deadline=None)
def test_rotation_at_any_byte_gives_the_same_account(cut: int) -> None:
    rotated = read(b"")
    rotated.feed(BODY[:cut], 0, generation=0)
    rotated.feed(BODY[cut:], 0, generation=1)
    assert reconcile([rotated.evidence]).counts == reconcile([read(BODY).evidence]).counts


@given(st.binary(max_size=400), st.integers(0, 400))
def test_no_bytes_whatever_raise_and_no_split_of_them_matters(body: bytes, cut: int) -> None:
    assert reconcile([read(body, cuts=[min(cut, len(body))]).evidence]) == reconcile([read(body).evidence])


def test_an_unfinished_last_line_is_held_back() -> None:
    reading = read(b"")
    reading.feed(b"2026-01-03 12:00:00,000 - INFO - Processing day 1/5: 2022-01-0", 0)
    assert reading.parser.lines == 0
    reading.feed(b"1\n", 60)
    assert reconcile([reading.evidence]).current_date == D[0]


def test_the_same_job_under_another_handler_is_understood() -> None:
    body = BODY.decode()
    bare = "\n".join(
        f"{line.split(' - ')[1]}:__main__:{line.split(' - ', 2)[2]}" if line.count(" - ") > 1 else line
        for line in body.split("\n")
    )
    assert account_of(bare.encode()).counts == account_of(BODY).counts
    assert account_of(bare.encode()).last_line_at is None


def test_escapes_nuls_and_invalid_utf8_do_not_hide_a_line() -> None:
    line = b"2026-01-03 12:00:00,000 - INFO - \x1b[32mProcessing day 1/5: 2022-01-01\x1b[0m"
    account = account_of(b"\0" * 5000 + line + b"\xff\xfe\n")
    assert account.current_date == D[0]


def test_a_line_without_end_costs_no_memory() -> None:
    reading = read(b"")
    piece = b"x" * (1 << 20)
    for i in range(100):
        reading.feed(piece, i << 20)
    assert len(reading.parser._splitter.held) <= 64 * 1024  # noqa: SLF001 - the promise is about what is kept
    reading.feed(b"\n" + BODY, 100 << 20)
    assert reconcile([reading.evidence]).counts == account_of(BODY).counts


def test_a_hole_of_nuls_costs_no_memory() -> None:
    reading = read(b"")
    for i in range(20):
        reading.feed(b"\0" * (1 << 20), i << 20)
    assert reading.parser._splitter.held == b""  # noqa: SLF001 - the promise is about what is kept
    reading.feed(BODY, 20 << 20)
    assert reconcile([reading.evidence]).counts == account_of(BODY).counts


def test_reading_as_of_a_time_uses_nothing_later() -> None:
    log = story()
    until = datetime(2026, 1, 3, 12, 0, 30, tzinfo=UTC)
    reading = read(log.body, until=until)
    assert reading.parser.last_line_at is not None
    assert reading.parser.last_line_at <= until
    assert reconcile([reading.evidence]).counts.accounted == 1


def test_offsets_lead_to_the_line_that_decided() -> None:
    account = account_of(BODY)
    unit = account.units[D[3]]
    assert unit.offset is not None
    assert "✓ Success: 10 records" in BODY[unit.offset :].split(b"\n", 1)[0].decode()
