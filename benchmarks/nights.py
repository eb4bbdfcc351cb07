"""Files of a night for the benchmarks: checkpoints as jobs keep them, a demo's folder played to its end."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from backfill_tui.demo import commands
from backfill_tui.demo.night import night_in, prepare, scenario_named
from benchmarks.joblog import START, records_of

_AT_ONCE = 1000.0
"""A speed at which no time of the night is waited for: what remains is the work of the jobs."""


def write_checkpoint(path: Path, *, days: int, done: int) -> Path:
    """The checkpoint of a job over `days` dates that has processed the first `done`."""
    worked = [START + timedelta(days=i) for i in range(done)]
    failed = [day.isoformat() for day in worked if records_of(day) is None]
    successful = [day.isoformat() for day in worked if records_of(day) is not None]
    content = {
        "job_name": path.stem,
        "start_date": START.isoformat(),
        "end_date": (START + timedelta(days=days - 1)).isoformat(),
        "successful_dates": successful,
        "failed_dates": failed,
        "skipped_dates": [],
        "last_successful_date": successful[-1],
        "last_updated": "2026-01-03T22:44:49+00:00",
        "stats": {"total_days": days, "processed": done, "successful": len(successful), "failed": len(failed)},
    }
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return path


def play_to_the_end(folder: Path, scenario: str, *, seed: int = 1) -> Path:
    """A demo's folder in which every job has run to its end, one after the other; returns its plan file."""
    script = scenario_named(scenario)
    plan = prepare(folder, script, seed, speed=1.0)
    night = night_in(folder)
    assert night is not None  # noqa: S101 - it was prepared a moment ago
    for job in script.jobs:
        words = commands.run_words(job, speed=_AT_ONCE, seed=seed, tag=night.tag)
        with (folder / job.log).open("ab") as log:
            subprocess.run([sys.executable, *words], cwd=folder, stdout=log, stderr=log, check=True)
    return plan
