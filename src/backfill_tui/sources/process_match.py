"""Which of the machine's processes is the job, when only a pattern of its command line is known. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Protocol

from backfill_tui.sources.process_table import Entry

GRANULARITY = timedelta(seconds=2)  # between the clocks of a log's lines and of process starts

_SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh", "fish"))
_READERS = frozenset(
    ("tail", "less", "more", "cat", "head", "wc", "sort", "tee", "watch", "vi", "vim", "nvim", "nano")
)
_SEARCHERS = frozenset(
    ("grep", "egrep", "fgrep", "rg", "ag", "awk", "gawk", "mawk", "sed", "jq", "find", "ls", "ps")
)
_CARRIERS = frozenset(
    ("tmux", "screen", "script", "ssh", "sshd", "nohup", "pgrep", "pkill", "kill", "backfill-tui")
)
_BYSTANDERS = _READERS | _SEARCHERS | _CARRIERS  # they name a job, or its log, without being it


class Pattern(Protocol):
    """A compiled pattern, of whichever engine."""

    def search(self, text: str, /) -> object | None:
        """Something true where the pattern is found in the text."""
        ...


def fits(pattern: Pattern, entry: Entry) -> bool:
    """Whether the pattern is found in the command line, or in one of its words."""
    return pattern.search(entry.line) is not None or any(pattern.search(word) for word in entry.command)


def candidates(pattern: Pattern, table: Mapping[int, Entry], *, me: int) -> list[Entry]:
    """The processes that may be the job, the newest first.

    Left out: process `me` and its ancestors, programs that merely name the job, shells that carry it in a `-c`
    text, what only started the process that does the work, and the workers that a job forks of itself.
    """
    own = {me, *(entry.pid for entry in ancestors(me, table))}
    fitting = {
        pid: entry
        for pid, entry in table.items()
        if entry.command and pid not in own and fits(pattern, entry) and not is_bystander(entry.command)
    }
    jobs = {pid: entry for pid, entry in fitting.items() if not _is_worker(entry, fitting, table)}
    starters = {ancestor.pid for entry in jobs.values() for ancestor in ancestors(entry.pid, table)}
    found = [entry for pid, entry in jobs.items() if pid not in starters]
    return sorted(found, key=lambda entry: (entry.identity.started_at, entry.pid), reverse=True)


def choose(found: Sequence[Entry], log_last_line_at: datetime | None) -> Entry:
    """The newest that may have written the log's last line; if there is none, the newest of all."""
    if log_last_line_at is None:
        return found[0]
    return next((entry for entry in found if not started_after(entry, log_last_line_at)), found[0])


def started_after(entry: Entry, moment: datetime) -> bool:
    """Whether a process started after a moment, beyond what clocks differ: then it did not cause what was then."""
    return entry.started_at > moment + GRANULARITY


def ancestors(pid: int, table: Mapping[int, Entry]) -> Iterator[Entry]:
    """Its parent, that one's parent, and so on, as far as the table knows them."""
    seen = {pid}
    entry = table.get(pid)
    while entry and entry.parent not in seen:
        seen.add(entry.parent)
        entry = table.get(entry.parent)
        if entry:
            yield entry


def _is_worker(entry: Entry, fitting: Mapping[int, Entry], table: Mapping[int, Entry]) -> bool:
    return any(a.pid in fitting and a.command == entry.command for a in ancestors(entry.pid, table))


def is_bystander(command: Sequence[str]) -> bool:
    """Whether a program merely names a job: a reader, a searcher, a terminal, a shell with a text, or ourselves."""
    program = PurePath(command[0]).name.removeprefix("-")
    if program in _BYSTANDERS:
        return True
    if program in _SHELLS:
        return _carries_text(command)
    if program.startswith("python") and len(command) > 1:
        return PurePath(command[1]).name == "backfill-tui" or tuple(command[1:3]) == ("-m", "backfill_tui")
    return False


def _carries_text(shell: Sequence[str]) -> bool:
    """Whether a shell was given a text to run (`bash -lc '…'`) rather than a script."""
    for word in shell[1:]:
        if not word.startswith("-"):
            return False
        if not word.startswith("--") and "c" in word:
            return True
    return False
