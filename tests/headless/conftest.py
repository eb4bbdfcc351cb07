"""What the verbs' tests share: a folder of small jobs, and the BigQuery of the checks' tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checks.conftest import bigquery_endpoint
from tests.headless.shells import Shells, shells_in

__all__ = ["bigquery_endpoint"]


@pytest.fixture
def shells(tmp_path: Path) -> Iterator[Shells]:
    """Jobs that can be launched; what still runs of them at the end is ended."""
    folder = tmp_path / "plan"
    folder.mkdir()
    made = shells_in(folder)
    yield made
    made.clean()
