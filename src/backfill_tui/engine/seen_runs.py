"""Runs seen, ours or not, with what each date took: kept in the ledger now and then, for later forecasts."""

import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from backfill_tui.control.ledger import Ledger, LedgerError
from backfill_tui.control.ledger.units import finished_of
from backfill_tui.engine.keeper import Keeper
from backfill_tui.engine.snapshot import Snapshot

if TYPE_CHECKING:
    from backfill_tui.progress.account import Account

_EVERY_S = 30.0  # a few milliseconds a phase, of which a night of dates is worth no more


class RunsSeen:
    """Keeps what snapshots tell of runs. A ledger that can't be written keeps nothing; a forecast does without."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._keeper = Keeper()
        self._kept: dict[str, Account] = {}
        self._next = 0.0

    def take(self, snapshot: Snapshot, *, at_once: bool = False) -> None:
        """Have what is new kept, if it is time to; at once: it is when this returns."""
        if not at_once and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _EVERY_S
        for view in snapshot.phases:
            if view.history_complete and view.account.runs and self._kept.get(view.name) != view.account:
                if at_once:
                    self._keep(view.name, view.account)
                else:
                    self._keeper.put(view.name, partial(self._keep, view.name, view.account))

    def close(self) -> None:
        """Wait a moment for what is still to be kept."""
        self._keeper.close()

    def _keep(self, phase: str, account: "Account") -> None:
        with suppress(LedgerError):
            self._ledger.units.keep(phase, account.runs, finished_of(account))
            self._kept[phase] = account
