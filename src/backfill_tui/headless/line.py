"""A status line now and then, for a demo or a log: health and each phase's progress in one row."""

import os
from datetime import UTC, datetime
from pathlib import Path

from backfill_tui.engine.plans import open_plan
from backfill_tui.engine.snapshot import PhaseView
from backfill_tui.engine.watch import PlanWatch
from backfill_tui.views import formats


class StatusLine:
    """Keeps its place in the logs from one line to the next."""

    def __init__(self) -> None:
        self._watch: PlanWatch | None = None

    def of(self, plan: Path) -> str:
        """The line of this moment."""
        if self._watch is None:
            self._watch = PlanWatch(open_plan(plan, now=datetime.now(UTC), environ=os.environ))
        snapshot = self._watch.look()
        clock = f"{snapshot.at:%H:%M:%S}"
        phases = "  ".join(_phase(view) for view in snapshot.phases)
        return f"{clock} {snapshot.health:<8}  {phases}"


def _phase(view: PhaseView) -> str:
    counts = view.account.counts
    progress = "" if counts.total is None else f" {formats.percent(counts.fraction).replace(' ', '')}"
    missing = f" {counts.missing} missing" if counts.missing else ""
    return f"{view.name} {view.state.value}{progress}{missing}"
