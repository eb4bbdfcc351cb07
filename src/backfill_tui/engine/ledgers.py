"""A plan's ledger, opened by what it is wanted for. One that can't be had keeps nothing from going on."""

import os

from backfill_tui.control.ledger import FILE, Ledger, LedgerError
from backfill_tui.plan.resolved import Plan


def ledger_of(plan: Plan, *, read_only: bool) -> tuple[Ledger | None, str]:
    """The plan's ledger, and where it can't be had a sentence for the user instead.

    It is made for every plan that has a file, unless one only looks: forecasts learn from it. Where a plan does
    nothing but watch it is done without if need be. None without a sentence: there is none.
    """
    try:
        if read_only or not (plan.path.is_file() or _acts(plan)):
            return Ledger.existing(plan.state_dir), ""
        return Ledger.open(plan.state_dir), ""
    except LedgerError as error:
        if read_only:
            return None, f"The ledger can't be read: {error}"
        return None, f"Nothing is recorded: {error}" if _acts(plan) else ""


def unwritable(plan: Plan) -> str:
    """Why nothing could be recorded here, a sentence; empty: nothing speaks against it. Writes nothing."""
    place = next(place for place in (plan.state_dir, *plan.state_dir.parents) if os.access(place, os.F_OK))
    ledger = plan.state_dir / FILE
    if not place.is_dir():
        return f"Nothing can be recorded: {place} is no folder. Choose another with --state-dir."
    if not os.access(place, os.W_OK | os.X_OK) or (ledger.exists() and not os.access(ledger, os.W_OK)):
        return f"Nothing can be recorded: {place} can't be written. See its permissions and its disk."
    return ""


def _acts(plan: Plan) -> bool:
    """Whether anything is done from here that has to be recorded."""
    launches = any(phase.command or phase.retry for phase in plan.phases)
    asks = bool(plan.suites or plan.probes)
    return launches or asks or bool(plan.notify) or (plan.calendar is not None and plan.calendar.sql is not None)
