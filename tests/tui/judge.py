"""A judge that asks nobody: it notes what it is asked and answers what a test wants."""

import asyncio

from backfill_tui.checks.model import Sample


class FakeJudge:
    """Notes what it is asked. What it was told to hold up ends when it is released or cancelled."""

    limit_bytes: int | None = 20_000_000_000

    def __init__(self, *, bills: bool = False, hold: bool = False) -> None:
        self.bills = bills
        self.asked: list[tuple[str, ...]] = []
        self.failure: Exception | None = None
        self.rows = Sample("usage_rate", "SELECT 1", ("game_id", "usage_rate"), (("0022300123", None),), more=8)
        self._go_on = asyncio.Event()
        if not hold:
            self._go_on.set()

    async def estimate(self, phase: str) -> int:
        await self._answer("estimate", phase)
        return 1_240_000_000

    async def validate(self, phase: str) -> None:
        await self._answer("validate", phase)

    async def sample(self, phase: str, suite: str, check: str) -> Sample:
        await self._answer("sample", phase, suite, check)
        return self.rows

    def cancel(self, phase: str) -> None:
        self.asked.append(("cancel", phase))

    def release(self) -> None:
        self._go_on.set()

    async def _answer(self, *question: str) -> None:
        self.asked.append(question)
        await self._go_on.wait()
        if self.failure is not None:
            raise self.failure
