"""The log of the example night, as a real file."""

from pathlib import Path

import pytest

from tests.tui import example


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """2,217 lines of a day-by-day job."""
    path = tmp_path / "job.log"
    path.write_text("".join(f"{line}\n" for line in example.log_lines()), encoding="utf-8")
    return path
