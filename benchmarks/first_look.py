"""`python -m benchmarks.first_look LOG`: watch one log from nothing, say when its current date was known.

A process of its own for every look, as a user's is: nothing is warm but the file's pages.
"""

import json
import sys
import time
from pathlib import Path
from typing import TypedDict
from zoneinfo import ZoneInfo

from backfill_tui.engine.feed import CATCHING_UP_S
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.watch import PlanWatch
from backfill_tui.plan.by_hand import plan_of

_PATIENCE_S = 300.0


class FirstLook(TypedDict):
    """Seconds from constructing the watch."""

    known_s: float  # until a snapshot names a current date
    current_date: str
    history_complete: bool  # of that snapshot
    whole_s: float  # until one rests on the whole log, at the pace of the screen


def first_look(log: Path) -> FirstLook:
    """Look until the date is known and then until everything is; TimeoutError if it takes minutes."""
    plan = plan_of([log], [], [], folder=log.parent, zone=ZoneInfo("UTC"))
    began = time.perf_counter()
    watch = PlanWatch(OpenedPlan(plan))
    try:
        phase = watch.look().phases[0]
        known: tuple[float, str, bool] | None = None
        while time.perf_counter() - began < _PATIENCE_S:
            if known is None and (current := phase.account.current_date):
                known = time.perf_counter() - began, str(current), phase.history_complete
            if known and phase.history_complete:
                seconds, day, complete = known
                return FirstLook(
                    known_s=seconds,
                    current_date=day,
                    history_complete=complete,
                    whole_s=time.perf_counter() - began,
                )
            time.sleep(CATCHING_UP_S)
            phase = watch.look().phases[0]
    finally:
        watch.close()
    raise TimeoutError(f"{log.name}: after {_PATIENCE_S:.0f} s its state is not known.")


if __name__ == "__main__":
    print(json.dumps(first_look(Path(sys.argv[1]))))
