"""Fixtures of the checks' tests: a BigQuery to ask over the wire, one a test process."""

from collections.abc import Iterator

import pytest

from tests.checks import emulator


@pytest.fixture(scope="session")
def bigquery_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running, empty emulator; skips where it is not installed."""
    absent = emulator.missing()
    if absent is not None:
        pytest.skip(absent)
    with emulator.emulator(tmp_path_factory.mktemp("emulator") / "emulator.log") as endpoint:
        yield endpoint
