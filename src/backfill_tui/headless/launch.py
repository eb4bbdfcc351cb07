"""`launch`: a phase started once, if its gate is open or a person has said why it shall be started all the same."""

from backfill_tui.control.attempt import Attempt, Stage
from backfill_tui.control.machine import Action, require
from backfill_tui.control.model import GOOD
from backfill_tui.control.offer import LaunchOffer
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.snapshot import PhaseView
from backfill_tui.errors import BackfillError
from backfill_tui.headless.acts import allowed, given_reason, phase_of
from backfill_tui.headless.asking import narrate, typed
from backfill_tui.headless.starting import Start, Wish, confirmed, starting


class HasEndedError(BackfillError):
    """An attempt of the phase has ended, and nobody has asked for another one."""

    def __init__(self, attempt: Attempt) -> None:
        how = f": it {attempt.ending}" if attempt.ending else ""
        super().__init__(
            f"attempt {attempt.number} of {attempt.phase} is over{how}.",
            todo=f"--again makes attempt {attempt.number + 1}.",
        )


def launch_phase(opened: OpenedPlan, wish: Wish, *, override: str | None, again: bool, read_only: bool) -> int:
    """Start a phase, and print who its process is.

    0 once that is recorded, also of an attempt that runs already; with `wish.wait` by what became of the phase.
    Raises UsageError for a name that is no phase or an empty reason; BackfillError where it was not started: its
    gate is closed, an attempt has ended, somebody has not said yes, the ledger can't be written.
    """
    allowed("launch", read_only=read_only)
    phase_of(opened.plan, wish.phase)
    override = None if override is None else given_reason("--override", override)
    with starting(opened, wish) as start:
        return start.told(_attempt(start, override=override, again=again))


def _attempt(start: Start, *, override: str | None, again: bool) -> Attempt:
    """The attempt that runs, else a new one."""
    offer = start.bench.operator.offer_launch(start.wish.phase)
    while _is_under_way(start):
        attempt = _of_another(start)
        if attempt is not None:
            return attempt
        offer = start.bench.operator.offer_launch(start.wish.phase)
    start.offer = offer
    if not again:
        _refuse_to_repeat(start.bench.newest.phase(start.wish.phase), offer, overridden=override is not None)

    def sure() -> bool:
        if offer.open or override is None:
            return confirmed()
        name = offer.order.phase
        return typed(f"Its gate is closed. To start it all the same, type its name ({name}):", name) and confirmed()

    return start.take(offer, again=again, override=override, confirm=sure)


def _refuse_to_repeat(view: PhaseView, offer: LaunchOffer, *, overridden: bool) -> None:
    """What has run, from here or by others, is run once more only if that is said."""
    if offer.again and view.attempt is not None:
        raise HasEndedError(view.attempt)
    if view.state in GOOD and not overridden:
        require(Action.LAUNCH, view.state, view.name)


def _is_under_way(start: Start) -> bool:
    """Whether there was an attempt under way at the look that the offer rests on."""
    attempt = start.bench.newest.phase(start.wish.phase).attempt
    return attempt is not None and attempt.stage.live


def _of_another(start: Start) -> Attempt | None:
    """That attempt, once its process is known; None where its launch was cut short, so that it is still to be done.

    Raises BackfillError where it could not be started.
    """
    attempt = start.settled()
    if attempt is None or attempt.stage is Stage.INTENDED:
        return None
    if attempt.stage is Stage.NOT_STARTED:
        raise BackfillError(f"{attempt.phase} was not started: {attempt.note}")
    if attempt.stage is Stage.RUNNING:
        narrate(f"attempt {attempt.number} of {attempt.phase} runs already.")
    return attempt
