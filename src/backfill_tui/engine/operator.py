"""What people and `run` may do to a phase: launch, retry, stop, accept. Each first as an offer, then done."""

import getpass
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from backfill_tui.control.attempt import Acceptance, AskedBy
from backfill_tui.control.ledger import Ledger
from backfill_tui.control.machine import Action, require
from backfill_tui.control.model import Alert
from backfill_tui.control.offer import Entry
from backfill_tui.engine.claims import Neighbours
from backfill_tui.engine.launching import Launching
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.engine.stops import Stopping


class Operator:
    """Acts on one plan. Every method blocks its caller, for seconds but where it says otherwise; from any thread.

    `fresh` gives a snapshot of a look that began after it was asked; `judge_inputs` runs the suites of a phase's
    inputs now. Every method raises BackfillError, with what to do.
    """

    def __init__(
        self,
        opened: OpenedPlan,
        ledger: Ledger,
        neighbours: Neighbours,
        fresh: Callable[[], Snapshot],
        judge_inputs: Callable[[str], None],
        *,
        asked_by: AskedBy,
    ) -> None:
        self._ledger = ledger
        self._fresh = fresh
        self._person = _person()
        self._launching = Launching(
            opened, ledger, neighbours, fresh, judge_inputs, asked_by=asked_by, person=self._person
        )
        self._stopping = Stopping(opened.plan, ledger, fresh, asked_by=asked_by, person=self._person)
        self.offer_launch = self._launching.offer
        self.offer_retry = self._launching.offer_retry
        self.launch = self._launching.launch
        self.offer_stop = self._stopping.offer
        self.stop = self._stopping.stop

    def accept(self, phase: str, *, reason: str) -> Acceptance:
        """A person's GO, recorded: the phase counts as passed from now on, for the runs that have begun by now."""
        require(Action.ACCEPT, self._fresh().phase(phase).state, phase)
        acceptance = Acceptance(phase, reason, self._person, datetime.now(UTC))
        self._ledger.acceptances.accept(acceptance)
        return acceptance

    def acknowledge(self, alerts: Sequence[Alert]) -> None:
        """Note that somebody has seen these alerts, as they stand: what comes later, or gets worse, shows again."""
        now = datetime.now(UTC)
        for alert in alerts:
            self._ledger.acknowledgements.acknowledge(
                alert.id, alert.since, person=self._person, at=now, severity=alert.severity
            )

    def history(self) -> tuple[Entry, ...]:
        """Every action in the ledger, newest first."""
        return self._ledger.history.entries()


def _person() -> str:
    """The user as the system names them; their number where it has no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"
