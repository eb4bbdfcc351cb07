"""Per date: the latest outcome in the logs, and what a checkpoint adds to it or says against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from backfill_tui.progress.account import Disagreement, Evidence, Unit, UnitState
from backfill_tui.progress.sequence import PlacedRun
from backfill_tui.progress.trace import UnitDone
from backfill_tui.sources.events import Outcome

if TYPE_CHECKING:
    from backfill_tui.sources.checkpoint import Checkpoint

_STATE = {
    Outcome.DONE: UnitState.DONE,
    Outcome.EMPTY: UnitState.EMPTY,
    Outcome.SKIPPED: UnitState.SKIPPED,
    Outcome.FAILED: UnitState.FAILED,
}


@dataclass(frozen=True, slots=True)
class _Found:
    """An outcome of a date and where it was found."""

    unit: UnitDone
    run: int
    placed: PlacedRun


class Weighing:
    """Per date: the latest outcome in the logs, and what the checkpoint adds or says against it."""

    def __init__(self, runs: Sequence[PlacedRun], checkpoint: "Checkpoint | None") -> None:
        self._checkpoint = checkpoint
        self.found: dict[date, _Found] = {}
        self.walked: dict[date, Outcome] = {}  # by runs over the range: only those keep the checkpoint
        self.disagreements: list[Disagreement] = []
        for i, placed in enumerate(runs):
            if placed.counts:
                self._take(i, placed)
        self.overruled = {day for day, found in self.found.items() if self._overruled(day, found)}
        self.disagreements.sort(key=lambda disagreement: disagreement.day)

    def days(self) -> set[date]:
        """Every date that has an outcome somewhere."""
        in_checkpoint = self._checkpoint
        listed = in_checkpoint.done | in_checkpoint.failed | in_checkpoint.skipped if in_checkpoint else frozenset()
        return {*self.found, *listed}

    def unit(self, day: date) -> Unit | None:
        """The date with its outcome; None where no source has one."""
        found = self.found.get(day)
        listed = self.listed(day)
        updated = self._checkpoint.updated_at if self._checkpoint else None
        if found is None or day in self.overruled:
            if listed is None:
                return None
            return Unit(day, _STATE[listed], at=updated, evidence=self.evidence(found, listed))
        done = found.unit
        return Unit(
            day,
            _STATE[done.outcome],
            at=done.at,
            records=done.records,
            duration_s=done.duration_s,
            offset=done.offset,
            log=found.placed.log,
            run=found.run,
            why=done.reason,
            evidence=self.evidence(found, listed),
        )

    def listed(self, day: date) -> Outcome | None:
        """What the checkpoint says of a date."""
        checkpoint = self._checkpoint
        if checkpoint is None:
            return None
        if day in checkpoint.done:
            return Outcome.DONE
        if day in checkpoint.failed:
            return Outcome.FAILED
        return Outcome.SKIPPED if day in checkpoint.skipped else None

    def _take(self, index: int, placed: PlacedRun) -> None:
        for day, unit in placed.trace.outcomes.items():
            before = self.found.get(day)
            if before is None or before.placed.log == placed.log or _not_before(unit.at, before.unit.at):
                self.found[day] = _Found(unit, index, placed)
            if placed.trace.walks_range:
                self.walked[day] = unit.outcome

    def _overruled(self, day: date, found: _Found) -> bool:
        """Whether the checkpoint's other outcome is the later one. Lists the disagreement, if it is one."""
        listed = self.listed(day)
        checkpoint = self._checkpoint
        if listed is None or checkpoint is None or _same(found.unit.outcome, listed):
            return False
        at, updated = found.unit.at, checkpoint.updated_at
        if at is not None and updated is not None and at > updated:
            return False  # the checkpoint is merely older
        walked = self.walked.get(day)
        if not found.placed.trace.walks_range and walked is not None and _same(walked, listed):
            return False  # repaired by a list of dates, which writes no checkpoint
        self.disagreements.append(Disagreement(day, found.unit.outcome.value, listed.value))
        return at is not None and updated is not None

    def evidence(self, found: _Found | None, listed: Outcome | None) -> tuple[Evidence, ...]:
        """What log and checkpoint say of a date, each with its time."""
        evidence = []
        if found is not None:
            evidence.append(Evidence("log", found.unit.outcome.value, found.unit.at))
        if self._checkpoint is not None:
            says = listed.value if listed else "no outcome"
            evidence.append(Evidence("checkpoint", says, self._checkpoint.updated_at))
        return tuple(evidence)


def _same(logged: Outcome, listed: Outcome) -> bool:
    """A checkpoint does not tell done from empty."""
    return listed is (Outcome.DONE if logged is Outcome.EMPTY else logged)


def _not_before(at: datetime | None, before: datetime | None) -> bool:
    return at is None or before is None or at >= before
