"""A place for launches."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.control.launch.launch_site import LaunchSite


@pytest.fixture
def site(tmp_path: Path) -> Iterator[LaunchSite]:
    """One state folder; what still runs of it at the end is killed."""
    made = LaunchSite(tmp_path)
    yield made
    made.close()
