"""Where a process's words go: the files behind its output, through pipes to whoever writes them down, and its logs.

Only what the system tells is taken; what can't be followed is said in a sentence.
"""

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from backfill_tui.sources.discovery.lineage import WRAPPERS
from backfill_tui.sources.discovery.proc import PROC, OpenFile, children_of, command_of, open_files, words_of

_LOG_NAME = re.compile(
    r"(?i).+\.(?:log|out|err|txt|jsonl|ndjson)(?:[.\-_]\d[\d.\-_:T]*)?|nohup\.out|.*\blog\b.*\.txt"
)
_LOG_FOLDERS = frozenset(("log", "logs"))
_NO_LOG = re.compile(
    r"(?i).*\.(?:json|csv|tsv|parquet|db|sqlite3?|duckdb|wal|shm|lock|pid|tmp|gz|zst|bz2|pyc?|so|pickle|pkl)"
)
_COPIERS = frozenset(("tee", "script"))
"""Programs whose files are copies of what is printed, whatever they are called."""

_HOPS = 6  # pipes from one program to the next
_FAMILY = 40  # descendants that are looked at where a job itself writes no log


@dataclass(frozen=True, slots=True)
class Outputs:
    """The logs of a process, the likeliest first; a sentence where something of its output can't be followed."""

    logs: tuple[Path, ...] = ()
    note: str = ""
    denied: bool = False


def outputs_of(pid: int, around: Sequence[int] = (), *, proc: Path = PROC) -> Outputs:
    """The logs of a process; if it has none itself those of wrappers `around` it, then of what it has started.

    `around` may name any of its ancestors: only those count that run a command and nothing else.
    """
    try:
        own = _Following(proc).of(pid)
    except PermissionError:
        return Outputs(
            note=f"The open files of process {pid} may not be read, so its log is not known.", denied=True
        )
    if own.logs:
        return own
    for other in (*(one for one in around if _carries(one, proc)), *_descendants(pid, proc)):
        try:
            found = _Following(proc).of(other)
        except PermissionError:
            continue
        if found.logs:
            return found
    return own


class _Following:
    """One search, from descriptor to descriptor."""

    def __init__(self, proc: Path) -> None:
        self._proc = proc
        self._met: set[str] = set()

    def of(self, pid: int) -> Outputs:
        files = open_files(pid, self._proc)
        streams = [file for file in files if file.number in (1, 2)]
        logs: list[Path] = []
        notes: list[str] = []
        for file in streams:
            found, note = self._stream(pid, file)
            logs += found
            notes += [note] if note else []
        held = [file for file in files if file.number > 2 and file.writable]
        copies = _name_of(pid, self._proc) in _COPIERS
        logs += [path for file in held if (path := self._regular(pid, file)) and (copies or looks_like_log(path))]
        distinct = tuple(dict.fromkeys(logs))
        return Outputs(distinct, "" if distinct else next(iter(notes), ""))

    def _stream(self, pid: int, file: OpenFile) -> tuple[list[Path], str]:
        """The files that a descriptor of output leads to; none, and a sentence about where it goes instead."""
        target = file.target
        if target.startswith("pipe:"):
            return self._pipe(pid, target)
        if target.startswith("socket:"):
            return [], "Its output goes to a socket (the system's journal, say), which can't be followed."
        if file.deleted:
            return [], f"Its output goes to a file that was deleted: {target.removesuffix(' (deleted)')}."
        if target == "/dev/null":
            return [], "Its output is thrown away (/dev/null)."
        if target.startswith("/dev/"):
            return [], f"Its output goes to a terminal ({target}), which can't be read from here."
        path = self._regular(pid, file)
        if path is None:
            return [], f"Its output goes to {target}, which is no file that can be read from here."
        return [path], ""

    def _pipe(self, pid: int, pipe: str) -> tuple[list[Path], str]:
        """Follow a pipe to whoever reads it (`| tee F`, `| grep … > F`), and what that one writes."""
        if pipe in self._met or len(self._met) >= _HOPS:
            return [], ""
        self._met.add(pipe)
        for reader in self._readers(pipe, pid):
            logs = self._written_by(reader)
            if logs:
                return logs, ""
            name = _name_of(reader, self._proc)
            return (
                [],
                f"Its output goes through a pipe to process {reader} ({name}); where that writes it can't be told.",
            )
        return [], "Its output goes through a pipe; who reads it can't be told."

    def _readers(self, pipe: str, writer: int) -> Iterator[int]:
        try:
            pids = sorted((int(name) for name in os.listdir(self._proc) if name.isdigit()), reverse=True)  # noqa: PTH208
        except OSError:
            return
        for pid in pids:
            try:
                if pid != writer and os.readlink(f"{self._proc}/{pid}/fd/0") == pipe:  # noqa: PTH115 - of thousands
                    yield pid
            except OSError:  # gone, another user's, or nothing to read from
                continue

    def _written_by(self, pid: int) -> list[Path]:
        try:
            files = open_files(pid, self._proc)
        except PermissionError:
            return []
        copies = _name_of(pid, self._proc) in _COPIERS
        logs = []
        for file in files:
            if file.number == 1:
                logs += self._stream(pid, file)[0]
            elif file.number > 2 and file.writable:
                path = self._regular(pid, file)
                logs += [path] if path and (copies or looks_like_log(path)) else []
        return logs

    def _regular(self, pid: int, file: OpenFile) -> Path | None:
        """The path of a plain file, if it leads to that very file from here, too (in a container it may not)."""
        if (
            file.deleted
            or not file.target.startswith("/")
            or file.target.startswith(("/dev/", "/proc/", "/memfd:"))
        ):
            return None
        path = Path(file.target)
        try:
            there, here = (self._proc / str(pid) / "fd" / str(file.number)).stat(), path.stat()
        except OSError:
            return None
        return path if stat.S_ISREG(here.st_mode) and os.path.samestat(there, here) else None


def looks_like_log(path: PurePath) -> bool:
    """Whether a file that somebody holds open for writing is a log, by its name or that of its folder."""
    if _NO_LOG.fullmatch(path.name):
        return False
    return _LOG_NAME.fullmatch(path.name) is not None or path.parent.name.lower() in _LOG_FOLDERS


def holders_of(paths: Iterable[Path], *, proc: Path = PROC) -> dict[Path, int]:
    """Who writes each of these files, as far as that may be seen: of those that hold it open the lowest number."""
    wanted = {os.path.realpath(path): path for path in paths}
    found: dict[Path, int] = {}
    try:
        pids = sorted(int(name) for name in os.listdir(proc) if name.isdigit())  # noqa: PTH208
    except OSError:
        return found
    for pid in pids:
        if pid == os.getpid():
            continue
        try:
            files = open_files(pid, proc)
        except PermissionError:
            continue
        for file in files:
            if file.writable and file.target in wanted:
                found.setdefault(wanted[file.target], pid)
    return found


def _carries(pid: int, proc: Path) -> bool:
    return _name_of(pid, proc) in WRAPPERS


def _descendants(pid: int, proc: Path) -> Iterator[int]:
    ahead, told = children_of(pid, proc), 0
    while ahead and told < _FAMILY:
        child = ahead.pop(0)
        told += 1
        yield child
        ahead += children_of(child, proc)


def _name_of(pid: int, proc: Path) -> str:
    try:
        words = words_of(command_of(pid, proc))
    except OSError:
        return "gone"
    return PurePath(words[0]).name if words else "?"
