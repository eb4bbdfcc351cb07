"""`--wait`: an attempt followed to its end, then judged, with a line on stderr now and then. It starts no job."""

import time

from backfill_tui.control.attempt import Attempt, Stage
from backfill_tui.control.model import PhaseState
from backfill_tui.engine.bench import Bench
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.errors import BackfillError
from backfill_tui.headless.asking import narrate, show
from backfill_tui.views import progress_lines

EXIT_CODES = {PhaseState.PASSED: 0, PhaseState.WARNED: 2, PhaseState.FAILED: 1, PhaseState.STOPPED: 1}
"""By what became of the phase; what is not among these is not known: 3."""

COULD_NOT_TELL = 3

_GLANCE_S = 0.5


def wait_for(bench: Bench, attempt: Attempt) -> Attempt:
    """Follow an attempt until it is over, then run the phase's suites; the attempt as it is then.

    Suites are not asked of an attempt that ended badly, since nothing that they find could excuse that.
    """
    attempt = _end_of(bench, attempt)
    bench.look()  # its last lines may have been written after the log was looked at, before its process was
    if attempt.exit_code == 0 or attempt.stage is Stage.LOST:
        _judge(bench, attempt.phase)
    view = bench.look().phase(attempt.phase)
    narrate(f"{attempt.phase} is {view.state.value}: {view.why}.")
    return attempt


def exit_code_of(view: PhaseView) -> int:
    """0 passed, 2 passed with warnings, 1 failed or stopped, 3 where that can't be told."""
    return EXIT_CODES.get(view.state, COULD_NOT_TELL)


def _end_of(bench: Bench, attempt: Attempt) -> Attempt:
    """Look again and again until it is over, telling what changes and, at the plan's interval, how far it is."""
    before: Snapshot | None = None
    tell_at = time.monotonic() + bench.plan.polling.interval_s
    while True:
        snapshot = bench.look()
        view = snapshot.phase(attempt.phase)
        seen = _seen(bench, view, attempt)
        if seen.stage.over:
            return seen
        if before is not None and (line := progress_lines.transition(before.phase(attempt.phase), view)):
            show([progress_lines.stamped(snapshot.at, line)])
        if time.monotonic() >= tell_at:
            show([progress_lines.stamped(snapshot.at, progress_lines.progress(view, snapshot.at))])
            tell_at = time.monotonic() + bench.plan.polling.interval_s
        before = snapshot
        time.sleep(_GLANCE_S)


def _seen(bench: Bench, view: PhaseView, attempt: Attempt) -> Attempt:
    """The attempt as it is now; from the ledger if a newer one has taken its place, since it is over."""
    if view.attempt is not None and view.attempt.number == attempt.number:
        return view.attempt
    return bench.ledger.attempts.get(attempt.phase, attempt.number) or attempt


def _judge(bench: Bench, phase: str) -> None:
    if not bench.plan.phase(phase).suites:
        return
    narrate(f"{phase}: its suites are being run…")
    try:
        bench.judging.judge(phase, is_input=False, asked_by="command")
    except BackfillError as error:
        narrate(str(error))
    suites = bench.look().phase(phase).suites
    show(progress_lines.checks([one.result for one in suites if one.result is not None and not one.is_input]))
