"""What every test may use."""

from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[2] / "shared" / "samples" / "nba_2026_01_03"


@pytest.fixture
def samples() -> Path:
    """The folder of real logs and checkpoints; skips where it is absent."""
    if not SAMPLES.is_dir():
        pytest.skip("the samples of real jobs are not beside this checkout")
    return SAMPLES
