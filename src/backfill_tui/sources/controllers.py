"""Which of the machine's processes watch over a job by their command lines, and may start it again. Pure.

A command line tells little: what is found here may start a job again, or go on once that has ended; it need not.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from backfill_tui.sources.process_match import ancestors, is_bystander
from backfill_tui.sources.process_table import Entry

_INTERPRETERS = re.compile(r"(?:ba|da|a|z|k|fi)?sh|python[\d.]*|perl|ruby|node|Rscript|java")
_SHELLS = re.compile(r"(?:ba|da|a|z|k|fi)?sh")
_LOOPS = re.compile(r"\b(?:while|until|for)\b")
_PASSES_ON = frozenset(
    ("timeout", "nice", "ionice", "env", "sudo", "doas", "su", "flock", "setsid", "stdbuf", "time", "chrt")
) | frozenset(("taskset", "systemd-run", "systemd-inhibit", "caffeinate", "unbuffer", "catchsegv", "xvfb-run"))
"""Programs that become, or wait for, the command that they are given, once."""
_LOOKS_ON = frozenset(("strace", "ltrace", "gdb", "perf", "py-spy", "lsof", "pidstat", "top", "htop", "renice"))
_VALUE = re.compile(r"-{0,2}([\w-]*)[=:](.+)")


@dataclass(frozen=True, slots=True)
class Controller:
    """A process and how it names the job, as a clause."""

    entry: Entry
    how: str


def controllers(job: Entry, table: Mapping[int, Entry], *, me: int) -> list[Controller]:
    """Those that name the job's number or its program, by their numbers.

    Not the job's own children, other runs of the same program, process `me` and its ancestors, and what only
    passes a command on, reads or looks on.
    """
    own = {job.pid, me, *(entry.pid for entry in ancestors(me, table))}
    script = _program(job.command)
    found = []
    for entry in sorted(table.values(), key=lambda entry: entry.pid):
        if entry.pid in own or not entry.command or _is_nobody(entry) or _is_below(entry, job, table):
            continue
        if names_number(entry.command, job.pid):
            found.append(Controller(entry, f"has its number, {job.pid}, in its command line"))
        elif script and _program(entry.command) != script and _names_program(entry.command, script):
            found.append(Controller(entry, f"names {script} in its command line"))
    return found


def names_number(command: Sequence[str], pid: int) -> bool:
    """Whether a command line names a process: `--phase1-pid 4242`, `-p 4242`, or within a script."""
    number, before = str(pid), ""
    for place, word in enumerate(command):
        value = _VALUE.fullmatch(word)
        if value and value[2] == number and "pid" in value[1].casefold():
            return True
        if re.search(rf"(?:\bkill\s+(?:-\S+\s+)*|\bwait\s+|--pid[= ]|/proc/){number}\b", word):
            return True
        if word == number and ("pid" in before.casefold() or before == "-p" or _is_argument(command, place)):
            return True
        before = word
    return False


def _is_argument(command: Sequence[str], place: int) -> bool:
    """Whether a word is a plain argument of a script, and not the value of one of its options."""
    interpreted = _INTERPRETERS.fullmatch(PurePath(command[0]).name) is not None
    return interpreted and place > 1 and not any(word.startswith("-") for word in command[1:place])


def _program(command: Sequence[str]) -> str:
    """What a process runs, by the name of its file; empty where that tells nothing."""
    if not command:
        return ""
    name = PurePath(command[0]).name.removeprefix("-")
    if not _INTERPRETERS.fullmatch(name):
        return name
    rest = iter(command[1:])
    for word in rest:
        if word == "-m":
            return next(rest, "")
        if word == "-c":
            return ""
        if not word.startswith("-"):
            return PurePath(word).name
    return ""


def _names_program(command: Sequence[str], script: str) -> bool:
    """Whether a later word is that program's file; in the text of a shell, where that says it in a loop."""
    if _SHELLS.fullmatch(PurePath(command[0]).name.removeprefix("-")) and "-c" in _options(command):
        text = " ".join(command[1:])
        return _LOOPS.search(text) is not None and _is_in(script, text)
    return any(PurePath(word.rpartition("=")[2]).name == script for word in command[1:])


def _options(command: Sequence[str]) -> Iterator[str]:
    """A shell's options, those that are joined one by one: `-lc` is `-l` and `-c`."""
    for word in command[1:]:
        if not word.startswith("-"):
            return
        yield from (f"-{letter}" for letter in word[1:]) if not word.startswith("--") else (word,)


def _is_in(script: str, text: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(script)}(?![\w.-])", text) is not None


def _is_nobody(entry: Entry) -> bool:
    """Whether it merely reads, carries, passes on or looks on."""
    name = PurePath(entry.command[0]).name.removeprefix("-")
    if name in _PASSES_ON or name in _LOOKS_ON:
        return True
    looping = _SHELLS.fullmatch(name) is not None and "-c" in _options(entry.command)
    return not looping and is_bystander(entry.command)


def _is_below(entry: Entry, job: Entry, table: Mapping[int, Entry]) -> bool:
    return any(above.pid == job.pid for above in ancestors(entry.pid, table))
