"""What tests of the ledger share."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from backfill_tui.control.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An empty one, closed in the end."""
    with closing(Ledger.open(tmp_path)) as opened:
        yield opened
