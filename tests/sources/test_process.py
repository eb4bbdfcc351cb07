"""Finding, adopting and losing processes: real ones, started, stopped and killed here."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from backfill_tui.sources.process import Identity, Presence, ProcessSeen, ProcessTable, ProcessWatch, boot_id

Start = Callable[..., subprocess.Popen[bytes]]

WAIT = "import sys; print('ready', flush=True); sys.stdin.read()"
BURN = """
import sys, time
print('ready', flush=True)
sys.stdin.readline()
while time.process_time() < 0.3: pass
print('burnt', flush=True)
sys.stdin.read()
"""
FORK = """
import os, sys
read, write = os.pipe()
if os.fork() == 0:
    os.write(write, b'.')
else:
    os.read(read, 1)
    print('ready', flush=True)
sys.stdin.read()
"""
NOW = datetime.now(UTC)
LATER = NOW + timedelta(hours=1)  # a log whose last line is younger than any process of this test


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a program that says when it is ready and ends when its input does."""
    with ExitStack() as ending:

        def started(*argv: str) -> subprocess.Popen[bytes]:
            process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
            ending.callback(end, process)
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            return process

        yield started


def end(process: subprocess.Popen[bytes]) -> None:
    """End a program and all that it has started; they are a session of their own."""
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


@pytest.fixture
def word() -> str:
    """A word that is in no other command line of the machine."""
    return f"job-{uuid4().hex}"


def watching(pid: int | None = None, match: str | None = None, identity: Identity | None = None) -> ProcessWatch:
    return ProcessWatch(ProcessTable(), pid=pid, match=re.compile(match) if match else None, identity=identity)


def job(start: Start, word: str, program: str = WAIT) -> subprocess.Popen[bytes]:
    return start(sys.executable, "-c", program, word)


def test_a_phase_that_names_no_process_is_unknown() -> None:
    seen = watching().look(NOW)
    assert (seen.presence, seen.alive) == (Presence.UNKNOWN, None)


def test_a_living_process_is_seen_with_its_load_and_its_command(start: Start, word: str) -> None:
    process = job(start, word)
    seen = watching(process.pid).look(datetime.now(UTC))
    assert seen.presence is Presence.ALIVE
    assert seen.identity is not None
    assert (seen.identity.boot_id, seen.identity.pid) == (boot_id(), process.pid)
    assert seen.command == (sys.executable, "-c", WAIT, word)
    assert seen.user == psutil.Process().username()
    assert seen.rss_bytes is not None
    assert seen.rss_bytes > 1_000_000
    assert (seen.cpu_percent, seen.exit_code, seen.adopted, seen.gone_since) == (None, None, True, None)
    assert seen.started_at is not None
    assert abs(datetime.now(UTC) - seen.started_at) < timedelta(minutes=1)


def test_how_long_a_process_has_lived_does_not_hang_on_the_wall_clock(start: Start, word: str) -> None:
    process = job(start, word)
    watch = watching(process.pid)
    first = watch.look(NOW).lived_s
    later = watch.look(NOW + timedelta(days=1)).lived_s
    assert first is not None
    assert later is not None
    assert 0 <= first <= later < 60
    process.kill()
    process.wait(10)
    assert watch.look(NOW + timedelta(days=1)).lived_s is None


def test_cpu_is_what_was_used_since_the_look_before(start: Start, word: str) -> None:
    process = job(start, word, BURN)
    watch = watching(process.pid)
    assert watch.look(NOW).cpu_percent is None
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"burnt\n"
    burnt = watch.look(NOW + timedelta(seconds=1)).cpu_percent
    assert burnt is not None
    assert 15 < burnt <= 31
    assert watch.look(NOW + timedelta(seconds=2)).cpu_percent == pytest.approx(0, abs=5)


def test_a_stopped_process_is_alive_and_stopped(start: Start, word: str) -> None:
    process = job(start, word)
    watch = watching(process.pid)
    assert not watch.look(NOW).stopped
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    seen = watch.look(NOW)
    assert (seen.alive, seen.status, seen.stopped) == (True, "stopped", True)


def test_a_killed_process_is_a_zombie_until_it_is_collected_and_then_gone(start: Start, word: str) -> None:
    process = job(start, word)
    watch = watching(process.pid)
    identity = watch.look(NOW).identity
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    zombie = watch.look(NOW + timedelta(seconds=1))
    assert (zombie.presence, zombie.alive, zombie.identity) == (Presence.ZOMBIE, False, identity)
    process.wait(10)
    gone = watch.look(NOW + timedelta(seconds=2))
    assert (gone.presence, gone.identity, gone.rss_bytes) == (Presence.GONE, identity, None)
    assert gone.gone_since == NOW + timedelta(seconds=1)
    assert "exit code is not known" in gone.note
    assert watch.look(NOW + timedelta(seconds=3)) == gone


def test_a_zombie_is_told_at_the_first_look_too(start: Start, word: str) -> None:
    process = job(start, word)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert watching(process.pid).look(NOW).presence is Presence.ZOMBIE


def test_a_number_that_nobody_has_is_absent(start: Start, word: str) -> None:
    process = job(start, word)
    end(process)
    seen = watching(process.pid).look(NOW)
    assert (seen.presence, seen.note) == (Presence.ABSENT, f"There is no process {process.pid}.")
    for impossible in (-1, 1 << 80):
        assert watching(impossible).look(NOW).presence is Presence.ABSENT


def test_a_process_recorded_before_is_recognised(start: Start, word: str) -> None:
    process = job(start, word)
    identity = watching(process.pid).look(NOW).identity
    assert watching(identity=identity).look(NOW).presence is Presence.ALIVE


@pytest.mark.parametrize(
    ("boot", "since_boot_s", "why"),
    [
        (boot_id(), 1.0, "belongs to another process"),
        (boot_id(), None, "belongs to another process"),
        ("another", None, "started anew"),
    ],
)
def test_a_recycled_pid_is_gone_not_running(
    start: Start, word: str, boot: str, since_boot_s: float | None, why: str
) -> None:
    process = job(start, word)
    watch = watching(identity=Identity(boot, process.pid, started_at=1.0, since_boot_s=since_boot_s))
    seen = watch.look(NOW)
    assert (seen.presence, seen.alive, seen.gone_since) == (Presence.GONE, False, NOW)
    assert why in seen.note
    assert watch.look(LATER) == seen


@pytest.mark.parametrize(
    ("grown_ago_s", "ended_ago_s"),
    [(3600, 3600), (None, 0), (-60, 0), (90_000, 0)],
    ids=["its log tells", "no log", "a time to come", "another's log"],
)
def test_one_that_was_gone_before_anybody_looked_ended_when_its_log_last_grew(
    grown_ago_s: float | None, ended_ago_s: float
) -> None:
    begun = NOW.timestamp() - 7200
    watch = watching(identity=Identity("another", 2**22 + 1, started_at=begun))
    grown = None if grown_ago_s is None else NOW - timedelta(seconds=grown_ago_s)
    assert watch.look(NOW, log_grown_at=grown).gone_since == NOW - timedelta(seconds=ended_ago_s)
    assert watch.look(LATER, log_grown_at=LATER).gone_since == NOW - timedelta(seconds=ended_ago_s)


def test_the_same_process_is_recognised_though_the_wall_clock_was_set(start: Start, word: str) -> None:
    process = job(start, word)
    identity = watching(process.pid).look(NOW).identity
    assert identity is not None
    assert identity.same_as(replace(identity, started_at=identity.started_at - 3600))
    assert not identity.same_as(replace(identity, since_boot_s=0.0))


def test_a_process_younger_than_the_logs_last_line_is_refused_until_the_log_goes_on(
    start: Start, word: str
) -> None:
    process = job(start, word)
    watch = watching(process.pid)
    seen = watch.look(NOW, log_last_line_at=NOW - timedelta(days=1))
    assert (seen.presence, seen.alive, seen.identity) == (Presence.REFUSED, False, None)
    assert f"Process {process.pid} is not the one that was meant: it started at" in seen.note
    assert "after the log's last line" in seen.note
    assert watch.look(NOW, log_last_line_at=LATER).presence is Presence.ALIVE


def test_a_start_within_the_clocks_granularity_of_the_last_line_is_not_refused(start: Start, word: str) -> None:
    process = job(start, word)
    started = watching(process.pid).look(NOW).started_at
    assert started is not None
    seen = watching(process.pid).look(NOW, log_last_line_at=started - timedelta(seconds=1))
    assert seen.presence is Presence.ALIVE


def test_a_pid_whose_command_line_does_not_fit_is_refused(start: Start, word: str) -> None:
    process = job(start, word)
    seen = watching(process.pid, match=f"{word}.*--start-date").look(NOW)
    assert seen.presence is Presence.REFUSED
    assert "its command line does not fit" in seen.note


def test_a_pid_whose_command_line_fits_is_adopted(start: Start, word: str) -> None:
    process = job(start, word)
    assert watching(process.pid, match=word).look(NOW).presence is Presence.ALIVE


def test_a_number_that_was_free_and_is_taken_later_is_another_process(start: Start, word: str) -> None:
    process = job(start, word)
    watch = watching(process.pid)

    def nobody(_pid: int) -> psutil.Process:
        raise psutil.NoSuchProcess(process.pid)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psutil, "Process", nobody)
        patch.setattr(psutil, "pid_exists", lambda _pid: False)
        assert watch.look(NOW - timedelta(days=1)).presence is Presence.ABSENT
    seen = watch.look(NOW)
    assert seen.presence is Presence.REFUSED
    assert "had been free" in seen.note


def test_a_hidden_process_is_denied_rather_than_absent_and_may_be_any(monkeypatch: pytest.MonkeyPatch) -> None:
    def hidden(pid: int) -> psutil.Process:
        raise psutil.NoSuchProcess(pid)

    monkeypatch.setattr(
        psutil, "Process", hidden
    )  # as under /proc mounted with hidepid=2: only its existence shows
    known = Identity(boot_id(), os.getppid(), 1.0)
    for watch in (watching(os.getppid()), watching(identity=known)):
        seen = watch.look(NOW)
        assert (seen.presence, seen.alive) == (Presence.DENIED, None)
        assert seen.note.endswith("is open.")


def test_an_unreadable_command_line_is_denied_where_it_has_to_fit(
    start: Start, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = job(start, word)

    def denied(self: psutil.Process) -> list[str]:
        raise psutil.AccessDenied(self.pid)

    monkeypatch.setattr(psutil.Process, "cmdline", denied)
    seen = watching(process.pid, match=word).look(NOW)
    assert (seen.presence, seen.alive) == (Presence.DENIED, None)
    assert watching(process.pid).look(NOW).presence is Presence.ALIVE


def test_an_adopted_process_that_may_no_longer_be_looked_at_is_alive(
    start: Start, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = watching(job(start, word).pid)
    watch.look(NOW)

    def denied(self: psutil.Process) -> list[str]:
        raise psutil.AccessDenied(self.pid)

    monkeypatch.setattr(psutil.Process, "status", denied)
    seen = watch.look(NOW)
    assert (seen.presence, seen.alive) == (Presence.DENIED, True)


def test_a_process_is_found_by_its_command_line(start: Start, word: str) -> None:
    process = job(start, word)
    seen = watching(match=word).look(NOW)
    assert seen.identity is not None
    assert (seen.presence, seen.identity.pid, seen.note) == (Presence.ALIVE, process.pid, "")
    assert watching(match=f"^{word}$").look(NOW).presence is Presence.ALIVE


def test_nothing_that_fits_is_absent(word: str) -> None:
    seen = watching(match=word).look(NOW)
    assert (seen.presence, seen.note) == (Presence.ABSENT, "No process has a command line that fits.")


def test_a_process_found_by_its_command_line_may_be_younger_than_the_log(start: Start, word: str) -> None:
    job(start, word)
    seen = watching(match=word).look(NOW, log_last_line_at=NOW - timedelta(days=1))
    assert seen.presence is Presence.ALIVE
    assert "printed nothing yet" in seen.note


def test_shells_and_readers_that_carry_the_same_words_are_not_the_job(
    start: Start, word: str, tmp_path: Path
) -> None:
    shell = start("bash", "-c", f'"{sys.executable}" -c "{WAIT}" {word}; true # {word}')
    log = tmp_path / f"{word}.log"
    log.write_text("ready\n")
    start("tail", "-f", str(log))
    seen = watching(match=word).look(NOW)
    assert seen.identity is not None
    assert psutil.Process(seen.identity.pid).ppid() == shell.pid
    assert (seen.command[0], seen.note) == (sys.executable, "")


def test_a_shell_that_only_carries_the_words_is_no_match(start: Start, word: str) -> None:
    start("bash", "-c", f"echo ready; read line; : {word}")
    assert watching(match=word).look(NOW).presence is Presence.ABSENT


def test_a_script_is_a_job_of_its_own(start: Start, word: str, tmp_path: Path) -> None:
    script = tmp_path / "orchestrator.sh"
    script.write_text("echo ready; read line")
    process = start("bash", str(script), word)
    assert pid_of(watching(match=word).look(NOW)) == process.pid


def test_the_workers_that_a_job_forks_are_not_taken_for_it(start: Start, word: str) -> None:
    process = job(start, word, FORK)
    seen = watching(match=word).look(NOW)
    assert (pid_of(seen), seen.note) == (process.pid, "")


def test_our_own_command_line_is_never_the_job() -> None:
    pattern = re.escape(psutil.Process().cmdline()[-1])
    assert pid_of(watching(match=pattern).look(NOW)) != os.getpid()


def test_of_several_that_fit_the_newest_that_may_have_written_the_log_is_taken(start: Start, word: str) -> None:
    first, second = job(start, word), job(start, word)
    seen = watching(match=word).look(NOW, log_last_line_at=LATER)
    assert pid_of(seen) == second.pid
    assert seen.note == f"2 processes fit: {second.pid} was taken, not {first.pid}."


def test_another_that_fits_is_told_of_while_it_is_there(start: Start, word: str) -> None:
    first, second = job(start, word), job(start, word)
    watch = watching(match=word)
    seen = watch.look(NOW)
    assert (pid_of(seen), seen.beside) == (second.pid, (first.pid,))
    end(first)
    assert watch.look(NOW).beside == ()


def test_after_its_end_a_newer_process_is_another_attempt_and_an_older_one_is_not(start: Start, word: str) -> None:
    older, process = job(start, word), job(start, word)
    watch = watching(match=word)
    assert pid_of(watch.look(NOW)) == process.pid
    end(process)
    gone = watch.look(NOW + timedelta(seconds=2))
    assert (gone.presence, pid_of(gone)) == (Presence.GONE, process.pid)
    again = job(start, word)
    seen = watch.look(NOW + timedelta(seconds=4))
    assert (seen.presence, pid_of(seen)) == (Presence.ALIVE, again.pid)
    assert f"process {process.pid} has ended" in seen.note
    assert older.poll() is None


def test_a_pid_that_is_refused_gives_way_to_a_process_that_fits(start: Start, word: str) -> None:
    other, process = job(start, "unrelated"), job(start, word)
    seen = watching(other.pid, match=word).look(NOW)
    assert pid_of(seen) == process.pid
    assert f"Process {other.pid} is not the one that was meant" in seen.note


def test_an_adopted_process_is_looked_at_without_a_scan(start: Start, word: str) -> None:
    job(start, word)
    table = ProcessTable()
    watches = [ProcessWatch(table, match=re.compile(word)) for _ in range(3)]
    for second in range(5):
        for watch in watches:
            assert watch.look(NOW + timedelta(seconds=10 * second)).alive
    assert table.scans == 1


def test_a_scan_reads_a_settled_process_only_now_and_then(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    table = ProcessTable()
    table.at(LATER)  # an hour from now everything that runs is settled
    read: list[int] = []
    real = psutil.Process.cmdline

    def counted(self: psutil.Process) -> list[str]:
        read.append(self.pid)
        return real(self)

    monkeypatch.setattr(psutil.Process, "cmdline", counted)
    settled = len(table.at(LATER + timedelta(seconds=5)))
    assert len(read) <= settled / 16 + 10
    process = subprocess.Popen([sys.executable, "-c", ""])
    try:
        assert process.pid in table.at(LATER + timedelta(seconds=10))
    finally:
        process.wait(10)


def pid_of(seen: ProcessSeen) -> int | None:
    return seen.identity.pid if seen.identity else None
