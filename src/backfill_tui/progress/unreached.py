"""Dates without an outcome: still to come, or passed over for good."""

from collections.abc import Sequence
from datetime import date

from backfill_tui.progress.account import RunEnd, UnitState
from backfill_tui.progress.sequence import PlacedRun, leading


class Unreached:
    """Tells `pending` from `missing`.

    A job resumes behind its last successful date, so what lies unfinished before that date will never be done: it
    is missing as soon as the run that should have done it is known to be gone, or calls itself complete.
    """

    def __init__(self, runs: Sequence[PlacedRun], *, checkpoint_known: bool, whole: bool) -> None:
        self._nothing_missing = not whole  # what is not read yet may have it
        self._lead = leading(runs)
        self._earlier = [run for run in runs if run.counts and run.trace.walks_range and run is not self._lead]
        self._history_known = checkpoint_known or bool(self._earlier)
        self._frontier = self._lead.trace.frontier if self._lead else None

    def state(self, day: date) -> tuple[UnitState, str]:
        """The state of a date without an outcome, and the reason as a clause."""
        lead = self._lead
        if lead is None or lead.trace.counts_only or self._nothing_missing:
            return UnitState.PENDING, ""
        if not lead.trace.walks_range:  # a list of dates claims no others
            claimed = lead.completed and day in lead.trace.begun
            return (UnitState.MISSING, "its run ended without it") if claimed else (UnitState.PENDING, "")
        start, end = lead.trace.todo_start, lead.trace.todo_end
        if start is not None and day < start:
            return self._before_resume(day, start, lead)
        if end is not None and day > end:
            return UnitState.PENDING, ""
        begins_at = lead.trace.begins_at
        if begins_at is not None and day < begins_at and not self._history_known:
            return UnitState.PENDING, f"before {begins_at}, where this log begins"
        if lead.completed:
            return UnitState.MISSING, "its run printed its summary without it"
        if lead.ended is RunEnd.KILLED and self._frontier is not None and day < self._frontier:
            return UnitState.MISSING, f"{_where(day, lead)} when its run ended without a summary"
        return UnitState.PENDING, ""

    def _before_resume(self, day: date, start: date, lead: PlacedRun) -> tuple[UnitState, str]:
        if self._history_known:
            flight = next((run for run in reversed(self._earlier) if day in run.trace.begun), None)
            how = "in flight when its run was killed; " if flight else ""
            return UnitState.MISSING, f"{how}resumed at {start}, past it"
        if lead.completed:
            return UnitState.MISSING, f"resumed at {start}, past it; no earlier run is in this log"
        return UnitState.PENDING, f"before the resume at {start}; no earlier run is in this log"


def _where(day: date, run: PlacedRun) -> str:
    return "in flight" if day in run.trace.begun else "passed over"
