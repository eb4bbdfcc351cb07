"""All that a screen needs of the engine, opened and closed together: a feed of snapshots, suites to be run."""

from contextlib import suppress

from backfill_tui.control.ledger import LedgerError
from backfill_tui.engine.docket import Docket
from backfill_tui.engine.feed import EngineFeed
from backfill_tui.engine.judging import Judging
from backfill_tui.engine.ledgers import ledger_of
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.watch import PlanWatch


class Session:
    """One screen on one plan. `judge` is None where nothing may be run: read-only, or files watched by hand."""

    def __init__(self, opened: OpenedPlan, *, read_only: bool) -> None:
        self._ledger, note = ledger_of(opened.plan, read_only=read_only)
        docket = Docket()
        notes = (note,) if note else ()
        judge = None if read_only else Judging(opened.plan, self._ledger, docket, lambda: self.feed.newest)
        self.judge = judge
        self.feed = EngineFeed(
            lambda: PlanWatch(opened, self._ledger, docket, notes), judge.tick if judge is not None else None
        )

    def close(self) -> None:
        """Take back what is being asked and let go of the ledger. The feed is closed by whoever listens to it."""
        if self.judge is not None:
            self.judge.close()
        if self._ledger is not None:
            with suppress(LedgerError):
                self._ledger.close()
