"""Where real processes' words go, followed through files, pipes and programs that write them down."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from backfill_tui.sources.discovery.outputs import Outputs, holders_of, looks_like_log, outputs_of
from backfill_tui.sources.discovery.proc import children_of, command_of, words_of

Shell = Callable[[str], "subprocess.Popen[bytes]"]

JOB = f"exec {sys.executable} -c 'import time; time.sleep(120)' THE-JOB"
HOLDS = f"{sys.executable} -c 'import sys, time; f = open(sys.argv[1], \"a\"); time.sleep(120)'"


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """Run a line in a shell of its own; all that it has started is ended."""
    started: list[subprocess.Popen[bytes]] = []

    def typed(line: str) -> "subprocess.Popen[bytes]":
        nothing = subprocess.DEVNULL
        process = subprocess.Popen(
            ["bash", "-c", line],
            cwd=tmp_path,
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield typed
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def until(seen: Callable[[], Outputs], wanted: Callable[[Outputs], bool], *, within_s: float = 10.0) -> Outputs:
    deadline = time.monotonic() + within_s
    while not wanted(outputs := seen()):
        assert time.monotonic() < deadline, outputs
        time.sleep(0.02)
    return outputs


def job_below(pid: int, *, within_s: float = 10.0) -> int:
    """The process that has become the job, among what a shell has started."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        ahead = [pid]
        while ahead:
            one = ahead.pop()
            try:
                if words_of(command_of(one))[-1:] == ("THE-JOB",):
                    return one
            except OSError:
                continue
            ahead += children_of(one)
        time.sleep(0.02)
    raise AssertionError("it did not begin")


@pytest.mark.parametrize(
    ("line", "logs"),
    [
        (f"({JOB}) > a.log 2>&1; true", ["a.log"]),
        (f"({JOB}) > a.log 2> a.err; true", ["a.log", "a.err"]),
        (f"({JOB}) > 'with blanks {{}} [1]' 2>&1; true", ["with blanks {} [1]"]),
        (f"({JOB}) 2>&1 | tee a.txt > /dev/null; true", ["a.txt"]),
        (f"({JOB}) 2>&1 | tee -a one two; true", ["one", "two"]),
        (f"({JOB}) 2>&1 | cat | grep -v x > filtered; true", ["filtered"]),
        (f"({JOB}) > >(tee a.log) 2>&1; true", ["a.log"]),
    ],
)
def test_output_is_followed_to_the_files_where_it_ends(
    line: str, logs: list[str], shell: Shell, tmp_path: Path
) -> None:
    pid = job_below(shell(line).pid)
    found = until(lambda: outputs_of(pid), lambda seen: len(seen.logs) == len(logs))
    assert sorted(found.logs) == sorted(tmp_path / name for name in logs)
    assert not found.note


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"({JOB}) > a.log 2>&1 & sleep 0.2; rm a.log; wait", "deleted"),
        (f"({JOB}) > /dev/null 2>&1; true", "thrown away"),
        (f"({JOB}) 2>&1 | sleep 120; true", "through a pipe"),
        (f'script -qc "{JOB.replace("exec ", "")}" /dev/null; true', "terminal"),
    ],
)
def test_output_that_can_not_be_followed_is_said_to_be_so(line: str, said: str, shell: Shell) -> None:
    pid = job_below(shell(line).pid)
    found = until(lambda: outputs_of(pid), lambda seen: said in seen.note)
    assert found.logs == ()


def test_a_log_that_a_job_opens_itself_is_found_and_its_other_files_are_not(shell: Shell, tmp_path: Path) -> None:
    program = "import sys, time; f = [open(n, 'a') for n in sys.argv[1:-1]]; time.sleep(120)"
    (tmp_path / "logs").mkdir()
    names = "own.log logs/today state.json rows.parquet app.log.2026-01-03 lock.pid"
    shell(f'exec {sys.executable} -c "{program}" {names} THE-JOB')
    pid = job_below(os.getpid())
    found = until(lambda: outputs_of(pid), lambda seen: len(seen.logs) == 3)
    assert set(found.logs) == {tmp_path / "own.log", tmp_path / "logs" / "today", tmp_path / "app.log.2026-01-03"}


def test_the_log_of_a_child_is_that_of_a_job_that_has_none_itself(shell: Shell, tmp_path: Path) -> None:
    process = shell(f"{HOLDS} x.log & wait")
    found = until(lambda: outputs_of(process.pid), lambda seen: bool(seen.logs))
    assert found.logs == (tmp_path / "x.log",)


def test_what_is_printed_to_a_terminal_that_is_written_down_is_in_that_file(shell: Shell, tmp_path: Path) -> None:
    shell(f'script -qfc "{JOB.removeprefix("exec ")}" typed > /dev/null; true')
    pid = job_below(os.getpid())
    above = [one.pid for one in psutil.Process(pid).parents()]
    found = until(lambda: outputs_of(pid, above), lambda seen: bool(seen.logs))
    assert found.logs == (tmp_path / "typed",)


def test_who_writes_a_file_is_found_by_its_descriptors(shell: Shell, tmp_path: Path) -> None:
    process = shell(f"exec {HOLDS} held.txt")
    until(lambda: outputs_of(process.pid), lambda seen: bool(seen.logs))
    assert holders_of([tmp_path / "held.txt", tmp_path / "nobodys"]) == {tmp_path / "held.txt": process.pid}


def test_a_process_that_is_gone_has_no_output() -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()
    assert outputs_of(process.pid).logs == ()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else")
def test_another_users_files_are_said_to_be_closed_to_us(shell: Shell) -> None:
    shell(f"({JOB}) > a.log 2>&1; true")
    pid = job_below(os.getpid())
    told = (
        "import os; from backfill_tui.sources.discovery.outputs import outputs_of\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        f"print(outputs_of({pid}))"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert "may not be read" in done.stdout
    assert "denied=True" in done.stdout


@pytest.mark.parametrize(
    ("name", "is_log"),
    [("a.log", True), ("nohup.out", True), ("a.log.1", True), ("a-2026-01-03.log", True), ("logs/a", True),
     ("a.json", False), ("logs/a.json", False), ("a.parquet", False), ("a", False), ("app.pid", False)],
)  # fmt: skip
def test_a_log_is_known_by_its_name_or_its_folder(name: str, is_log: bool) -> None:
    assert looks_like_log(Path("/x") / name) is is_log
