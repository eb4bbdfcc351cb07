"""Which phases the Gantt chart of the critical path has, and when each was at work. Knows no cells."""

from dataclasses import dataclass
from datetime import datetime

from backfill_tui.control.model import UNDER_WAY, ConditionKind, PhaseState
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.progress.account import Run, RunEnd
from backfill_tui.progress.prospect import DeadlineProspect, Prospect
from backfill_tui.views import forecast_words as words
from backfill_tui.views import timeaxis
from backfill_tui.views.spans import Tone
from backfill_tui.views.timeaxis import Layer


@dataclass(frozen=True, slots=True)
class Row:
    """A phase with what was of it, in order of time. `leads`: to the goal; `counts`: the night waits for it.

    Where there is no goal, all do.
    """

    view: PhaseView
    leads: bool
    counts: bool
    spells: tuple[Layer, ...]
    prospect: Prospect | None

    @property
    def is_unknown(self) -> bool:
        """Whether the night waits for it and nothing tells until when."""
        return self.prospect is None and self.leads and (self.counts or not self.spells)

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """What goes first where there is no room sorts last."""
        return not self.counts, not self.leads, self.prospect is None


def rows(snapshot: Snapshot) -> list[Row]:
    """Every phase that leads to the goal or has anything to draw, in the plan's order."""
    leading, aimless = _leading(snapshot), goal(snapshot) is None
    found = [
        Row(
            view,
            leads=view.name in leading,
            counts=view.critical or aimless,
            spells=_spells(view, snapshot.at),
            prospect=words.prospect(view) or _its_start(view, snapshot.deadline),
        )
        for view in snapshot.phases
    ]
    return [row for row in found if row.leads or row.spells or row.prospect]


def _its_start(view: PhaseView, due: DeadlineProspect | None) -> Prospect | None:
    """Of a goal of which only that is forecast: when it can begin, as a stretch without a length."""
    if due is None or not due.of_start or due.moment is None or due.phase != view.name or view.state in UNDER_WAY:
        return None
    return Prospect(due.moment, due.moment, "plan", due.calibrated)


def fitted(found: list[Row], most: int) -> tuple[list[Row], int]:
    """The rows that have room, in the plan's order, and how many that lead to the goal are left out.

    Where there are any of these, a line is kept to say so.
    """
    if len(found) <= most:
        return found, 0
    ranked = sorted(range(len(found)), key=lambda index: found[index].rank)
    leading = sum(row.leads for row in found)
    room = max(1, most if leading <= most else most - 1)
    kept = [found[index] for index in sorted(ranked[:room])]
    return kept, max(0, leading - room)


def goal(snapshot: Snapshot) -> str | None:
    """The phase that it is all for: the deadline's, else the last of the critical path; None without either."""
    if snapshot.deadline is not None:
        return snapshot.deadline.phase
    return snapshot.critical_path[-1] if snapshot.critical_path else None


def _leading(snapshot: Snapshot) -> frozenset[str]:
    """The goal and all that comes before it; every phase where there is no goal."""
    by_name = {view.name: view for view in snapshot.phases}
    last = goal(snapshot)
    if last is None:
        return frozenset(by_name)
    found: set[str] = set()
    reached = [last, *(name for name, view in by_name.items() if view.critical)]
    while reached:
        name = reached.pop()
        if name in by_name and name not in found:
            found.add(name)
            reached += _after(snapshot, by_name[name])
    return frozenset(found)


def _after(snapshot: Snapshot, view: PhaseView) -> tuple[str, ...]:
    """What a phase comes after: by the plan, else by its gate."""
    if (facts := snapshot.facts.get(view.name)) is not None:
        return facts.phase.after
    return tuple(condition.about for condition in view.gate if condition.kind is ConditionKind.UPSTREAM)


def _spells(view: PhaseView, now: datetime) -> tuple[Layer, ...]:
    """The stretches in which it was at work."""
    end = now if view.state in UNDER_WAY else None
    found = [spell for run in view.account.runs if (spell := _spell(run, view, now)) is not None]
    if found:
        return tuple(found)
    attempt, seen = view.attempt, view.process
    if attempt is not None and attempt.started_at is not None and (last := attempt.ended_at or end):
        return (timeaxis.actual(attempt.started_at, last, _tone(view)),)
    if seen.started_at is not None and (last := end or seen.gone_since):
        return (timeaxis.actual(seen.started_at, last, _tone(view)),)
    return ()


def _spell(run: Run, view: PhaseView, now: datetime) -> Layer | None:
    if run.ended is RunEnd.OPEN:
        last = now if view.state in UNDER_WAY else run.ended_at or view.account.last_line_at
        tone = _tone(view)
    else:
        last = run.ended_at
        tone = _tone(view) if run is view.account.runs[-1] else Tone.QUIET
    return timeaxis.actual(run.started_at, last, tone) if run.started_at is not None and last is not None else None


def _tone(view: PhaseView) -> Tone:
    """Of its last run."""
    match view.state:
        case PhaseState.FAILED:
            return Tone.BAD
        case PhaseState.STALLED:
            return Tone.WARN
        case PhaseState.STOPPED:
            return Tone.QUIET
        case _:
            return Tone.GOOD
