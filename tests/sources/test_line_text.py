"""What colours, NULs and progress bars put into a log must not change what is known of its dates."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.sources.line_text import behind_bar, text_of_line
from tests.logs import LogWriter, days
from tests.reading import account_of, read

CYAN, PLAIN = b"\x1b[36m", b"\x1b[0m"
BAR = "\r 12%|█▎       | 24/200 [00:48<05:52,  2.00s/it]".encode()


def with_a_traceback() -> bytes:
    """Five days, of which the second fails with a traceback that is logged."""
    log = LogWriter().header("2024-01-01", "2024-01-05")
    for i, day in enumerate(days("2024-01-01", 5), 1):
        if i != 2:
            log.unit(i, 5, day)
            continue
        log.say(f"Processing day {i}/5: {day}").say("Exception during processing: boom", "ERROR")
        log.raw("Traceback (most recent call last):", '  File "job.py", line 5, in run', "ValueError: boom")
        log.say("  ✗ Exception: boom", "ERROR")
    return log.summary().body


def coloured(line: bytes) -> bytes:
    return CYAN + line + PLAIN


def with_a_hole(line: bytes) -> bytes:
    return b"\0" * 80 + line


def behind_a_bar(line: bytes) -> bytes:
    return BAR + line


@pytest.mark.parametrize("change", [coloured, with_a_hole, behind_a_bar])
def test_the_lines_after_a_traceback_count_however_they_begin(change: object) -> None:
    assert callable(change)
    body = b"".join(change(line) + b"\n" for line in with_a_traceback().splitlines())
    plain, account = read(with_a_traceback()), account_of(body)
    assert account.complete
    assert (account.counts.done, account.counts.failed) == (4, 1)
    assert account.fatal_errors == 0
    assert account.first_line_at == plain.evidence.first_line_at
    assert account.last_line_at == plain.evidence.last_line_at


@given(st.sets(st.integers(0, 40)))
def test_bars_between_records_change_nothing_but_the_number_of_lines(at: set[int]) -> None:
    lines = with_a_traceback().splitlines()
    body = b"".join((BAR if i in at else b"") + line + b"\n" for i, line in enumerate(lines))
    account, plain = account_of(body), account_of(with_a_traceback())
    assert account.counts == plain.counts
    assert account.error_lines == plain.error_lines
    assert account.last_line_at == plain.last_line_at


def test_a_bar_in_front_of_chatter_still_counts() -> None:
    chatter = b"2026-01-03 12:00:00,000 - INFO - saved\n"
    account = account_of(BAR.replace(b"24", b"23") + chatter + BAR + chatter)
    assert (account.counts.done, account.counts.total) == (24, 200)


def test_what_was_printed_behind_a_bar_is_later_than_as_of() -> None:
    log = LogWriter().header("2024-01-01", "2024-01-02")
    until = log.at.replace(tzinfo=UTC)
    log.unit(1, 2, days("2024-01-01", 1)[0])
    body = b"".join(BAR + line + b"\n" for line in log.body.splitlines())
    assert account_of(body).counts.done == 1
    reading = read(body, until=until + timedelta(seconds=1))
    assert not reading.evidence.book.runs[-1].outcomes


def test_a_coloured_log_that_begins_with_a_banner_has_its_times() -> None:
    banner = b"".join(coloured(b"## banner") + b"\n" for _ in range(12))
    lines = LogWriter().header("2024-01-01", "2024-01-02").body.splitlines()
    account = account_of(banner + b"".join(coloured(line) + b"\n" for line in lines) + banner)
    assert account.first_line_at == datetime(2026, 1, 3, 12, 0, 1, tzinfo=UTC)
    assert account.last_line_at == datetime(2026, 1, 3, 12, 0, len(lines), tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b" 12%|#2   | 24/200 [00:48<05:52,  2.00s/it]x", b"x"),
        (b"load:  12%|#2   | 1.2k/3.4M [00:48<?, ?it/s, loss=1]   2026", b"2026"),
        (b" 12%|#2   | 24/200 [00:48<05:52,  2.00s/it]", b""),
        (b" 12%|#2   | 24/200 [00:48<05:52,  2.00s/it]  \x1b[A", b""),
        (b"2026-01-03 - INFO - 3%|x| is a | 1/2 [notes]", b""),
        (b"95% | 3/4 [x]y", b""),
    ],
)
def test_what_stands_behind_a_bar(line: bytes, text: bytes) -> None:
    cut = behind_bar(line)
    assert (line[cut:] if cut else b"") == text


def test_the_text_of_a_line_has_no_escapes_and_no_nuls() -> None:
    assert text_of_line(b"\x1b]0;title\x07\0\x1b[1;31mERROR\x1b[0m caf\xe9") == "ERROR caf\ufffd"
