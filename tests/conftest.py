"""What every test may use."""

from pathlib import Path
from uuid import uuid4

import pytest

SAMPLES = Path(__file__).parents[2] / "shared" / "samples" / "nba_2026_01_03"


@pytest.fixture
def samples() -> Path:
    """The folder of real logs and checkpoints; skips where it is absent."""
    if not SAMPLES.is_dir():
        pytest.skip("the samples of real jobs are not beside this checkout")
    return SAMPLES


@pytest.fixture(autouse=True)
def _own_state_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Live writers are told of in a folder of each test's own, made when it is used: never in the user's."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / f"state-{uuid4().hex}"))
