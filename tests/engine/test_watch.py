"""A plan under watch, on real files and real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backfill_tui.control.model import PhaseState
from backfill_tui.engine.feed import EngineFeed
from backfill_tui.engine.plans import open_plan
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.engine.watch import PlanWatch
from backfill_tui.errors import PlanError
from tests.logs import LogWriter, days

START, END = "2022-01-01", "2022-01-05"
D = days(START, 5)


def plan_in(folder: Path, body: str) -> PlanWatch:
    path = folder / "backfill.yaml"
    path.write_text(body)
    return PlanWatch(open_plan(path, now=datetime.now(UTC), environ={"TZ": "UTC"}))


def until(watch: PlanWatch, wanted: Callable[[Snapshot], bool], *, within_s: float = 5.0) -> Snapshot:
    deadline = time.monotonic() + within_s
    while True:
        snapshot = watch.look()
        if wanted(snapshot):
            return snapshot
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.05)


def now_writer() -> LogWriter:
    return LogWriter(at=datetime.now().replace(microsecond=0))  # noqa: DTZ005 - jobs print naive times


ONE = """
plan: t
phases:
  fix: {log: job.log, checkpoint: job.json, dates: {start: 2022-01-01, end: 2022-01-05}}
"""


def test_a_log_that_appears_and_grows_is_followed(tmp_path: Path) -> None:
    watch = plan_in(tmp_path, ONE)
    first = watch.look().phase("fix")
    assert first.state is PhaseState.UNKNOWN
    assert first.account.counts.pending == 5
    assert "no such file" in first.logs[0].note.lower() or first.logs[0].note
    log = now_writer().header(START, END).unit(1, 5, D[0], took=0.0)
    (tmp_path / "job.log").write_bytes(log.body)
    assert until(watch, lambda s: s.phase("fix").account.counts.done == 1).phase("fix").state is PhaseState.RUNNING
    with (tmp_path / "job.log").open("ab") as file:
        file.write(now_writer().unit(2, 5, D[1], took=0.0).body)
    until(watch, lambda s: s.phase("fix").account.counts.done == 2)
    watch.close()


def test_a_job_killed_with_sigkill_is_seen_to_be_gone_within_five_seconds(tmp_path: Path) -> None:
    (tmp_path / "job.log").write_bytes(now_writer().header(START, END).unit(1, 5, D[0], took=0.0).body)
    program = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as job:
        assert job.stdout is not None
        job.stdout.readline()
        os.utime(tmp_path / "job.log")
        plan = f"plan: t\nphases:\n  fix: {{log: job.log, process: {{pid: {job.pid}}}}}\n"
        later = now_writer().say("Processing day 2/5: 2022-01-02", after=5)
        with (tmp_path / "job.log").open("ab") as file:
            file.write(later.body)
        watch = plan_in(tmp_path, plan)
        seen = until(watch, lambda s: s.phase("fix").process.alive is True).phase("fix")
        assert seen.state is PhaseState.RUNNING
        job.send_signal(signal.SIGKILL)
        job.wait()
        snapshot = until(watch, lambda s: s.phase("fix").process.alive is False, within_s=5.0)
        fix = snapshot.phase("fix")
        assert fix.state is PhaseState.FAILED
        assert fix.why.startswith("gone without a summary")
        assert [alert.id for alert in snapshot.alerts] == ["gone:fix"]
    assert snapshot.health == "critical"
    watch.close()


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda path: path.mkdir(), "folder"),
        (lambda path: path.write_bytes(bytes(range(256)) * 40), "not a text file"),
        (lambda path: path.write_text("hello\nworld\n"), "None of its 2 lines"),
        (lambda _: None, "no such file"),
    ],
)
def test_a_bad_log_is_a_sentence_and_keeps_nothing_else_from_updating(
    tmp_path: Path, prepare: Callable[[Path], object], sentence: str
) -> None:
    prepare(tmp_path / "bad.log")
    (tmp_path / "job.log").write_bytes(now_writer().header(START, END).unit(1, 5, D[0], took=0.0).body)
    watch = plan_in(tmp_path, "plan: t\nphases:\n  bad: {log: bad.log}\n  good: {log: job.log}\n")
    snapshot = until(watch, lambda s: s.phase("good").account.counts.done == 1)
    assert sentence.lower() in snapshot.phase("bad").logs[0].note.lower().replace("directory", "folder")
    watch.close()


def test_the_end_of_a_big_log_is_known_before_its_beginning_has_been_read(tmp_path: Path) -> None:
    chatter = (
        b"2026-01-03 12:00:00,000 - DEBUG - nothing to see, move on, this is only chatter of a library\n" * 8000
    )
    with (tmp_path / "job.log").open("wb") as file:
        file.write(LogWriter().header(START, END).unit(1, 5, D[0]).body)
        for _ in range(220):
            file.write(chatter)
        file.write(LogWriter().unit(4, 5, D[3]).say(f"Processing day 5/5: {D[4]}").body)
    watch = plan_in(tmp_path, ONE)
    first = watch.look().phase("fix")
    assert first.account.current_date == D[4]
    assert not first.history_complete
    whole = until(watch, lambda s: s.phase("fix").history_complete, within_s=30)
    assert whole.phase("fix").account.units[D[0]].records == 10
    watch.close()


async def test_the_feed_gives_the_newest_snapshot_and_says_what_went_wrong(tmp_path: Path) -> None:
    (tmp_path / "job.log").write_bytes(now_writer().header(START, END).unit(1, 5, D[0], took=0.0).body)
    feed = EngineFeed(lambda: plan_in(tmp_path, ONE))
    feed.start()
    first = await feed.next(0)
    second = await feed.next(first.sequence)
    assert second.sequence > first.sequence
    await feed.close()

    def broken() -> PlanWatch:
        raise ValueError("no watch today")

    failing = EngineFeed(broken)
    failing.start()
    with pytest.raises(ValueError, match="no watch today"):
        await failing.next(0)
    await failing.close()


def test_a_dialect_beside_the_plan_is_used_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dialects.yaml").write_text("dialects:\n  etl:\n    unit_done: ['ok {date} rows={records}']\n")
    (tmp_path / "job.log").write_text("ok 2022-01-01 rows=3\n")
    body = "plan: t\nphases:\n  fix: {log: job.log, dialect: etl, dates: {start: 2022-01-01, end: 2022-01-02}}\n"
    watch = plan_in(tmp_path, body)
    assert until(watch, lambda s: s.phase("fix").account.counts.done == 1).phase("fix").dialect == "etl"
    watch.close()
    with pytest.raises(PlanError, match="there is no dialect 'etk'"):
        plan_in(tmp_path, body.replace("dialect: etl", "dialect: etk"))


def test_one_phase_that_cannot_be_looked_at_keeps_no_other_from_being_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "job.log").write_bytes(now_writer().header(START, END).unit(1, 5, D[0], took=0.0).body)
    watch = plan_in(tmp_path, "plan: t\nphases:\n  bad: {log: bad.log}\n  good: {log: job.log}\n")

    def broken(*_: object, **__: object) -> None:
        raise OSError("stale file handle")

    # a disk that fails can't be had on order
    monkeypatch.setattr(watch._phases._watches[0], "look", broken)  # noqa: SLF001
    snapshot = watch.look()
    assert snapshot.phase("good").account.counts.done == 1
    assert "stale file handle" in snapshot.phase("bad").account.notes[0]
    watch.close()


def test_a_burst_of_new_lines_does_not_wipe_what_is_known(tmp_path: Path) -> None:
    log = now_writer().header(START, END).unit(1, 5, D[0], took=0.0)
    (tmp_path / "job.log").write_bytes(log.body)
    watch = plan_in(tmp_path, ONE)
    until(watch, lambda s: s.phase("fix").account.counts.done == 1)
    chatter = (
        b"2026-01-03 12:00:00,000 - DEBUG - nothing to see, move on, this is only chatter of a library\n" * 8000
    )
    with (tmp_path / "job.log").open("ab") as file:
        for _ in range(220):
            file.write(chatter)
    assert watch.look().phase("fix").account.counts.done == 1
    watch.close()


def test_a_file_that_becomes_a_log_is_read_as_one(tmp_path: Path) -> None:
    (tmp_path / "job.log").write_bytes(bytes(range(256)) * 40)
    watch = plan_in(tmp_path, ONE)
    until(watch, lambda s: "not a text file" in s.phase("fix").logs[0].note)
    (tmp_path / "new").write_bytes(now_writer().header(START, END).unit(1, 5, D[0], took=0.0).body)
    (tmp_path / "new").rename(tmp_path / "job.log")
    until(watch, lambda s: s.phase("fix").account.counts.done == 1)
    watch.close()
