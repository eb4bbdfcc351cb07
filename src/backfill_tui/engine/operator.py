"""What people and `run` may do to a phase: launch, retry, stop, accept. Each first as an offer, then done."""

from collections.abc import Callable
from datetime import UTC, datetime

from backfill_tui.control.attempt import Acceptance, AskedBy, Attempt
from backfill_tui.control.ledger import Ledger
from backfill_tui.control.offer import Entry, LaunchOffer, StopOffer, StopResult
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.snapshot import Snapshot


class Operator:
    """Acts on one plan. Every method blocks its caller, for seconds but where it says otherwise; from any thread.

    `newest` gives the snapshot that offers rest on. Every method raises BackfillError, with what to do.
    """

    def __init__(
        self,
        opened: OpenedPlan,
        ledger: Ledger,
        newest: Callable[[], Snapshot],
        *,
        asked_by: AskedBy,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        raise NotImplementedError

    def offer_launch(self, phase: str) -> LaunchOffer:
        """What a launch would do now, and whether it may: pending intents are completed, never doubled."""
        raise NotImplementedError

    def offer_retry(self, phase: str) -> LaunchOffer:
        """What a retry of its failed and missing dates would do. Refused while it runs, or without dates."""
        raise NotImplementedError

    def launch(self, offer: LaunchOffer, *, override: str | None = None) -> Attempt:
        """Make an offer true, at most once, after looking at the gate again with its inputs judged now.

        Returns the attempt with its process recorded. Raises GateClosedError (with the conditions) where the gate
        is closed and there is no `override`; AttemptExistsError where somebody else was first.
        """
        raise NotImplementedError

    def offer_stop(self, phase: str) -> StopOffer:
        """Which processes a stop would signal. Refused where none lives."""
        raise NotImplementedError

    def stop(self, offer: StopOffer, *, reason: str) -> StopResult:
        """SIGTERM to all of it, or SIGKILL where the offer is one to kill; waits its grace long for the end."""
        raise NotImplementedError

    def accept(self, phase: str, *, reason: str) -> Acceptance:
        """A person's GO, recorded."""
        raise NotImplementedError

    def history(self) -> tuple[Entry, ...]:
        """Every action in the ledger, newest first."""
        raise NotImplementedError
