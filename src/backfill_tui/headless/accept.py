"""`accept`: a person's GO for a phase, with the reason, recorded."""

from backfill_tui.engine.bench import acting
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.headless.acts import allowed, given_reason, phase_of
from backfill_tui.headless.asking import narrate, put, put_json
from backfill_tui.views.offers_text import acceptance_json
from backfill_tui.views.spans import plain


def accept_phase(opened: OpenedPlan, phase: str, *, reason: str, json_wanted: bool, read_only: bool) -> int:
    """Record that a phase counts as passed from now on, and print it; returns 0.

    Raises UsageError for a reason without words or a name that is no phase, BackfillError where nothing has run
    that could be accepted or the ledger can't be written.
    """
    allowed("accept", read_only=read_only)
    phase_of(opened.plan, phase)
    reason = given_reason("--reason", reason)
    with acting(opened) as bench:
        before = bench.newest.phase(phase)
        acceptance = bench.operator.accept(phase, reason=reason)
        after = bench.look().phase(phase)
    if json_wanted:
        put_json(acceptance_json(after, acceptance, opened.plan.tz))
    else:
        put(f"{plain(phase)} accepted by {plain(acceptance.person)}: {plain(reason)}")
    narrate(f"{phase} was {before.state.value}: {plain(before.why)}. Now it is {after.state.value}.")
    return 0
