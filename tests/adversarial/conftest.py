"""What these tests share: the product seen from outside, in a folder of its own."""

from pathlib import Path

import pytest

from tests.adversarial.outside import Outside


@pytest.fixture
def outside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Outside:
    return Outside(tmp_path, capsys)
