"""Fixtures of the demo's tests. No process outlives its test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backfill_tui.demo.schedule import make_calendar, write_calendar
from tests.demo.stage import SEED, Stage


@pytest.fixture(scope="session")
def calendar_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("calendar") / "calendar.csv"
    write_calendar(make_calendar(SEED), path)
    return path


@pytest.fixture
def stage(tmp_path: Path, calendar_file: Path) -> Iterator[Stage]:
    (tmp_path / "calendar.csv").write_bytes(calendar_file.read_bytes())
    stage = Stage(tmp_path)
    yield stage
    for process in stage.started:
        if process.poll() is None:
            process.kill()
        process.wait()
