import json
from datetime import date, datetime
from pathlib import Path

import pytest

from backfill_tui.demo.checkpoint import Checkpoint

START, END = date(2024, 5, 1), date(2024, 5, 10)


def checkpoint(folder: Path, hour: int = 18) -> Checkpoint:
    return Checkpoint(folder, "a_job", START, END, clock=lambda: datetime(2026, 1, 3, hour, 0, 0, 5))  # noqa: DTZ001 - as these files have it


def test_a_checkpoint_has_the_shape_of_the_real_ones(tmp_path: Path, samples: Path) -> None:
    checkpoint(tmp_path).succeeded(START)
    made = json.loads((tmp_path / "a_job_2024-05-01_2024-05-10.json").read_text())
    for path in (samples / "checkpoints").iterdir():
        real = json.loads(path.read_text())
        assert list(real) == list(made)
        assert list(real["stats"]) == list(made["stats"])


def test_it_resumes_after_the_last_successful_date_whatever_lies_before(tmp_path: Path) -> None:
    first = checkpoint(tmp_path)
    assert first.resume_date() is None
    for day in (3, 6, 4):
        first.succeeded(date(2024, 5, day))
    first.failed(date(2024, 5, 9))
    again = checkpoint(tmp_path)
    again.load()
    assert again.resume_date() == date(2024, 5, 7)


def test_a_date_is_in_one_list_only_and_creation_outlives_a_resume(tmp_path: Path) -> None:
    first = checkpoint(tmp_path)
    first.failed(START)
    first.skipped(END)
    again = checkpoint(tmp_path, hour=20)
    again.load()
    again.succeeded(START)
    kept = json.loads(again.path.read_text())
    assert kept["created_at"] == "2026-01-03T18:00:00.000005"
    assert kept["last_updated"] == "2026-01-03T20:00:00.000005"
    assert (kept["successful_dates"], kept["failed_dates"], kept["skipped_dates"]) == (
        ["2024-05-01"],
        [],
        ["2024-05-10"],
    )
    assert kept["stats"] == {"total_days": 10, "processed": 2, "successful": 1, "failed": 0, "skipped": 1}


def test_a_torn_file_of_its_own_is_refused_not_taken_for_a_fresh_start(tmp_path: Path) -> None:
    torn = checkpoint(tmp_path)
    torn.path.write_text('{"job_name": "a_j')
    with pytest.raises(ValueError, match="Unterminated"):
        torn.load()
