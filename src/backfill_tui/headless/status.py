"""`status`: one snapshot of a plan, printed."""

import json
import sys

from backfill_tui.control.launch.registry import Registry
from backfill_tui.engine.claims import Neighbours
from backfill_tui.engine.found import Finds
from backfill_tui.engine.ledgers import ledger_of
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.watch import PlanWatch
from backfill_tui.views.status import as_json, as_lines

_EXIT_BY_HEALTH = {"healthy": 0, "warning": 2, "critical": 1}

PATIENCE_S = 120.0
"""How long a log may take to be read before the answer is given from what is known."""


def status(
    plan: OpenedPlan,
    *,
    json_wanted: bool,
    by_health: bool,
    read_only: bool = False,
    roster: Finds | None = None,
) -> int:
    """Print how the plan stands. 0 whenever it could tell; `by_health`: 0 healthy, 2 warning, 1 critical.

    With a `roster` it is of what that finds. Which tables its live processes write is told to the user's other
    plans, unless it is `read_only`.
    """
    ledger, note = ledger_of(plan.plan, read_only=True)
    neighbours = Neighbours(plan.plan, Registry.of_user(), publishing=not read_only)
    notes = (note,) if note else ()
    watch = PlanWatch(plan, ledger, notes=notes, neighbours=neighbours, recordable=not note, roster=roster)
    try:
        snapshot = watch.look_whole(PATIENCE_S)
    finally:
        watch.close()
        if ledger is not None:
            ledger.close()
    if json_wanted:
        json.dump(as_json(snapshot), sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in as_lines(snapshot))
    return _EXIT_BY_HEALTH[snapshot.health] if by_health else 0
