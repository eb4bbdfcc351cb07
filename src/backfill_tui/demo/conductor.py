"""Plays what people did that night: starts, kills, resumes and retries its jobs, each a detached process.

A program of its own (`python -m backfill_tui.demo.conductor --folder D`), so that the night goes on without the
screen. It goes into the background once the first jobs run, and ends with the last of them; SIGTERM makes it end
them all.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backfill_tui.demo import cast, commands
from backfill_tui.demo.night import MARKER, PLAN, THRESHOLDS_FILE, Night, night_in
from backfill_tui.demo.processor import KINDS
from backfill_tui.demo.schedule import days_between
from backfill_tui.demo.script import Act, At, Ended, Job, Reached, Scenario, Step, judges

_BEAT_S = 0.1
_GRACE_S = 3.0

_WORDS = {
    Act.START: commands.run_words,
    Act.START_FRESH: commands.fresh_words,
    Act.START_UNRESOLVED: commands.unresolved_words,
}
"""The words after `python` for each way to start a job."""


@dataclass
class Appearance:
    """One process that was started, until and after its end."""

    role: str
    process: "subprocess.Popen[bytes]"
    member: cast.Member
    ended_at: float | None = None  # monotonic


@dataclass
class Conductor:
    """The night in progress."""

    folder: Path
    night: Night
    scenario: Scenario
    began: float = field(default_factory=time.monotonic)
    appearances: list[Appearance] = field(default_factory=list)
    stopping: bool = False
    steps: list[Step] = field(init=False)  # that are still to be taken

    def __post_init__(self) -> None:
        self.steps = list(self.scenario.steps)

    def open(self) -> None:
        """Enter oneself into the cast, and take the steps that are due at once."""
        self._keep_cast()
        self.beat()

    def play(self) -> None:
        """Take the steps as they fall due, until none is left and every process has ended.

        SIGTERM ends them all, and so does the removal of the folder: nobody could find them any more.
        """
        while not self.stopping and (self._on_stage() or self._something_is_coming()):
            time.sleep(_BEAT_S)
            if not (self.folder / MARKER).exists():
                self.stop()
            self.beat()
        if self.stopping:
            self._end_all()
        self._notice_ends()

    def beat(self) -> None:
        """Look who has ended, and take every step that is due now."""
        self._notice_ends()
        for step in [step for step in self.steps if self._is_due(step)]:
            if not self.stopping:
                self.steps.remove(step)
                self._take(step)

    def stop(self, *_: object) -> None:
        """End the night at the next beat: not within a step, so that every process that was started is known."""
        self.stopping = True

    def _is_due(self, step: Step) -> bool:
        match step.when:
            case At(seconds):
                return self._seconds_since(self.began) >= seconds
            case Reached(share):
                return self._share_ended(step.phase) >= share and any(
                    a.role == step.phase for a in self._on_stage()
                )
            case Ended() as ended:
                moment = self._moment_of(ended, step.phase)
                return moment is not None and self._seconds_since(moment) >= ended.seconds

    def _moment_of(self, ended: Ended, phase: str) -> float | None:
        """When the last of what it waits for has ended; None as long as something has not."""
        moments = [self.began]
        own = self._ends(phase)
        if ended.runs:
            if len(own) < ended.runs:
                return None
            moments.append(own[ended.runs - 1])
        for other, runs in ended.others:
            ends = self._ends(other)
            if len(ends) < max(runs, len(self._of(other))):
                return None
            moments += ends
        return max(moments)

    def _something_is_coming(self) -> bool:
        """Whether a step will fall due though nothing runs any more."""
        return any(
            isinstance(step.when, At)
            or (isinstance(step.when, Ended) and self._moment_of(step.when, step.phase) is not None)
            for step in self.steps
        )

    def _seconds_since(self, moment: float) -> float:
        """Seconds at `--speed 1`."""
        return (time.monotonic() - moment) * self.night.speed

    def _take(self, step: Step) -> None:
        job = self.scenario.job(step.phase)
        night = self.night
        match step.act:
            case Act.START | Act.START_FRESH | Act.START_UNRESOLVED:
                words = _WORDS[step.act](job, speed=night.speed, seed=night.seed, tag=night.tag)
                self._start(job.phase, [sys.executable, *words], job.log)
            case Act.RETRY:
                dates = ",".join(self._checkpoint(job).get("failed_dates", []))
                if dates:
                    words = commands.retry_words(job, dates, speed=night.speed, seed=night.seed, tag=night.tag)
                    self._start(job.phase, [sys.executable, *words], job.retry_log or job.log)
            case Act.VALIDATE | Act.VALIDATE_INPUTS:
                inputs = step.act is Act.VALIDATE_INPUTS
                words = [*commands.VALIDATE, PLAN, job.phase, *(["--inputs"] if inputs else [])]
                self._start(judges(job.phase, inputs=inputs), [sys.executable, *words], "logs/validate.log")
            case Act.ORCHESTRATE:
                self._start("orchestrator", self._orchestrator(job), "logs/orchestrator.log")
            case Act.KILL:
                for appearance in self._of(job.phase):
                    if appearance.ended_at is None:
                        appearance.process.kill()

    def _orchestrator(self, job: Job) -> list[str]:
        pid = next(a.process.pid for a in self._of(job.phase))
        days = len(days_between(job.start, job.end))
        others = [other for other in self.scenario.jobs if other.job == "player_game_summary"]
        phase2_log = (others or [job])[0].log
        poll = f"{2 / self.night.speed:g}"
        shell = shutil.which("bash") or "sh"
        return [shell, "orchestrator.sh", str(pid), job.log, str(days), THRESHOLDS_FILE, phase2_log, poll]

    def _start(self, role: str, words: Sequence[str], log: str) -> None:
        with (self.folder / log).open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own programs, no shell
                words,
                cwd=self.folder,
                env={**os.environ, "TZ": self.night.zone},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.appearances.append(Appearance(role, process, cast.Member.of(role, process.pid, log)))
        self._keep_cast()

    def _of(self, role: str) -> list[Appearance]:
        return [appearance for appearance in self.appearances if appearance.role == role]

    def _ends(self, role: str) -> list[float]:
        return [a.ended_at for a in self._of(role) if a.ended_at is not None]

    def _on_stage(self) -> list[Appearance]:
        return [appearance for appearance in self.appearances if appearance.ended_at is None]

    def _notice_ends(self) -> None:
        for appearance in self._on_stage():
            if appearance.process.poll() is not None:
                appearance.ended_at = time.monotonic()

    def _share_ended(self, phase: str) -> float:
        stats = self._checkpoint(self.scenario.job(phase)).get("stats", {})
        return float(stats.get("processed", 0) / stats["total_days"]) if stats.get("total_days") else 0.0

    def _checkpoint(self, job: Job) -> dict[str, Any]:
        path = self.folder / "checkpoints" / f"{KINDS[job.job].name}_{job.start}_{job.end}.json"
        try:
            document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return document

    def _end_all(self) -> None:
        for appearance in self._on_stage():
            appearance.process.terminate()
        deadline = time.monotonic() + _GRACE_S
        for appearance in self._on_stage():
            try:
                appearance.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                appearance.process.kill()
                appearance.process.wait()

    def _keep_cast(self) -> None:
        own = cast.Member.of(cast.CONDUCTOR, os.getpid(), "conductor.log")
        cast.write_cast(self.folder, [own, *(appearance.member for appearance in self.appearances)])


def main(words: Sequence[str] | None = None) -> int:
    """Begin the night in the background; returns 0 once its first jobs run, 1 if it could not begin."""
    parser = argparse.ArgumentParser(prog="backfill_tui.demo.conductor", description=__doc__, allow_abbrev=False)
    parser.add_argument("--folder", type=Path, required=True, help="a folder that a demo has prepared")
    folder = parser.parse_args(words).folder.absolute()
    night = night_in(folder)
    if night is None:
        print(f"{folder}: no demo was prepared here.", file=sys.stderr)
        return 1
    hears, tells = os.pipe()
    if os.fork():
        os.close(tells)
        return 0 if os.read(hears, 1) else 1  # nothing to read: the other half has ended
    os.close(hears)
    conductor = Conductor(folder, night, night.script)
    signal.signal(signal.SIGTERM, conductor.stop)
    conductor.open()
    os.write(tells, b".")
    os.close(tells)
    conductor.play()
    return 0


if __name__ == "__main__":
    sys.exit(main())
