"""Files given by hand that are no plain files: what can be read to an end is, and the rest says why not."""

import gzip
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from backfill_tui.engine.inspection import LogInspected, Question, Unreadable, inspect_files
from backfill_tui.errors import SourceError
from backfill_tui.sources.dialects.load import choose
from backfill_tui.views.inspection import as_lines
from tests.logs import LogWriter, days

UTC_ZONE = ZoneInfo("UTC")


def inspected(path: Path) -> object:
    return inspect_files([path], Question(choose("auto"), UTC_ZONE))[0]


def long_log() -> bytes:
    """More than any pipe or first look takes at once."""
    log = LogWriter(at=datetime(2026, 1, 3, tzinfo=UTC)).header("2024-01-01", "2025-12-31")
    for i, day in enumerate(days("2024-01-01", 731), 1):
        log.unit(i, 731, day).say("chatter " * 20)
    return log.summary().body


def test_a_log_that_comes_through_the_shells_pipe_is_read_from_its_first_byte() -> None:
    body = long_log()
    reader, writer = os.pipe()

    def write() -> None:
        with os.fdopen(writer, "wb") as file:
            file.write(body)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        seen = inspected(Path(f"/dev/fd/{reader}"))
    finally:
        os.close(reader)
        thread.join()
    assert isinstance(seen, LogInspected)
    assert (seen.lines, seen.account.counts.done) == (body.count(b"\n"), 731)


@pytest.mark.parametrize(("name", "why"), [("/dev/zero", "It is a device"), ("/dev/null", "It is empty")])
def test_devices_are_refused_rather_than_read_for_ever(name: str, why: str) -> None:
    seen = inspected(Path(name))
    assert isinstance(seen, Unreadable)
    assert seen.error.startswith(why)


def test_a_compressed_log_is_told_as_that(tmp_path: Path) -> None:
    (tmp_path / "job.log.2.gz").write_bytes(gzip.compress(long_log()))
    seen = inspected(tmp_path / "job.log.2.gz")
    assert isinstance(seen, Unreadable)
    assert seen.error == "It is compressed (gzip): unpack it, and name what comes out."


def test_an_earlier_log_that_teaches_nothing_is_told_of(tmp_path: Path) -> None:
    log, junk = tmp_path / "job.log", tmp_path / "old.log"
    log.write_bytes(long_log())
    junk.write_text("nothing of a backfill\n")
    (seen,) = inspect_files([log], Question(choose("auto"), UTC_ZONE, history=(junk, log)))
    assert isinstance(seen, LogInspected)
    assert f"{junk} teaches nothing of earlier runs: none is in it." in seen.notes
    assert f"{log} is looked at itself: of its own run it teaches nothing beforehand." in seen.notes


def test_an_earlier_log_without_an_end_is_refused_rather_than_read_for_ever(tmp_path: Path) -> None:
    (tmp_path / "job.log").write_bytes(long_log())
    with pytest.raises(SourceError, match="It is a device"):
        inspect_files([tmp_path / "job.log"], Question(choose("auto"), UTC_ZONE, history=(Path("/dev/zero"),)))


def test_a_log_that_begins_after_the_time_asked_for_is_said_to(tmp_path: Path) -> None:
    (tmp_path / "job.log").write_bytes(long_log())
    early = Question(choose("auto"), UTC_ZONE, as_of=datetime(2020, 1, 1, tzinfo=UTC))
    seen = inspect_files([tmp_path / "job.log"], early)[0]
    assert isinstance(seen, LogInspected)
    assert seen.notes == ("Its first line is later than the time asked for: nothing of it counts.",)


def test_one_of_a_kind_is_told_in_the_singular(tmp_path: Path) -> None:
    (tmp_path / "job.log").write_bytes(
        LogWriter().header("2024-01-01", "2024-01-01").unit(1, 1, days("2024-01-01", 1)[0], None).body
    )
    body = '{"start_date": "2024-01-01", "last_successful_date": "2024-01-02", "successful_dates": ["2024-01-02"]}'
    (tmp_path / "job.json").write_text(body)
    log, checkpoint = (
        inspect_files([tmp_path / name], Question(choose("auto"), UTC_ZONE)) for name in ("job.log", "job.json")
    )
    words = "\n".join(as_lines([*log, *checkpoint], UTC_ZONE))
    assert ": 1 unit: 1 failed" in words
    assert "1 error line, 0 fatal" in words
    assert "  1 hole before it" in words
