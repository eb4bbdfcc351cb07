"""Could an order be run here, now? Looked up before anything is started; nothing is made, written or run.

It answers what a failed start would have told later. A start can fail all the same: the world moves on.
"""

import os
import shlex
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from backfill_tui.control.attempt import Order
from backfill_tui.control.model import Condition, ConditionKind

FOLDER, COMMAND, LOG = "working folder", "command", "log"
"""The names of the three conditions."""

_KINDS = {FOLDER: ConditionKind.FOLDER, COMMAND: ConditionKind.COMMAND, LOG: ConditionKind.LOG}

_NO_WRITING = "See its permissions, and whether its disk is read-only."

_SHEBANG_AT_MOST = 256  # bytes of a script's first line that the kernel reads
_FORMATS = Path("/proc/sys/fs/binfmt_misc")  # of programs that the kernel was taught


def preflight(order: Order) -> tuple[Condition, ...]:
    """Whether working folder, command and log are as a start needs them: three conditions, each with a sentence.

    Unknown (None) is what the system does not let us see. Never raises.
    """
    folder = _folder(order.cwd)
    return folder, _command(order, folder), _log(order.log)


def executable_of(word: str, cwd: Path, env: Mapping[str, str]) -> Path | None:
    """The program that the first word of a command means: from `cwd`, then, for a bare name, on PATH.

    PATH is that of `env` (an order's own, or a whole environment), else ours; its relative parts start at `cwd`.
    None if no executable file is found.
    """
    return next((place for place in _places(word, cwd, env) if _executable(place)), None)


def _places(word: str, cwd: Path, env: Mapping[str, str]) -> Iterator[Path]:
    """Where a program of that name may be, in the order of looking."""
    if not word or "\0" in word:
        return
    yield cwd / word  # an absolute word stays as it is
    if os.sep not in word:
        path = env.get("PATH", os.environ.get("PATH", os.defpath))
        yield from (cwd / folder / word for folder in path.split(os.pathsep))


def _executable(place: Path) -> bool:
    try:
        return stat.S_ISREG(place.stat().st_mode) and os.access(place, os.X_OK)
    except (OSError, ValueError):
        return False


def _folder(cwd: Path) -> Condition:
    try:
        mode = cwd.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return _told(FOLDER, False, f"{cwd} is not there. Make it, or correct the phase's `cwd`.")
    except OSError as error:
        return _unseen(FOLDER, cwd, error)
    if not stat.S_ISDIR(mode):
        return _told(FOLDER, False, f"{cwd} is no folder. Correct the phase's `cwd`.")
    if not os.access(cwd, os.X_OK):
        return _told(FOLDER, False, f"{cwd} may not be entered. See its permissions.")
    return _told(FOLDER, True, str(cwd))


def _command(order: Order, folder: Condition) -> Condition:
    if not order.commands or not all(order.commands):
        return _told(COMMAND, False, "There is no command to run. Give the phase a `command`.")
    if any("\0" in word for words in order.commands for word in words):
        return _told(COMMAND, False, "A word of it has a NUL character in it, which no program can be given.")
    for word in dict.fromkeys(words[0] for words in order.commands):
        if not folder.ok and not Path(word).is_absolute():
            return _told(COMMAND, None, f"{word} can't be looked for: see the working folder.")
        if why := _why_not_run(word, order.cwd, order.env):
            return _told(COMMAND, False, why)
    first = order.commands[0][0]
    return _told(COMMAND, True, str(executable_of(first, order.cwd, order.env)))


def _why_not_run(word: str, cwd: Path, env: Mapping[str, str]) -> str:
    """Why the program could not be run, as a sentence; empty if it could."""
    program = executable_of(word, cwd, env)
    if program is None:
        return _why_not_found(word, cwd, env)
    head = _head_of(program)
    if _is_no_program(head):
        return (
            f"{program} names no interpreter on its first line. Begin it with one (#!/bin/sh), or name it first in "
            "the `command`."
        )
    interpreter = _interpreter_in(head)
    if interpreter is None or _executable(cwd / interpreter):
        return ""
    if interpreter.endswith("\r"):
        mended = f"sed -i 's/\\r$//' {shlex.quote(str(program))}"
        return f"{program} has the line ends of Windows, so that no interpreter is found. Mend it: {mended}"
    return f"{program} is run by {interpreter}, as its first line says; that is not there. Correct the line."


def _why_not_found(word: str, cwd: Path, env: Mapping[str, str]) -> str:
    """The nearest miss: something of that name that is no program, else where it was looked for."""
    named = os.sep in word
    for place in _places(word, cwd, env):
        try:
            mode = place.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            if named:
                return f"{place} could not be looked at ({error.strerror}). See its permissions."
            continue  # a folder of PATH that only others may look into
        if stat.S_ISREG(mode):
            return f"{place} is not executable. Give it permission (chmod +x), or name its interpreter first."
        if named:
            return f"{place} is no program. Correct the phase's `command`."
    if named:
        return f"{cwd / word} is not there. Correct the phase's `command`."
    return f"{word} was not found in {cwd}, nor on PATH. Correct the phase's `command`, or set PATH in its `env`."


def _head_of(program: Path) -> bytes | None:
    """What the kernel knows a program by; None where it can't be read, which need not keep it from being run."""
    try:
        with program.open("rb") as file:
            return file.read(_SHEBANG_AT_MOST)
    except OSError:
        return None


def _is_no_program(head: bytes | None) -> bool:
    """Whether it is text that a shell would run, but no kernel; where that was taught other formats, it may."""
    if head is None or head.startswith((b"#!", b"\x7fELF")) or b"\0" in head:
        return False
    with suppress(OSError):
        return {path.name for path in _FORMATS.iterdir()} <= {"register", "status"}
    return True


def _interpreter_in(head: bytes | None) -> str | None:
    """What a script names on its first line to be run by; None for other programs."""
    if head is None or not head.startswith(b"#!"):
        return None
    words = head[2:].split(b"\n", 1)[0].replace(b"\t", b" ").split(b" ")  # a carriage return is part of a name
    return next((os.fsdecode(word) for word in words if word), None)


def _log(log: Path | None) -> Condition:
    """Whether the log could be appended to. A link is followed; its folders are made by whoever launches."""
    if log is None:
        return _told(LOG, True, "Its output goes to the attempt's own output.log.")
    try:
        place = log.resolve()
        mode = _mode(place)
        if mode is not None:
            return _existing_log(log, place, mode)
        return _coming_log(log, place)
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle
        return _unseen(LOG, log, error)


def _mode(place: Path) -> int | None:
    try:
        return place.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None


def _existing_log(log: Path, place: Path, mode: int) -> Condition:
    if not (stat.S_ISREG(mode) or stat.S_ISCHR(mode)):  # opening a pipe would wait for a reader
        return _told(LOG, False, f"{log} is no plain file. Correct the phase's `log`.")
    if not os.access(place, os.W_OK):
        return _told(LOG, False, f"{log} may not be written. {_NO_WRITING}")
    return _full(log, place) or _told(LOG, True, f"{log} is appended to.")


def _coming_log(log: Path, place: Path) -> Condition:
    above = next(folder for folder in place.parents if _mode(folder) is not None)
    if not above.is_dir():
        return _told(LOG, False, f"{log} can't be made: {above} is no folder. Correct the phase's `log`.")
    if not os.access(above, os.W_OK | os.X_OK):
        return _told(LOG, False, f"{log} can't be made: {above} may not be written. {_NO_WRITING}")
    return _full(log, above) or _told(LOG, True, f"{log} will be made.")


def _full(log: Path, place: Path) -> Condition | None:
    disk = os.statvfs(place)
    free = disk.f_bfree if os.geteuid() == 0 else disk.f_bavail
    if disk.f_blocks and not free:  # a disk that counts no blocks tells nothing
        return _told(LOG, False, f"{log} can't grow: its disk is full. Make room there.")
    return None


def _unseen(name: str, place: Path, error: Exception) -> Condition:
    why = error.strerror if isinstance(error, OSError) else None
    return _told(name, None, f"{place} could not be looked at ({why or error}). See its permissions.")


def _told(name: str, ok: bool | None, detail: str) -> Condition:
    return Condition(name, ok, detail, _KINDS[name])
