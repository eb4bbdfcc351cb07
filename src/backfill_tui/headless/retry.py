"""`retry`: the failed, missing and suspect dates of a phase, run again by the plan's `retry` command."""

from backfill_tui.control.machine import Action, allows
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.snapshot import PhaseView
from backfill_tui.headless.acts import allowed, phase_of
from backfill_tui.headless.asking import narrate
from backfill_tui.headless.starting import Start, Wish, starting
from backfill_tui.headless.waiting import COULD_NOT_TELL


def retry_phase(opened: OpenedPlan, wish: Wish, *, read_only: bool) -> int:
    """Run a phase's failed, missing and suspect dates again, and print who the process is.

    0 once that is recorded, and where no date wants it; 3 where the missing are not known; with
    `wish.wait` by what became of the phase. Raises UsageError for a name that is no phase; BackfillError where it
    was not started, as while the phase runs, or the ledger can't be written.
    """
    allowed("retry", read_only=read_only)
    phase = phase_of(opened.plan, wish.phase)
    with starting(opened, wish) as start:
        view = start.bench.newest.phase(wish.phase)
        if phase.retry is not None and allows(view.state, Action.RETRY) and not view.to_redo:
            return _nothing_to_do(start, view)
        offer = start.bench.operator.offer_retry(wish.phase)
        return start.told(start.take(offer, again=True))


def _nothing_to_do(start: Start, view: PhaseView) -> int:
    """No date is known to want it; whether that is so is known only where missing dates are."""
    counts = view.account.counts
    if counts.missing is None:
        narrate(f"{view.name}: no date is known to have failed, but which are missing can't be told.")
    else:
        pending = f"; {counts.pending:,} have not been reached, which is for a launch" if counts.pending else ""
        narrate(f"{view.name} has no failed and no missing dates: nothing to run again{pending}.")
    start.told_nothing()
    return COULD_NOT_TELL if counts.missing is None else 0
