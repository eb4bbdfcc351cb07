"""How the screen has suites run: the port that the engine implements. Results come back in the snapshots."""

from typing import Protocol

from backfill_tui.checks.model import Sample


class Judge(Protocol):
    """Runs suites in the background. Its methods may be awaited on the event loop: none of them blocks it."""

    bills: bool
    """Whether the plan's warehouse bills for what it reads: then the estimate is shown before anything is run."""

    limit_bytes: int | None
    """The most that one query may read, by the plan's `max_bytes_billed`; None where there is no limit."""

    async def estimate(self, phase: str) -> int:
        """How many bytes a validation of the phase would read, found by dry runs. Raises BackfillError."""

    async def validate(self, phase: str) -> None:
        """Run the phase's suites, its inputs' too, and record what they find. Returns when all are done.

        What is found appears in the snapshots, suite by suite. Raises BackfillError where nothing could be run.
        """

    def cancel(self, phase: str) -> None:
        """Stop what is being asked for the phase, in the warehouse too; returns at once."""

    async def sample(self, phase: str, suite: str, check: str) -> Sample:
        """Rows that make a metric fail, by its own `sample` query; never raises for what the warehouse says."""
