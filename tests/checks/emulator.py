"""A BigQuery to test against: bqemulator, a process of its own, spoken to over the wire by Google's client."""

import contextlib
import importlib.util
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

PROJECT = "p"
READY_WITHIN_S = 60.0

# The emulator wants DuckDB's spatial extension: the wheel's, since nothing is fetched from the network for it.
_PROGRAM = """
import duckdb_extensions
duckdb_extensions.import_extension("spatial")
from bqemulator.cli import main
main()
"""


def missing() -> str | None:
    """Why there can be no emulator here; `None` if there can."""
    absent = [name for name in ("bqemulator", "duckdb_extensions") if importlib.util.find_spec(name) is None]
    return f"{' and '.join(absent)} not installed" if absent else None


@contextlib.contextmanager
def emulator(log: Path) -> Iterator[str]:
    """A running one's endpoint; it is empty, and gone afterwards."""
    rest, grpc = _free_ports(2)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                _PROGRAM,
                "start",
                f"--project={PROJECT}",
                f"--rest-port={rest}",
                f"--grpc-port={grpc}",
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    endpoint = f"http://127.0.0.1:{rest}"
    try:
        _wait_until_healthy(process, endpoint, log)
        yield endpoint
    finally:
        process.kill()
        process.wait()


def client(endpoint: str) -> bigquery.Client:
    """The tests' own way in, to create tables."""
    return bigquery.Client(
        project=PROJECT,
        credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]
        client_options={"api_endpoint": endpoint},
    )


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _wait_until_healthy(process: subprocess.Popen[bytes], endpoint: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{endpoint}/healthz", timeout=1):  # noqa: S310 - ours
            return
        time.sleep(0.05)  # the pace of asking
    raise RuntimeError(f"the emulator did not start:\n{log.read_text(errors='replace')[-2000:]}")
