"""All that a screen needs of the engine, opened and closed together: snapshots, a judge, an operator."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial

from backfill_tui.control.attempt import AskedBy
from backfill_tui.control.launch.registry import Registry
from backfill_tui.control.ledger import Ledger, LedgerError
from backfill_tui.engine.claims import Neighbours
from backfill_tui.engine.docket import Docket
from backfill_tui.engine.driver import Driver, Happening
from backfill_tui.engine.drivers import driving
from backfill_tui.engine.feed import EngineFeed
from backfill_tui.engine.found import Finds
from backfill_tui.engine.judging import Judging
from backfill_tui.engine.ledgers import ledger_of
from backfill_tui.engine.notifying import Notifying, unreachable
from backfill_tui.engine.operating import Operating
from backfill_tui.engine.operator import Operator
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.probing import Probing
from backfill_tui.engine.reporting import Reporting
from backfill_tui.engine.seen_runs import RunsSeen
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.engine.watch import PlanWatch
from backfill_tui.errors import in_words


class Session:
    """One screen on one plan.

    `judge` is None where nothing may be run: read-only, or files watched by hand. `operator` is None where there is
    no ledger; of one that may only be looked at it tells the history. With `auto` the session does what an
    unattended `run` does.
    """

    def __init__(
        self, opened: OpenedPlan, *, read_only: bool, auto: bool = False, roster: Finds | None = None
    ) -> None:
        self._ledger, note = ledger_of(opened.plan, read_only=read_only)
        docket = Docket()
        notes = (note,) if note else () if read_only else unreachable(opened.plan)
        neighbours = Neighbours(opened.plan, Registry.of_user(), publishing=not read_only)
        self._driver: Driver | None = None
        self._runs_seen = None if read_only or self._ledger is None else RunsSeen(self._ledger)
        self.feed = EngineFeed(
            lambda: PlanWatch(
                opened, self._ledger, docket, notes, neighbours=neighbours, recordable=not note, roster=roster
            ),
            self._after_look,
        )
        self.judge = None if read_only else Judging(opened.plan, self._ledger, docket, lambda: self.feed.newest)
        self.reporter = Reporting(opened.plan, self._ledger, read_only=read_only)
        self._probing: Probing | None = None
        self._notifying: Notifying | None = None
        if self._ledger is not None and not read_only:
            self._probing = Probing(opened.plan, self._ledger)
            self._notifying = Notifying(opened.plan, self._ledger)
        acting = self._operator(opened, self._ledger, neighbours)
        self.operator = None if acting is None else Operating(acting)
        by_itself = self._operator(opened, self._ledger, neighbours, asked_by="auto") if auto else None
        self._leaving = ExitStack()
        if by_itself is not None and self.judge is not None:
            self._driver = Driver(opened.plan, self.judge, by_itself, neighbours, self._happened)
            self._leaving.enter_context(driving(opened.plan.state_dir, "screen"))

    def close(self) -> None:
        """Take back what is being asked and let go of the ledger. The feed is closed by whoever listens to it."""
        if self.judge is not None:
            self.judge.cancel_all()
        if self.operator is not None:
            self.operator.close()
        if self._driver is not None:
            self._driver.close()
        self._leaving.close()
        if self._notifying is not None:
            self._notifying.close()
        if self._probing is not None:
            self._probing.close()
        if self.judge is not None:
            self.judge.close()
        if self._ledger is not None:
            with suppress(LedgerError):
                self._ledger.close()

    def _operator(
        self, opened: OpenedPlan, ledger: Ledger | None, neighbours: Neighbours, *, asked_by: AskedBy = "screen"
    ) -> Operator | None:
        if ledger is None:
            return None

        def judge_inputs(phase: str) -> None:
            if self.judge is not None:
                self.judge.judge(phase, is_input=True, asked_by=asked_by)

        return Operator(opened, ledger, neighbours, self.feed.look, judge_inputs, asked_by=asked_by)

    def _after_look(self, snapshot: Snapshot) -> None:
        """Let everybody act on it who follows. One that fails says so, and keeps none from its turn."""
        for failing, follow in self._followers(snapshot):
            sentence = ""
            try:
                follow()
            except Exception as error:  # noqa: BLE001 - whatever it is: it is said, and the next look tries again
                sentence = f"{failing}: {in_words(error)}"
            self.feed.note(failing, sentence)

    def _followers(self, snapshot: Snapshot) -> Iterator[tuple[str, Callable[[], object]]]:
        """Who acts on a look, each by what is not done where it fails."""
        if self._driver is not None:
            yield "The night is not driven", partial(self._driver.tick, snapshot)
        if self.judge is not None:
            yield "Suites are not run", partial(self.judge.tick, snapshot)
        if self._notifying is not None:
            yield "Nobody is told", partial(self._notifying.take, snapshot)
        if self._probing is not None:
            yield "Probes are not asked", partial(self._probing.tick, snapshot.at)
        if self._runs_seen is not None:
            yield "Runs are not kept", partial(self._runs_seen.take, snapshot)

    def _happened(self, happening: Happening) -> None:
        """What the driver could not do is said under the header; what it did shows by itself."""
        if happening.failed:
            self.feed.note(happening.phase, f"{happening.phase}: {happening.text}")
        else:
            self.feed.note(happening.phase, "")
