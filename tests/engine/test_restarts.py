"""A job that is started again at once: between its two processes nothing has gone wrong."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backfill_tui.engine.plans import open_plan
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.engine.watch import PlanWatch
from tests.logs import LogWriter, days

START, END = "2022-01-01", "2022-01-05"
JOB = "import sys; print(sys.stdin.readline(), flush=True); sys.stdin.read()"


@contextmanager
def running(tag: str, log: Path, written: bytes) -> Iterator[None]:
    """A process of that tag, whose log has grown by so much since it was started."""
    words = [sys.executable, "-c", JOB, tag]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as job:
        assert job.stdin is not None
        assert job.stdout is not None
        job.stdin.write(b"up\n")
        job.stdin.flush()
        job.stdout.readline()
        with log.open("ab") as file:
            file.write(written)
        yield
        job.kill()


def ids(snapshot: Snapshot) -> set[str]:
    return {alert.id for alert in snapshot.alerts}


def test_a_job_started_again_is_not_called_gone_before_the_next_scan_of_processes(tmp_path: Path) -> None:
    log, tag = tmp_path / "job.log", f"restart-of-{tmp_path.parent.name}-{tmp_path.name}"
    (tmp_path / "backfill.yaml").write_text(
        f"plan: t\nphases:\n  fix: {{log: job.log, log_timezone: UTC, process: {{match: '{tag}'}}}}\n"
    )
    watch = PlanWatch(open_plan(tmp_path / "backfill.yaml", now=datetime.now(UTC), environ={"TZ": "UTC"}))
    naive = datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=30)
    first = LogWriter(at=naive).header(START, END)
    for number, day in enumerate(days(START, 5), 1):
        first.unit(number, 5, day, took=0.0)
    again = LogWriter(at=datetime.now(UTC).replace(tzinfo=None)).header(START, END, fresh=True)
    with ExitStack() as leaving:
        leaving.callback(watch.close)
        with running(tag, log, first.summary().body):
            assert watch.look().phase("fix").process.alive is True
        ended = watch.look()
        assert ended.phase("fix").process.alive is False
        assert ids(ended) == set()
        with running(tag, log, again.body):
            seen = watch.look(ended.at + timedelta(milliseconds=200))  # the table of processes is of before
            assert seen.phase("fix").process.alive is True
            assert ids(seen) == set()
