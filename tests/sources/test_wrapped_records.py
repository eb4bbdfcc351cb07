"""What a container, a log daemon or `ts` writes before a line hides neither the job's own time nor its message."""

from datetime import UTC, datetime

import pytest

from backfill_tui.sources.records import RecordReader
from tests.logs import LogWriter, days
from tests.reading import account_of

OWN = "2026-01-03 12:00:00,250 - INFO - Processing day 1/5: 2024-01-01"


@pytest.mark.parametrize(
    "before",
    [
        "",
        "web_1  | ",
        "2026-01-03T12:00:01.123456789Z ",
        "2026-01-03T12:00:01.123456789Z stdout F ",
        "2026-01-03T12:00:01.123456789+01:00 stderr P ",
        "Jan  3 12:00:01 ",
        "Jan 03 12:00:01 ",
        "[2026-01-03 12:00:01] ",
        "2026-01-03 12:00:01 ",
        "Jan  3 12:00:01 host job[123]: ",
        "2026-01-03T12:00:01+0100 host job[123]: ",
    ],
)
def test_the_jobs_own_time_and_message_are_found_behind_what_wraps_them(before: str) -> None:
    record = RecordReader(UTC).read(before + OWN)
    assert record[:2] == (datetime(2026, 1, 3, 12, 0, 0, 250_000, tzinfo=UTC), "INFO")
    assert record[2].strip() == "Processing day 1/5: 2024-01-01"


def test_kubernetes_time_is_the_records_where_the_job_prints_none() -> None:
    record = RecordReader(UTC).read("2026-01-03T12:00:01.5Z stdout F INFO:__main__:Processing day 1/5: 2024-01-01")
    assert record[0] == datetime(2026, 1, 3, 12, 0, 1, 500_000, tzinfo=UTC)
    assert record[1:] == ("INFO", "Processing day 1/5: 2024-01-01")


@pytest.mark.parametrize("before", ["2026-01-03T12:00:01.123456789Z stdout F ", "Jan 03 12:00:01 "])
def test_a_wrapped_log_has_the_account_of_the_bare_one(before: str) -> None:
    log = LogWriter().header("2024-01-01", "2024-01-05")
    for i, day in enumerate(days("2024-01-01", 5), 1):
        log.unit(i, 5, day, None if i == 3 else i)
    bare = log.summary().body
    wrapped = b"".join(before.encode() + line + b"\n" for line in bare.splitlines())
    account = account_of(wrapped)
    assert account.counts == account_of(bare).counts
    assert account.error_lines == 1
    assert account.complete
