"""What the engine's tests share: a folder of jobs that can be launched."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.benches import Site, site_in


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A plan's folder; whatever still runs of its jobs at the end is killed."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "user"))
    folder = tmp_path / "plan"
    folder.mkdir()
    with site_in(folder) as made:
        yield made
