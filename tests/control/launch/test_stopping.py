"""Finding and ending all that a job has started: with real processes that behave as jobs do."""

import errno
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from backfill_tui.control.attempt import Stage
from backfill_tui.control.launch.heirs import heirs_of
from backfill_tui.control.launch.stopping import Member, StopRefusedError, end, send, tree_of, wait
from backfill_tui.sources.presence import Identity
from tests.control.launch.launch_site import LaunchSite
from tests.control.launch.processes import SLEEP, Start, identity_at, locked, python, starting
from tests.processes import eventually, lives

SOON = 20.0  # seconds; nothing here takes a tenth of it
SHELL = "sleep 1000 & child=$!; (sleep 1000 & echo $child $BASHPID $!; wait) & wait"
IGNORING = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()"
)
TRAPPING = "trap 'kill $!; sleep 0.3; echo cleaned > $1; exit 0' TERM; sleep 1000 & echo ready; wait"
ORPHANING = """
import os, signal, subprocess, sys
def leave(*_):
    subprocess.Popen(["sleep", "1000"], stdout=subprocess.DEVNULL)
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
print("ready", flush=True)
signal.pause()
"""
ASKING = """
import os, signal
from pathlib import Path
from backfill_tui.control.launch.stopping import Member, send, tree_of
from backfill_tui.sources.presence import Identity
def ask(identity, folder):
    return [member.pid for member in tree_of(identity, run_folder=folder)] or ["nobody"]
def signal_it(identity):
    return send([Member(identity, 1, "somebody", False)], signal.SIGTERM).problems
"""
DAEMON = """
import os, signal, sys
if os.fork():
    os._exit(0) if len(sys.argv) > 1 else signal.pause()
LEAVE
if os.fork():
    os._exit(0)
print(os.getpid(), flush=True)
os.close(1)
signal.pause()
"""
SHIM = """
import os, signal, sys
if os.fork():
    os._exit(0)
child = os.fork()
if child == 0:
    os.setsid()
    os.execlp("sleep", "sleep", "1000")
print(os.getpid(), child, flush=True)
os.close(1)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
os.waitpid(child, 0)
signal.pause()
"""


@pytest.fixture
def start() -> Iterator[Start]:
    with starting() as start:
        yield start


def pids(members: tuple[Member, ...]) -> list[int]:
    return [member.pid for member in members]


def somebody(identity: Identity) -> Member:
    return Member(identity, 1, "somebody", leads=False)


def test_a_shell_is_stopped_with_its_children_and_grandchildren(start: Start) -> None:
    job = start("bash", "-c", SHELL)
    tree = tree_of(job.identity)
    assert pids(tree)[0] == job.pid
    assert set(pids(tree)) == {job.pid, *job.others}
    ending = end(job.identity, sign=signal.SIGTERM, timeout_s=SOON)
    assert (ending.ended, ending.problems) == (True, ())
    assert set(pids(ending.signalled)) == {job.pid, *job.others}
    assert all(not lives(pid) for pid in job.others)


def test_a_tree_says_what_each_process_is(start: Start) -> None:
    job = start("bash", "-c", SHELL)
    shell, *others = tree_of(job.identity)
    assert shell.target.command == f"bash -c {SHELL}"
    assert "sleep 1000" in {member.command for member in others}
    assert tree_of(job.identity)[0].identity.same_as(job.identity)


def test_a_job_that_ignores_sigterm_is_left_after_its_grace_and_falls_to_sigkill(start: Start) -> None:
    job = start(*python(IGNORING))
    began = time.monotonic()
    ending = end(job.identity, sign=signal.SIGTERM, timeout_s=0.3)
    assert time.monotonic() - began >= 0.3
    assert (ending.ended, pids(ending.left), pids(ending.signalled)) == (False, [job.pid], [job.pid])
    assert end(job.identity, sign=signal.SIGKILL, timeout_s=SOON).ended
    assert job.process.wait(SOON) == -signal.SIGKILL


def test_a_job_that_cleans_up_behind_itself_is_let_do_so(start: Start, tmp_path: Path) -> None:
    job = start("bash", "-c", TRAPPING, "bash", tmp_path / "said")
    assert end(job.identity, sign=signal.SIGTERM, timeout_s=SOON).ended
    assert job.process.wait(SOON) == 0
    assert (tmp_path / "said").read_text(encoding="ascii") == "cleaned\n"


def test_what_a_process_starts_just_before_it_ends_is_ended_too(start: Start) -> None:
    job = start(*python(ORPHANING))
    ending = end(job.identity, sign=signal.SIGTERM, timeout_s=SOON)
    assert ending.ended
    first, second = ending.signalled
    assert (first.pid, second.command) == (job.pid, "sleep 1000")
    assert not lives(second.pid)


def test_a_child_that_has_lost_its_parent_is_found_by_its_session(start: Start) -> None:
    job = start(*python(DAEMON.replace("LEAVE", "")))
    (daemon,) = job.others
    eventually(lambda: psutil.Process(daemon).ppid() != job.pid)
    assert set(pids(tree_of(job.identity))) >= {job.pid, daemon}
    assert end(job.identity, sign=signal.SIGTERM, timeout_s=SOON).ended
    assert not lives(daemon)


def test_a_child_that_has_lost_its_parent_is_found_by_its_process_group(start: Start) -> None:
    job = start(*python(DAEMON.replace("LEAVE", "")), session=False, process_group=0)
    (daemon,) = job.others
    assert os.getsid(job.pid) == os.getsid(0)
    assert set(pids(tree_of(job.identity))) >= {job.pid, daemon}


@pytest.mark.parametrize("leave", ["", "os.setsid()"], ids=["in the session", "out of the session"])
def test_a_daemon_that_outlives_the_job_is_found_by_the_lock_that_it_holds(
    start: Start, tmp_path: Path, leave: str
) -> None:
    with locked(tmp_path) as lock:
        job = start(*python(DAEMON.replace("LEAVE", leave)), "leave", pass_fds=[lock])
    (daemon,) = job.others
    job.process.wait(SOON)
    assert tree_of(job.identity) == ()
    assert pids(tree_of(job.identity, run_folder=tmp_path)) == [daemon]
    assert end(job.identity, sign=signal.SIGTERM, timeout_s=SOON, run_folder=tmp_path).ended
    assert not lives(daemon)


def test_a_session_whose_leader_has_ended_is_known_by_one_member_that_holds_the_lock(
    start: Start, tmp_path: Path
) -> None:
    with locked(tmp_path) as lock:
        program = f"sleep 1000 & echo $! > {tmp_path}/free; sleep 1000 {lock}>&- & echo $(cat {tmp_path}/free) $!"
        job = start("bash", "-c", program, pass_fds=[lock])
    job.process.wait(SOON)
    assert sorted(heirs_of(tmp_path / "lock")) == [job.others[0]]
    assert sorted(pids(tree_of(job.identity, run_folder=tmp_path))) == sorted(job.others)


def test_whoever_looks_whether_the_lock_is_held_is_no_part_of_the_job(start: Start, tmp_path: Path) -> None:
    looking = f"import signal; file = open({str(tmp_path / 'lock')!r}); print('ready', flush=True); signal.pause()"
    launching = (
        f"import fcntl, signal; file = open({str(tmp_path / 'lock')!r}, 'w'); fcntl.flock(file, fcntl.LOCK_EX); "
        "print('ready', flush=True); signal.pause()"
    )
    (tmp_path / "lock").touch()
    start(*python(looking))
    launcher = start(*python(launching))
    assert heirs_of(tmp_path / "lock") == ()
    assert tree_of(replace(launcher.identity, pid=2**22 + 1), run_folder=tmp_path) == ()


def test_the_shim_is_spared_and_its_job_is_not(start: Start, tmp_path: Path) -> None:
    program = tmp_path / "launch" / "shim.py"
    program.parent.mkdir()
    program.write_text(SHIM, encoding="utf-8")
    with locked(tmp_path) as lock:
        launched = start(sys.executable, program, pass_fds=[lock])
    shim, job = launched.others
    identity = identity_at(job)
    assert identity is not None
    assert sorted(heirs_of(tmp_path / "lock")) == sorted([shim, job])
    assert pids(tree_of(identity, run_folder=tmp_path)) == [job]
    assert end(identity, sign=signal.SIGTERM, timeout_s=SOON, run_folder=tmp_path).ended
    assert lives(shim)
    assert not lives(job)


def test_a_launched_job_that_is_stopped_has_its_end_recorded_by_its_shim(site: LaunchSite) -> None:
    attempt = site.launch(site.order(("sh", "-c", "(sleep 1000 &) ; sleep 1000")))
    assert attempt.identity is not None
    folder = site.runs / attempt.folder
    eventually(lambda: len(heirs_of(folder / "lock")) == 4)
    tree = tree_of(attempt.identity, run_folder=folder)
    assert sorted(member.command for member in tree) == ["sh -c (sleep 1000 &) ; sleep 1000", *["sleep 1000"] * 2]
    assert end(attempt.identity, sign=signal.SIGTERM, timeout_s=SOON, run_folder=folder).ended
    ended = site.end_of(attempt)
    assert (ended.stage, ended.signal) == (Stage.ENDED, "SIGTERM")


def test_a_recycled_pid_is_neither_found_nor_signalled(start: Start) -> None:
    job = start(*python(f"print('ready', flush=True); {SLEEP}"))
    assert job.identity.since_boot_s is not None
    former = replace(job.identity, since_boot_s=job.identity.since_boot_s - 60)
    another_boot = replace(job.identity, boot_id="another")
    for identity in (former, another_boot):
        assert tree_of(identity) == ()
        assert tree_of(identity, known=[replace(somebody(identity), leads=True)]) == ()
        sent = send([somebody(identity)], signal.SIGKILL)
        assert (sent.reached, pids(sent.gone), sent.problems) == ((), [job.pid], ())
        assert wait([somebody(identity)], 0)
        assert end(identity, sign=signal.SIGKILL, timeout_s=SOON).signalled == ()
    assert job.process.poll() is None


def test_a_held_process_is_made_to_go_on_so_that_it_gets_the_signal(start: Start) -> None:
    job = start(*python(f"print('ready', flush=True); {SLEEP}"))
    os.kill(job.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, job.pid, os.WSTOPPED | os.WNOWAIT)
    assert end(job.identity, sign=signal.SIGTERM, timeout_s=SOON).ended
    assert job.process.wait(SOON) == -signal.SIGTERM


def test_what_has_ended_is_not_waited_for_though_nobody_has_collected_it(start: Start) -> None:
    job = start("sh", "-c", "echo ready")
    os.waitid(os.P_PID, job.pid, os.WEXITED | os.WNOWAIT)
    assert tree_of(job.identity) == ()
    assert wait([somebody(job.identity)], 0)
    assert pids(send([somebody(job.identity)], signal.SIGTERM).gone) == [job.pid]


def test_waiting_ends_with_the_last_of_them_or_with_its_time(start: Start) -> None:
    one, other = (start(*python(f"print('ready', flush=True); {SLEEP}")) for _ in range(2))
    members = [somebody(one.identity), somebody(other.identity)]
    assert not wait(members, 0)
    one.process.kill()
    assert not wait(members, 0.05)
    other.process.kill()
    assert wait(members, SOON)


def test_an_empty_list_is_over_at_once() -> None:
    assert wait([], 0)
    assert send([], signal.SIGTERM).reached == ()


@pytest.mark.parametrize("error", [errno.ENOSYS, errno.EPERM, errno.EMFILE])
def test_without_a_pidfd_the_identity_is_still_compared(
    start: Start, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    def none(pid: int, flags: int = 0) -> int:
        raise OSError(error, "no pidfd here")

    monkeypatch.setattr(os, "pidfd_open", none)
    job = start("bash", "-c", SHELL)
    former = replace(job.identity, since_boot_s=1.0)
    assert pids(send([somebody(former)], signal.SIGKILL).gone) == [job.pid]
    assert not wait([somebody(job.identity)], 0.01)
    assert end(job.identity, sign=signal.SIGTERM, timeout_s=SOON).ended
    assert job.process.wait(SOON) == -signal.SIGTERM


def test_what_we_run_under_is_refused_and_never_among_the_targets(start: Start) -> None:
    for pid in (os.getpid(), os.getppid(), 1):
        identity = identity_at(pid)
        assert identity is not None
        with pytest.raises(StopRefusedError, match=f"Process {pid} is what backfill-tui itself runs under"):
            tree_of(identity)


def test_whoever_asks_is_spared_though_it_holds_the_lock_itself(start: Start, tmp_path: Path) -> None:
    with locked(tmp_path) as lock:
        gone = Identity("another", 1, 0.0)
        asking = start(*python(f"{ASKING}\nprint(*ask({gone!r}, Path({str(tmp_path)!r})))"), pass_fds=[lock])
    assert asking.said == ["nobody"]


def test_a_session_of_ours_is_not_the_jobs_because_one_of_it_holds_the_lock(start: Start, tmp_path: Path) -> None:
    with locked(tmp_path) as lock:
        heir = start("sh", "-c", "echo ready; exec sleep 1000", session=False, pass_fds=[lock])
    start("sh", "-c", "echo ready; exec sleep 1000", session=False)
    assert pids(tree_of(Identity("another", 1, 0.0), run_folder=tmp_path)) == [heir.pid]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else")
def test_another_users_process_is_named_with_its_owner(start: Start) -> None:
    job = start(*python(f"print('ready', flush=True); {SLEEP}"))
    loaded = f"ask({job.identity!r}, None)"  # what it needs may lie where only root may read
    becoming = "os.setresuid(65534, 65534, 65534)"
    stranger = start(*python("\n".join([ASKING, loaded, becoming, f"print(*signal_it({job.identity!r}))"])))
    said = f"Process {job.pid} belongs to root; only they or root may end it (somebody)."
    assert " ".join(stranger.said) == said
    assert job.process.poll() is None


def test_sigkill_leaves_nothing_to_anybody(start: Start) -> None:
    """What appears while it is being killed is killed, whoever its parent is."""
    spawning = (
        "import subprocess, sys\n"
        "print('ready', flush=True)\n"
        "while True: subprocess.Popen(['sleep', '1000'], stdout=subprocess.DEVNULL)\n"
    )
    job = start(*python(spawning))
    ending = end(job.identity, sign=signal.SIGKILL, timeout_s=SOON)
    assert ending.ended
    assert all(not lives(member.pid) for member in ending.signalled)
