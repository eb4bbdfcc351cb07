"""What this plan's live phases write, told to the user's other plans; and what theirs write, for our gates."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from backfill_tui.control.attempt import Attempt, Order
from backfill_tui.plan.resolved import Phase, Plan


class Neighbours:
    """INTERIM."""

    def __init__(self, plan: Plan, registry: object) -> None:
        self.note = ""

    def refresh(self, looks: Sequence[object]) -> None:
        pass

    def rivals_of(self, phase: Phase, dates: tuple[date, date] | None) -> tuple[str, ...]:
        return ()

    @contextmanager
    def claiming(self, order: Order, *, overridden: bool) -> Iterator[None]:
        yield

    def claim(self, attempt: Attempt) -> None:
        pass

    def restarters_of(self, phase: str, table: str | None) -> list[str]:
        return []

    def close(self) -> None:
        pass
