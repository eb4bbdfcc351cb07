"""Stands between the launcher and a job: starts it, waits for it, and records how it ended. A program of its own.

`python -I -S shim.py FOLDER LOCK STATUS`: the run's folder, the descriptor of its lock, which is held, and that of
a pipe to the launcher. It outlives the launcher, so it needs the folder only: nothing of this package, nothing that
takes long to load. It must never start a command of which `started.json` does not tell.
"""

import errno
import fcntl
import json
import os
import signal
import stat
import sys
import time
from typing import Any, NoReturn

COMMAND, STARTED, EXIT, LOCK = "command.json", "started.json", "exit.json", "lock"
"""The files of a run's folder: what is to be done, who does it, how it ended, and whose turn it is."""

RUN_MARK = "BACKFILL_TUI_RUN"
"""The variable that a job finds its run's folder in, and by which what it leaves behind is known to be of it."""

STARTED_WORD, ERROR_WORD = "started", "error"
"""What the launcher is told: that the first command runs, or (with a sentence) that it never will."""

_PART = ".part"  # of a file that is being written
_ROOM = 4096  # bytes; so much of the disk is kept for exit.json from the start
_SENTENCE_AT_MOST = 2000
_LOCK_AT = 100  # or above: a shell script that uses descriptors by number does not come this far
_DEAF_TO = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)  # it is the job that is stopped
_NO_PROCESS = 127  # the exit code that shells give a command that can't be started
_TRIES, _BETWEEN_TRIES_S = 60, 10.0  # of recording the end on a disk that does not take it

_WHY = {
    errno.ENOEXEC: "it is neither a program of this machine nor a script that names its interpreter (#!…)",
    errno.E2BIG: "its arguments and its environment are longer than the system takes",
    errno.EACCES: "this user may not execute it",
    errno.ETXTBSY: "somebody is writing to it",
}


STALE = "What had let it through was looked at too long ago: its start was held up."
"""The sentence for an order that came too late."""


class NotStartedError(Exception):
    """A command was not started; the message is a sentence for the person who wanted it."""


def main(words: list[str]) -> None:
    """Leave at once, so that nobody has to wait for this process; the other half does the work."""
    folder, lock, status = words[0], int(words[1]), int(words[2])
    try:
        if os.fork():
            os._exit(0)
        _attend(folder, lock, status)
    except Exception as error:  # noqa: BLE001 - there is nobody else to tell; nothing runs yet, or nobody asks any more
        _tell(status, ERROR_WORD, f"It was not started: {_said(error)}.")
    os._exit(0)


def _attend(folder: str, lock: int, status: int) -> None:
    for number in _DEAF_TO:
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # a launcher that ignores it would leave no exit code to wait for
    os.set_inheritable(status, False)
    lock = _out_of_the_way(lock)
    room = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    kept = _keep_room(room)
    order = json.loads(_read(COMMAND, room))
    order |= {"run": folder, "began_at": _now()}
    ending = _run_all(order, room, lock, status)
    _record(room, kept, {"intended_at": order["intended_at"], **ending, "ended_at": _now()})


def _run_all(order: dict[str, Any], room: int, lock: int, status: int) -> dict[str, Any]:
    """One command after the other, until one fails. Returns how the last of them ended."""
    ending: dict[str, Any] = {}
    for index in range(len(order["commands"])):
        child, error = _start(order, index, room, lock)
        if index == 0:
            _tell(status, ERROR_WORD if error else STARTED_WORD, error)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) if child else _NO_PROCESS
        ending = {
            "command": index,
            "exit_code": None if code < 0 or (error and index == 0) else code,
            "signal": _signal_name(-code) if code < 0 else None,
            "error": error or None,
        }
        if code:
            break
    return ending


def _start(order: dict[str, Any], index: int, room: int, lock: int) -> tuple[int, str]:
    """The process of one command (0: none could be made), and why it did not become that command, if so."""
    try:
        return _fork(order, index, room, lock)
    except OSError as error:
        return 0, f"No process could be made for it: {_said(error)}."


def _fork(order: dict[str, Any], index: int, room: int, lock: int) -> tuple[int, str]:
    shim = _identity()
    told, tells = os.pipe()  # closed by a successful exec
    if child := os.fork():
        os.close(tells)
        with os.fdopen(told, "rb") as pipe:
            return child, pipe.read().decode("utf-8", "replace")
    try:
        _hold_signals()
        _become(order, index, room, lock, shim)
    except NotStartedError as error:
        why = str(error)
    except BaseException as error:  # noqa: BLE001 - whatever it is, this process must not go on as a second shim
        why = f"It was not started: {_said(error)}."
    os.write(tells, why.encode("utf-8", "replace")[:_SENTENCE_AT_MOST])
    os._exit(_NO_PROCESS)


def _become(order: dict[str, Any], index: int, room: int, lock: int, shim: dict[str, Any]) -> NoReturn:
    """Turn this process into the command. Who it is has been written before: a job that nobody knows can't be."""
    os.setsid()
    command, cwd = order["commands"][index], order["cwd"]
    try:
        os.chdir(cwd)
    except OSError as error:
        raise NotStartedError(f"The working folder {cwd} can't be entered: {_said(error)}.") from error
    environment = {**os.environ, **order["env"], RUN_MARK: order["run"]}
    program = file_to_run(command[0], cwd, environment.get("PATH"))
    if program is None:
        raise NotStartedError(f"{command[0]} was not found, neither from {cwd} nor on PATH.")
    _check_turn(order, index, room, lock)
    started = {
        "intended_at": order["intended_at"],
        "at": order["began_at"],
        "command": index,
        **_identity(),
        "shim": shim,
    }
    try:
        write_whole(room, STARTED, started)
    except OSError as error:
        raise NotStartedError(f"Its start can't be recorded in {STARTED}: {_said(error)}.") from error
    _check_turn(order, index, room, lock)  # writing may have taken long
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    try:
        os.execve(program, command, environment)  # noqa: S606 - the plan's own words, and no shell
    except (OSError, ValueError) as error:  # ValueError: a NUL in its words
        raise NotStartedError(f"{program} can't be started: {_why_not(error, program)}.") from error


def _check_turn(order: dict[str, Any], index: int, room: int, lock: int) -> None:
    """Whether it may still be started: it was let through not long ago, and it is this folder that is locked."""
    if index == 0 and time.clock_gettime(time.CLOCK_BOOTTIME) > order["valid_until"]:
        raise NotStartedError(STALE)
    here, held = os.stat(LOCK, dir_fd=room), os.fstat(lock)
    if (here.st_dev, here.st_ino) != (held.st_dev, held.st_ino):
        raise NotStartedError("Its run folder was taken away while it was being started.")


def file_to_run(name: str, cwd: str, path: str | None) -> str | None:
    """The file that a command's first word means: looked for from the working folder, then on PATH; None: nowhere.

    It need not be executable if there is no other.
    """
    beside = _from(cwd, name)
    if "/" in name or _executable(beside):
        return beside
    for folder in (os.defpath if path is None else path).split(os.pathsep):
        found = _from(_from(cwd, folder), name)
        if _executable(found):
            return found
    return beside if _is_file(beside) else None


def _from(folder: str, name: str) -> str:
    return name if name.startswith("/") else f"{folder}/{name}"


def _is_file(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - pathlib takes as long to load as all the rest
    except (OSError, ValueError):
        return False


def _executable(path: str) -> bool:
    return _is_file(path) and os.access(path, os.X_OK)


def _hold_signals() -> None:
    """What is ignored here is not to be ignored by the job; what comes before it is the job waits until it is."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)


def _identity() -> dict[str, Any]:
    """Who this process is, as `sources.presence.Identity` has it: by the kernel's clock, and by the wall's."""
    ticks = int(_read("/proc/self/stat").rpartition(b")")[2].split()[19])
    lines = _read("/proc/stat").splitlines()
    booted = next(float(line.split()[1]) for line in lines if line.startswith(b"btime"))
    since_boot = ticks / os.sysconf("SC_CLK_TCK")
    return {
        "boot_id": _boot_id(booted),
        "pid": os.getpid(),
        "started_at": booted + since_boot,
        "since_boot_s": round(since_boot, 2),
    }


def _boot_id(booted: float) -> str:
    try:
        return _read("/proc/sys/kernel/random/boot_id").decode("ascii").strip()
    except OSError:
        return f"booted-at-{booted:.0f}"


def _out_of_the_way(lock: int) -> int:
    """The lock at a number that a job is not likely to use, that nothing else has here, and that it inherits."""
    try:
        moved = fcntl.fcntl(lock, fcntl.F_DUPFD, _LOCK_AT)
    except OSError:  # so few are allowed
        return lock
    os.close(lock)
    return moved


def _keep_room(room: int) -> int:
    """The file that becomes exit.json, with its place on the disk taken: that may be full hours later."""
    kept = os.open(EXIT + _PART, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o666, dir_fd=room)
    _write_all(kept, b" " * _ROOM)
    os.fsync(kept)
    return kept


def _record(room: int, kept: int, ending: dict[str, Any]) -> None:
    """Write exit.json, patiently."""
    text = json.dumps(ending, indent=1).encode()
    for _ in range(_TRIES):
        try:
            os.lseek(kept, 0, os.SEEK_SET)
            _write_all(kept, text + b"\n")
            os.ftruncate(kept, len(text) + 1)
            _into_place(room, kept, EXIT)
        except FileNotFoundError:  # the folder is gone; nobody will look
            return
        except OSError:
            time.sleep(_BETWEEN_TRIES_S)
        else:
            return


def write_whole(room: int, name: str, content: dict[str, Any]) -> None:
    """A file of a run's folder, as JSON, there whole or not at all, and still there when the power fails."""
    part = os.open(name + _PART, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666, dir_fd=room)
    try:
        _write_all(part, json.dumps(content, indent=1).encode() + b"\n")
        _into_place(room, part, name)
    finally:
        os.close(part)


def _into_place(room: int, part: int, name: str) -> None:
    os.fsync(part)
    os.rename(name + _PART, name, src_dir_fd=room, dst_dir_fd=room)
    sync_folder(room)


def sync_folder(room: int) -> None:
    """Make the names in a folder last. Some file systems of the network have nothing to be done for that."""
    try:
        os.fsync(room)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise


def _write_all(file: int, content: bytes) -> None:
    while content:
        content = content[os.write(file, content) :]


def _read(name: str, room: int | None = None) -> bytes:
    with os.fdopen(os.open(name, os.O_RDONLY, dir_fd=room), "rb") as file:
        return file.read()


def _tell(status: int, word: str, sentence: str = "") -> None:
    """Tell the launcher, if it is still there; what is told is in the folder too, or nothing has happened."""
    try:
        os.write(status, f"{word} {sentence}".strip().encode("utf-8", "replace")[:_SENTENCE_AT_MOST] + b"\n")
        os.close(status)
    except OSError:  # it has been killed, or its time to wait is over
        return


def _why_not(error: OSError | ValueError, program: str) -> str:
    if not isinstance(error, OSError):
        return "one of its words, or of its environment, holds a NUL"
    if error.errno == errno.ENOENT and _is_file(program):
        return "the interpreter that its first line names is not there"
    return _WHY.get(error.errno or 0) or _said(error)


def _said(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # one between SIGRTMIN and SIGRTMAX
        return f"SIGRTMIN+{number - signal.SIGRTMIN}"


def _now() -> str:
    """The time in UTC, ISO 8601 with microseconds."""
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{nanoseconds // 1000:06}+00:00"


if __name__ == "__main__":
    main(sys.argv[1:])
