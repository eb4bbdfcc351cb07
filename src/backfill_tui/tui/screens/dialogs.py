"""The dialogs: launch and retry, stop, accept. Each looks at its offer, and does it."""

from typing import TYPE_CHECKING

from backfill_tui.engine.snapshot import PhaseView
from backfill_tui.tui.acting import Act
from backfill_tui.tui.operator import Operator
from backfill_tui.tui.screens.dialog import Dialog
from backfill_tui.tui.screens.page import Page
from backfill_tui.views import offers
from backfill_tui.views.offers import Question

if TYPE_CHECKING:
    from backfill_tui.control.offer import LaunchOffer, StopOffer


class LaunchDialog(Dialog):
    """A launch, or with `retry` a run of the failed and missing dates."""

    def __init__(self, phase: str, operator: Operator, *, retry: bool = False) -> None:
        super().__init__("Retry" if retry else "Launch", phase, operator)
        self._retry = retry
        self._offer: LaunchOffer | None = None

    async def look(self) -> Question:
        """The offer as it stands now."""
        offered = self.operator.offer_retry if self._retry else self.operator.offer_launch
        self._offer = await offered(self.phase)
        return offers.launch(self._offer)

    async def act(self, reason: str) -> str:
        """Start it; a reason overrides the gate."""
        if self._offer is None:
            return ""
        return offers.launched(await self.operator.launch(self._offer, override=reason or None))


class StopDialog(Dialog):
    """A stop; where that was not heeded, a second question: whether to kill."""

    def __init__(self, phase: str, operator: Operator) -> None:
        super().__init__("Stop", phase, operator)
        self._offer: StopOffer | None = None
        self._reason = ""  # of the stop, which is the kill's too

    async def look(self) -> Question:
        """Whom it would signal now."""
        self._offer = await self.operator.offer_stop(self.phase)
        return offers.stop(self._offer, left_s=self._grace_left_s())

    def _grace_left_s(self) -> float | None:
        """What is left of the grace of a stop that was asked for before, by the newest snapshot behind this."""
        pages = [screen for screen in self.app.screen_stack if isinstance(screen, Page)]
        snapshot = pages[-1].snapshot if pages else None
        if snapshot is None or self.phase not in snapshot.facts:
            return None
        return offers.grace_left_s(snapshot.facts[self.phase], snapshot.at)

    async def act(self, reason: str) -> str:
        """Signal, and wait for the end."""
        if self._offer is None:
            return ""
        self._reason = reason or self._reason
        if await self.operator.stop(self._offer, reason=self._reason) == "ended":
            return offers.stopped(self._offer)
        return ""

    def problem(self) -> str:
        """That it is still there."""
        return offers.not_heeded(self._offer) if self._offer is not None else ""


class AcceptDialog(Dialog):
    """A person's GO."""

    def __init__(self, phase: str, operator: Operator, view: PhaseView | None) -> None:
        super().__init__("Accept", phase, operator)
        self._view = view

    async def look(self) -> Question:
        """The phase as it was when the dialog was opened."""
        return offers.accept(self.phase, self._view)

    async def act(self, reason: str) -> str:
        """Record it."""
        return offers.accepted(await self.operator.accept(self.phase, reason=reason))


def dialog_for(act: Act, phase: str, operator: Operator, view: PhaseView | None) -> Dialog:
    """The dialog that asks for something to be done to a phase."""
    match act:
        case Act.STOP:
            return StopDialog(phase, operator)
        case Act.ACCEPT:
            return AcceptDialog(phase, operator, view)
        case Act.LAUNCH | Act.RETRY:
            return LaunchDialog(phase, operator, retry=act is Act.RETRY)
