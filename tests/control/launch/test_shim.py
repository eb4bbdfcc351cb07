"""The shim: what the job finds when it begins, what is recorded of it, and what keeps it from beginning."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from backfill_tui.control.attempt import Stage
from backfill_tui.control.launch import shim
from backfill_tui.control.launch.heirs import heirs_of
from backfill_tui.control.launch.tree import tree_of
from backfill_tui.sources.process_table import identity_of
from tests.control.launch.launch_site import (
    LaunchSite,
    kill,
    reading,
    release,
    wait_for_the_end_of,
    wait_until_later_than,
)

ROOT = Path(__file__).parents[3]

DEAF_LAUNCHER = """
import signal, sys
from pathlib import Path
from tests.control.launch.launch_site import LaunchSite
for number in (signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGTERM])
site = LaunchSite(Path(sys.argv[1]))
site.launch(site.order(("sh", "-c", "grep ^Sig /proc/self/status; exit 7")))
"""

FROZEN_LAUNCHER = """
import os, signal, sys, time
from pathlib import Path
from tests.control.launch.launch_site import LaunchSite
site = LaunchSite(Path(sys.argv[1]))
def freeze(step):
    if step == "before spawn":
        os.kill(os.getpid(), signal.SIGSTOP)
soon = time.clock_gettime(time.CLOCK_BOOTTIME) + 0.3
site.launch(site.order(("touch", sys.argv[2])), valid_until=soon, on_step=freeze)
"""

RESERVED = 0b11 << 31
"""Signals 32 and 33 belong to the C library: nobody can set them; some machines start all with them ignored."""

MOUNTED = 'mount -t tmpfs -o size="$2" none "$1" && exec "$3" -c "$4" "$1" "$5"'
LAUNCHED_THERE = """
import sys
from pathlib import Path
from tests.control.launch.launch_site import LaunchSite
site = LaunchSite(Path(sys.argv[2]))
site.runs = Path(sys.argv[1])
ran = site.folder / "ran"
ended = site.run(("sh", "-c", 'touch "$0"; head -c 100000 /dev/zero; exit 9', str(ran)))
print(ended.stage.value, ended.exit_code, ran.exists(), ended.note, sep="|")
"""


def test_the_recorded_identity_is_that_of_the_running_job(site: LaunchSite) -> None:
    pipe = site.pipe()
    attempt = site.launch(site.order(("cat", str(pipe))))
    assert attempt.stage is Stage.RUNNING
    assert attempt.identity is not None
    process = psutil.Process(attempt.identity.pid)
    assert process.cmdline() == ["cat", str(pipe)]
    assert identity_of(process).same_as(attempt.identity)
    assert (
        abs(identity_of(process).started_at - attempt.identity.started_at) < 1.5
    )  # the wall clock's second may turn
    shim_process = psutil.Process(site.started(attempt).shim.pid)
    assert identity_of(shim_process).same_as(site.started(attempt).shim)
    assert process.ppid() == shim_process.pid
    release(pipe)
    assert site.end_of(attempt).exit_code == 0


@pytest.mark.parametrize(
    ("script", "exit_code", "name"),
    [
        ("exit 0", 0, None),
        ("exit 3", 3, None),
        ("exit 255", 255, None),
        ("kill -KILL $$", None, "SIGKILL"),
        ("kill -TERM $$", None, "SIGTERM"),
        ("kill -HUP $$", None, "SIGHUP"),
        ("kill -37 $$", None, "SIGRTMIN+3"),
    ],
)
def test_how_a_job_ended_is_recorded(
    site: LaunchSite, script: str, exit_code: int | None, name: str | None
) -> None:
    ended = site.run(("sh", "-c", script))
    assert (ended.stage, ended.exit_code, ended.signal) == (Stage.ENDED, exit_code, name)
    assert ended.started_at is not None
    assert ended.ended_at is not None
    assert ended.intended_at <= ended.started_at <= ended.ended_at


def test_the_job_has_its_words_folder_environment_and_a_session_of_its_own(site: LaunchSite) -> None:
    seen = "sys.argv[1:], os.getcwd(), os.environ['X'], os.getsid(0) == os.getpid(), sys.stdin.read()"
    script = f"import os, sys; print({seen})"
    cwd = site.folder / "a folder"
    cwd.mkdir()
    words = ("a b", "ü", "$HOME", "", "\udcff")
    order = site.order((sys.executable, "-c", script, *words), cwd=cwd, env={"X": "1 2", "PYTHONUTF8": "1"})
    attempt = site.launch(order)
    assert site.end_of(attempt).exit_code == 0
    assert site.output(attempt).strip() == f"{list(words)} {cwd} 1 2 True"


def test_the_job_gets_signals_as_a_shell_would_hand_them_over(site: LaunchSite) -> None:
    site.ledger.close()
    subprocess.run([sys.executable, "-c", DEAF_LAUNCHER, str(site.folder)], cwd=ROOT, check=True)
    other = LaunchSite(site.folder)
    (attempt,) = other.ledger.attempts.all()
    assert other.end_of(attempt).exit_code == 7, "known although the launcher does not collect its children"
    masks = dict(line.split(":\t") for line in other.output(attempt).splitlines())
    assert int(masks["SigIgn"], 16) & ~RESERVED == 0
    assert int(masks["SigBlk"], 16) & ~RESERVED == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_what_ends_a_job_does_not_end_its_shim(site: LaunchSite, number: signal.Signals) -> None:
    pipe = site.pipe()
    attempt = site.launch(site.order(("sh", "-c", f"read line < {pipe}; exit 5")))
    os.kill(site.started(attempt).shim.pid, number)
    release(pipe)
    assert site.end_of(attempt).exit_code == 5


def test_a_job_that_lets_go_of_the_lock_and_loses_its_shim_is_still_seen(site: LaunchSite) -> None:
    pipe = site.pipe()
    script = f"import os; os.closerange(3, 1000); open({str(pipe)!r}).read()"
    attempt = site.launch(site.order((sys.executable, "-c", script)))
    started = site.started(attempt)
    with reading(pipe):
        kill(started.shim.pid)
        with site.folder_of(attempt).lock() as lock:
            assert lock is not None, "it has let go"
        assert site.seen(attempt).stage is Stage.RUNNING
    wait_for_the_end_of(started.identity.pid)
    lost = site.seen(attempt)
    assert lost.stage is Stage.LOST
    assert f"Process {started.identity.pid} is gone and nobody recorded how it ended" in lost.note


def test_a_job_that_forks_and_exits_goes_on_until_the_last_of_it_has_ended(site: LaunchSite) -> None:
    pipe = site.pipe()
    attempt = site.launch(site.order(("sh", "-c", f"cat {pipe} & exit 3")))
    wait_for_the_end_of(site.started(attempt).shim.pid)
    (grandchild,) = heirs_of(site.folder_of(attempt).path / "lock")
    going_on = site.seen(attempt)
    assert going_on.stage is Stage.RUNNING
    note = f"Its command has ended with exit code 3; process {grandchild}, which it started, goes on."
    assert going_on.note == note
    release(pipe)
    wait_for_the_end_of(grandchild)
    ended = site.seen(attempt)
    assert (ended.stage, ended.exit_code, ended.note) == (Stage.ENDED, 3, "")


@pytest.mark.parametrize("own_log", [False, True], ids=["output.log", "the plan's log"])
def test_a_child_without_the_lock_that_prints_on_is_its_job_still(site: LaunchSite, own_log: bool) -> None:
    pipe, log = site.pipe(), site.folder / "logs" / "job.log"
    leave = f"import subprocess; print(subprocess.Popen(['cat', {str(pipe)!r}], start_new_session=True).pid)"
    attempt = site.launch(site.order((sys.executable, "-c", leave), log=log if own_log else None))
    wait_for_the_end_of(site.started(attempt).shim.pid)
    folder = site.folder_of(attempt)
    child = int((log if own_log else folder.output).read_text(encoding="utf-8"))
    with reading(pipe):
        assert heirs_of(folder.path / "lock") == ()
        going_on = site.seen(attempt)
        assert (going_on.stage, str(child) in going_on.note) == (Stage.RUNNING, True)
        assert [member.pid for member in tree_of(site.started(attempt).identity, run_folder=folder.path)] == [child]
    wait_for_the_end_of(child)
    assert (site.seen(attempt).stage, site.seen(attempt).exit_code) == (Stage.ENDED, 0)


def test_what_a_job_leaves_behind_that_prints_elsewhere_is_no_part_of_it(site: LaunchSite) -> None:
    pipe = site.pipe()
    how = "stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL"
    leave = f"import subprocess; print(subprocess.Popen(['cat', {str(pipe)!r}], {how}).pid)"
    attempt = site.launch(site.order((sys.executable, "-c", leave)))
    wait_for_the_end_of(site.started(attempt).shim.pid)
    with reading(pipe):
        assert site.seen(attempt).stage is Stage.ENDED


def test_whoever_else_writes_the_log_is_no_part_of_the_job(site: LaunchSite) -> None:
    log, other = site.folder / "job.log", site.pipe()
    first = site.launch(site.order(("true",), log=log))
    wait_for_the_end_of(site.started(first).shim.pid)
    second = site.launch(site.order(("cat", str(other)), phase="q", log=log))
    with reading(other), log.open("a", encoding="utf-8"):
        assert site.seen(first).stage is Stage.ENDED
        assert site.seen(second).stage is Stage.RUNNING


def test_a_job_is_told_its_run_folder(site: LaunchSite) -> None:
    attempt = site.launch(site.order(("sh", "-c", 'echo "$BACKFILL_TUI_RUN"')))
    assert site.end_of(attempt).exit_code == 0
    assert site.output(attempt).strip() == str(site.folder_of(attempt).path)


def test_commands_follow_one_another_until_one_fails(site: LaunchSite) -> None:
    attempt = site.launch(site.order(("echo", "1"), ("sh", "-c", "echo 2; exit 4"), ("echo", "3")))
    ended = site.end_of(attempt)
    assert site.output(attempt).split() == ["1", "2"]
    assert ended.exit_code == 4
    started = site.started(attempt)
    assert started.command == 1
    assert started.at == ended.started_at, "an attempt begins with its first command"


def test_the_second_command_may_begin_long_after_the_order_was_given(site: LaunchSite) -> None:
    pipe = site.pipe()
    soon = time.clock_gettime(time.CLOCK_BOOTTIME) + 1.5
    attempt = site.launch(site.order(("cat", str(pipe)), ("true",)), valid_until=soon)
    assert site.valid_until(attempt) == soon
    wait_until_later_than(soon)
    release(pipe)
    assert site.end_of(attempt).exit_code == 0
    assert site.started(attempt).command == 1


def test_a_later_command_that_can_not_be_started_ends_what_had_begun(site: LaunchSite) -> None:
    ended = site.run(("true",), ("no-such-program",))
    assert (ended.stage, ended.exit_code) == (Stage.ENDED, 127)
    assert ended.note == f"no-such-program was not found, neither from {site.folder} nor on PATH."


def script_of(text: str, mode: int) -> Callable[[Path], tuple[str, ...]]:
    def made(folder: Path) -> tuple[str, ...]:
        path = folder / "job"
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return (str(path),)

    return made


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (lambda _: ("no-such-program",), "was not found, neither from"),
        (lambda folder: (str(folder / "gone"),), "gone can't be started: No such file or directory."),
        (lambda folder: (str(folder),), "can't be started: this user may not execute it."),
        (script_of("echo no first line\n", 0o755), "nor a script that names its interpreter (#!…)."),
        (script_of("#!/bin/sh\n", 0o644), "this user may not execute it."),
        (script_of("#!/no/such/interpreter\n", 0o755), "the interpreter that its first line names is not there."),
        (lambda _: ("echo", "a\0b"), "holds a NUL."),
        (lambda _: ("echo", "x" * 200_000), "its arguments and its environment are longer than the system takes."),
        (lambda _: ("echo", *["x" * 1000] * 10_000), "longer than the system takes."),
    ],
)
def test_a_command_that_can_not_be_started_is_told_with_its_reason(
    site: LaunchSite, command: Callable[[Path], tuple[str, ...]], why: str
) -> None:
    attempt = site.launch(site.order(command(site.folder)))
    assert attempt.stage is Stage.NOT_STARTED
    assert attempt.identity is None
    assert why in attempt.note
    assert site.ledger.attempts.newest("p") == attempt


def test_a_working_folder_that_is_gone_is_told(site: LaunchSite) -> None:
    gone = site.folder / "gone"
    attempt = site.launch(site.order(("true",), cwd=gone))
    assert attempt.stage is Stage.NOT_STARTED
    assert attempt.note == f"The working folder {gone} can't be entered: No such file or directory."


def test_a_program_is_looked_for_from_the_working_folder_then_on_the_path_of_the_phase(site: LaunchSite) -> None:
    for name in ("here", "on_path"):
        (site.folder / name).mkdir()
        program = site.folder / name / "job"
        program.write_text(f"#!/bin/sh\necho {name}\n", encoding="utf-8")
        program.chmod(0o755)
    env = {"PATH": f"{site.folder / 'on_path'}:{os.environ['PATH']}"}
    here = site.launch(site.order(("job",), phase="a", cwd=site.folder / "here", env=env))
    path = site.launch(site.order(("job",), phase="b", env=env))
    assert [site.end_of(one).exit_code for one in (here, path)] == [0, 0]
    assert [site.output(one).strip() for one in (here, path)] == ["here", "on_path"]


def test_a_start_that_can_not_be_recorded_is_none(site: LaunchSite) -> None:
    def in_the_way(step: str) -> None:
        if step == "before spawn":
            (site.runs / "p.1" / f"{shim.STARTED}.part").mkdir()

    ran = site.folder / "ran"
    attempt = site.launch(site.order(("touch", str(ran))), on_step=in_the_way)
    assert attempt.stage is Stage.NOT_STARTED
    assert attempt.note == "Its start can't be recorded in started.json: Is a directory."
    assert not ran.exists()


@pytest.mark.parametrize(
    ("size", "told"),
    [
        ("4k", "not_started|None|False|It was not started: No space left on device."),
        ("8k", "not_started|None|False|Its start can't be recorded in started.json: No space left on device."),
        ("12k", "ended|9|True|"),
    ],
)
def test_a_full_disk_starts_nothing_unrecorded_and_loses_no_exit_code(tmp_path: Path, size: str, told: str) -> None:
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        pytest.skip("no disk of one's own can be mounted here")
    disk, state = tmp_path / "disk", tmp_path / "state"
    disk.mkdir()
    state.mkdir()
    words = [str(disk), size, sys.executable, LAUNCHED_THERE, str(state)]
    shown = subprocess.run(
        ["unshare", "-rm", "sh", "-c", MOUNTED, "-", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert shown.stdout.strip() == told, shown.stderr


def test_a_launcher_that_was_held_up_after_its_look_starts_nothing(site: LaunchSite) -> None:
    """It is stopped with the lock in its hand, when all that is left to do is to start the shim."""
    ran = site.folder / "ran"
    words = [sys.executable, "-c", FROZEN_LAUNCHER, str(site.folder), str(ran)]
    with subprocess.Popen(words, cwd=ROOT) as frozen:
        os.waitid(os.P_PID, frozen.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        (attempt,) = site.ledger.attempts.all()
        assert site.seen(attempt).stage is Stage.LAUNCHING
        wait_until_later_than(site.valid_until(attempt))
        frozen.send_signal(signal.SIGCONT)
        assert frozen.wait(20) == 0
    attempt = site.end_of(attempt)
    assert (attempt.stage, attempt.note) == (Stage.NOT_STARTED, shim.STALE)
    assert not ran.exists()


def test_a_run_folder_that_is_exchanged_during_a_launch_starts_nothing(site: LaunchSite) -> None:
    ran, here, away = site.folder / "ran", site.runs / "p.1", site.folder / "away"

    def exchange(step: str) -> None:
        if step == "before spawn":
            here.rename(away)
            shutil.copytree(away, here)

    attempt = site.launch(site.order(("touch", str(ran))), on_step=exchange)
    assert attempt.stage is Stage.NOT_STARTED
    assert attempt.note == "Its run folder was taken away while it was being started."
    assert not ran.exists()


def test_a_folder_that_is_taken_away_from_a_running_job_keeps_nobody_waiting(site: LaunchSite) -> None:
    pipe = site.pipe()
    attempt = site.launch(site.order(("cat", str(pipe))))
    started = site.started(attempt)
    shutil.rmtree(site.folder_of(attempt).path)
    assert site.seen(attempt).stage is Stage.RUNNING
    release(pipe)
    wait_for_the_end_of(started.shim.pid)
    assert site.seen(attempt).stage is Stage.LOST


def test_the_shim_loads_nothing_that_is_heavy() -> None:
    code = f"import sys; __name__ = 'shim'; exec(open({shim.__file__!r}).read()); print(*sys.modules)"
    words = [sys.executable, "-I", "-S", "-c", code]
    loaded = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    assert "json" in loaded
    assert {"pathlib", "subprocess", "threading", "datetime", "dataclasses", "psutil"}.isdisjoint(loaded)
