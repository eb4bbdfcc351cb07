"""The alert about dates that come slower than earlier ones of their class. Pure."""

from collections.abc import Iterator
from datetime import datetime

from backfill_tui.control.model import Alert, PhaseState, Severity
from backfill_tui.control.rules.sight import NightSight, PhaseSight
from backfill_tui.control.rules.wording import percent
from backfill_tui.progress.prospect import PaceSeen

_WHOLE_SECONDS = 20
"""From here on a tenth of a second says nothing."""


def slower(one: PhaseSight, night: NightSight) -> Iterator[Alert]:
    """Size for size and class for class: a stretch of full nights is no drop, nor is the end of an off-season."""
    pace = one.pace
    if pace is None or one.state is not PhaseState.RUNNING or pace.drop <= night.limits.rate_drop:
        return
    yield Alert(
        id=f"rate:{one.name}",
        severity=Severity.WARNING,
        phase=one.name,
        since=_since(one, pace) or night.now,
        title=f"{one.name} has become slower by {percent(pace.drop)}",
        detail=f"Its last {pace.dates} dates {pace.cost_class} took a worker {_each(pace.recent_per_hour)} each "
        f"(the middle one); by what those before took, dates of their sizes take {_each(pace.earlier_per_hour)}.",
        action="Look for what else uses the warehouse, the API's quota or the machine (top). "
        f"What it means for the end: backfill-tui status, or F on {one.name}.",
    )


def _since(one: PhaseSight, pace: PaceSeen) -> datetime | None:
    """When the first of the slow dates was done, by the log."""
    unit = one.facts.account.units.get(pace.since) if pace.since is not None else None
    return unit.at if unit is not None else None


def _each(per_hour: float) -> str:
    seconds = 3600 / per_hour
    return f"{seconds:,.0f} s" if seconds >= _WHOLE_SECONDS else f"{seconds:.1f} s"
