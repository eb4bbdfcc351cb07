"""The logs of one phase: paths and globs become files, each with a tail that keeps its place for ever.

It decides which files there are and that none is read under two names; how one is followed is the tail's affair.
"""

import glob
import os
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from backfill_tui.errors import SourceError
from backfill_tui.sources.files import Inode, inode_of
from backfill_tui.sources.followed import FollowedFile
from backfill_tui.sources.siblings import rotated_from
from backfill_tui.sources.tail import BUDGET, Chunk, Tail

REGLOB_S = 2.0  # between two looks for new files

_COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".zip")


class LogSet:
    """Every log of a phase. A log's index, its place in `tails`, never changes; logs found later come after.

    `patterns` are resolved paths or globs (`**` goes into folders). A path without a wildcard has a tail from the
    start, so that its being missing can be said; a glob's files have one when they are found.
    """

    def __init__(self, patterns: Iterable[str | os.PathLike[str]], *, reglob_s: float = REGLOB_S) -> None:
        given = tuple(dict.fromkeys(os.fspath(pattern) for pattern in patterns))
        # A file that is called so is meant itself, even if its name has brackets.
        self._globs = tuple(name for name in given if glob.has_magic(name) and not Path(name).is_file())
        self._paths = tuple(Path(name) for name in given if name not in self._globs)
        self._reglob_s = reglob_s
        self._looked_at: float | None = None  # when new files were looked for, on the clock of `poll`
        self._tails: list[Tail] = []
        self._considered: set[tuple[Path, Inode | None]] = set()
        self._notes: tuple[str, ...] = ()

    def add(self, paths: Iterable[Path]) -> None:
        """Follow further files, each by its path, from the next poll on."""
        if fresh := tuple(path for path in paths if path not in self._paths):
            self._paths += fresh
            self._looked_at = None

    @property
    def tails(self) -> tuple[Tail, ...]:
        """The logs found so far: those of one look in the order of their last writing, then by name."""
        return tuple(self._tails)

    @property
    def at_end(self) -> bool:
        """Whether everything that was there at the last poll has been read, but for what has to wait its turn."""
        return self._looked_at is not None and all(tail.at_end for tail in self._tails)

    @property
    def fraction(self) -> float | None:
        """How much of what is there has been read, 0…1, a log weighing by its size; None while there is none."""
        sizes = [(tail.status.size or 0, tail.fraction or 0.0) for tail in self._tails if tail.fraction is not None]
        whole = sum(size for size, _ in sizes)
        return (sum(size * read for size, read in sizes) / whole if whole else 1.0) if sizes else None

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about globs that match nothing and files left out; each tail has its own about its file."""
        return self._notes

    def poll(self, budget: int = BUDGET, *, now: float | None = None) -> list[tuple[int, Chunk]]:
        """What was written to the logs since the last poll, with each log's index; at most `budget` bytes.

        `now` is in seconds of a monotonic clock, the machine's by default.
        """
        now = time.monotonic() if now is None else now
        if self._looked_at is None or now - self._looked_at >= self._reglob_s:
            self.refresh()
            self._looked_at = now
        chunks: list[tuple[int, Chunk]] = []
        for index, tail in enumerate(self._tails):
            fresh = tail.poll(budget, now=now)
            budget -= sum(len(chunk.body) for chunk in fresh)
            chunks += [(index, chunk) for chunk in fresh]
        return chunks

    def refresh(self) -> tuple[Tail, ...]:
        """Look for files that came since; `poll` does so now and then by itself."""
        matched = self._match()
        before = {tail.path for tail in self._tails}
        beside = before | set(matched)
        for path, inode in sorted(matched.items(), key=lambda found: _last_written(found[0])):
            if (path, inode) in self._considered:
                continue
            self._considered.add((path, inode))
            base = rotated_from(path)
            pinned = base is not None and (base in beside or path not in self._paths)
            if base in before or (path in before and not pinned) or self._read_already(path, inode):
                continue  # followed by its path, or as the past of the log it was rotated away from
            self._tails.append(Tail(path, pinned=pinned and inode is not None))
        return self.tails

    def close(self) -> None:
        """Let go of all files."""
        for tail in self._tails:
            tail.close()

    def _match(self) -> dict[Path, Inode | None]:
        """Every file that is meant, and which one it is; None: a path that leads to nothing (yet)."""
        matched = {path: _regular(path) for path in self._paths}
        notes = []
        for pattern in self._globs:
            found = {path: inode for path in _glob(pattern) if (inode := _regular(path))}
            left_out = sorted(path.name for path in found if path.suffix in _COMPRESSED)
            if left_out:
                notes.append(f"{pattern}: Compressed logs are not read: {', '.join(left_out)}.")
            elif not found:
                notes.append(f"{pattern}: No file matches yet.")
            matched |= {path: inode for path, inode in found.items() if path.suffix not in _COMPRESSED}
        self._notes = tuple(notes)
        return matched

    def _read_already(self, path: Path, inode: Inode | None) -> bool:
        """Whether the file comes through another tail, under another name."""
        if inode is None:
            return False
        if any(tail.status.inode is None and _regular(tail.path) == inode for tail in self._tails):
            return True  # a tail of this very look, which has not opened it yet
        try:
            file = FollowedFile.open(path)
        except SourceError:  # its tail will say so
            return False
        return any(tail.has_read(file) for tail in self._tails)


def _glob(pattern: str) -> Iterator[Path]:
    return map(Path, glob.iglob(pattern, recursive=True))  # noqa: PTH207 - Path.glob refuses absolute patterns


def _regular(path: Path) -> Inode | None:
    try:
        seen = path.stat()
    except (OSError, ValueError):
        return None
    return inode_of(seen) if stat.S_ISREG(seen.st_mode) else None


def _last_written(path: Path) -> tuple[int, str]:
    try:
        return (path.stat().st_mtime_ns, str(path))
    except (OSError, ValueError):
        return (0, str(path))
