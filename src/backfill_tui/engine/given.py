"""Files and pids given by hand, completed: a process's logs, checkpoint, dates; a log's writer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from backfill_tui.engine.found import FoundPhase, found_phase
from backfill_tui.plan.resolved import Phase, Plan
from backfill_tui.sources.discovery.finder import FoundJob, JobFinder
from backfill_tui.sources.discovery.outputs import holders_of


class Given:
    """The phases of a plan made by hand. They are completed once, when they are first looked at."""

    def __init__(self, plan: Plan, finder: JobFinder) -> None:
        self._plan = plan
        self._finder = finder
        self._phases: tuple[FoundPhase, ...] | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """None: what was given is said of each phase."""
        return ()

    def look(self) -> tuple[FoundPhase, ...]:
        """The phases, in the order in which they were given."""
        if self._phases is None:
            writers = self._writers()
            self._phases = tuple(self._completed(phase, writers) for phase in self._plan.phases)
        return self._phases

    def _completed(self, phase: Phase, writers: Mapping[str, FoundJob]) -> FoundPhase:
        """A pid with a log is taken as it was given: only the log tells whether it is still that process."""
        if phase.process is None:
            job = next((writers[log] for log in phase.logs if log in writers), None)
        else:
            job = None if phase.logs or phase.process.pid is None else self._finder.given(phase.process.pid)
        if job is None:
            return FoundPhase(phase, None)
        found = found_phase(job, phase.name, phase.log_timezone)
        return replace(
            found,
            phase=replace(
                found.phase,
                logs=phase.logs or found.phase.logs,
                checkpoint=phase.checkpoint or found.phase.checkpoint,
            ),
        )

    def _writers(self) -> dict[str, FoundJob]:
        """Who writes each log that was given by itself: a backfill that is found, else who holds it open."""
        wanted = [log for phase in self._plan.phases if phase.process is None for log in phase.logs]
        if not wanted:
            return {}
        found = _by_log(self._finder.look(), wanted)
        holders = holders_of(Path(log) for log in wanted if log not in found)
        for path, pid in holders.items():
            if (job := self._finder.given(pid)) is not None:
                found[str(path)] = job
        return found


def _by_log(jobs: Sequence[FoundJob], wanted: Sequence[str]) -> dict[str, FoundJob]:
    real = {str(Path(log).resolve()): log for log in wanted}
    return {real[str(log)]: job for job in jobs for log in job.logs if str(log) in real}
