"""How the screen has reports made: the port that the engine implements."""

from pathlib import Path
from typing import Protocol

from backfill_tui.engine.snapshot import Snapshot


class Reporter(Protocol):
    """Makes the report of a snapshot. Its methods may be awaited on the event loop; both raise BackfillError."""

    async def text(self, snapshot: Snapshot) -> str:
        """The report as Markdown."""

    async def save(self, snapshot: Snapshot, text: str) -> Path:
        """Write the report of that snapshot to a file, whole, and return where it is."""
