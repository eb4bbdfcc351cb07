"""Times in logs are held against when the file system says that they were written."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from backfill_tui.engine.diagnosis.clocks import Written, clock_finding, log_clock, log_clock_findings
from backfill_tui.engine.diagnosis.finding import Level
from backfill_tui.plan.resolved import Phase
from tests.logs import LogWriter, days

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
LEEWAY_S = 120.0


def written(*, mtime: timedelta = timedelta(), line: timedelta = timedelta()) -> Written:
    """A log of a minute ago; `line` is how much later than the file its last line claims to be."""
    at = NOW - timedelta(minutes=1) + mtime
    return Written("fix", Path("fix.log"), "UTC", at, at + line)


def test_a_log_whose_times_agree_is_nothing_to_speak_of() -> None:
    assert log_clock(written(line=timedelta(seconds=-2)), now=NOW, leeway_s=LEEWAY_S) is None


def test_a_last_line_ahead_of_its_file_is_of_another_zone() -> None:
    found = log_clock(written(line=timedelta(hours=8)), now=NOW, leeway_s=LEEWAY_S)
    assert found is not None
    assert found.level is Level.WARN
    assert "8 h 00 min ahead" in found.said
    assert found.mend is not None
    assert "log_timezone" in found.mend


@pytest.mark.parametrize("seconds", [0, 2, 50])
def test_whole_hours_behind_but_for_a_buffer_is_of_another_zone(seconds: int) -> None:
    found = log_clock(written(line=-timedelta(hours=5, seconds=seconds)), now=NOW, leeway_s=LEEWAY_S)
    assert found is not None
    assert "5 h 00 min behind" in found.said


def test_a_line_that_is_just_older_than_its_file_is_not_blamed() -> None:
    assert log_clock(written(line=-timedelta(hours=5, minutes=11)), now=NOW, leeway_s=LEEWAY_S) is None


def test_a_file_from_the_future_is_about_clocks_of_machines() -> None:
    found = log_clock(written(mtime=timedelta(minutes=10)), now=NOW, leeway_s=LEEWAY_S)
    assert found is not None
    assert "9 min in the future" in found.said


def test_within_the_leeway_two_machines_may_differ() -> None:
    assert log_clock(written(line=timedelta(seconds=119)), now=NOW, leeway_s=LEEWAY_S) is None


def real_log(folder: Path, zone: str, lag: timedelta) -> Phase:
    """A log that LogWriter wrote, with a file time of `lag` after its last line, read in a zone."""
    log = LogWriter().header("2022-01-01", "2022-01-03")
    for i, day in enumerate(days("2022-01-01", 3), 1):
        log.unit(i, 3, day)
    path = folder / "fix.log"
    path.write_bytes(b"x" * 300_000 + b"\n" + log.body)
    last = datetime.fromisoformat("2026-01-03T12:01:03+00:00")
    os.utime(path, (0, (last + lag).timestamp()))
    return Phase("fix", "fix", logs=(str(path),), log_timezone=ZoneInfo(zone))


@pytest.mark.parametrize(("zone", "level"), [("UTC", Level.OK), ("America/Los_Angeles", Level.WARN)])
def test_the_end_of_a_real_log_tells(tmp_path: Path, zone: str, level: Level) -> None:
    phase = real_log(tmp_path, zone, timedelta(seconds=5))
    (found,) = log_clock_findings([phase], (), now=NOW, leeway_s=LEEWAY_S)
    assert found.level is level, found


def test_of_several_logs_the_newest_tells(tmp_path: Path) -> None:
    phase = real_log(tmp_path, "UTC", timedelta(seconds=5))
    (tmp_path / "older.log").write_text("2026-01-03 23:00:00 - INFO - of another zone\n")
    os.utime(tmp_path / "older.log", (0, 1))
    both = replace(phase, logs=(str(tmp_path / "*.log"),))
    (found,) = log_clock_findings([both], (), now=NOW, leeway_s=LEEWAY_S)
    assert found.level is Level.OK


def test_a_log_without_times_and_one_that_is_not_there_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "bar.log").write_text("10/20\n")
    phase = Phase("fix", "fix", logs=(str(tmp_path / "bar.log"), str(tmp_path / "none.log")))
    assert list(log_clock_findings([phase], (), now=NOW, leeway_s=LEEWAY_S)) == []


@pytest.mark.parametrize(("right", "level"), [(True, Level.OK), (False, Level.WARN), (None, Level.UNKNOWN)])
def test_a_clock_of_which_nothing_is_told_is_unknown(right: bool | None, level: Level) -> None:
    assert clock_finding(right=right).level is level
