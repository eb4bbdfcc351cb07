"""The logs of one phase are one log, however they were rotated."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backfill_tui.engine.phase_logs import PhaseLogs
from backfill_tui.plan.resolved import Phase
from backfill_tui.progress.reconcile import reconcile
from tests.logs import LogWriter, days

D = days("2022-01-01", 3)
NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize("older", ["job.log.1", "a.log"])
def test_a_date_that_begins_in_one_file_ends_in_the_next(tmp_path: Path, older: str) -> None:
    log = LogWriter().header("2022-01-01", "2022-01-03")
    for i, day in enumerate(D):
        log.unit(i + 1, 3, day)
    lines = log.summary().body.splitlines(keepends=True)
    seam = next(i for i, line in enumerate(lines) if b"day 2/3" in line) + 1
    newer = tmp_path / "job.log"
    (tmp_path / older).write_bytes(b"".join(lines[:seam]))
    newer.write_bytes(b"".join(lines[seam:]))
    phase = Phase(name="fix", title="fix", logs=(str(newer), str(tmp_path / older)))
    with closing(PhaseLogs(phase, ())) as logs:
        logs.read(5.0, NOW)
        assert reconcile(logs.evidence()).counts.done == 3
