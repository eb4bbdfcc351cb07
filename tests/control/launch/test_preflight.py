"""Whether an order could be run: looked up on real folders, programs and disks."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backfill_tui.control.attempt import Order
from backfill_tui.control.launch.preflight import COMMAND, FOLDER, LOG, executable_of, preflight
from backfill_tui.control.model import Condition, ConditionKind

Make = Callable[[str], Path]

AS_NOBODY = """
import os, sys
from pathlib import Path
from backfill_tui.control.attempt import Order
from backfill_tui.control.launch.preflight import preflight
os.setgroups([]); os.setgid(65534); os.setuid(65534)
for condition in preflight(Order("p", ((sys.argv[3],),), cwd=Path(sys.argv[1]), log=Path(sys.argv[2]))):
    print(condition.name, condition.ok, condition.detail, sep="|")
"""
ON_A_FULL_DISK = """
mount -t tmpfs -o size=64k none "$1" && : > "$1/there.log"
head -c 1000000 /dev/zero > "$1/filler" 2> "$1/err"
exec "$2" -c '
import sys
from pathlib import Path
from backfill_tui.control.attempt import Order
from backfill_tui.control.launch.preflight import preflight
for name in ("there.log", "new.log"):
    print(preflight(Order("p", (("true",),), cwd=Path("/"), log=Path(sys.argv[1], name)))[2].detail)
' "$1"
"""


@pytest.fixture
def program(tmp_path: Path) -> Make:
    def made(name: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return made


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users may look into; pytest's own may not be."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def order(tmp_path: Path, *words: str, log: Path | None = None, **env: str) -> Order:
    return Order("p", (words or ("true",),), cwd=tmp_path, log=log, env=env)


def look(wanted: Order, name: str) -> Condition:
    (condition,) = [one for one in preflight(wanted) if one.name == name]
    return condition


def test_an_order_that_can_be_run_says_where_its_program_and_its_output_are(tmp_path: Path, program: Make) -> None:
    path = program("bin/job")
    folder, command, log = preflight(order(tmp_path, "bin/job", log=tmp_path / "job.log"))
    assert (folder.ok, folder.detail) == (True, str(tmp_path))
    assert (command.ok, command.detail) == (True, str(path))
    assert (log.ok, log.detail) == (True, f"{tmp_path / 'job.log'} will be made.")


def test_a_look_makes_nothing(tmp_path: Path) -> None:
    preflight(order(tmp_path, "true", log=tmp_path / "logs" / "deep" / "job.log"))
    assert list(tmp_path.iterdir()) == []


def test_a_program_is_looked_for_from_the_working_folder_before_path(tmp_path: Path, program: Make) -> None:
    beside, elsewhere = program("sh"), program("bin/tool")
    assert executable_of("sh", tmp_path, {}) == beside
    assert executable_of("tool", tmp_path, {"PATH": str(elsewhere.parent)}) == elsewhere
    assert executable_of("tool", tmp_path, {}) is None
    assert executable_of(str(elsewhere), tmp_path, {"PATH": ""}) == elsewhere


def test_what_only_bears_the_name_does_not_hide_the_program_on_path(tmp_path: Path, program: Make) -> None:
    (tmp_path / "sh").write_text("not a program", encoding="utf-8")
    (tmp_path / "ls").mkdir()
    for word in ("sh", "ls"):
        found = executable_of(word, tmp_path, {})
        assert found is not None
        assert found.parent != tmp_path


def test_relative_folders_of_path_start_at_the_working_folder(tmp_path: Path, program: Make) -> None:
    path = program("tools/job")
    assert executable_of("job", tmp_path, {"PATH": f"/nowhere{os.pathsep}tools"}) == path


def test_a_path_with_a_slash_is_never_searched_on_path(tmp_path: Path, program: Make) -> None:
    program("elsewhere/bin/job")
    assert executable_of("bin/job", tmp_path, {"PATH": str(tmp_path / "elsewhere")}) is None


@pytest.mark.parametrize("word", ["", "a\0b"])
def test_words_that_name_no_program_are_none(tmp_path: Path, word: str) -> None:
    assert executable_of(word, tmp_path, {}) is None
    assert look(order(tmp_path, word), COMMAND).ok is False


def test_a_folder_that_is_gone_closes_the_gate_and_leaves_its_command_open(tmp_path: Path) -> None:
    wanted = order(tmp_path / "gone", "bin/job")
    folder, command = look(wanted, FOLDER), look(wanted, COMMAND)
    assert folder.ok is False
    assert folder.detail == f"{tmp_path / 'gone'} is not there. Make it, or correct the phase's `cwd`."
    assert command.ok is None
    assert look(replace(wanted, commands=((sys.executable,),)), COMMAND).ok is True


def test_a_file_is_no_working_folder(tmp_path: Path, program: Make) -> None:
    assert "is no folder" in look(order(program("x")), FOLDER).detail
    assert look(order(program("x") / "below"), FOLDER).ok is False


def test_a_command_that_is_nowhere_says_where_it_was_looked_for(tmp_path: Path) -> None:
    bare = look(order(tmp_path, "no-such-program"), COMMAND)
    assert bare.ok is False
    assert bare.detail.startswith(f"no-such-program was not found in {tmp_path}, nor on PATH.")
    path = look(order(tmp_path, ".venv/bin/python"), COMMAND)
    assert path.detail.startswith(f"{tmp_path / '.venv/bin/python'} is not there.")


def test_a_script_without_permission_and_a_folder_are_told_apart(tmp_path: Path, program: Make) -> None:
    program("bin/job").chmod(0o644)
    assert "is not executable" in look(order(tmp_path, "bin/job"), COMMAND).detail
    assert "is no program" in look(order(tmp_path, str(tmp_path / "bin")), COMMAND).detail


def test_a_script_whose_interpreter_is_gone_is_told_before_it_is_run(tmp_path: Path, program: Make) -> None:
    path = program("job")
    path.write_text(f"#!{tmp_path}/.venv/bin/python -u\n", encoding="utf-8")
    seen = look(order(tmp_path, "./job"), COMMAND)
    assert seen.ok is False
    assert f"{tmp_path}/.venv/bin/python" in seen.detail


def test_a_script_with_the_line_ends_of_windows_is_told_with_what_mends_it(tmp_path: Path, program: Make) -> None:
    path = program("the job")
    path.write_bytes(b"#! /bin/sh\r\necho done\r\n")
    seen = look(order(tmp_path, "./the job"), COMMAND)
    assert seen.ok is False
    assert "the line ends of Windows" in seen.detail
    subprocess.run(seen.detail.rpartition("Mend it: ")[2], shell=True, check=True)  # noqa: S602 - as it is copied
    assert look(order(tmp_path, "./the job"), COMMAND).ok is True
    assert subprocess.run([path], capture_output=True, check=True).stdout == b"done\n"


def test_a_script_that_only_a_shell_would_run_is_told_before_it_is_started(tmp_path: Path, program: Make) -> None:
    path = program("job")
    path.write_text("echo done\n", encoding="utf-8")
    with pytest.raises(OSError, match="Exec format error"):
        subprocess.run([path], check=True)
    assert "names no interpreter" in look(order(tmp_path, "./job"), COMMAND).detail
    assert look(order(tmp_path, "sh", "./job"), COMMAND).ok is True


def test_every_batch_is_looked_at(tmp_path: Path) -> None:
    wanted = replace(order(tmp_path), commands=(("true", "a"), ("no-such-program", "b")))
    assert look(wanted, COMMAND).ok is False
    assert look(replace(wanted, commands=()), COMMAND).ok is False


def test_a_nul_in_any_word_is_refused(tmp_path: Path) -> None:
    assert "NUL" in look(order(tmp_path, "true", "a\0b"), COMMAND).detail


def test_output_without_a_log_is_kept_with_the_attempt(tmp_path: Path) -> None:
    assert look(order(tmp_path), LOG) == Condition(
        LOG, True, "Its output goes to the attempt's own output.log.", ConditionKind.LOG
    )


def test_a_log_that_is_there_is_appended_to(tmp_path: Path) -> None:
    log = tmp_path / "job.log"
    log.touch()
    assert look(order(tmp_path, log=log), LOG).detail == f"{log} is appended to."
    assert look(order(tmp_path, log=Path(os.devnull)), LOG).ok is True


def test_a_log_below_a_file_can_not_be_made(tmp_path: Path, program: Make) -> None:
    seen = look(order(tmp_path, log=program("file") / "logs" / "job.log"), LOG)
    assert seen.ok is False
    assert "is no folder" in seen.detail


def test_a_log_is_no_folder_no_pipe_and_no_socket(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        for log in (tmp_path, tmp_path / "pipe", tmp_path / "socket"):
            assert "is no plain file" in look(order(tmp_path, log=log), LOG).detail


def test_a_dangling_link_is_judged_by_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "good.log").symlink_to(tmp_path / "coming" / "job.log")
    (tmp_path / "circle.log").symlink_to(tmp_path / "circle.log")
    (tmp_path / "bad.log").symlink_to("/proc/1/nowhere/job.log")
    assert look(order(tmp_path, log=tmp_path / "good.log"), LOG).ok is True
    assert look(order(tmp_path, log=tmp_path / "circle.log"), LOG).ok is None
    assert look(order(tmp_path, log=tmp_path / "bad.log"), LOG).ok is not True


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else")
def test_what_this_user_may_not_write_or_enter_is_said(open_folder: Path) -> None:
    private, there = open_folder / "private", open_folder / "there.log"
    private.mkdir(mode=0o700)
    there.touch(mode=0o644)

    def seen(cwd: Path, log: Path, word: str = "true") -> list[list[str]]:
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, cwd, log, word],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert done.stderr == ""
        return [line.split("|") for line in done.stdout.splitlines()]

    cwd, command, log = seen(private, there)
    assert cwd[1:] == ["False", f"{private} may not be entered. See its permissions."]
    assert command[1] == "None"
    assert log[1] == "False"
    assert log[2].startswith(f"{there} may not be written.")
    assert seen(private / "below", there)[0][1] == "None"
    assert seen(open_folder, there, str(private / "job"))[1][2].startswith(
        f"{private / 'job'} could not be looked at"
    )
    new = seen(open_folder, open_folder / "logs" / "new.log")[2]
    assert new[1] == "False"
    assert f"{open_folder} may not be written" in new[2]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_is_said_before_the_job_finds_out(tmp_path: Path) -> None:
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", ON_A_FULL_DISK, "sh", tmp_path, sys.executable],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if not done.stdout:
        pytest.skip("no disk may be mounted here")
    assert done.stdout.splitlines() == [
        f"{tmp_path / name} can't grow: its disk is full. Make room there." for name in ("there.log", "new.log")
    ]
