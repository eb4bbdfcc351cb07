"""Which addresses of a plan messages don't get through to, read again when the ledger was written."""

from contextlib import suppress

from backfill_tui.control.ledger import Ledger, LedgerError
from backfill_tui.control.notices import NotifierSeen, labels
from backfill_tui.plan.resolved import Plan


class NotifierBook:
    """Not thread-safe: one caller at a time. A ledger that can't be read leaves what was known."""

    def __init__(self, plan: Plan, ledger: Ledger | None) -> None:
        self._labels = frozenset(labels(plan.notify))
        self._ledger = ledger
        self._version: object = None
        self._failing: tuple[NotifierSeen, ...] = ()

    def look(self) -> tuple[NotifierSeen, ...]:
        """Those of the plan that are failing, by their labels."""
        if self._ledger is not None and self._labels:
            with suppress(LedgerError):  # the attempts' book says that the ledger can't be read
                if (version := self._ledger.version) != self._version:
                    self._failing = tuple(
                        one for one in self._ledger.notices.failing() if one.label in self._labels
                    )
                    self._version = version
        return self._failing
